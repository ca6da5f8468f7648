"""Summary of a labeled stream: the statistics of its chunks, merged."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.metrics import bins as binned
from softmax_cli.metrics.losses import LossSums
from softmax_cli.metrics.noise_floor import (
    NoiseFloor,
    estimate_classwise_noise_floor,
    estimate_noise_floor,
    estimate_noise_floors,
)
from softmax_cli.metrics.ranked.corp import (
    IsotonicCurve,
    estimate_miscalibration_floors,
    isotonic_bins,
)
from softmax_cli.metrics.ranked.predictions import RankedPredictions, auroc_of_keys
from softmax_cli.metrics.score_tests import ScoreSums
from softmax_cli.metrics.statistics import Classwise, Histogram, StoredPredictions, Totals

if TYPE_CHECKING:
    from softmax_cli.metrics.bins import Bins
    from softmax_cli.metrics.outcomes import Outcomes

# Predictions stored for equal-mass bins (32 MB) unless --binning mass stores all.
MOST_STORED = 4_000_000
_FINER = 20


@dataclass(frozen=True)
class Binning:
    """Number of bins, and their type: equal `width` or equal `mass`.

    With `isotonic` the diagram has the blocks of an isotonic curve, and the calibration errors
    equal-width bins.
    """

    bins: int = 15
    binning: str = "width"


@dataclass(frozen=True)
class Summary:
    """Statistics of one or more chunks.

    `stored` is None above MOST_STORED predictions, and for rows with weights.
    """

    binning: Binning
    totals: Totals
    histogram: Histogram
    classwise: Classwise | None
    scores: ScoreSums
    losses: LossSums
    stored: StoredPredictions | None

    @classmethod
    def from_outcomes(cls, outcomes: Outcomes, binning: Binning) -> Summary:
        """Summarize one chunk."""
        return cls(
            binning,
            Totals.from_outcomes(outcomes, binning.bins),
            Histogram.from_outcomes(outcomes, binning.bins),
            Classwise.from_outcomes(outcomes, binning.bins),
            ScoreSums.from_outcomes(outcomes),
            LossSums.from_outcomes(outcomes),
            None
            if outcomes.weights is not None
            else StoredPredictions.from_outcomes(outcomes, binning.bins),
        )

    def merge(self, other: Summary) -> Summary:
        """Return the statistics of both, merged."""
        classwise, stored = None, None
        if self.classwise and other.classwise:
            classwise = self.classwise.merge(other.classwise)
        if self.stored and other.stored and self._may_store(other):
            stored = self.stored.merge(other.stored)
        return Summary(
            self.binning,
            self.totals.merge(other.totals),
            self.histogram.merge(other.histogram),
            classwise,
            self.scores.merge(other.scores),
            self.losses.merge(other.losses),
            stored,
        )

    @property
    def exclusive(self) -> bool:
        """True for mutually exclusive classes: only these have classwise gaps."""
        return self.classwise is not None

    @property
    def tasks(self) -> int:
        """Number of binary tasks: rows, or rows x classes."""
        return int(self.totals.rows.sum())

    @cached_property
    def width_bins(self) -> Bins:
        """Equal-width bins of each task."""
        return binned.equal_width_bins(self.histogram, self.binning.bins)

    @cached_property
    def mass_bins(self) -> Bins | None:
        """Equal-mass bins of each task; None if the predictions are not stored."""
        return (
            None if self.stored is None else binned.equal_mass_bins(self.stored, self.binning.bins)
        )

    @property
    def bins(self) -> Bins:
        """Bins of the requested type."""
        requested = self.mass_bins if self.binning.binning == "mass" else self.width_bins
        assert requested is not None
        return requested

    @cached_property
    def diagram(self) -> Bins:
        """Bins of all tasks together, for the reliability diagram: K = 1."""
        if self.isotonic:
            return isotonic_bins(self._pooled_ranks)
        if self.binning.binning == "mass" and self.stored is not None:
            return binned.equal_mass_bins(self.stored.pooled, self.binning.bins)
        return binned.equal_width_bins(_pooled(self.histogram), self.binning.bins)

    @cached_property
    def ranked(self) -> list[RankedPredictions]:
        """Predictions of each task by their rank: exact while they are stored."""
        if self.stored is not None:
            return [RankedPredictions.from_keys(keys) for keys in self.stored.sorted_keys]
        tasks = range(len(self.histogram.count))
        return [RankedPredictions.from_cells(self.histogram, task) for task in tasks]

    @property
    def auroc(self) -> list[float]:
        """The AUROC of each task: exact while predictions are stored."""
        if self.stored is not None:
            return [auroc_of_keys(keys) for keys in self.stored.sorted_keys]
        return [ranked.auroc() for ranked in self.ranked]

    @property
    def isotonic(self) -> bool:
        """True if there is an isotonic curve."""
        return self.binning.binning == "isotonic"

    @cached_property
    def curves(self) -> list[IsotonicCurve]:
        """The isotonic curve of each task."""
        return [IsotonicCurve.fit(ranked) for ranked in self.ranked]

    @property
    def noise_floor(self) -> NoiseFloor:
        """ECE of a calibrated model with these predictions."""
        return self.noise_floors["ece"]

    @cached_property
    def noise_floors(self) -> dict[str, NoiseFloor]:
        """Each calibration error of a calibrated model, by its name in METRICS."""
        bins = self.binning.bins
        mass = None
        if self.stored is not None:
            mass = binned.equal_mass_cells(self.stored, bins, _FINER)
        if self.binning.binning == "mass" and mass is not None:
            floors = estimate_noise_floors(mass, bins)
            floors["ece_mass"] = floors["ece"]
        else:
            floors = estimate_noise_floors(self.histogram, bins)
            if mass is not None:
                floors["ece_mass"] = estimate_noise_floor(mass, bins)
        if self.classwise is not None:
            floors["ece_classwise"] = estimate_classwise_noise_floor(self.classwise)
        if self.isotonic:
            floors |= estimate_miscalibration_floors(self.ranked)
        return floors

    @property
    def _pooled_ranks(self) -> RankedPredictions:
        if len(self.ranked) == 1:
            return self.ranked[0]
        if self.stored is None:
            return RankedPredictions.from_cells(_pooled(self.histogram), 0)
        return RankedPredictions.from_keys(self.stored.pooled.sorted_keys[0])

    def _may_store(self, other: Summary) -> bool:
        return self.binning.binning == "mass" or self.tasks + other.tasks <= MOST_STORED


def _pooled(histogram: Histogram) -> Histogram:
    return histogram.apply(lambda values: np.sum(values, 0, keepdims=True))
