"""A comparison as a Rich table: classes down, activations across, bars and marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rich import box
from rich.cells import cell_len
from rich.console import OverflowMethod, RenderableType
from rich.table import Table
from rich.text import Text

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.comparison import Comparison, Result
from softmax_cli.display.console import Screen
from softmax_cli.display.number_format import bar, format_number, format_probability
from softmax_cli.errors import printable

_COLOURS = ("cyan", "magenta", "yellow", "blue", "green")
_BAR = 16  # characters, where there is room
_LEAST_BAR = 4
_LEAST_NAME = 10  # beside bars
_SHORTEST_NAME = 5
# Up to so many classes are all shown; of more, so many of the largest.
_ALL_CLASSES = 50
_LARGEST = 20


def comparisons(items: Sequence[Comparison], screen: Screen, decimals: int) -> list[RenderableType]:
    """A table for each comparison, then a line for each activation on what its sum means."""
    titled = len(items) > 1
    tables: list[RenderableType] = [
        _ComparisonTable(item, screen, decimals).table(titled) for item in items
    ]
    return [*tables, *(_meaning(result, i, screen) for i, result in enumerate(items[0].results))]


@dataclass(frozen=True)
class _Widths:
    names: int
    numbers: list[int]
    bars: int


class _ComparisonTable:
    """One comparison as it is shown on one screen."""

    def __init__(self, item: Comparison, screen: Screen, decimals: int) -> None:
        self._item = item
        self._screen = screen
        self._decimals = decimals
        self._shown = _shown(item)
        self._names = [self._readable(item.vector_info.classes[k]) for k in self._shown]
        self._logits = [format_number(float(item.logits[k]), decimals) for k in self._shown]
        self._hidden = len(item.logits) - len(self._shown)
        self._widths = self._fit()

    def table(self, titled: bool) -> Table:
        """The table, as wide as its layout says."""
        table = Table(
            box=box.ROUNDED if self._screen.unicode else box.ASCII2,
            border_style="dim",
            title=self._title(titled),
            title_justify="left",
            title_style="bold",
        )
        self._add_columns(table)
        for i, k in enumerate(self._shown):
            values = [self._value(result, j, int(k)) for j, result in enumerate(self._item.results)]
            style = "dim" if self._item.logits[k] == -np.inf else None
            table.add_row(Text(self._names[i]), Text(self._logits[i]), *values, style=style)
        if self._hidden:
            table.add_row(self._others(), "", *map(self._rest, self._item.results), style="dim")
        table.add_section()
        table.add_row("sum", "", *map(self._total, self._item.results), style="bold")
        return table

    def _readable(self, name: str) -> str:
        if self._screen.unicode:
            return printable(name)
        return printable(name).encode("ascii", "backslashreplace").decode()

    def _add_columns(self, table: Table) -> None:
        overflow: OverflowMethod = "ellipsis" if self._screen.unicode else "crop"
        table.add_column("class", no_wrap=True, overflow=overflow, max_width=self._widths.names)
        table.add_column("logit", justify="right", no_wrap=True)
        for i, result in enumerate(self._item.results):
            table.add_column(
                Text(result.activation, style=f"bold {_color(i)}"),
                no_wrap=True,
                min_width=self._cell_width(i),
            )

    def _title(self, titled: bool) -> Text | None:
        item = self._item
        parts = [f"{item.vector_info.source}, row {item.vector_info.row}"] if titled else []
        parts += [f"{name or 'id'} {text}" for name, text in item.vector_info.passthrough.items()]
        if item.temperature != 1:
            parts.append(f"temperature {_temperature(item.temperature)}")
        separator = " · " if self._screen.unicode else ", "
        return Text(separator.join(map(self._readable, parts))) if parts else None

    def _value(self, result: Result, place: int, k: int) -> Text:
        value = float(result.values[k])
        text = Text(self._number(result, value).rjust(self._widths.numbers[place]))
        if self._widths.bars and ACTIVATIONS[result.activation].probabilities:
            filled = bar(value, self._widths.bars, unicode=self._screen.unicode)
            text.append(f" {filled:<{self._widths.bars}}", style=_color(place))
        if result.predicted[k]:
            text.append(f" {_mark(self._screen)}", style="bold green")
        return text

    def _number(self, result: Result, value: float) -> str:
        probability = ACTIVATIONS[result.activation].probabilities
        return (format_probability if probability else format_number)(value, self._decimals)

    def _total(self, result: Result) -> Text:
        return self._aligned(result, result.total)

    def _rest(self, result: Result) -> Text:
        return self._aligned(result, result.total - float(result.values[self._shown].sum()))

    def _aligned(self, result: Result, value: float) -> Text:
        place = self._item.results.index(result)
        width = self._widths.numbers[place]
        if ACTIVATIONS[result.activation].output_kind == "log_probability":
            return Text("-".rjust(width), style="dim")
        return Text(self._number(result, value).rjust(width))

    def _others(self) -> str:
        return f"{self._hidden} others"

    def _cell_width(self, place: int) -> int:
        result = self._item.results[place]
        bars = self._widths.bars + 1 if ACTIVATIONS[result.activation].probabilities else 0
        return self._widths.numbers[place] + (bars if self._widths.bars else 0) + 2

    def _fit(self) -> _Widths:
        """Share out the screen: numbers whole, then names, then bars."""
        names = max(map(cell_len, [*self._names, "class", self._others() if self._hidden else ""]))
        numbers = [self._number_width(result) for result in self._item.results]
        if self._screen.width is None:
            return _Widths(names, numbers, _BAR)
        logits = max(map(len, [*self._logits, "logit"]))
        borders = 3 * (len(numbers) + 2) + 1
        room = self._screen.width - borders - logits - sum(width + 2 for width in numbers)
        barred = sum(ACTIVATIONS[r.activation].probabilities for r in self._item.results)
        names_with_bars = min(names, max(_LEAST_NAME, room // 2))
        bars = min(_BAR, (room - names_with_bars) // barred - 1) if barred else 0
        if bars >= _LEAST_BAR:
            return _Widths(min(names, room - barred * (bars + 1)), numbers, bars)
        return _Widths(min(names, max(_SHORTEST_NAME, room)), numbers, 0)

    def _number_width(self, result: Result) -> int:
        texts = [self._number(result, float(value)) for value in result.values[self._shown]]
        widths = [*map(len, texts), len(self._number(result, result.total))]
        return max(*widths, len(result.activation) - 2)


def _shown(item: Comparison) -> list[int]:
    """The classes to show: all in their order, or of very many the largest first."""
    if len(item.logits) <= _ALL_CLASSES:
        return list(range(len(item.logits)))
    order: list[int] = np.argsort(-item.logits, kind="stable")[:_LARGEST].tolist()
    return order


def _meaning(result: Result, place: int, screen: Screen) -> Text:
    activation = ACTIVATIONS[result.activation]
    picked = "the largest" if activation.exclusive else f"{activation.threshold:.3g} or more"
    text = Text(f"{result.activation}: ", style=f"bold {_color(place)}")
    text.append(f"{activation.definition}. ", style="not bold default")
    text.append(f"{_mark(screen)} {picked}", style="not bold green")
    return text


def _temperature(given: float | Sequence[float]) -> str:
    if isinstance(given, float | int):
        return f"{given:g}"
    return ", ".join(f"{t:g}" for t in given[:5]) + (", ..." if given[5:] else "")


def _mark(screen: Screen) -> str:
    return "✓" if screen.unicode else "*"


def _color(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]
