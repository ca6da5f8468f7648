"""Logits to probabilities: the numerics behind the `softmax` command, for Python."""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["__version__", "log_sigmoid", "log_softmax", "sigmoid", "softmax", "tanh"]

if TYPE_CHECKING:
    from softmax_cli.activations.kernels import log_sigmoid, log_softmax, sigmoid, softmax, tanh


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # Lazy, so that `softmax --help` does not pay for numpy.
    if name in __all__:
        from softmax_cli.activations import kernels

        return getattr(kernels, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
