"""Errors of rows of delimited text, with location and hint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.activations.scales import describe_invalid_row
from softmax_cli.errors import SoftmaxError, printable, quote_for_shell
from softmax_cli.formats.rows import SKIP
from softmax_cli.formats.text.numbers import cell_to_float, is_finite_number
from softmax_cli.formats.text.pasted import DASHES

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.delimited.field_index import FieldIndex

# A column is inferred to be text from its first cell; this many lines must agree.
CHECKED_LINES = 100
_COMMAS = "Use --decimal-comma if commas are decimal points."
_PERCENT = r"[0-9.,]+\s?%"
_THOUSANDS = r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]*)?"


def cell_error(
    columns: Columns, field_index: FieldIndex, row: int, logits: Floats, *, comma: bool
) -> SoftmaxError:
    """Return an error about the first invalid cell of a row, else about its logits."""
    line = field_index.line(row)
    for i in columns.logits:
        cell = field_index.cell(row, i)
        if problem := _problem(cell, comma=comma):
            return SoftmaxError(
                problem,
                source=field_index.source,
                line=line,
                column=columns.names[i],
                hint=_hint(cell, columns.names[i], comma=comma),
            )
    return SoftmaxError(
        describe_invalid_row(logits), source=field_index.source, line=line, hint=SKIP
    )


def require_text_columns(columns: Columns, field_index: FieldIndex, first_line: int) -> None:
    """Raise SoftmaxError if a text column has a number in its first lines."""
    first_rows = range(min(field_index.height, CHECKED_LINES + 1 - first_line))
    for i in columns.text_columns:
        cells = (field_index.cell(row, i) for row in first_rows)
        row = next((row for row, cell in enumerate(cells) if is_finite_number(cell)), None)
        if row is not None:
            raise SoftmaxError(
                f'number "{field_index.cell(row, i)}" in a text column',
                source=field_index.source,
                line=field_index.line(row),
                column=columns.names[i],
                hint="Assign the column with --id or --columns, "
                "or use --header yes if the first row is a header.",
            )


def _problem(cell: str, *, comma: bool) -> str | None:
    if not cell.strip():
        return "empty cell"
    try:
        cell_to_float(cell, comma=comma)
    except ValueError as error:
        return f'"{cell}" {error}'
    return None


def _hint(cell: str, name: str, *, comma: bool) -> str:
    text = cell.strip()
    if text.lower() in ("true", "false"):
        excluded = quote_for_shell(f"!{printable(name)}")
        return f"Use --columns {excluded} if the column holds no logits."
    if re.fullmatch(_PERCENT, text):
        return "Write percentages as fractions, and use --from probabilities."
    if (plain := text.translate(DASHES)) != text and is_finite_number(plain):
        return "Write minus signs as hyphens (-)."
    if comma and is_finite_number(text):
        return "Omit --decimal-comma if points are decimal points."
    return SKIP if comma else _comma_hint(text)


def _comma_hint(text: str) -> str:
    """Return what to do about a cell whose commas may be decimal points or separators."""
    if re.fullmatch(_THOUSANDS, text):
        if text.count(",") == 1 and "." not in text:
            return f"{_COMMAS[:-1]}, else remove thousands separators."
        return "Remove thousands separators."
    if text.count(",") == 1 and is_finite_number(text.replace(",", ".")):
        return _COMMAS
    return SKIP
