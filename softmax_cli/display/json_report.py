"""Assessments as plain facts for JSON: all that the tables show, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from softmax_cli.display.render import json_number
from softmax_cli.metrics.bins import wilson

if TYPE_CHECKING:
    from softmax_cli.calibration.report import Calibrated
    from softmax_cli.evaluation.report import Assessment, Temperature
    from softmax_cli.metrics.evaluate import Evaluation

_EDGES = {"width": "(lower, upper], 0 in the first", "mass": "equally many rows in each"}


def evaluation_facts(found: Assessment) -> dict[str, Any]:
    """All figures of one file."""
    evaluation = found.evaluation
    return {
        "source": found.source,
        "activation": found.activation,
        "temperature": _temperature(found.temperature),
        "classes": list(evaluation.classes),
        "rows": evaluation.rows,
        "unlabelled": evaluation.unlabelled,
        "invalid": found.invalid,
        **_figures(evaluation),
        "bins": _bins(evaluation),
        **({"by_class": _by_class(evaluation)} if evaluation.independent else {}),
    }


def calibration_facts(found: Calibrated) -> dict[str, Any]:
    """The temperature, what it was fitted for, and the figures before and after."""
    fit = found.fit
    return {
        "temperature": _temperature(fit.temperatures.tolist()),
        "standard_error": _temperature(fit.standard_errors.tolist()),
        "activation": found.before.activation,
        "classes": list(found.before.evaluation.classes),
        "source": found.before.source,
        "rows_fitted": found.rows_fitted,
        "rows_judged": found.before.evaluation.rows,
        "unlabelled": found.before.evaluation.unlabelled,
        "invalid": found.before.invalid,
        "judged_on": found.judged_on,
        "seed": found.seed,
        **({"fold_temperatures": [_temperature(t) for t in found.fold_temperatures]}
           if found.fold_temperatures else {}),
        "before": {**_figures(found.before.evaluation), "bins": _bins(found.before.evaluation)},
        "after": {**_figures(found.after.evaluation), "bins": _bins(found.after.evaluation)},
    }  # fmt: skip


def _figures(evaluation: Evaluation) -> dict[str, Any]:
    held = evaluation.summary.held is not None
    return {
        "metrics": {name: json_number(value) for name, value in evaluation.metrics.items()},
        "gap": json_number(evaluation.gap),
        "ece_by_chance": {
            "mean": evaluation.chance.mean,
            "percentile_95": evaluation.chance.upper,
            "beyond": evaluation.beyond_chance,
        },
        "infinite_nll": evaluation.impossible,
        "predictions_held": evaluation.summary.questions if held else 0,
        "binning": {
            "kind": evaluation.how.binning,
            "bins": evaluation.how.bins,
            "edges": _EDGES[evaluation.how.binning],
        },
    }


def _bins(evaluation: Evaluation) -> list[dict[str, Any]]:
    bins = evaluation.bins
    low, high = wilson(bins.happened[0], bins.count[0])
    names = ("probability", "rate") if evaluation.independent else ("confidence", "accuracy")
    return [
        {
            "lower": float(bins.lower[0, i]),
            "upper": float(bins.upper[0, i]),
            "rows": int(bins.count[0, i]),
            names[0]: json_number(float(bins.mean_predicted[0, i])),
            names[1]: json_number(float(bins.rate[0, i])),
            "interval_95": [json_number(float(low[i])), json_number(float(high[i]))],
        }
        for i in range(bins.count.shape[1])
    ]


def _by_class(evaluation: Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "class": name,
            **{key: json_number(float(of[k])) for key, of in evaluation.by_class.items()},
        }
        for k, name in enumerate(evaluation.classes)
    ]


def _temperature(given: Temperature) -> Any:  # noqa: ANN401
    """One number, or a list where each class has its own."""
    if not isinstance(given, Sequence):
        return json_number(given)
    values = [json_number(t) for t in given]
    return values[0] if len(values) == 1 else values
