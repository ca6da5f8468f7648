"""Report of a calibration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.evaluation.report import EvaluationReport, Temperature

if TYPE_CHECKING:
    from softmax_cli.calibration.maps import CalibrationFit
    from softmax_cli.calibration.selection import Selection
    from softmax_cli.errors import Notice
    from softmax_cli.metrics.paired import PairedComparison


@dataclass(frozen=True)
class CalibrationReport:
    """A fitted map, and the metrics before and after.

    Attributes:
        fit: the map, fitted on all rows but those held out.
        evaluated_on: description of the rows of the metrics.
        in_sample: True if the map was fitted on these rows.
        fold_temperatures: empty without cross-validation.
        paired: after minus before on the same rows.
        changed: number of predicted classes that differ after.
        class_shares: share of each class among the labels of the fit, or its base rate; of
            their weights, if there are any.
        input_scale: scale of the input, a name of SCALES.
        selection: how the map was chosen; None if it was given.
        notices: warnings about the rows of the fit.
        effective_rows_fitted: (sum w)^2 / sum w^2 of the weights of the fit; None without weights.
    """

    fit: CalibrationFit
    rows_fitted: int
    before: EvaluationReport
    after: EvaluationReport
    evaluated_on: str
    in_sample: bool
    seed: int
    paired: PairedComparison
    changed: int = 0
    fold_temperatures: Sequence[Temperature] = ()
    class_shares: Sequence[float] = ()
    input_scale: str = "logits"
    selection: Selection | None = None
    notices: Sequence[Notice] = ()
    effective_rows_fitted: float | None = None
