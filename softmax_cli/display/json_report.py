"""Assessments as plain facts for JSON: all that the tables show, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from softmax_cli.display.render import json_number
from softmax_cli.metrics.bins import wilson

if TYPE_CHECKING:
    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.evaluation.report import EvaluationReport, Temperature
    from softmax_cli.metrics.evaluate import Evaluation

_EDGES = {"width": "(lower, upper], 0 in the first", "mass": "equally many rows in each"}


def evaluation_json(report: EvaluationReport) -> dict[str, Any]:
    """All figures of one file."""
    evaluation = report.evaluation
    return {
        "source": report.source,
        "activation": report.activation,
        "temperature": _temperature_json(report.temperature),
        "classes": list(evaluation.classes),
        "rows": evaluation.rows,
        "unlabeled": evaluation.unlabeled,
        "invalid": report.invalid,
        **_metrics_json(evaluation),
        "bins": _bins_json(evaluation),
        **({"by_class": _by_class_json(evaluation)} if evaluation.independent else {}),
    }


def calibration_json(report: CalibrationReport) -> dict[str, Any]:
    """The temperature, what it was fitted for, and the figures before and after."""
    fit = report.fit
    return {
        "temperature": _temperature_json(fit.temperatures.tolist()),
        "standard_error": _temperature_json(fit.standard_errors.tolist()),
        "activation": report.before.activation,
        "classes": list(report.before.evaluation.classes),
        "source": report.before.source,
        "rows_fitted": report.rows_fitted,
        "rows_evaluated": report.before.evaluation.rows,
        "unlabeled": report.before.evaluation.unlabeled,
        "invalid": report.before.invalid,
        "evaluated_on": report.evaluated_on,
        "seed": report.seed,
        **({"fold_temperatures": [_temperature_json(t) for t in report.fold_temperatures]}
           if report.fold_temperatures else {}),
        "before": _metrics_and_bins(report.before.evaluation),
        "after": _metrics_and_bins(report.after.evaluation),
    }  # fmt: skip


def _metrics_and_bins(evaluation: Evaluation) -> dict[str, Any]:
    return {**_metrics_json(evaluation), "bins": _bins_json(evaluation)}


def _metrics_json(evaluation: Evaluation) -> dict[str, Any]:
    held = evaluation.summary.stored is not None
    return {
        "metrics": {name: json_number(value) for name, value in evaluation.metrics.items()},
        "gap": json_number(evaluation.gap),
        "ece_noise_floor": {
            "mean": evaluation.noise_floor.mean,
            "percentile_95": evaluation.noise_floor.upper,
            "exceeded": evaluation.exceeds_noise_floor,
        },
        "infinite_nll": evaluation.zero_probability_labels,
        "predictions_stored": evaluation.summary.tasks if held else 0,
        "binning": {
            "kind": evaluation.binning.binning,
            "bins": evaluation.binning.bins,
            "edges": _EDGES[evaluation.binning.binning],
        },
    }


def _bins_json(evaluation: Evaluation) -> list[dict[str, Any]]:
    bins = evaluation.bins
    low, high = wilson(bins.observed[0], bins.count[0])
    names = ("probability", "rate") if evaluation.independent else ("confidence", "accuracy")
    return [
        {
            "lower": float(bins.lower[0, i]),
            "upper": float(bins.upper[0, i]),
            "rows": int(bins.count[0, i]),
            names[0]: json_number(float(bins.mean_predicted[0, i])),
            names[1]: json_number(float(bins.rate[0, i])),
            "ci_95": [json_number(float(low[i])), json_number(float(high[i]))],
        }
        for i in range(bins.count.shape[1])
    ]


def _by_class_json(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "class": name,
            **{key: json_number(float(of[k])) for key, of in evaluation.by_class.items()},
        }
        for k, name in enumerate(evaluation.classes)
    ]


def _temperature_json(given: Temperature) -> Any:  # noqa: ANN401
    """One number, or a list where each class has its own."""
    if not isinstance(given, Sequence):
        return json_number(given)
    values = [json_number(t) for t in given]
    return values[0] if len(values) == 1 else values
