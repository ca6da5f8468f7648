"""All that is kept of a labelled stream: statistics of its blocks, added up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.metrics import bins as binned
from softmax_cli.metrics.noise_floor import Chance, error_by_chance
from softmax_cli.metrics.statistics import Classwise, Held, Histogram, Totals

if TYPE_CHECKING:
    from softmax_cli.metrics.bins import Bins
    from softmax_cli.metrics.outcomes import Outcomes

# So many predictions are held for bins of equal mass (32 MB) unless these are asked for.
MOST_HELD = 4_000_000
_FINER = 20


@dataclass(frozen=True)
class Binning:
    """How predictions are put into bins: how many, and of equal `width` or equal `mass`."""

    bins: int = 15
    binning: str = "width"


@dataclass(frozen=True)
class Summary:
    """The statistics of one or more blocks; `held` is None where there would be too many."""

    how: Binning
    totals: Totals
    histogram: Histogram
    classwise: Classwise | None
    held: Held | None

    @classmethod
    def of(cls, outcomes: Outcomes, how: Binning) -> Summary:
        """The statistics of one block."""
        return cls(
            how,
            Totals.of(outcomes, how.bins),
            Histogram.of(outcomes, how.bins),
            Classwise.of(outcomes, how.bins),
            Held.of(outcomes, how.bins),
        )

    def merge(self, other: Summary) -> Summary:
        """The statistics of both parts together."""
        classwise, held = None, None
        if self.classwise and other.classwise:
            classwise = self.classwise.merge(other.classwise)
        if self.held and other.held and self._may_hold(other):
            held = self.held.merge(other.held)
        totals = self.totals.merge(other.totals)
        return Summary(self.how, totals, self.histogram.merge(other.histogram), classwise, held)

    @property
    def questions(self) -> int:
        """How many yes-or-no questions were answered: rows, or rows x classes."""
        return int(self.totals.rows.sum())

    @cached_property
    def width_bins(self) -> Bins:
        """The bins of equal width of each question."""
        return binned.of_width(self.histogram, self.how.bins)

    @cached_property
    def mass_bins(self) -> Bins | None:
        """The bins of equal mass of each question, where the predictions are held."""
        return None if self.held is None else binned.of_mass(self.held, self.how.bins)

    @property
    def bins(self) -> Bins:
        """The bins asked for."""
        chosen = self.mass_bins if self.how.binning == "mass" else self.width_bins
        assert chosen is not None
        return chosen

    @cached_property
    def diagram(self) -> Bins:
        """The bins of all questions together: what a reliability diagram shows, K = 1."""
        if self.how.binning == "mass" and self.held is not None:
            pooled = tuple(part.reshape(-1, 1) for part in self.held.parts)
            return binned.of_mass(Held(pooled), self.how.bins)
        return binned.of_width(_pooled(self.histogram), self.how.bins)

    @cached_property
    def chance(self) -> Chance:
        """What ECE chance alone would give."""
        if self.how.binning == "mass" and self.held is not None:
            cells = binned.cells_of_mass(self.held, self.how.bins, _FINER)
            return error_by_chance(cells, self.how.bins)
        return error_by_chance(self.histogram, self.how.bins)

    def _may_hold(self, other: Summary) -> bool:
        return self.how.binning == "mass" or self.questions + other.questions <= MOST_HELD


def _pooled(histogram: Histogram) -> Histogram:
    return Histogram(*(np.sum(part, 0, keepdims=True) for part in vars(histogram).values()))
