"""Records of a temperature fit: the result, its failure, and the sums over the data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.statistics import Z_95

if TYPE_CHECKING:
    from softmax_cli.calibration.objective import GradientLimits, Weights
    from softmax_cli.metrics.outcomes import Labels

S = TypeVar("S", bound="Merging")

_LARGEST_EXPONENT = 700.0
# A 95% CI of T that is wider than this factor says nothing.
_WIDEST_INTERVAL = 100.0
# That of a number of effective rows.
_ROUNDING = 1e-6
# Logits this far from the others that still have an influence are masks.
_FARTHEST_LOGIT = 1000.0
# Nats of a label with a probability below 2^-52.
NO_PROBABILITY = 36.05


class Merging(Protocol):
    """A record of sums that merges."""

    def merge(self, other: Any, /) -> Any:  # noqa: ANN401
        """Return the sums over the rows of both."""
        ...


class MapReduce(Protocol):
    """Sum of a function over all chunks of logits, labels and weights.

    Weights have the sum of the effective rows, for what the standard errors and the prior of
    biases make of them; None if all are 1.
    """

    def __call__(self, function: Callable[[Floats, Labels, Weights], S]) -> S:
        """Apply the function to every chunk, and merge the results."""
        ...


@dataclass(frozen=True)
class TemperatureFit:
    """Temperatures, shape (K,), with their standard errors.

    K is 1, or the number of classes of a per-class fit. `passes` counts the passes over the
    data; `limits` describes it.
    """

    temperatures: Floats
    standard_errors: Floats
    passes: int
    limits: GradientLimits = field(repr=False, compare=False)

    @property
    def temperature(self) -> float:
        """The single temperature.

        Raises ValueError for a per-class fit.
        """
        if len(self.temperatures) != 1:
            raise ValueError("fitted per class, see `temperatures`")
        return float(self.temperatures[0])

    @property
    def standard_error(self) -> float:
        """Standard error of the single temperature."""
        return float(self.standard_errors[0]) if len(self.standard_errors) == 1 else np.nan

    @property
    def ci_95(self) -> tuple[float, float]:
        """95% CI of the single temperature, symmetric in log T."""
        width = Z_95 * self.standard_error / self.temperature
        factor = math.exp(width) if width < _LARGEST_EXPONENT else math.inf
        return self.temperature / factor, self.temperature * factor

    @property
    def fewest_rows(self) -> int:
        """Number of rows below which a fit says nothing."""
        return 2

    @property
    def undetermined(self) -> list[int]:
        """Indices of temperatures of too few rows, or whose 95% CI spans a factor above 100."""
        relative = self.standard_errors / self.temperatures
        few = (self.limits.rows < self.fewest_rows - _ROUNDING) | (
            2 * Z_95 * relative > math.log(_WIDEST_INTERVAL)
        )
        return np.flatnonzero(few).tolist()

    @property
    def may_depend_on_masks(self) -> bool:
        """True if very distant logits still have a probability at the temperature."""
        widest = self.limits.widest
        with np.errstate(divide="ignore"):
            near = widest / self.temperatures < NO_PROBABILITY + np.log(widest)
        return bool(((widest > _FARTHEST_LOGIT) & near).any())


class NoTemperatureError(ValueError):
    """No finite positive temperature minimizes the NLL.

    Lists class indices, or 0 for a single temperature: `uninformative` if labels are no
    better than chance (the NLL is lowest at T = infinity), `separable` if every label is
    predicted (lowest at T = 0), `unlabeled` if there is no label.
    """

    def __init__(
        self, uninformative: list[int], separable: list[int], unlabeled: list[int]
    ) -> None:
        super().__init__(
            "labels are no better than chance: the NLL is lowest at T = infinity"
            if uninformative
            else "every label has the largest logit: the NLL is lowest at T = 0"
            if separable
            else "no labeled rows"
        )
        self.uninformative = uninformative
        self.separable = separable
        self.unlabeled = unlabeled

    @property
    def affected(self) -> list[int]:
        """The classes that the message is about."""
        return self.uninformative or self.separable or self.unlabeled
