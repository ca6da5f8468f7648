"""Evaluation reports as JSON records, at full precision; KEYS documents them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from softmax_cli.display.json_values import json_number, json_temperature

if TYPE_CHECKING:
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.paired import Difference, PairedComparison
    from softmax_cli.metrics.ranked.acceptance import Acceptance
    from softmax_cli.metrics.verdict import Verdict

# The keys of an evaluation. Numbers are exact; "inf" is text, NaN is null.
KEYS = {
    "source": "the file",
    "activation": "softmax or sigmoid",
    "temperature": "one, or one per class",
    "classes": "names of the classes",
    "rows": "labeled rows",
    "unlabeled": "rows without a label",
    "invalid": "rows without probabilities",
    "weight": "column of weights, with --weight",
    "zero_weight": "rows of weight 0, with --weight",
    "effective_rows": "(sum w)^2 / sum w^2: the rows without weights",
    "verdict": "word (calibrated, miscalibrated, borderline, too few rows), the tests (test, size, "
    "z, p_value, class, remedy), how many failed, remedies, and the detectable relative error of T",
    "metrics": "value of each metric",
    "standard_errors": "of the accuracy, NLL and Brier score",
    "noise_floors": "mean and percentile_95 of each calibration error of a calibrated model",
    "gap": "mean confidence minus accuracy, or mean probability minus base rate",
    "ece_noise_floor": "mean and percentile_95; exceeded if the ECE is above",
    "infinite_nll": "labels of probability 0",
    "predictions_stored": "predictions behind the equal-mass bins and the AUROC; 0 if too many",
    "binning": "kind, number and edges of the bins",
    "bins": "bins of the reliability diagram, with the Wilson interval of the rate; with --binning "
    "isotonic the blocks of the curve, with the band_95 of a calibrated model instead",
    "by_class": "each class: labels, rate, probability, gap, z and p_value of its total; for "
    "sigmoid its metrics and the z of its sharpness; for softmax with --by-class",
    "class_chi_square": "all class totals together: statistic, degrees_of_freedom, p_value",
    "groups": "with --by, each group: name, rows, metrics, z and Holm's p_value, furthest first",
    "group_columns": "columns of the groups, with --by",
    "risk": "aurc, e_aurc and augrc: mean error rate over coverages; needs stored predictions",
    "acceptance": "with --accept: target, accepted (or null) and the tested steps",
}
_EDGES = {
    "width": "(lower, upper], 0 in the first",
    "mass": "equal number of rows in each",
    "isotonic": "blocks of the isotonic curve",
}


def evaluation_json(report: EvaluationReport, *, by_class: bool = False) -> dict[str, Any]:
    """Return the metrics of one file, each class for softmax only if `by_class`."""
    evaluation = report.evaluation
    record = {
        "source": report.source,
        "activation": report.activation,
        "temperature": json_temperature(report.temperature),
        "classes": list(evaluation.classes),
        "rows": evaluation.rows,
        "unlabeled": evaluation.unlabeled,
        "invalid": report.invalid,
        "effective_rows": evaluation.effective_rows,
        "verdict": _verdict_json(evaluation.verdict, evaluation.classes),
        **metrics_json(evaluation),
        "bins": bins_json(evaluation),
    }
    if report.weight_column is not None:
        record |= {"weight": report.weight_column, "zero_weight": report.zero_weight}
    if test := evaluation.summary.scores.chi_square():
        names = ("statistic", "degrees_of_freedom", "p_value")
        record["class_chi_square"] = dict(zip(names, test, strict=True))
    if by_class or not evaluation.exclusive:
        record["by_class"] = _by_class_json(evaluation)
    if risk := evaluation.risk:
        record["risk"] = dict(zip(("aurc", "e_aurc", "augrc"), risk, strict=True))
    if report.group_columns:
        record["group_columns"] = list(report.group_columns)
        record["groups"] = [_numbers(asdict(group)) for group in evaluation.groups]
    if report.acceptance:
        record["acceptance"] = _acceptance_json(report.acceptance)
    return record


def metrics_json(evaluation: Evaluation) -> dict[str, Any]:
    """Return the metrics, their standard errors and noise floors."""
    stored = evaluation.summary.stored is not None
    return {
        "metrics": _numbers(evaluation.metrics),
        "standard_errors": _numbers(evaluation.standard_errors),
        "noise_floors": {
            name: {"mean": floor.mean, "percentile_95": floor.upper}
            for name, floor in evaluation.noise_floors.items()
        },
        "gap": json_number(evaluation.gap),
        "ece_noise_floor": {
            "mean": evaluation.noise_floor.mean,
            "percentile_95": evaluation.noise_floor.upper,
            "exceeded": evaluation.exceeds_noise_floor,
        },
        "infinite_nll": evaluation.zero_probability_labels,
        "predictions_stored": evaluation.summary.tasks if stored else 0,
        "binning": {
            "kind": evaluation.binning.binning,
            "bins": evaluation.binning.bins,
            "edges": _EDGES[evaluation.binning.binning],
        },
    }


def bins_json(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return the bins of the reliability diagram."""
    bins = evaluation.bins
    interval = "ci_95" if bins.band is None else "band_95"
    low, high = bins.band or bins.ci_95
    names = ("confidence", "accuracy") if evaluation.exclusive else ("probability", "rate")
    whole = bins.squares is None
    return [
        {
            "lower": float(bins.lower[0, i]),
            "upper": float(bins.upper[0, i]),
            "rows": int(bins.count[0, i]) if whole else float(bins.count[0, i]),
            names[0]: json_number(float(bins.mean_predicted[0, i])),
            names[1]: json_number(float(bins.rate[0, i])),
            interval: [json_number(float(limit[0, i])) for limit in (low, high)],
        }
        for i in range(bins.count.shape[1])
    ]


