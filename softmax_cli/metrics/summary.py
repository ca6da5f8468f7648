"""All that is kept of a labeled stream: statistics of its blocks, added up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.metrics import bins as binned
from softmax_cli.metrics.noise_floor import NoiseFloor, estimate_noise_floor
from softmax_cli.metrics.statistics import Classwise, Histogram, StoredPredictions, Totals

if TYPE_CHECKING:
    from softmax_cli.metrics.bins import Bins
    from softmax_cli.metrics.outcomes import Outcomes

# So many predictions are held for bins of equal mass (32 MB) unless these are asked for.
MOST_STORED = 4_000_000
_FINER = 20


@dataclass(frozen=True)
class Binning:
    """How predictions are put into bins: how many, and of equal `width` or equal `mass`."""

    bins: int = 15
    binning: str = "width"


@dataclass(frozen=True)
class Summary:
    """The statistics of one or more blocks; `held` is None where there would be too many."""

    binning: Binning
    totals: Totals
    histogram: Histogram
    classwise: Classwise | None
    stored: StoredPredictions | None

    @classmethod
    def of(cls, outcomes: Outcomes, binning: Binning) -> Summary:
        """The statistics of one block."""
        return cls(
            binning,
            Totals.of(outcomes, binning.bins),
            Histogram.of(outcomes, binning.bins),
            Classwise.of(outcomes, binning.bins),
            StoredPredictions.of(outcomes, binning.bins),
        )

    def merge(self, other: Summary) -> Summary:
        """The statistics of both parts together."""
        classwise, stored = None, None
        if self.classwise and other.classwise:
            classwise = self.classwise.merge(other.classwise)
        if self.stored and other.stored and self._may_hold(other):
            stored = self.stored.merge(other.stored)
        totals = self.totals.merge(other.totals)
        return Summary(
            self.binning, totals, self.histogram.merge(other.histogram), classwise, stored
        )

    @property
    def tasks(self) -> int:
        """How many yes-or-no questions were answered: rows, or rows x classes."""
        return int(self.totals.rows.sum())

    @cached_property
    def width_bins(self) -> Bins:
        """The bins of equal width of each question."""
        return binned.equal_width_bins(self.histogram, self.binning.bins)

    @cached_property
    def mass_bins(self) -> Bins | None:
        """The bins of equal mass of each question, where the predictions are held."""
        return (
            None if self.stored is None else binned.equal_mass_bins(self.stored, self.binning.bins)
        )

    @property
    def bins(self) -> Bins:
        """The bins asked for."""
        chosen = self.mass_bins if self.binning.binning == "mass" else self.width_bins
        assert chosen is not None
        return chosen

    @cached_property
    def diagram(self) -> Bins:
        """The bins of all questions together: what a reliability diagram shows, K = 1."""
        if self.binning.binning == "mass" and self.stored is not None:
            pooled = tuple(part.reshape(-1, 1) for part in self.stored.parts)
            return binned.equal_mass_bins(StoredPredictions(pooled), self.binning.bins)
        return binned.equal_width_bins(_pooled(self.histogram), self.binning.bins)

    @cached_property
    def noise_floor(self) -> NoiseFloor:
        """What ECE chance alone would give."""
        if self.binning.binning == "mass" and self.stored is not None:
            cells = binned.equal_mass_cells(self.stored, self.binning.bins, _FINER)
            return estimate_noise_floor(cells, self.binning.bins)
        return estimate_noise_floor(self.histogram, self.binning.bins)

    def _may_hold(self, other: Summary) -> bool:
        return self.binning.binning == "mass" or self.tasks + other.tasks <= MOST_STORED


def _pooled(histogram: Histogram) -> Histogram:
    return Histogram(*(np.sum(part, 0, keepdims=True) for part in vars(histogram).values()))
