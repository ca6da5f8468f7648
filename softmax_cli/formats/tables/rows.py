"""Rows of a chunk of a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import NumberedRows
from softmax_cli.formats.tables.nested import flatten_lists

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.tables.wide.frame import WideFrame


@dataclass(frozen=True)
class TableChunk:
    """A run of rows of a table.

    Attributes:
        frame: all columns of these rows.
        first_row: 1-based number of the first row.
        position: bytes of the input up to the end of the chunk, in proportion to its rows.
    """

    frame: pl.DataFrame | WideFrame
    first_row: int
    position: int


class TableRows(NumberedRows):
    """Rows of a chunk of a table."""

    def __init__(self, logits: Floats, columns: Columns, source: str, chunk: TableChunk) -> None:
        super().__init__(logits, columns, source, chunk.first_row)
        self._table = chunk.frame
        self.row_errors: Mapping[int, SoftmaxError] = {}

    def row_error(self, i: int) -> SoftmaxError:
        """Return what is wrong with row i."""
        return self.row_errors.get(i) or super().row_error(i)

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns of the table, N high."""
        return self._table.select(self.columns.names[i] for i in columns)

    def read_logits_as_given(self) -> pl.DataFrame | None:
        """Read the columns of logits as values of their dtype; None if they are in lists."""
        return None if self.columns.nested else self.read_columns(self.columns.logits)


def logits_of_lists(column: pl.Series, width: int, source: str, first_row: int) -> Floats:
    """Return lists of `width` numbers as a matrix, NaN where there are none."""
    lists = flatten_lists(column, source, first_row)
    lengths = lists.list.len().fill_null(width).to_numpy()
    if (lengths != width).any():
        row = int((lengths != width).argmax())
        raise SoftmaxError(
            f"expected {width} values, found {lengths[row]}",
            source=source,
            row=first_row + row,
            column=column.name,
        )
    matrix = np.full((len(lists), width), np.nan)
    present = lists.is_not_null().to_numpy()
    values = lists.drop_nulls().explode().fill_null(np.nan).to_numpy()
    matrix[present] = values.reshape(-1, width)
    return matrix
