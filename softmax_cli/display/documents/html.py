"""A document as one self-contained page: nothing is fetched, pictures are inline SVG."""

from __future__ import annotations

from html import escape
from importlib.util import find_spec
from typing import TYPE_CHECKING

from softmax_cli.display.documents.document import Bars, Chart, Drawing, Heading, Paragraph, Table
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Block, Document, Settings

_STYLE = """
:root { color-scheme: light dark; --text: #1b1b1f; --page: #fff; --line: #d5d5dc; --soft: #5c5c66;
  --strong: #9a3412; --stripe: #f6f6f8; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e6ea; --page: #17171b; --line: #3a3a42;
  --soft: #a2a2ad; --strong: #fdba74; --stripe: #1f1f25; } }
* { box-sizing: border-box; }
body { margin: 2rem auto; padding: 0 1rem; max-width: 60rem; color: var(--text);
  background: var(--page); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.25; }
h2 { font-size: 1.2rem; margin-top: 2rem; padding-bottom: .2rem;
  border-bottom: 1px solid var(--line); }
p { max-width: 45rem; }
strong { color: var(--strong); }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid var(--line); text-align: left;
  white-space: nowrap; }
th { color: var(--soft); font-weight: 600; }
tbody tr:nth-child(even) { background: var(--stripe); }
tfoot td { font-weight: 600; border-bottom: none; }
.number { text-align: right; }
.prose { white-space: normal; min-width: 12rem; }
.note { color: var(--soft); font-size: .9rem; margin-top: -.5rem; }
figure { margin: 1rem 0; }
figure svg { max-width: 100%; height: auto; }
@media print { :root { --text: #000; --page: #fff; --line: #999; --soft: #333; --strong: #000;
  --stripe: #fff; } body { margin: 0; max-width: none; font-size: 11pt; }
  .table, figure { break-inside: avoid; } h2 { break-after: avoid; } }
"""
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def to_html(document: Document, _settings: Settings) -> str:
    """Return the whole document as a page of HTML."""
    body = "\n".join(map(_block, document.blocks))
    return _PAGE.format(title=_text(document.title), style=_STYLE, body=body)


def _text(text: str) -> str:
    return escape(printable(text))


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h2>{_text(block.text)}</h2>"
        case Paragraph():
            text = _text(block.text)
            return f"<p><strong>{text}</strong></p>" if block.strong else f"<p>{text}</p>"
        case Table():
            return _table(block)
        case Chart() | Bars() | Drawing():
            return _figure(block)


def _table(table: Table) -> str:
    attributes = [
        ' class="number"' if column.numeric else ' class="prose"' if column.wrap else ""
        for column in table.columns
    ]
    head = _row("th", [column.title for column in table.columns], attributes)
    texts = table.texts()
    body = texts[:-1] if table.total else texts
    rows = "\n".join(_row("td", row, attributes) for row in body)
    foot = f"<tfoot>\n{_row('td', texts[-1], attributes)}\n</tfoot>\n" if table.total else ""
    note = f'\n<p class="note">{_text(table.note)}</p>' if table.note else ""
    return (
        f'<div class="table"><table>\n<thead>\n{head}\n</thead>\n'
        f"<tbody>\n{rows}\n</tbody>\n{foot}</table></div>{note}"
    )


def _row(tag: str, cells: list[str], attributes: list[str]) -> str:
    texts = [
        f"<{tag}{attribute}>{_text(cell)}</{tag}>"
        for cell, attribute in zip(cells, attributes, strict=True)
    ]
    return f"<tr>{''.join(texts)}</tr>"


def _figure(chart: Chart | Bars | Drawing) -> str:
    if find_spec("matplotlib") is None:
        return '<p class="note">Install matplotlib to see the chart here.</p>'
    from softmax_cli.display.documents.curves import chart_as_svg

    label = escape(printable(chart.title))
    svg = chart.svg() if isinstance(chart, Drawing) else chart_as_svg(chart)
    return f'<figure role="img" aria-label="{label}">{svg}</figure>'
