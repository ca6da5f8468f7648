"""A document as CSV: its main table, at full precision."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Document, Settings, Value


def to_csv(document: Document, settings: Settings) -> str:
    """Return the main table as CSV; decimals round the numbers, None writes all digits."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.title for column in document.data.columns])
    for row in document.data.rows:
        writer.writerow([_cell(value, settings.decimals) for value in row])
    return text.getvalue()


def _cell(value: Value, decimals: int | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "NaN"
    return repr(value) if decimals is None else f"{value:.{decimals}f}"
