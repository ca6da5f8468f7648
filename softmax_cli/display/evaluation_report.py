"""An assessment as Rich tables: the figures with their conventions, and the diagram."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from softmax_cli.display import summary_lines as sentences
from softmax_cli.display.console import plain_table
from softmax_cli.display.reliability import reliability_diagram
from softmax_cli.errors import printable
from softmax_cli.metrics import METRICS
from softmax_cli.metrics.summary import MOST_STORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType
    from rich.table import Table

    from softmax_cli.display.console import Screen
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.metrics.evaluate import Evaluation

# Up to so many classes are all shown; of more, so many of those with the largest ECE.
_ALL_CLASSES = 50
_WORST = 20
_NOT_HELD = f"of more than {MOST_STORED:,} predictions only with --binning mass, which holds them"
_OF_CLASSES = ("rate", "confidence", "accuracy", "nll", "brier", "ece")


def evaluation_report(report: EvaluationReport, screen: Screen) -> list[RenderableType]:
    """All that was found about one file."""
    evaluation = report.evaluation
    parts: list[RenderableType] = [
        Text(sentences.rows_summary(report)),
        Text(sentences.confidence_summary(evaluation), style="bold"),
        Text(sentences.noise_floor_summary(evaluation), style="bold"),
        metrics_table([evaluation], ["value"], screen),
    ]
    if note := sentences.zero_probability_note(evaluation):
        parts.append(Text(note, style="bold red"))
    if evaluation.independent and len(evaluation.classes) > 1:
        parts.append(_class_table(evaluation, screen))
    return [*parts, *reliability_diagram(evaluation, screen)]


def metrics_table(
    evaluations: Sequence[Evaluation], titles: Sequence[str], screen: Screen
) -> Table:
    """A line for each metric, a column for each evaluation, and what the figure means."""
    table = plain_table(screen)
    table.add_column("metric", no_wrap=True)
    for title in titles:
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("what it is", overflow="fold", max_width=_meaning_width(screen, len(titles)))
    first = evaluations[0]
    for name in first.metrics:
        values = [_format_metric(evaluation.metrics[name]) for evaluation in evaluations]
        table.add_row(METRICS[name].title, *values, _definition(name, evaluations))
        if name == "ece":
            floors = [_format_metric(evaluation.noise_floor.mean) for evaluation in evaluations]
            table.add_row("  by chance", *floors, _noise_floor_definition(evaluations))
    if "ece_mass" not in first.metrics:
        table.add_row(METRICS["ece_mass"].title, *["-"] * len(evaluations), _NOT_HELD)
    return table


def convention(evaluation: Evaluation) -> str:
    """How predictions are put into bins."""
    bins = evaluation.binning.bins
    if evaluation.binning.binning == "mass":
        return f"{bins} bins of equally many rows"
    return f"{bins} bins (lo, hi] of equal width"


def _definition(name: str, evaluations: Sequence[Evaluation]) -> str:
    evaluation = evaluations[0]
    meaning = METRICS[name].definition(by_class=evaluation.independent) or ""
    text = meaning.format(bins=evaluation.binning.bins, convention=convention(evaluation))
    if name == "mce" and len(evaluations) == 1:
        task, i = evaluation.mce_bin
        bins = evaluation.summary.bins
        low, high = f"{bins.lower[task, i]:.3f}", f"{bins.upper[task, i]:.3f}"
        mass = evaluation.binning.binning == "mass"
        text += f": {low} to {high}, " if mass else f": ({low}, {high}], "
        text += sentences.count(int(bins.count[task, i]), "row")
        if evaluation.independent and len(evaluation.classes) > 1:
            text += f' of "{printable(evaluation.classes[task])}"'
    if name == "ece_mass" and evaluation.summary.stored is not None:
        text += f"; {evaluation.summary.tasks:,} predictions held"
    return text


def _noise_floor_definition(evaluations: Sequence[Evaluation]) -> str:
    limits = " and ".join(
        _format_metric(evaluation.noise_floor.upper) for evaluation in evaluations
    )
    return f"what a calibrated model would show; 95 % below {limits}"


def _class_table(evaluation: Evaluation, screen: Screen) -> Table:
    table = plain_table(screen)
    width = screen.width or 120
    figures = _OF_CLASSES if width >= 90 else ("rate", "confidence", "ece")
    room = width - 4 - sum(max(6, len(METRICS[name].title)) + 3 for name in figures)
    table.add_column("class", no_wrap=True, overflow="ellipsis", max_width=max(8, min(24, room)))
    for name in figures:
        table.add_column(METRICS[name].title.lower(), justify="right", no_wrap=True)
    errors = evaluation.by_class["ece"]
    shown = range(len(errors))
    if len(errors) > _ALL_CLASSES:
        shown = np.argsort(-np.nan_to_num(errors, nan=-1.0), kind="stable")[:_WORST].tolist()
        table.title = f"the {_WORST} classes with the largest ECE; -f json has all"
    for k in shown:
        values = [_format_metric(float(evaluation.by_class[name][k])) for name in figures]
        table.add_row(Text(printable(evaluation.classes[k])), *values)
    return table


def _meaning_width(screen: Screen, values: int) -> int | None:
    return None if screen.width is None else max(12, screen.width - 25 - 9 * values)


def _format_metric(value: float) -> str:
    return f"{value:.4f}" if math.isfinite(value) else ("inf" if value > 0 else "-")
