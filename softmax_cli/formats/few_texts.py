"""Few numbers as delimited text, without polars: its import takes longer than they do."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.layout import Numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.layout import Piece

# At a microsecond each, a fiftieth of the time that polars takes to be imported.
MOST_VALUES = 4096


def few_lines(pieces: Sequence[Piece], decimals: int | None, delimiter: str) -> bytes | None:
    """The rows of pieces side by side, a line each; None if they are not few, or not numbers."""
    blocks: list[list[list[str]]] = []
    left = MOST_VALUES
    for piece in pieces:
        if not isinstance(piece, Numbers) or piece.values.size > left:
            return None
        left -= piece.values.size
        places = None if piece.exact else decimals
        values = piece.values.astype(np.float64, copy=False)
        blocks.append([[_text(value, places) for value in row] for row in values.tolist()])
    rows = (chain.from_iterable(parts) for parts in zip(*blocks, strict=True))
    return "".join(delimiter.join(row) + "\n" for row in rows).encode()


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
