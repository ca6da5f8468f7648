"""Effect of a map on labeled rows: statistics before and after, and their differences."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.evaluation.report import chunk_outcomes
from softmax_cli.metrics.paired import PairedSums, RowLosses
from softmax_cli.metrics.summary import Summary

if TYPE_CHECKING:
    from softmax_cli.calibration.maps import CalibrationFit
    from softmax_cli.evaluation.report import Calibration, Temperature
    from softmax_cli.evaluation.row_stats import LabeledChunk
    from softmax_cli.metrics.outcomes import Outcomes
    from softmax_cli.metrics.summary import Binning


@dataclass(frozen=True)
class MapEffect:
    """Statistics before and after a map, paired differences, and changed predictions."""

    before: Summary
    after: Summary
    paired: PairedSums
    changed: int

    def merge(self, other: MapEffect) -> MapEffect:
        """Return the statistics of the rows of both."""
        return MapEffect(
            self.before.merge(other.before),
            self.after.merge(other.after),
            self.paired.merge(other.paired),
            self.changed + other.changed,
        )

    @classmethod
    def of_map(
        cls, fit: CalibrationFit, chunk: LabeledChunk, input_scale: str, binning: Binning
    ) -> MapEffect:
        """Return the effect on a chunk."""
        before, after = (_outcomes(one, chunk, input_scale) for one in (None, fit))
        return cls(
            Summary.from_outcomes(before, binning),
            Summary.from_outcomes(after, binning),
            PairedSums.from_rows(*map(RowLosses.from_outcomes, (before, after))),
            _changed(before, after) if fit.has_bias else 0,
        )


def paired_sums(
    first: CalibrationFit | None,
    second: CalibrationFit | None,
    chunk: LabeledChunk,
    input_scale: str,
) -> PairedSums:
    """Return the differences of two maps, None for no map, on a chunk."""
    outcomes = (_outcomes(fit, chunk, input_scale) for fit in (first, second))
    return PairedSums.from_rows(*map(RowLosses.from_outcomes, outcomes))


def _outcomes(fit: CalibrationFit | None, chunk: LabeledChunk, input_scale: str) -> Outcomes:
    """Return the outcomes by a map, or by none; the floor is part of the chunk."""
    calibration: Calibration = 1.0
    if fit is not None:
        calibration = (
            replace(fit.calibration, floor=0.0) if fit.has_bias else fitted_temperature(fit)
        )
    return chunk_outcomes(input_scale, calibration, chunk)


def _changed(first: Outcomes, second: Outcomes) -> int:
    """Return the number of predicted classes that differ."""
    if first.labels is None:
        differ = (first.predicted >= 0.5) != (second.predicted >= 0.5)
        return int(np.count_nonzero(differ & first.counted))
    picks = first.probabilities.argmax(1) != second.probabilities.argmax(1)
    return int(np.count_nonzero(picks))


def fitted_temperature(fit: CalibrationFit) -> Temperature:
    """Return the single temperature of a fit, or one per class."""
    return fit.temperature if len(fit.temperatures) == 1 else fit.temperatures.tolist()