def comparison_json(
    reports: list[EvaluationReport], comparisons: list[PairedComparison]
) -> dict[str, Any]:
    """Return the evaluation of each file, and the differences of each further one to the first."""
    differences = [
        {
            "source": report.source,
            "rows": comparison.rows,
            **{name: difference_json(getattr(comparison, name))
               for name in ("nll", "brier", "accuracy")},
            "only_first": comparison.only_first,
            "only_other": comparison.only_other,
            "mcnemar_p": comparison.mcnemar_p,
        }
        for report, comparison in zip(reports[1:], comparisons, strict=True)
    ]  # fmt: skip
    return {
        "models": [evaluation_json(report) for report in reports],
        "differences_to_first": differences,
    }


def difference_json(difference: Difference) -> dict[str, Any]:
    """Return a mean difference with its standard error and interval."""
    return {
        "mean": json_number(difference.mean),
        "standard_error": json_number(difference.standard_error),
        "ci_95": [json_number(limit) for limit in difference.ci_95],
    }


def _verdict_json(verdict: Verdict, classes: tuple[str, ...]) -> dict[str, Any]:
    tests = []
    for finding in verdict.findings:
        record = _numbers(asdict(finding))
        k = record.pop("class_index")
        tests.append({**record, "class": None if k is None else classes[k]})
    return {
        "word": verdict.word,
        "failed": verdict.failed,
        "remedies": verdict.remedies,
        "detectable": json_number(verdict.detectable),
        "tests": tests,
    }


def _by_class_json(evaluation: Evaluation) -> list[dict[str, Any]]:
    scores, metrics = evaluation.summary.scores, evaluation.by_class
    columns = {
        "labels": scores.observed,
        "rate": scores.base_rates,
        "probability": scores.mean_probabilities,
        "gap": scores.class_gaps,
        "z": scores.class_z,
        "p_value": scores.class_p(),
        **({} if evaluation.exclusive else {"sharpness_z": scores.sharpness}),
        **metrics,
    }
    return [
        {"class": name, **{key: json_number(float(x[k])) for key, x in columns.items()}}
        for k, name in enumerate(evaluation.classes)
    ]


def _acceptance_json(acceptance: Acceptance) -> dict[str, Any]:
    steps = [{**asdict(step), "accuracy": step.accuracy} for step in acceptance.steps]
    best = acceptance.accepted
    return {
        "target": acceptance.target,
        "accepted": {**asdict(best), "accuracy": best.accuracy} if best else None,
        "steps": steps,
    }


def _numbers(record: Any) -> dict[str, Any]:  # noqa: ANN401
    return {
        key: json_number(value) if isinstance(value, float) else value
        for key, value in dict(record).items()
    }
