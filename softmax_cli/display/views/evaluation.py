"""The report of an evaluation as a document: the verdict first and last."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from softmax_cli.display.documents.document import (
    Block,
    Document,
    Drawing,
    Heading,
    Paragraph,
)
from softmax_cli.display.evaluation_json import evaluation_json
from softmax_cli.display.number_format import format_percent
from softmax_cli.display.reliability import reliability_diagram
from softmax_cli.display.summary_lines import rows_summary, zero_probability_note
from softmax_cli.display.views import evaluation_tables as tables
from softmax_cli.display.views.verdict_text import (
    advice,
    findings_table,
    groups_sentence,
    verdict_sentence,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from softmax_cli.display.console import Screen
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.ranked.acceptance import Acceptance


def evaluation_document(report: EvaluationReport, *, by_class: bool = False) -> Document:
    """Return the page of one file, with a row for each class if `by_class`."""
    evaluation = report.evaluation
    by_class |= not evaluation.exclusive and len(evaluation.classes) > 1
    return Document(
        f"Evaluation of {report.source}",
        list(_blocks(report, by_class=by_class)),
        tables.metrics_data(report),
        partial(evaluation_json, report, by_class=by_class),
    )


def reliability_drawing(evaluation: Evaluation, title: str) -> Drawing:
    """Return the reliability diagram as a block."""

    def text(screen: Screen) -> Sequence[RenderableType]:
        return reliability_diagram(evaluation, screen)

    def svg() -> str:
        from softmax_cli.display.plot import reliability_svg

        return reliability_svg([evaluation], [title])

    return Drawing(f"Reliability diagram of {title}", text, svg)


def _blocks(report: EvaluationReport, *, by_class: bool) -> Iterator[Block]:
    evaluation = report.evaluation
    yield from _verdict(evaluation)
    yield Paragraph(rows_summary(report))
    yield tables.metrics_table(evaluation)
    if note := zero_probability_note(evaluation):
        yield Paragraph(note, strong=True)
    if by_class:
        yield Heading("Classes")
        yield tables.class_table(evaluation)
    if evaluation.groups:
        yield Heading(f"Groups by {', '.join(report.group_columns)}")
        yield tables.group_table(report)
    if report.acceptance:
        yield Heading("Acceptance")
        yield Paragraph(acceptance_sentence(report.acceptance), strong=True)
        if report.acceptance.steps:
            yield tables.coverage_table(report.acceptance)
    yield Heading("Reliability")
    yield reliability_drawing(evaluation, f"{report.source}, {report.activation}")
    yield Heading("Definitions")
    yield tables.definition_table(evaluation)
    yield Heading("Verdict")
    yield findings_table(evaluation)
    yield from _verdict(evaluation)
    yield from map(Paragraph, advice(evaluation))


def _verdict(evaluation: Evaluation) -> Iterator[Block]:
    yield Paragraph(verdict_sentence(evaluation), strong=True)
    if groups := groups_sentence(evaluation):
        yield Paragraph(groups, strong=True)


def acceptance_sentence(acceptance: Acceptance) -> str:
    """Return from which confidence predictions may be accepted."""
    accepted, target = acceptance.accepted, f"{100 * acceptance.target:g}%"
    if not acceptance.steps:
        return (
            f"Too few rows to accept any: it takes {acceptance.least_rows:,} correct predictions "
            f"to show {target} with 95% certainty."
        )
    if accepted is None:
        return f"No share of the predictions is correct in {target} of cases with 95% certainty."
    # Rounded down, so that the least confident of the accepted rows is among them.
    threshold = math.floor(accepted.threshold * 1e9) / 1e9
    return (
        f"Accept predictions with confidence >= {threshold:.9f}: with 95% certainty at "
        f"least {target} of them are correct. They are {format_percent(accepted.coverage)} of the "
        f"rows, {format_percent(accepted.accuracy)} of them correct here. Mark them: softmax "
        f"convert --accept {threshold:.9f}."
    )
