"""Calibration reports as JSON records, at full precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from softmax_cli import __version__
from softmax_cli.display.calibration_lines import is_better
from softmax_cli.display.evaluation_json import bins_json, difference_json, metrics_json
from softmax_cli.display.json_values import json_number, json_temperature

if TYPE_CHECKING:
    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.calibration.selection import Selection
    from softmax_cli.metrics.evaluate import Evaluation


def calibration_json(report: CalibrationReport) -> dict[str, Any]:
    """Return the temperature, the classes of the fit, and the metrics before and after."""
    fit = report.fit
    return {
        "temperature": json_temperature(fit.temperatures.tolist()),
        "standard_error": json_temperature(fit.standard_errors.tolist()),
        "map": fit.map,
        **(_bias_json(report) if len(fit.bias) else {}),
        "floor": fit.floor,
        "activation": report.before.activation,
        "classes": list(report.before.evaluation.classes),
        "class_shares": list(report.class_shares),
        "input_scale": report.input_scale,
        "source": report.before.source,
        "rows_fitted": report.rows_fitted,
        "rows_evaluated": report.before.evaluation.rows,
        **(_weights_json(report) if report.effective_rows_fitted is not None else {}),
        "unlabeled": report.before.evaluation.unlabeled,
        "invalid": report.before.invalid,
        "evaluated_on": report.evaluated_on,
        "seed": report.seed,
        **({"fold_temperatures": [json_temperature(t) for t in report.fold_temperatures]}
           if report.fold_temperatures else {}),
        **({"selection": _selection_json(report.selection)} if report.selection else {}),
        "recommended": is_better(report),
        "paired": _paired_json(report),
        "versions": _versions(),
        "before": _metrics_and_bins(report.before.evaluation),
        "after": _metrics_and_bins(report.after.evaluation),
    }  # fmt: skip


def _weights_json(report: CalibrationReport) -> dict[str, Any]:
    return {
        "weight": report.before.weight_column,
        "zero_weight": report.before.zero_weight,
        "effective_rows_fitted": report.effective_rows_fitted,
        "effective_rows_evaluated": report.before.evaluation.effective_rows,
    }


def _bias_json(report: CalibrationReport) -> dict[str, Any]:
    fit = report.fit
    return {
        "bias": fit.bias.tolist(),
        "bias_standard_error": fit.bias_errors.tolist(),
        "precision": json_number(fit.precision),
    }


def _paired_json(report: CalibrationReport) -> dict[str, Any]:
    paired = report.paired
    return {
        "nll": difference_json(paired.nll),
        "brier": difference_json(paired.brier),
        "accuracy": difference_json(paired.accuracy),
        "only_before": paired.only_first,
        "only_after": paired.only_other,
        "mcnemar_p": paired.mcnemar_p,
        "changed": report.changed,
    }


def _selection_json(selection: Selection) -> dict[str, Any]:
    steps = [
        {
            "map": step.map,
            "against": step.against,
            "nll": difference_json(step.nll) if step.nll else None,
        }
        for step in selection.steps
    ]
    return {"chosen": selection.chosen, "steps": steps}


def _versions() -> dict[str, str]:
    import numpy as np

    return {"softmax-cli": __version__, "numpy": np.__version__}


def _metrics_and_bins(evaluation: Evaluation) -> dict[str, Any]:
    return {**metrics_json(evaluation), "bins": bins_json(evaluation)}
