"""The verdict on a calibration in sentences, and its tests as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.display.documents.document import Column, Table
from softmax_cli.display.number_format import format_bounded, format_count, format_percent
from softmax_cli.display.views.evaluation_tables import format_metric, format_z
from softmax_cli.errors import printable
from softmax_cli.metrics import METRICS
from softmax_cli.metrics.verdict import (
    AUTO,
    BIAS,
    BORDERLINE,
    CALIBRATED,
    MISCALIBRATED,
    SIGNIFICANT,
    TEMPERATURE,
    is_below_majority,
    is_decided_by_few_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.display.documents.document import Value
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.groups import GroupResult
    from softmax_cli.metrics.verdict import Finding

_OPTIONS = {TEMPERATURE: "temperature", BIAS: "--map bias", AUTO: "--map auto"}
_MOST_GROUPS = 3


def verdict_sentence(evaluation: Evaluation) -> str:
    """Return the verdict, with the strongest finding and its size."""
    verdict = evaluation.verdict
    if verdict.word == CALIBRATED:
        return f"Calibrated, as far as these rows can tell{_exceptions(evaluation)}."
    if verdict.word == MISCALIBRATED:
        return f"Not calibrated: {_describe(evaluation, verdict.findings[0])}."
    if verdict.word == BORDERLINE:
        failed = f"{verdict.failed} of {format_count(len(verdict.findings), 'test')}"
        return (
            f"Borderline: {failed} below p = 0.05, which could be chance: "
            f"{_describe(evaluation, verdict.findings[0])}."
        )
    rows = format_count(evaluation.rows, "row")
    if verdict.detectable > 10:
        return f"Too few rows to tell: {rows}."
    least = f"{verdict.detectable * 100:.0f}%"
    return f"Too few rows to tell ({rows}): only a temperature error above {least} would show."


def groups_sentence(evaluation: Evaluation) -> str | None:
    """Return which groups are not calibrated; None if that is none."""
    groups = evaluation.groups or ()
    off = [group for group in groups if group.p_value < SIGNIFICANT]
    if not off:
        return None
    shown = ", ".join(map(_describe_group, off[:_MOST_GROUPS]))
    more = f" and {len(off) - _MOST_GROUPS:,} more" if len(off) > _MOST_GROUPS else ""
    verb = "is" if len(off) == 1 else "are"
    text = f"By group, {len(off):,} of {len(groups):,} {verb} not calibrated: {shown}{more}."
    if len(off) < len(groups) or len({group.z > 0 for group in off}) > 1:
        text += " A map fitted on all rows does not fix groups that differ: fit one on each."
    return text


def advice(evaluation: Evaluation) -> Iterator[str]:
    """Yield what to check before the findings are acted on, and what fixes them."""
    remedies = evaluation.verdict.remedies
    if not remedies:
        return
    if is_decided_by_few_rows(evaluation.summary):
        yield (
            "A few rows, whose labels have a probability near 0, account for most of the NLL: "
            "softmax calibrate names them, and its --floor limits their influence."
        )
    if is_below_majority(evaluation.summary, evaluation.metrics):
        yield (
            "Always predicting the most frequent class is more accurate: check that the labels "
            "match the rows and the class columns."
        )
        # Wrong labels have no temperature; other class shares have biases.
        remedies = [remedy for remedy in remedies if remedy != TEMPERATURE]
    if evaluation.exclusive and evaluation.metrics["accuracy"] == 1:
        yield (
            "Every label has the largest logit. softmax calibrate needs rows where some do not: "
            "rows not used in training, or more rows."
        )
        return
    start = "If it is not chance, " if evaluation.verdict.word == BORDERLINE else "Fix: "
    options = "" if evaluation.exclusive else " -a sigmoid"
    for remedy in remedies:
        command = remedy.replace("calibrate", f"calibrate{options}")
        yield (
            f"{start}softmax {command}, on labeled rows other than these, "
            f"{_effect(remedy, len(evaluation.classes))}."
        )


def findings_table(evaluation: Evaluation) -> Table:
    """Return the tests, the strongest first."""
    verdict = evaluation.verdict
    rows = [
        [*_finding_row(evaluation, finding), _OPTIONS[finding.remedy] if i < verdict.failed else ""]
        for i, finding in enumerate(verdict.findings)
    ]
    columns = [
        Column("test", wrap=True),
        *(Column(title, numeric=True) for title in ("measured", "expected", "z")),
        Column("p", numeric=True, probability=True),
        Column("fix"),
    ]
    note = (
        "Expected of a calibrated model on these rows: the mean entropy, the mean probability, "
        "the degrees of freedom, or the noise floor. Fix: an option of softmax calibrate."
    )
    return Table(columns, rows, note=note)


def format_p(p_value: float) -> str:
    """Return a p-value, `<0.0001` if it is smaller."""
    return format_bounded(max(p_value, 1e-300), 4)


def _effect(remedy: str, classes: int) -> str:
    if remedy == AUTO:
        return "selects a map"
    bias = "a bias" if classes == 1 else "a bias per class"
    return f"fits a temperature and {bias}" if remedy == BIAS else "fits a temperature"


def _exceptions(evaluation: Evaluation) -> str:
    """Name the calibration errors above 95% of calibrated models that the verdict does not test."""
    tested = {finding.test for finding in evaluation.verdict.findings}
    above = [
        METRICS[name].title
        for name, floor in evaluation.noise_floors.items()
        if name not in tested and name in evaluation.metrics
        if evaluation.metrics[name] > floor.upper
    ]
    if not above:
        return ""
    verb = "is" if len(above) == 1 else "are"
    return f", although {' and '.join(above)} {verb} above the 95th percentile of calibrated models"


def _describe_group(group: GroupResult) -> str:
    name = ", ".join(printable(value) or "(blank)" for value in group.name)
    return f'"{name}" {"over" if group.z > 0 else "under"}confident (z {group.z:.1f})'


def _describe(evaluation: Evaluation, finding: Finding) -> str:
    p_value = f"p {format_p(finding.p_value)}" if finding.p_value >= 1e-4 else "p <0.0001"
    z = "" if finding.z is None or not np.isfinite(finding.z) else f"z {finding.z:.1f}, "
    if finding.test == "sharpness":
        return f"{_direction(evaluation, finding)} ({z}{p_value})"
    if finding.test == "class total":
        return f"{_class_gap(evaluation, finding)} ({z}{p_value})"
    if finding.test == "class totals":
        worst = next(f for f in evaluation.verdict.findings if f.test == "class total")
        return f"{_class_gap(evaluation, worst)} (all classes together: {p_value})"
    floor = evaluation.noise_floors[finding.test]
    return (
        f"{METRICS[finding.test].title} {format_percent(finding.size)} is above the noise floor "
        f"({format_percent(floor.mean)}, 95% below {format_percent(floor.upper)}; {p_value})"
    )


def _direction(evaluation: Evaluation, finding: Finding) -> str:
    word = "overconfident" if finding.size > 0 else "underconfident"
    if finding.class_index is not None:
        return f'{word} on class "{printable(evaluation.classes[finding.class_index])}"'
    if not evaluation.exclusive or (evaluation.gap > 0) != (finding.size > 0):
        return word
    confidence, accuracy = (evaluation.metrics[name] for name in ("confidence", "accuracy"))
    return (
        f"{word}, mean confidence {format_percent(confidence)}, accuracy {format_percent(accuracy)}"
    )


def _class_gap(evaluation: Evaluation, finding: Finding) -> str:
    scores, k = evaluation.summary.scores, finding.class_index
    assert k is not None
    mean, share = scores.mean_probabilities[k], scores.base_rates[k]
    name = printable(evaluation.classes[k])
    rates = f"mean probability {format_percent(mean)}, base rate {format_percent(share)}"
    return f'class "{name}" has {rates}'


def _finding_row(evaluation: Evaluation, finding: Finding) -> list[Value]:
    p_value = max(finding.p_value, 1e-300)
    test, measured, expected = _compare(evaluation, finding)
    if finding.class_index is not None:
        test += f' of "{printable(evaluation.classes[finding.class_index])}"'
    z = "" if finding.z is None else format_z(finding.z)
    figures = [format_metric(value) for value in (measured, expected)]
    return [test, *figures, z, p_value]


def _compare(evaluation: Evaluation, finding: Finding) -> tuple[str, float, float]:
    """Return the quantity that a test compares, its value, and what is expected of it."""
    scores, k = evaluation.summary.scores, finding.class_index
    if finding.test == "sharpness":
        totals = evaluation.summary.totals
        nll = float(totals.nll[k or 0] / totals.rows[k or 0])
        # An infinite NLL leaves its expectation open.
        return "NLL", nll, nll - finding.size if np.isfinite(nll) else float("nan")
    if finding.test == "class total":
        assert k is not None
        return "base rate", float(scores.base_rates[k]), float(scores.mean_probabilities[k])
    if finding.test == "class totals":
        return "chi-squared of all classes", finding.size, len(evaluation.classes) - 1.0
    return METRICS[finding.test].title, finding.size, evaluation.noise_floors[finding.test].mean
