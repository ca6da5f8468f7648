"""Tables of an evaluation: metrics, classes, groups and coverage."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.display.documents.document import Column, Table
from softmax_cli.display.number_format import format_bounded, format_count
from softmax_cli.errors import printable
from softmax_cli.metrics import METRICS
from softmax_cli.metrics.summary import MOST_STORED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.display.documents.document import Value
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.groups import GroupResult
    from softmax_cli.metrics.ranked.acceptance import Acceptance

# Above _ALL, only the _FIRST are shown.
_ALL = 50
_FIRST = 20
_NOT_STORED = f"more than {MOST_STORED:,} predictions require --binning mass"
_WEIGHTED = "takes no weights"


def metrics_table(evaluation: Evaluation) -> Table:
    """Return a row for each metric, with its standard error or its noise floor."""
    columns = [
        Column("metric", wrap=True),
        *(Column(title, numeric=True) for title in ("value", "SE", "noise floor", "95% below")),
    ]
    rows: list[list[Value]] = []
    for name, value in evaluation.metrics.items():
        error, floor = evaluation.standard_errors.get(name), evaluation.noise_floors.get(name)
        rows.append([
            METRICS[name].title_of(exclusive=evaluation.exclusive),
            format_metric(value),
            "" if error is None else format_metric(error),
            format_metric(floor.mean) if floor else "",
            format_metric(floor.upper) if floor else "",
        ])  # fmt: skip
    if "ece_mass" not in evaluation.metrics:
        rows.append([METRICS["ece_mass"].title, "-", "", "-", "-"])
    note = "SE: standard error. Noise floor: the mean error of a calibrated model on these rows."
    return Table(columns, rows, note=note)


def definition_table(evaluation: Evaluation) -> Table:
    """Return the definition of each metric."""
    rows: list[list[Value]] = [
        [
            METRICS[name].title_of(exclusive=evaluation.exclusive),
            define_metric(name, [evaluation]),
        ]
        for name in evaluation.metrics
    ]
    if "ece_mass" not in evaluation.metrics:
        reason = _NOT_STORED if evaluation.summary.histogram.squares is None else _WEIGHTED
        rows.append([METRICS["ece_mass"].title, reason])
    return Table([Column("metric", wrap=True), Column("definition", wrap=True)], rows)


def metrics_data(report: EvaluationReport) -> Table:
    """Return the metrics at full precision, by their names in JSON: of all rows, then by group."""
    evaluation = report.evaluation
    groups = evaluation.groups or ()
    fixed = ("metric", "value", "standard_error", "noise_floor", "noise_floor_95")
    names = [f"group_{name}" if name in fixed else name for name in report.group_columns]
    own = names if groups else []
    rows: list[list[Value]] = []
    for name, value in evaluation.metrics.items():
        floor = evaluation.noise_floors.get(name)
        error = evaluation.standard_errors.get(name)
        limits = (floor.mean, floor.upper) if floor else (None, None)
        rows.append([*[None] * len(own), name, value, error, *limits])
    for group in groups:
        rows += [[*_shown_name(group), *cells] for cells in _group_metrics(group)]
    return Table([Column(name) for name in (*own, *fixed)], rows)


def _shown_name(group: GroupResult) -> list[Value]:
    return [value or "(blank)" for value in group.name]


def _group_metrics(group: GroupResult) -> Iterator[list[Value]]:
    """Yield the name, the value, no standard error, and the noise floors of each metric."""
    values = {name: getattr(group, name) for name in ("rows", "accuracy", "nll", "brier", "ece")}
    for name, value in (values | {"z": group.z, "p_value": group.p_value}).items():
        limits = (group.noise_floor, group.noise_floor_95) if name == "ece" else (None, None)
        yield [name, value, None, *limits]


def class_table(evaluation: Evaluation) -> Table:
    """Return the base rate, mean probability and z of each class, those furthest off first."""
    scores = evaluation.summary.scores
    rate, mean = scores.base_rates, scores.mean_probabilities
    p_values = np.minimum(scores.class_p() * len(rate), 1.0)
    z = scores.class_z
    order = np.lexsort((-np.abs(np.nan_to_num(z)), p_values)).tolist()
    numeric = dict.fromkeys(("base rate", "mean probability"), (rate, mean))
    own = {} if evaluation.exclusive else evaluation.by_class
    extra = [name for name in ("accuracy", "nll", "brier", "ece", "auroc") if name in own]
    columns = [Column("class"), Column("labels", numeric=True)]
    columns += [Column(title, numeric=True, probability=True) for title in numeric]
    columns += [Column("z", numeric=True), Column("p", numeric=True, probability=True)]
    if not evaluation.exclusive:
        columns.append(Column("z of sharpness", numeric=True))
    columns += [Column(METRICS[name].title, numeric=True, probability=True) for name in extra]
    rows: list[list[Value]] = []
    for k in order[: len(order) if len(order) <= _ALL else _FIRST]:
        row: list[Value] = [
            evaluation.classes[k], f"{scores.observed[k]:,.6g}", float(rate[k]), float(mean[k]),
            format_z(z[k]), max(float(p_values[k]), 1e-300),
        ]  # fmt: skip
        row += [] if evaluation.exclusive else [format_z(scores.sharpness[k])]
        rows.append([*row, *(float(own[name][k]) for name in extra)])
    note = "z: of the sum of probabilities minus the labels; p: after Bonferroni's correction."
    if len(order) > _ALL:
        note += f" The {_FIRST} of {len(order)} classes furthest off; -f json has all."
    return Table(columns, rows, note=note)


def group_table(report: EvaluationReport) -> Table:
    """Return the metrics of each group, those furthest from calibrated first."""
    groups = report.evaluation.groups
    columns = [*map(Column, report.group_columns), Column("rows", numeric=True)]
    columns += [
        Column(title, numeric=True, probability=True)
        for title in ("accuracy", "NLL", "ECE", "noise floor", "95% below")
    ]
    columns += [Column("z", numeric=True), Column("p", numeric=True, probability=True)]
    shown = groups if len(groups) <= _ALL else groups[:_FIRST]
    rows: list[list[Value]] = [
        [
            *_shown_name(group), f"{group.rows:,}", group.accuracy,
            group.nll, group.ece, group.noise_floor, group.noise_floor_95, format_z(group.z),
            max(group.p_value, 1e-300),
        ]
        for group in shown
    ]  # fmt: skip
    note = "z: of the sharpness, above 0 if overconfident; p: after Holm's correction."
    if len(shown) < len(groups):
        note += f" The {_FIRST} of {len(groups):,} groups furthest off; -f json has all."
    return Table(columns, rows, note=note)


def coverage_table(acceptance: Acceptance) -> Table:
    """Return the steps of the test of a target accuracy."""
    columns = [
        Column("coverage", numeric=True, decimals=3),
        Column("confidence from", numeric=True, probability=True),
        Column("rows", numeric=True),
        Column("accuracy", numeric=True, probability=True),
        Column("p", numeric=True, probability=True),
        Column("accepted"),
    ]
    rows = [
        [
            step.coverage, step.threshold, f"{step.rows:,}", step.accuracy,
            max(step.p_value, 1e-300), "yes" if step.accepted else "no",
        ]
        for step in acceptance.steps
    ]  # fmt: skip
    note = (
        f"p: of fewer than {acceptance.target:g} of the predictions being correct. Steps are "
        "tested in order until one is above 0.05."
    )
    return Table(columns, rows, note=note)


def format_metric(value: float) -> str:
    """Return a metric with four digits after the point, or as `<0.0001`."""
    if not math.isfinite(value):
        return "-" if math.isnan(value) else "inf"
    return format_bounded(value, 4) if value >= 0 else f"-{format_bounded(-value, 4)}"


def format_z(z: float) -> str:
    """Return a standard score with one digit after the point."""
    return "-" if math.isnan(z) else f"{z:.1f}"


def convention(evaluation: Evaluation) -> str:
    """Return the number and type of the bins in words."""
    bins, mass = evaluation.binning.bins, evaluation.binning.binning == "mass"
    return f"{bins} equal-mass bins" if mass else f"{bins} equal-width bins (lo, hi]"


def define_metric(name: str, evaluations: Sequence[Evaluation]) -> str:
    """Return the definition of a metric; of a single evaluation, the bin of its MCE too."""
    evaluation = evaluations[0]
    template = METRICS[name].definition(exclusive=evaluation.exclusive) or ""
    text = template.format(bins=evaluation.binning.bins, convention=convention(evaluation))
    if len(evaluation.classes) == 1:
        text = text.replace(", mean over classes", "").replace(" of any class", "")
    if name == "mce" and len(evaluations) == 1:
        return f"{text}: {_mce_bin(evaluation)}"
    if name == "ece_mass":
        return f"{text}; {evaluation.summary.tasks:,} predictions"
    if name == "l2":
        return f"{convention(evaluation)}, {text}"
    if name == "auroc" and evaluation.summary.stored is None:
        return f"{text}; approximate, by fine bins"
    return text


def _mce_bin(evaluation: Evaluation) -> str:
    task, i = evaluation.mce_bin
    bins = evaluation.summary.bins
    low, high = f"{bins.lower[task, i]:.3f}", f"{bins.upper[task, i]:.3f}"
    mass = evaluation.binning.binning == "mass"
    text = f"{low} to {high}, " if mass else f"({low}, {high}], "
    text += format_count(round(bins.count[task, i]), "row")
    if not evaluation.exclusive and len(evaluation.classes) > 1:
        text += f' of "{printable(evaluation.classes[task])}"'
    return text
