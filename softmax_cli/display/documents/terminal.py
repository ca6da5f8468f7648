"""A document on a screen: tables that fit, charts in characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.constrain import Constrain
from rich.text import Text

from softmax_cli.display.console import plain_table
from softmax_cli.display.documents.document import Bars, Chart, Drawing, Heading, Paragraph, Table
from softmax_cli.display.documents.text_chart import text_chart
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table as RichTable

    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.document import Block, Document, Settings

# A column of text is shortened to this where the table is too wide for the screen.
_SHORTEST_TEXT = 10
# Width of text where the screen has none: a file or a pipe.
_PAGE = 80


def to_terminal(document: Document, settings: Settings) -> str:
    """Return the whole document as text for the screen."""
    screen = settings.screen
    rule = "═" if screen.unicode else "="
    blocks = [*_title(document.title, rule, screen), Text()]
    for block in document.blocks:
        if not isinstance(block, Bars):
            blocks += [*_block(block, screen), Text()]
    return screen.text(blocks[:-1])


def _block(block: Block, screen: Screen) -> Iterator[RenderableType]:
    match block:
        case Heading():
            yield from _title(block.text, "─" if screen.unicode else "-", screen)
        case Paragraph():
            yield _prose(block.text, screen, style="bold yellow" if block.strong else "")
        case Table():
            yield from render_table(block, screen)
        case Chart():
            yield text_chart(block, screen)
        case Drawing():
            yield from block.text(screen)


def _title(text: str, rule: str, screen: Screen) -> Iterator[RenderableType]:
    readable = _readable(text, screen)
    length = min(cell_len(readable), screen.width or cell_len(readable))
    yield Text(readable, style="bold")
    yield Text(rule * length, style="dim")


def _prose(text: str, screen: Screen, style: str) -> RenderableType:
    """Return text folded to the screen, or to a page where the screen has no width."""
    return Constrain(Text(_readable(text, screen), style=style), screen.width or _PAGE)


def _readable(text: str, screen: Screen) -> str:
    readable = printable(text)
    return readable if screen.unicode else readable.encode("ascii", "backslashreplace").decode()


def render_table(table: Table, screen: Screen) -> Iterator[RenderableType]:
    """Yield the table, in several parts with the first column each if it is too wide."""
    cells = [[_readable(text, screen) for text in row] for row in table.texts()]
    titles = [_readable(column.title, screen) for column in table.columns]
    widths = _fit(table, titles, cells, screen.width)
    for part in _parts(widths, screen.width):
        yield _part(table, titles, cells, widths, part, screen)
    if table.note:
        yield _prose(table.note, screen, style="dim")


def _fit(
    table: Table, titles: Sequence[str], cells: Sequence[Sequence[str]], room: int | None
) -> list[int]:
    """Return the widths of the columns, with all but numbers cut or folded to fit the room."""
    own = [max(map(cell_len, column), default=0) for column in zip(*cells, strict=True)]
    widths = [max(width, cell_len(title)) for width, title in zip(own, titles, strict=True)]
    if room is None or (excess := sum(widths) + 3 * len(widths) + 1 - room) <= 0:
        return widths
    fitted = []
    for column, width, numbers in zip(table.columns, widths, own, strict=True):
        least = min(2 * _SHORTEST_TEXT, room // 3) if column.wrap else _SHORTEST_TEXT
        if column.numeric:
            least = max(numbers, least)
        fitted.append(max(width - excess, min(width, least)))
    return fitted


def _shorten(text: str, width: int, screen: Screen) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + ("…" if screen.unicode else "~")


def _parts(widths: Sequence[int], room: int | None) -> list[list[int]]:
    """Return which columns are shown side by side."""
    if room is None:
        return [list(range(len(widths)))]
    parts = [[0]]
    for column in range(1, len(widths)):
        needed = sum(widths[k] + 3 for k in [*parts[-1], column]) + 1
        if needed > room and len(parts[-1]) > 1:
            parts.append([0])
        parts[-1].append(column)
    return parts


def _part(
    table: Table,
    titles: Sequence[str],
    cells: Sequence[Sequence[str]],
    widths: Sequence[int],
    part: Sequence[int],
    screen: Screen,
) -> RichTable:
    shown = plain_table(screen)
    for k in part:
        column = table.columns[k]
        shown.add_column(
            Text(_shorten(titles[k], widths[k], screen)),
            justify="right" if column.numeric else "left",
            no_wrap=not column.wrap,
            overflow="fold",
            max_width=widths[k],
        )
    cells = [
        [
            cell if column.wrap else _shorten(cell, width, screen)
            for cell, column, width in zip(row, table.columns, widths, strict=True)
        ]
        for row in cells
    ]
    body = cells[:-1] if table.total else cells
    for row in body:
        shown.add_row(*(Text(row[k]) for k in part))
    if table.total:
        shown.add_section()
        shown.add_row(*(Text(cells[-1][k]) for k in part), style="bold")
    return shown
