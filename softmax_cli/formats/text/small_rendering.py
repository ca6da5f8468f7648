"""Few numbers as delimited text, without polars: its import takes longer than they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.text import fixed_decimals as fixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.output_schema import ColumnData

# At a microsecond each, a fiftieth of the time that polars takes to be imported.
MOST_VALUES = 4096


def render_small(
    column_data: Sequence[ColumnData], decimals: int | None, delimiter: str
) -> bytes | None:
    """The rows of pieces side by side, a line each; None if they are not few, or not numbers."""
    numbers = [column for column in column_data if isinstance(column, NumericColumns)]
    if (
        len(numbers) < len(column_data)
        or sum(column.values.size for column in numbers) > MOST_VALUES
    ):
        return None
    parts = [
        _lines(column.values, None if column.exact else decimals, delimiter) for column in numbers
    ]
    return "".join(delimiter.join(row) + "\n" for row in zip(*parts, strict=True)).encode()


def _lines(values: Floats, places: int | None, delimiter: str) -> list[str]:
    if places is not None and fixed.can_render(values, places):
        return fixed.render_fixed(values, places, delimiter).decode().split("\n")[:-1]
    rows = values.astype(np.float64, copy=False).tolist()
    return [delimiter.join(_text(value, places) for value in row) for row in rows]


def _text(value: float, places: int | None) -> str:
    """A number as polars writes it: the shortest text that reads back, or so many decimals."""
    if value != value:  # noqa: PLR0124
        return "NaN"
    if places is not None:
        return f"{value:.{places}f}"
    text = repr(value)
    if "e-" not in text:
        return text
    mantissa, _, exponent = text.partition("e-0")
    if exponent == "5":
        sign = "-" * mantissa.startswith("-")
        return f"{sign}0.0000{mantissa.lstrip('-').replace('.', '')}"
    return f"{mantissa}e-{exponent}" if exponent else text
