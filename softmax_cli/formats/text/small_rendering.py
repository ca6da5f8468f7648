"""Few numbers as delimited text, without polars: its import takes longer than they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.output_schema import Numbers
from softmax_cli.formats.text import fixed_decimals as fixed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.output_schema import Piece

# At a microsecond each, a fiftieth of the time that polars takes to be imported.
MOST_VALUES = 4096


def few_lines(pieces: Sequence[Piece], decimals: int | None, delimiter: str) -> bytes | None:
    """The rows of pieces side by side, a line each; None if they are not few, or not numbers."""
    numbers = [piece for piece in pieces if isinstance(piece, Numbers)]
    if len(numbers) < len(pieces) or sum(piece.values.size for piece in numbers) > MOST_VALUES:
        return None
    parts = [
        _lines(piece.values, None if piece.exact else decimals, delimiter) for piece in numbers
    ]
    return "".join(delimiter.join(row) + "\n" for row in zip(*parts, strict=True)).encode()


def _lines(values: Floats, places: int | None, delimiter: str) -> list[str]:
    if places is not None and fixed.can_write(values, places):
        return fixed.text_of_rows(values, places, delimiter).decode().split("\n")[:-1]
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
