"""Reliability diagram in text: observed rate and mean prediction of each bin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rich.text import Text

from softmax_cli.display.console import plain_table
from softmax_cli.metrics.bins import Bins

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from softmax_cli.activations.exact import Floats
    from softmax_cli.display.console import Screen
    from softmax_cli.metrics.evaluate import Evaluation

_TRACK = 41
_LEAST_TRACK = 21  # next to a column of intervals, which is dropped on a narrower screen
_SHORTEST_TRACK = 11
# Lines of the diagram that an isotonic curve is joined to, at most.
_MOST_BLOCKS = 20
# Observed and predicted quantity, for exclusive and independent classes.
_QUANTITIES = {True: ("accuracy", "confidence"), False: ("rate", "probability")}


def reliability_diagram(evaluation: Evaluation, screen: Screen) -> list[RenderableType]:
    """Render the diagram and its legend."""
    return [_Diagram(evaluation, screen).table(), _legend(evaluation, screen)]


class _Diagram:
    def __init__(self, evaluation: Evaluation, screen: Screen) -> None:
        self._bins = join_blocks(evaluation.bins, _MOST_BLOCKS)
        self._observed, self._predicted = _QUANTITIES[evaluation.exclusive]
        self._screen = screen
        self._marks = "├─┤●◆·" if screen.unicode else "[-]o#."
        self._low, self._high = (limit[0] for limit in self._bins.band or self._bins.ci_95)
        self._has_intervals, self._narrow = True, False
        self._width = self._fit()

    def table(self) -> Table:
        """Render a line for each bin from the first to the last with rows."""
        table = plain_table(self._screen)
        table.padding = (0, 0 if self._narrow else 1, 0, 0 if self._narrow else 1)
        table.add_column("above" if self._narrow else self._predicted, no_wrap=True)
        table.add_column("rows", justify="right", no_wrap=True)
        table.add_column(self._axis(), no_wrap=True)
        table.add_column(self._observed, justify="right", no_wrap=True)
        if self._has_intervals:
            table.add_column("95% CI" if self._bins.band is None else "95% band", no_wrap=True)
        table.add_column("gap", justify="right", no_wrap=True)
        used = np.flatnonzero(self._bins.count[0])
        for i in range(int(used[0]), int(used[-1]) + 1):
            self._add(table, i)
        return table

    def _fit(self) -> int:
        """Return the width of the track that the screen leaves, odd to have a middle."""
        if self._screen.width is None:
            return _TRACK
        rows = max(4, len(f"{self._bins.count.max():,.0f}"))
        room = (
            self._screen.width - len("0.000 to 0.000") - rows - max(5, len(self._observed)) - 6 - 16
        )
        interval = len("0.000 to 0.000") + 3
        self._has_intervals = room - interval >= _LEAST_TRACK
        width = min(_TRACK, room - interval if self._has_intervals else room)
        self._narrow = width < _SHORTEST_TRACK
        return max(_SHORTEST_TRACK, width - 1 + width % 2)

    def _add(self, table: Table, i: int) -> None:
        bins = self._bins
        edges = _edge(bins.lower[0, i])
        if not self._narrow:
            edges += f" to {_edge(bins.upper[0, i])}"
        if not bins.count[0, i]:
            table.add_row(edges, "0", self._empty(), style="dim")
            return
        rate, predicted = bins.rate[0, i], bins.mean_predicted[0, i]
        inside = self._low[i] <= (predicted if bins.band is None else rate) <= self._high[i]
        style = "green" if inside else "red"
        gap = Text(f"{round(predicted - rate, 3) + 0.0:+.3f}", style="" if inside else "bold red")
        interval = [f"{self._low[i]:.3f} to {self._high[i]:.3f}"] if self._has_intervals else []
        track = self._track(float(rate), float(predicted), i, style)
        table.add_row(edges, f"{bins.count[0, i]:,.0f}", track, f"{rate:.3f}", *interval, gap)

    def _track(self, rate: float, predicted: float, i: int, style: str) -> Text:
        left, line, right, point, mark, dot = list(self._marks)
        cells = [" "] * self._width
        for tick in range(5):
            cells[self._place(tick / 4)] = dot
        low, high = self._place(float(self._low[i])), self._place(float(self._high[i]))
        cells[low : high + 1] = [line] * (high - low + 1)
        cells[low], cells[high] = left, right
        cells[self._place(rate)] = point
        cells[self._place(predicted)] = mark
        text = Text("".join(cells))
        text.stylize(style, low, high + 1)
        text.stylize("bold yellow", self._place(predicted), self._place(predicted) + 1)
        return text

    def _empty(self) -> str:
        cells = [" "] * self._width
        for tick in range(5):
            cells[self._place(tick / 4)] = self._marks[-1]
        return "".join(cells)

    def _axis(self) -> str:
        half = self._width // 2
        return "0" + "0.5".center(2 * half - 1) + "1"

    def _place(self, value: float) -> int:
        return round(min(max(value, 0.0), 1.0) * (self._width - 1))


def _legend(evaluation: Evaluation, screen: Screen) -> Text:
    point, mark = ("●", "◆") if screen.unicode else ("o", "#")
    observed, predicted = _QUANTITIES[evaluation.exclusive]
    if evaluation.bins.band is not None:
        return _isotonic_legend(evaluation, screen, point, mark)
    observed = observed if evaluation.exclusive else "observed rate"
    text = Text(f"{point} {observed} with 95% CI (Wilson), ")
    text.append(mark, style="bold yellow")
    text.append(f" mean {predicted}, ideally inside it")
    return text


def _isotonic_legend(evaluation: Evaluation, screen: Screen, point: str, mark: str) -> Text:
    observed, predicted = _QUANTITIES[evaluation.exclusive]
    line = "├─┤" if screen.unicode else "[-]"
    text = Text(f"{point} {observed} by isotonic regression, ")
    text.append(mark, style="bold yellow")
    text.append(f" mean {predicted}, {line} 95% of the curves of calibrated models")
    blocks = evaluation.bins.count.shape[1]
    if blocks > _MOST_BLOCKS:
        text.append(f"; neighbors of {blocks} blocks joined")
    return text


def join_blocks(bins: Bins, most: int) -> Bins:
    """Return the blocks of an isotonic curve, neighbors joined so that at most `most` are left."""
    blocks = bins.count.shape[1]
    if bins.band is None or blocks <= most:
        return bins
    starts = np.unique(np.linspace(0, blocks, most, endpoint=False).astype(int))
    ends = np.append(starts[1:], blocks) - 1

    def total(values: Floats) -> Floats:
        return np.add.reduceat(values, starts, axis=1)

    count = total(bins.count)
    low, high = (total(limit * bins.count) / count for limit in bins.band)
    return Bins(
        bins.lower[:, starts],
        bins.upper[:, ends],
        count,
        total(bins.predicted),
        total(bins.observed),
        band=(low, high),
    )


def _edge(value: float) -> str:
    return f"{value:.3f}"
