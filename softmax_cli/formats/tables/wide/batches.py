"""Files of very many columns as batches of rows, and the rows of a batch, decoded."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from softmax_cli.formats.tables.wide.frame import WideFrame
from softmax_cli.formats.tables.wide.matrices import new_matrix

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    from softmax_cli.formats.tables.wide.frame import MatrixLayout

    Decode = Callable[[Sequence[int]], pl.DataFrame]

_COLUMNS, _VALUES = 2048, 1 << 21  # decoded at a time


class Batch(Protocol):
    """Rows of a file whose columns can be decoded apart: of Parquet, a row group."""

    @property
    def rows(self) -> int:
        """The number of rows."""
        ...

    def columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Decode columns; numbers may come without their names."""
        ...


class WideFile(Protocol):
    """An open file of a format."""

    @property
    def names(self) -> Sequence[str]:
        """The names of the columns."""
        ...

    @property
    def kinds(self) -> Sequence[Hashable]:
        """A value for each column, equal only for columns of the same type."""
        ...

    @property
    def rows(self) -> int:
        """The number of rows."""
        ...

    def no_rows(self, columns: Sequence[int]) -> pl.DataFrame:
        """Decode columns of no rows."""
        ...

    def batches(self) -> Iterator[Batch]:
        """Yield the batches, in order."""
        ...

    def index_names(self) -> frozenset[str]:
        """Return the columns that pandas' metadata in the file call its index."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class DecodedBatch:
    """The numbers of a batch in a matrix, and the other columns.

    Args:
        batch: the batch.
        layout: which columns are in the matrix.
        decode: decodes columns of the batch, and applies to them what is applied to all frames.
        source: name for error messages.
    """

    def __init__(self, batch: Batch, layout: MatrixLayout, decode: Decode, source: str) -> None:
        self._layout = layout
        numbers = np.flatnonzero(layout.in_matrix)
        self._matrix = new_matrix((batch.rows, len(numbers)), layout.dtype, source)
        width = max(1, min(_COLUMNS, _VALUES // batch.rows))
        with ExitStack() as on_error:
            on_error.callback(self.close)
            inexact: list[pl.Series] = []
            for start in range(0, len(numbers), width):
                piece = _with_names(decode, numbers[start : start + width].tolist(), layout)
                values = np.asarray(piece.to_numpy(order="fortran"), layout.dtype)
                self._matrix.append(values)
                inexact += layout.inexact(piece, values)
            others = decode_others(decode, layout).get_columns()
            self._others = pl.DataFrame([*others, *inexact])
            on_error.pop_all()

    def frame(self, first: int, stop: int) -> WideFrame:
        """Return some of the rows."""
        return WideFrame(self._layout, self._matrix.rows(first, stop), self._others[first:stop])

    def close(self) -> None:
        """Delete the file of a matrix that has one."""
        self._matrix.close()


def decode_others(decode: Decode, layout: MatrixLayout) -> pl.DataFrame:
    """Decode the columns that are not in the matrix."""
    return _with_names(decode, np.flatnonzero(~layout.in_matrix).tolist(), layout)


def _with_names(decode: Decode, columns: Sequence[int], layout: MatrixLayout) -> pl.DataFrame:
    if not columns:
        return pl.DataFrame()
    frame = decode(columns)
    frame.columns = [layout.names[i] for i in columns]
    return frame
