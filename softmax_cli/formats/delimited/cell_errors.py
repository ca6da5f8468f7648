"""What is wrong with a row of delimited text, with its place and the way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import SKIP, row_reason
from softmax_cli.formats.text.numbers import cell_to_float, is_finite_number

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.delimited.field_index import Structure

# A column is taken for text by its first cell; so many lines are held to that.
CHECKED_LINES = 100
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+")


def cell_fault(
    columns: Columns, structure: Structure, row: int, logits: Floats, *, comma: bool
) -> SoftmaxError:
    """The first cell of a row that is no number, or why its numbers have no answer."""
    line = structure.line(row)
    for i in columns.logits:
        cell = structure.cell(row, i)
        if problem := _problem(cell, comma=comma):
            return SoftmaxError(
                problem,
                source=structure.source,
                line=line,
                column=columns.names[i],
                remedy=_remedy(cell, comma=comma),
            )
    return SoftmaxError(row_reason(logits), source=structure.source, line=line, remedy=SKIP)


def require_texts(columns: Columns, structure: Structure, first_line: int) -> None:
    """Refuse a column whose first cell is text but which soon holds a number."""
    head = range(min(structure.height, CHECKED_LINES + 1 - first_line))
    for i in columns.texts:
        cells = (structure.cell(row, i) for row in head)
        row = next((row for row, cell in enumerate(cells) if is_finite_number(cell)), None)
        if row is not None:
            raise SoftmaxError(
                f'"{structure.cell(row, i)}" is a number in a column that began with text',
                source=structure.source,
                line=structure.line(row),
                column=columns.names[i],
                remedy="Say what the column is: --id to pass it through, --columns for logits; "
                "or --header yes, if the first row has the names.",
            )


def _problem(cell: str, *, comma: bool) -> str | None:
    if not cell.strip():
        return "the cell is empty"
    try:
        cell_to_float(cell, comma=comma)
    except ValueError as error:
        return f'"{cell}" {error}'
    return None


def _remedy(cell: str, *, comma: bool) -> str:
    if not comma and _GROUPED.fullmatch(cell.strip()):
        return "Take out commas that group digits; use --decimal-comma if it is a decimal point."
    if not comma and cell.count(",") == 1 and is_finite_number(cell.replace(",", ".")):
        return "Use --decimal-comma if commas stand for decimal points."
    return SKIP
