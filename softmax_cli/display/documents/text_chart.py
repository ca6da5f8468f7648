"""A line chart in characters: braille dots, or letters where the encoding lacks them.

By hand, as plotext has no ASCII axes, puts the legend over the lines and ticks only linear axes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.document import Chart, Series

_HEIGHT = 12
_WIDTH = 76  # without a screen, and at most
_LEFT = 8  # at least
_MOST_LABEL = 14
_COLORS = ("cyan", "magenta", "yellow", "blue", "green", "red", "bright_cyan", "bright_magenta")
# Bits of the dots of a braille character, by row and column.
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def text_chart(chart: Chart, screen: Screen) -> Text:
    """Return the chart with its axes, each line named at its right end."""
    return _TextChart(chart, screen).draw()


class _TextChart:
    def __init__(self, chart: Chart, screen: Screen) -> None:
        self._chart = chart
        self._unicode = screen.unicode
        self._lines = [series for series in chart.series if not series.points]
        self._low, self._high = chart.y_limits()
        self._y_ticks = {0: f"{self._high:.3g}", _HEIGHT - 1: f"{self._low:.3g}"}
        self._left = max(_LEFT, *(len(tick) + 2 for tick in self._y_ticks.values()))
        width = min(screen.width or _WIDTH, _WIDTH)
        names = [cell_len(self._readable(series.name)) for series in self._lines]
        self._label = min(_MOST_LABEL, width // 4, max(names, default=0))
        margin = 1 if screen.unicode else 3  # before a name, with its letter
        self._width = max(4, width - self._left - self._label - margin)
        self._dots = (2, 4) if screen.unicode else (1, 1)
        # Characters of the plot with the series they belong to, by row and column.
        self._cells: dict[tuple[int, int], tuple[str, int]] = {}

    def draw(self) -> Text:
        self._mark()
        for i, series in enumerate(self._lines):
            self._line(series, i)
        for series in self._chart.series:
            if series.points:
                self._points(series)
        text = Text(no_wrap=True)
        text.append(self._readable(self._title()) + "\n", style="bold")
        labels = self._labels()
        for row in range(_HEIGHT):
            text.append(f"{self._y_ticks.get(row, ''):>{self._left - 2}} ")
            text.append("┤" if self._unicode else "|", style="dim")
            for column in range(self._width):
                mark, i = self._cells.get((row, column), (" ", -1))
                text.append(mark, style=_COLORS[i % len(_COLORS)] if i >= 0 else "")
            if row in labels:
                text.append_text(self._name(labels[row]))
            text.append("\n")
        text.append_text(self._axis())
        return text

    def _title(self) -> str:
        point = "●" if self._unicode else "o"
        points = [f"{point} {series.name}" for series in self._chart.series if series.points]
        return f"{self._chart.title} ({', '.join(points)})" if points else self._chart.title

    def _readable(self, name: str) -> str:
        text = printable(name)
        return text if self._unicode else text.encode("ascii", "backslashreplace").decode()

    def _column(self, x: float) -> float:
        """Return the position of x, from 0 to 1."""
        scale = math.log if self._chart.log_x else float
        low, high = map(scale, self._chart.x_range)
        return (scale(x) - low) / (high - low) if high > low else 0.5

    def _row(self, y: float, rows: int) -> int:
        share = (min(max(y, self._low), self._high) - self._low) / (self._high - self._low)
        return round((1 - share) * (rows - 1))

    def _line(self, series: Series, i: int) -> None:
        across, down = self._dots
        places = [self._column(x) for x in series.x]
        heights = np.interp(np.linspace(0, 1, self._width * across), places, series.y)
        last = None
        for x, y in enumerate(heights.tolist()):
            row = self._row(y, _HEIGHT * down)
            # Joined to the dot before it by a vertical stroke.
            above = row if last is None or row <= last else last + 1
            below = row if last is None or row >= last else last - 1
            for dot in range(above, below + 1):
                self._dot(dot, x, i)
            last = row

    def _dot(self, row: int, column: int, i: int) -> None:
        across, down = self._dots
        place = row // down, column // across
        if not self._unicode:
            self._cells[place] = (chr(ord("a") + i % 26), i)
            return
        drawn = ord(self._cells.get(place, ("", -1))[0] or "⠀")
        bits = drawn if 0x2800 <= drawn < 0x2900 else 0x2800
        self._cells[place] = (chr(bits | _DOTS[row % down][column % across]), i)

    def _points(self, series: Series) -> None:
        for x, y in zip(series.x, series.y, strict=True):
            column = round(self._column(x) * (self._width - 1))
            self._cells[self._row(y, _HEIGHT), column] = ("●" if self._unicode else "o", -1)

    def _mark(self) -> None:
        if self._chart.mark is not None:
            column = round(self._column(self._chart.mark) * (self._width - 1))
            for row in range(_HEIGHT):
                self._cells[row, column] = ("┊" if self._unicode else ":", -1)

    def _labels(self) -> dict[int, int]:
        """Return the row of each line's name: where the line ends, or the next that is free."""
        rows: dict[int, int] = {}
        ends = sorted((-line.y[-1], i) for i, line in enumerate(self._lines))
        for k, (end, i) in enumerate(ends):
            free = max([self._row(-end, _HEIGHT), *(used + 1 for used in rows)])
            rows[min(free, _HEIGHT - (len(ends) - k))] = i
        return rows

    def _name(self, i: int) -> Text:
        name = self._readable(self._lines[i].name)
        letter = "" if self._unicode else f"{chr(ord('a') + i % 26)} "
        if cell_len(name) > self._label:
            name = set_cell_size(name, self._label - 1) + ("…" if self._unicode else "~")
        return Text(f" {letter}{name}", style=_COLORS[i % len(_COLORS)])

    def _axis(self) -> Text:
        cells, rule = (
            [" "] * (self._width + self._left),
            ["─" if self._unicode else "-"] * self._width,
        )
        free = 0
        for x in ticks(self._chart, self._width // 10):
            column = round(self._column(x) * (self._width - 1))
            label = f"{x:g}"
            start = min(max(self._left + column - len(label) // 2, 0), len(cells) - len(label))
            if start >= free:
                cells[start : start + len(label)] = label
                rule[column] = "┬" if self._unicode else "+"
                free = start + len(label) + 1
        corner = "└" if self._unicode else "+"
        axis = f"{'':>{self._left - 1}}{corner}{''.join(rule)}"
        name = self._readable(self._chart.x_label)
        left = max(0, self._left + (self._width - cell_len(name)) // 2)
        return Text(f"{axis}\n{''.join(cells).rstrip()}\n{'':>{left}}{name}")


def ticks(chart: Chart, most: int) -> list[float]:
    """Return round values of x for the ticks: decades of a logarithmic axis, or even steps."""
    low, high = chart.x_range
    if chart.log_x:
        first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
        step = 1 + (last - first) // max(most, 2)
        decades = [10.0**k for k in range(first, last + 1, step)]
        return decades if len(decades) > 1 else [low, high]
    if low == high:
        return [low]
    raw = (high - low) / max(most, 2)
    unit = 10.0 ** math.floor(math.log10(raw))
    width = next(unit * k for k in (1, 2, 5, 10) if unit * k >= raw * (1 - 1e-9))
    first = math.ceil(low / width - 1e-9)
    return [round(k * width, 12) + 0.0 for k in range(first, math.floor(high / width + 1e-9) + 1)]
