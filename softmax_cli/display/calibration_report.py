"""A fitted temperature as Rich tables: the advice, and the figures before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from softmax_cli.display import summary_lines as sentences
from softmax_cli.display.console import plain_table
from softmax_cli.display.evaluation_report import figures_table
from softmax_cli.display.reliability import reliability
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from softmax_cli.calibration.report import Calibrated
    from softmax_cli.display.console import Screen

_MOST_CLASSES = 50


def calibration_report(found: Calibrated, screen: Screen) -> list[RenderableType]:
    """What was fitted and what comes of it."""
    before, after = found.before.evaluation, found.after.evaluation
    report: list[RenderableType] = [
        Text(sentences.advice(found), style="bold"),
        *(Text(line) for line in sentences.fitted(found)),
    ]
    if found.own:
        report.append(Text(sentences.OWN_JUDGE, style="bold red"))
    if note := sentences.doubt(found):
        report.append(Text(note))
    if len(found.fit.temperatures) > 1:
        report.append(_temperatures(found, screen))
    report.append(figures_table([before, after], ["before", "after"], screen))
    report.append(Text(f"After, {sentences.chance_verdict(after)}"))
    return [*report, *reliability(after, screen)]


def _temperatures(found: Calibrated, screen: Screen) -> Table:
    table = plain_table(screen)
    table.add_column("class", no_wrap=True, overflow="ellipsis", max_width=24)
    table.add_column("temperature", justify="right")
    table.add_column("standard error", justify="right")
    fit, classes = found.fit, found.before.evaluation.classes
    for k, name in enumerate(classes[:_MOST_CLASSES]):
        figures = f"{fit.temperatures[k]:.4g}", f"{fit.standard_errors[k]:.2g}"
        table.add_row(Text(printable(name)), *figures)
    if len(classes) > _MOST_CLASSES:
        table.title = f"the first {_MOST_CLASSES} of {len(classes)} classes; -f json has all"
    return table
