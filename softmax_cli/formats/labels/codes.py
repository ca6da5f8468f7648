"""Codes of label text: what one label means, looked up for many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.formats.text.numbers import is_number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

MISSING = frozenset({"", "-1", "-100", "-1.0", "-100.0"})
UNKNOWN = -2
_NOT_IN_TABLE, _NOT_YET = -3, -4
_MAX_INDEX = 1e9


class Codes:
    """Codes of label text.

    Polars looks up expected texts, as categories of an enumeration, in a table of codes; others
    are encoded one by one, which is slower.
    """

    def __init__(self, code: Callable[[str], int], expected: Iterable[str]) -> None:
        self._code = code
        self._texts = pl.Series(list(dict.fromkeys(expected)), dtype=pl.String)
        self._enum = pl.Enum(self._texts)
        # Filled on demand: of very many classes, labels are few.
        self._table = np.full(len(self._texts) + 1, _NOT_YET, np.int32)
        self._table[-1] = _NOT_IN_TABLE

    def encode(self, cells: pl.Series) -> NDArray[np.int32]:
        """Return the code of each cell; null is encoded like empty text."""
        cells = cells.cast(pl.String).fill_null("")
        physical = cells.cast(self._enum, strict=False).to_physical()
        indices = physical.fill_null(len(self._texts)).to_numpy()
        codes: NDArray[np.int32] = self._table[indices]
        if (new := codes == _NOT_YET).any():
            for index in np.unique(indices[new]):
                self._table[index] = self._code(self._texts[int(index)])
            codes = self._table[indices]
        if (others := codes == _NOT_IN_TABLE).any():
            texts = cells.filter(pl.Series(others))
            distinct = texts.unique().to_list()
            encoded = [self._code(text.strip()) for text in distinct]
            codes[others] = texts.replace_strict(
                distinct, encoded, return_dtype=pl.Int32
            ).to_numpy()
        return codes


def parse_index(text: str) -> int | None:
    """Return a whole number, also one written as 1.0 or 1.000e+00."""
    if not is_number_text(text):
        return None
    number = float(text)
    return int(number) if number.is_integer() and abs(number) < _MAX_INDEX else None


def first_row(mask: NDArray[np.bool_]) -> int | None:
    """Return the first row for which `mask`, of shape (N,), is true, if any."""
    return int(mask.argmax()) if mask.any() else None
