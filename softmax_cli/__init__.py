"""Logits to probabilities: the numerics behind the `softmax` command, for Python."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "Truncation",
    "__version__",
    "adjust_prior",
    "compare_models",
    "ensemble",
    "estimate_prior",
    "evaluate",
    "explain",
    "fit_calibration",
    "fit_temperature",
    "invert",
    "log_sigmoid",
    "log_softmax",
    "sample",
    "sigmoid",
    "softmax",
    "sweep_logit",
    "sweep_temperature",
    "tanh",
]

if TYPE_CHECKING:
    from softmax_cli.activations.explanation.explain import explain
    from softmax_cli.activations.functions import log_sigmoid, log_softmax, sigmoid, softmax, tanh
    from softmax_cli.activations.inversion import invert
    from softmax_cli.activations.mixing import ensemble
    from softmax_cli.activations.sampling import Truncation, sample
    from softmax_cli.activations.sweep import sweep_logit, sweep_temperature
    from softmax_cli.calibration.fit import fit_temperature
    from softmax_cli.calibration.maps import fit_calibration
    from softmax_cli.calibration.prior.shift import adjust_prior, estimate_prior
    from softmax_cli.metrics.evaluate import evaluate
    from softmax_cli.metrics.paired import compare_models

_HOMES = {
    "Truncation": "activations.sampling",
    "adjust_prior": "calibration.prior.shift",
    "compare_models": "metrics.paired",
    "ensemble": "activations.mixing",
    "estimate_prior": "calibration.prior.shift",
    "evaluate": "metrics.evaluate",
    "explain": "activations.explanation.explain",
    "fit_calibration": "calibration.maps",
    "fit_temperature": "calibration.fit",
    "invert": "activations.inversion",
    "sample": "activations.sampling",
    "sweep_logit": "activations.sweep",
    "sweep_temperature": "activations.sweep",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    # Lazy, so that `softmax --help` does not pay for numpy.
    if name in __all__:
        home = import_module(f"softmax_cli.{_HOMES.get(name, 'activations.functions')}")
        return getattr(home, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
