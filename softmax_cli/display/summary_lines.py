"""Summary lines of evaluation reports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.display.number_format import format_count, format_temperature
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.metrics.evaluate import Evaluation


def rows_summary(report: EvaluationReport) -> str:
    """Return the number of rows and classes, the activation, and the skipped rows."""
    evaluation = report.evaluation
    classes = len(evaluation.classes)
    text = f"{printable(report.source)}: {format_count(evaluation.rows, 'labeled row')}, "
    text += f"{format_count(classes, 'class', 'classes')}, {report.activation}"
    if report.temperature != 1:
        text += f" at temperature {format_temperature(report.temperature)}"
    if report.weight_column is not None:
        effective = f"{evaluation.effective_rows:,.1f} effective rows"
        text += f', weighted by "{printable(report.weight_column)}" ({effective})'
    skipped = []
    if report.zero_weight:
        skipped.append(f"{format_count(report.zero_weight, 'row')} of weight 0")
    if evaluation.unlabeled:
        skipped.append(f"{format_count(evaluation.unlabeled, 'row')} without a label")
    if report.invalid:
        skipped.append(f"{format_count(report.invalid, 'invalid row')}")
    return f"{text}; skipped: {', '.join(skipped)}." if skipped else f"{text}."


def zero_probability_note(evaluation: Evaluation) -> str | None:
    """Report the number of labels with probability 0; None if there are none."""
    if not evaluation.zero_probability_labels:
        return None
    labels = format_count(evaluation.zero_probability_labels, "label has", "labels have")
    return f"The NLL is infinite: {labels} probability 0."
