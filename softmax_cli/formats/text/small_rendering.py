"""Polars-free rendering of few numbers: importing polars takes longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.output_schema import NumericColumns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.output_schema import ColumnData

# At 1 µs each, a fiftieth of the time to import polars.
MOST_VALUES = 4096


def render_small(
    column_data: Sequence[ColumnData], decimals: int | None, delimiter: str
) -> bytes | None:
    """Render columns as lines; None if they are many or not all numeric."""
    numeric = [column for column in column_data if isinstance(column, NumericColumns)]
    if (
        len(numeric) < len(column_data)
        or sum(column.values.size for column in numeric) > MOST_VALUES
    ):
        return None
    lines = [
        _render_lines(column.values, None if column.exact else decimals, delimiter)
        for column in numeric
    ]
    return "".join(delimiter.join(row) + "\n" for row in zip(*lines, strict=True)).encode()


def _render_lines(values: Floats, places: int | None, delimiter: str) -> list[str]:
    if places is not None:
        from softmax_cli.formats.text.fixed_decimals import can_render, render_fixed

        if can_render(values, places):
            return render_fixed(values, places, delimiter).decode().split("\n")[:-1]
    rows = values.astype(np.float64, copy=False).tolist()
    return [delimiter.join(_render_number(value, places) for value in row) for row in rows]


def _render_number(value: float, places: int | None) -> str:
    """Render a number as polars does: shortest round trip, or fixed decimals."""
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
