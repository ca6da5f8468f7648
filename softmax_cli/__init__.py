"""Logits to probabilities: the numerics behind the `softmax` command, for Python."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "__version__",
    "evaluate",
    "fit_temperature",
    "log_sigmoid",
    "log_softmax",
    "sigmoid",
    "softmax",
    "tanh",
]

if TYPE_CHECKING:
    from softmax_cli.activations.functions import log_sigmoid, log_softmax, sigmoid, softmax, tanh
    from softmax_cli.calibration.fit import fit_temperature
    from softmax_cli.metrics.evaluate import evaluate

_HOMES = {"evaluate": "metrics.evaluate", "fit_temperature": "calibration.fit"}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # Lazy, so that `softmax --help` does not pay for numpy.
    if name in __all__:
        home = import_module(f"softmax_cli.{_HOMES.get(name, 'activations.functions')}")
        return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
