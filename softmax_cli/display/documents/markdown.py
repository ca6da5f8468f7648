"""A document as Markdown, with charts as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from softmax_cli.display.documents.document import Bars, Chart, Drawing, Heading, Paragraph, Table
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Block, Document, Settings

_CHART_WIDTH = 72


def to_markdown(document: Document, _settings: Settings) -> str:
    """Return the whole document as Markdown."""
    blocks = filter(None, map(_block, document.blocks))
    return "\n".join([f"# {escape(document.title)}\n", *blocks])


def escape(text: str) -> str:
    """Return text on one line that Markdown shows as it is."""
    for mark in "\\`*_[]<>|&#~$":
        text = text.replace(mark, "\\" + mark)
    return printable(" ".join(text.split()))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"## {escape(block.text)}\n"
        case Paragraph():
            text = escape(block.text)
            return f"**{text}**\n" if block.strong else f"{text}\n"
        case Table():
            return _table(block)
        case Bars():
            return ""
        case Chart() | Drawing():
            return _chart(block)


def _table(table: Table) -> str:
    texts = [[escape(text) for text in row] for row in table.texts()]
    if table.total:
        texts[-1] = [text and f"**{text}**" for text in texts[-1]]
    rules = ["---:" if column.numeric else "---" for column in table.columns]
    lines = [_line([escape(column.title) for column in table.columns]), _line(rules)]
    lines += map(_line, texts)
    note = f"\n{escape(table.note)}\n" if table.note else ""
    return "".join(line + "\n" for line in lines) + note


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _chart(chart: Chart | Drawing) -> str:
    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.text_chart import text_chart

    screen = Screen(width=_CHART_WIDTH)
    drawn = chart.text(screen) if isinstance(chart, Drawing) else [text_chart(chart, screen)]
    text = screen.text(drawn)
    return f"```text\n{text}```\n"
