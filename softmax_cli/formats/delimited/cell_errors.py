"""What is wrong with a row of delimited text, with its place and the way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import SKIP, describe_invalid_row
from softmax_cli.formats.text.numbers import cell_to_float, is_finite_number

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.delimited.field_index import FieldIndex

# A column is taken for text by its first cell; so many lines are held to that.
CHECKED_LINES = 100
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+")


def cell_error(
    columns: Columns, field_index: FieldIndex, row: int, logits: Floats, *, comma: bool
) -> SoftmaxError:
    """The first cell of a row that is no number, or why its numbers have no answer."""
    line = field_index.line(row)
    for i in columns.logits:
        cell = field_index.cell(row, i)
        if problem := _problem(cell, comma=comma):
            return SoftmaxError(
                problem,
                source=field_index.source,
                line=line,
                column=columns.names[i],
                hint=_hint(cell, comma=comma),
            )
    return SoftmaxError(
        describe_invalid_row(logits), source=field_index.source, line=line, hint=SKIP
    )


def require_text_columns(columns: Columns, field_index: FieldIndex, first_line: int) -> None:
    """Refuse a column whose first cell is text but which soon holds a number."""
    head = range(min(field_index.height, CHECKED_LINES + 1 - first_line))
    for i in columns.text_columns:
        cells = (field_index.cell(row, i) for row in head)
        row = next((row for row, cell in enumerate(cells) if is_finite_number(cell)), None)
        if row is not None:
            raise SoftmaxError(
                f'"{field_index.cell(row, i)}" is a number in a column that began with text',
                source=field_index.source,
                line=field_index.line(row),
                column=columns.names[i],
                hint="Say what the column is: --id to pass it through, --columns for logits; "
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


def _hint(cell: str, *, comma: bool) -> str:
    if not comma and _GROUPED.fullmatch(cell.strip()):
        return "Take out commas that group digits; use --decimal-comma if it is a decimal point."
    if not comma and cell.count(",") == 1 and is_finite_number(cell.replace(",", ".")):
        return "Use --decimal-comma if commas stand for decimal points."
    return SKIP
