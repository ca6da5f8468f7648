"""A fitted temperature as Rich tables: the advice, and the figures before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from softmax_cli.display import summary_lines as sentences
from softmax_cli.display.console import plain_table
from softmax_cli.display.evaluation_report import metrics_table
from softmax_cli.display.reliability import reliability_diagram
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.display.console import Screen

_MOST_CLASSES = 50


def calibration_report(report: CalibrationReport, screen: Screen) -> list[RenderableType]:
    """What was fitted and what comes of it."""
    before, after = report.before.evaluation, report.after.evaluation
    parts: list[RenderableType] = [
        Text(sentences.recommendation(report), style="bold"),
        *(Text(line) for line in sentences.fit_summary(report)),
    ]
    if report.in_sample:
        parts.append(Text(sentences.IN_SAMPLE_WARNING, style="bold red"))
    if note := sentences.unit_temperature_note(report):
        parts.append(Text(note))
    if len(report.fit.temperatures) > 1:
        parts.append(_temperatures(report, screen))
    parts.append(metrics_table([before, after], ["before", "after"], screen))
    parts.append(Text(f"After, {sentences.noise_floor_summary(after)}"))
    return [*parts, *reliability_diagram(after, screen)]


def _temperatures(report: CalibrationReport, screen: Screen) -> Table:
    table = plain_table(screen)
    table.add_column("class", no_wrap=True, overflow="ellipsis", max_width=24)
    table.add_column("temperature", justify="right")
    table.add_column("standard error", justify="right")
    fit, classes = report.fit, report.before.evaluation.classes
    for k, name in enumerate(classes[:_MOST_CLASSES]):
        figures = f"{fit.temperatures[k]:.4g}", f"{fit.standard_errors[k]:.2g}"
        table.add_row(Text(printable(name)), *figures)
    if len(classes) > _MOST_CLASSES:
        table.title = f"the first {_MOST_CLASSES} of {len(classes)} classes; -f json has all"
    return table
