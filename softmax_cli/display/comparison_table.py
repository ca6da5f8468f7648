"""Comparison as a Rich table: a row per class, a column per activation, bars and marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich import box
from rich.cells import cell_len
from rich.console import OverflowMethod, RenderableType
from rich.table import Table
from rich.text import Text

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.comparison import Comparison, Result
from softmax_cli.dataclass import dataclass
from softmax_cli.display.console import Screen
from softmax_cli.display.number_format import (
    bar,
    fewest_decimals,
    format_bounded,
    format_number,
    format_probability,
    format_temperature,
    result_titles,
)
from softmax_cli.errors import printable

_COLORS = ("cyan", "magenta", "yellow", "blue", "green")
_BAR = 16  # characters, if there is room
_LEAST_BAR = 4
_LEAST_NAME = 10  # next to bars
_SHORTEST_NAME = 5
# Above _ALL_CLASSES, only the _LARGEST are shown.
_ALL_CLASSES = 50
_LARGEST = 20


def comparisons(items: Sequence[Comparison], screen: Screen, decimals: int) -> list[RenderableType]:
    """Render a table for each comparison, and a line that defines each activation."""
    titled = len(items) > 1
    tables: list[RenderableType] = [
        _ComparisonTable(item, screen, decimals).table(titled) for item in items
    ]
    if len(items) == 2:
        tables += _difference(items, screen, decimals)
    names = items[0].activations
    return [*tables, *(_definition(name, screen, _color(i)) for i, name in enumerate(names))]


def _difference(
    items: Sequence[Comparison], screen: Screen, decimals: int
) -> Iterator[RenderableType]:
    from softmax_cli.display.documents.terminal import render_table
    from softmax_cli.display.views.comparison import difference_table, difference_title

    table = difference_table(items, decimals)
    if table is not None:
        yield Text(_readable(difference_title(items), screen), style="bold")
        yield from render_table(table, screen)


@dataclass(frozen=True)
class _Widths:
    names: int
    numbers: list[int]
    bars: int


class _ComparisonTable:
    """Table of one comparison on one screen."""

    def __init__(self, item: Comparison, screen: Screen, decimals: int) -> None:
        self._item = item
        self._screen = screen
        self._decimals = decimals
        self._shown = _shown(item)
        self._titles = result_titles(item)
        self._colors = [_color(item.activations.index(r.activation)) for r in item.results]
        self._names = [_readable(item.vector_info.classes[k], screen) for k in self._shown]
        self._logits = self._logit_texts()
        self._hidden = len(item.logits) - len(self._shown)
        self._padded = True
        self._widths = self._fit()

    def table(self, titled: bool) -> Table:
        """Render the table, fitted to the screen."""
        table = Table(
            box=box.ROUNDED if self._screen.unicode else box.ASCII2,
            border_style="dim",
            title=self._title(titled),
            title_justify="left",
            title_style="bold",
            padding=(0, 1 if self._padded else 0),
        )
        self._add_columns(table)
        for i, k in enumerate(self._shown):
            values = [self._value(result, j, int(k)) for j, result in enumerate(self._item.results)]
            style = "dim" if self._item.logits[k] == -np.inf else None
            table.add_row(Text(self._names[i]), Text(self._logits[i]), *values, style=style)
        places = range(len(self._item.results))
        if self._hidden:
            table.add_row(self._others(), "", *map(self._rest, places), style="dim")
        table.add_section()
        table.add_row("sum", "", *map(self._total, places), style="bold")
        return table

    def _logit_texts(self) -> list[str]:
        """Return the logits with the decimals of the values, or with two if that shows more."""
        values = [float(self._item.logits[k]) for k in self._shown]
        decimals = max(self._decimals, fewest_decimals(values, 2))
        return [format_number(value, decimals) for value in values]

    def _add_columns(self, table: Table) -> None:
        overflow: OverflowMethod = "ellipsis" if self._screen.unicode else "crop"
        # With widths, Rich does not measure every cell, which takes as long as to draw them.
        table.add_column("class", no_wrap=True, overflow=overflow, width=self._widths.names)
        table.add_column("logit", justify="right", no_wrap=True, width=self._logit_width())
        for i, title in enumerate(self._titles):
            table.add_column(
                Text(title, style=f"bold {self._colors[i]}"),
                no_wrap=True,
                width=self._cell_width(i),
            )

    def _title(self, titled: bool) -> Text | None:
        item = self._item
        parts = [f"{item.vector_info.source}, row {item.vector_info.row}"] if titled else []
        parts += [f"{name or 'id'} {text}" for name, text in item.vector_info.passthrough.items()]
        if len(item.temperatures) == 1 and item.temperatures[0] != 1:
            parts.append(f"temperature {format_temperature(item.temperatures[0])}")
        separator = " · " if self._screen.unicode else ", "
        return Text(_readable(separator.join(parts), self._screen)) if parts else None

    def _value(self, result: Result, place: int, k: int) -> Text:
        value = float(result.values[k])
        text = Text(self._number(result, value).rjust(self._widths.numbers[place]))
        if self._widths.bars and ACTIVATIONS[result.activation].probabilities:
            filled = bar(value, self._widths.bars, unicode=self._screen.unicode)
            text.append(f" {filled:<{self._widths.bars}}", style=self._colors[place])
        if result.predicted[k]:
            text.append(f" {_mark(self._screen)}", style="bold green")
        return text

    def _number(self, result: Result, value: float) -> str:
        probability = ACTIVATIONS[result.activation].probabilities
        if probability and not self._decimals:
            return format_probability(value, 0)
        return (format_bounded if probability else format_number)(value, self._decimals)

    def _total(self, place: int) -> Text:
        """Return a sum, rounded: one that is 1 but for rounding is 1."""
        result = self._item.results[place]
        return self._aligned(place, format_probability(result.total, self._decimals))

    def _rest(self, place: int) -> Text:
        result = self._item.results[place]
        rest = float(np.delete(result.values, self._shown).sum())
        return self._aligned(place, self._number(result, rest))

    def _aligned(self, place: int, text: str) -> Text:
        width = self._widths.numbers[place]
        activation = ACTIVATIONS[self._item.results[place].activation]
        if activation.output_kind == "log_probability":
            return Text("-".rjust(width), style="dim")
        return Text(text.rjust(width))

    def _others(self) -> str:
        return f"{self._hidden} others"

    def _cell_width(self, place: int) -> int:
        result = self._item.results[place]
        bars = self._widths.bars + 1 if ACTIVATIONS[result.activation].probabilities else 0
        return self._least_width(place, bars if self._widths.bars else 0)

    def _least_width(self, place: int, bars: int) -> int:
        """Return the width of a column with its mark: that of its values or of its title."""
        width = self._number_width(place) + bars + 2
        return max(width, cell_len(self._titles[place]))

    def _fit(self) -> _Widths:
        """Divide the width of the screen: numbers in full, then names, then bars."""
        names = max(map(cell_len, [*self._names, "class", self._others() if self._hidden else ""]))
        places = range(len(self._item.results))
        numbers = [self._number_width(place) for place in places]
        if self._screen.width is None:
            return _Widths(names, numbers, _BAR)
        room = (
            self._screen.width - self._logit_width() - sum(self._least_width(p, 0) for p in places)
        )
        columns = len(numbers) + 2
        self._padded = room >= 3 * columns + 1 + min(names, _SHORTEST_NAME)
        room -= (3 if self._padded else 1) * columns + 1
        barred = sum(ACTIVATIONS[r.activation].probabilities for r in self._item.results)
        names_with_bars = min(names, max(_LEAST_NAME, room // 2))
        bars = min(_BAR, (room - names_with_bars) // barred - 1) if barred else 0
        if bars >= _LEAST_BAR:
            return _Widths(min(names, room - barred * (bars + 1)), numbers, bars)
        return _Widths(min(names, max(_SHORTEST_NAME, room)), numbers, 0)

    def _logit_width(self) -> int:
        return max(map(len, [*self._logits, "logit"]))

    def _number_width(self, place: int) -> int:
        result = self._item.results[place]
        texts = [self._number(result, float(value)) for value in result.values[self._shown]]
        return max(map(len, [*texts, format_probability(result.total, self._decimals)]))


def _readable(text: str, screen: Screen) -> str:
    readable = printable(text)
    return readable if screen.unicode else readable.encode("ascii", "backslashreplace").decode()


def _shown(item: Comparison) -> list[int]:
    """Return the classes to show: all in order, or the largest of many."""
    if len(item.logits) <= _ALL_CLASSES:
        return list(range(len(item.logits)))
    order: list[int] = np.argsort(-item.logits, kind="stable")[:_LARGEST].tolist()
    return order


def _definition(name: str, screen: Screen, color: str) -> Text:
    activation = ACTIVATIONS[name]
    predicted = "largest" if activation.exclusive else f">= {activation.threshold:.3g}"
    text = Text(f"{name}: ", style=f"bold {color}")
    text.append(f"{activation.definition}. ", style="not bold default")
    text.append(f"{_mark(screen)} {predicted}", style="not bold green")
    return text


def _mark(screen: Screen) -> str:
    return "✓" if screen.unicode else "*"


def _color(place: int) -> str:
    return _COLORS[place % len(_COLORS)]
