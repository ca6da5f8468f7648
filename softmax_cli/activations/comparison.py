"""Comparison of several activations of one vector of logits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats


@dataclass(frozen=True)
class VectorInfo:
    """Location of a vector; `row` is 1-based, `passthrough` maps column names to cells."""

    source: str
    row: int
    classes: Sequence[str]
    passthrough: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """Values of one activation, shape (C,), their sum, and the predicted classes."""

    activation: str
    temperature: Scaling
    values: Floats
    total: float
    predicted: NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """One vector of logits, shape (C,), and the results of its activations.

    Attributes:
        vector_info: where the vector comes from, and its classes.
        logits: shape (C,).
        temperatures: those of every activation.
        results: one for each activation and temperature, all of one activation together.
    """

    vector_info: VectorInfo
    logits: Floats
    temperatures: Sequence[Scaling]
    results: Sequence[Result]

    @property
    def invalid(self) -> bool:
        """True if the result of any activation is NaN."""
        return any(result.total != result.total for result in self.results)

    @property
    def activations(self) -> list[str]:
        """The names of the activations, each once."""
        return list(dict.fromkeys(result.activation for result in self.results))


def compare_vector(
    vector_info: VectorInfo,
    logits: Floats,
    activations: Sequence[str],
    temperatures: Sequence[Scaling] = (1.0,),
) -> Comparison:
    """Apply the named activations, at each temperature, to one vector of logits, shape (C,)."""
    results = [
        _result(logits, name, temperature) for name in activations for temperature in temperatures
    ]
    return Comparison(vector_info, logits, temperatures, results)


def _result(logits: Floats, name: str, temperature: Scaling) -> Result:
    from softmax_cli.activations.uncertainty import predicted_classes

    activation = ACTIVATIONS[name]
    values = activation(logits, temperature)
    predicted = predicted_classes(
        values, exclusive=activation.exclusive, threshold=activation.threshold
    )
    return Result(name, temperature, values, float(values.sum()), predicted)
