"""One vector of logits under several activations: what `compare` shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from softmax_cli.activations.exact import Floats


@dataclass(frozen=True)
class VectorInfo:
    """Where a vector stands: `row` counts from 1; `passing` has the columns beside it."""

    source: str
    row: int
    classes: Sequence[str]
    passthrough: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """The values of one activation, shape (C,), their sum, and which classes it picks."""

    activation: str
    values: Floats
    total: float
    predicted: NDArray[np.bool_]


@dataclass(frozen=True)
class Comparison:
    """One vector, shape (C,), and all results for it."""

    vector_info: VectorInfo
    logits: Floats
    temperature: float | Sequence[float]
    results: Sequence[Result]

    @property
    def invalid(self) -> bool:
        """Whether some activation has no answer."""
        return any(result.total != result.total for result in self.results)


def compare_vector(
    vector_info: VectorInfo,
    logits: Floats,
    activations: Sequence[str],
    temperature: float | Sequence[float],
) -> Comparison:
    """The named activations of one vector of logits, shape (C,)."""
    results = [_result(logits, name, temperature) for name in activations]
    return Comparison(vector_info, logits, temperature, results)


def _result(logits: Floats, name: str, temperature: float | Sequence[float]) -> Result:
    from softmax_cli.activations.uncertainty import predicted_classes

    activation = ACTIVATIONS[name]
    values = activation(logits, temperature)
    predicted = predicted_classes(values, exclusive=activation.exclusive, half=activation.threshold)
    return Result(name, values, float(values.sum()), predicted)
