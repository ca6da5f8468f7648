"""The record of a fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from softmax_cli.evaluation.report import EvaluationReport, Temperature

if TYPE_CHECKING:
    from softmax_cli.calibration.fit import TemperatureFit


@dataclass(frozen=True)
class CalibrationReport:
    """A fitted temperature, and the figures before and after on rows it was not fitted on.

    `judged_on` says which rows these are; `own` that they are the ones it was fitted on.
    `fold_temperatures` has those of the folds, where there were folds.
    """

    fit: TemperatureFit
    rows_fitted: int
    before: EvaluationReport
    after: EvaluationReport
    evaluated_on: str
    in_sample: bool
    seed: int
    fold_temperatures: Sequence[Temperature] = ()
