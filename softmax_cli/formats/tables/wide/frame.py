"""Rows of a table of very many columns: the numbers as a matrix, and the other columns."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from softmax_cli.activations.exact import Floats

_FLOAT32 = frozenset((pl.Float32(), pl.Float16()))
_IN_MATRIX = _FLOAT32 | {pl.Float64(), pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64()}
_IN_MATRIX |= {pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64()}
_EXACT = 2.0**53  # whole numbers below are all exact in the matrix


class MatrixLayout:
    """The columns of a table, and those of them that are in the matrix.

    Args:
        schema: names and dtypes of all columns of the table.

    Attributes:
        names: names of all columns.
        in_matrix: shape (columns,), True for those in the matrix.
        dtype: dtype of the matrix.
    """

    def __init__(self, schema: Mapping[str, pl.DataType]) -> None:
        self.schema, self.names = schema, list(schema)
        # Equal dtypes are mostly the same object, and comparing objects of polars takes longer.
        distinct = {id(dtype): dtype for dtype in schema.values()}
        inside = {key: dtype in _IN_MATRIX for key, dtype in distinct.items()}
        self.in_matrix = np.array([inside[id(dtype)] for dtype in schema.values()])
        numbers = _IN_MATRIX.intersection(distinct.values())
        self.dtype = np.dtype(np.float32 if numbers <= _FLOAT32 else np.float64)
        self._known: tuple[Any, Any] = (None, None)

    @cached_property
    def place_of_name(self) -> Mapping[str, int]:
        """The place in the matrix of each column that is there."""
        names = (name for name, inside in zip(self.schema, self.in_matrix, strict=True) if inside)
        return {name: place for place, name in enumerate(names)}

    def inexact(self, piece: pl.DataFrame, values: Floats) -> list[pl.Series]:
        """Return columns of whole numbers that are not exact as `values`, float64."""
        if pl.Int64 not in piece.dtypes and pl.UInt64 not in piece.dtypes:
            return []
        large = np.flatnonzero((np.abs(values) > _EXACT).any(axis=0)).tolist()
        return [piece.to_series(i) for i in large if piece.dtypes[i].is_integer()]

    def places(self, columns: Sequence[int]) -> slice | NDArray[np.intp] | None:
        """Return where columns of the table are in the matrix; None if one is elsewhere."""
        known, places = self._known
        if known is not columns:
            places = self._find_places(columns)
            self._known = columns, places
        return places  # type: ignore[no-any-return]

    def _find_places(self, columns: Sequence[int]) -> slice | NDArray[np.intp] | None:
        if not self.in_matrix[list(columns)].all():
            return None
        places = (np.cumsum(self.in_matrix) - 1)[list(columns)]
        if (np.diff(places) == 1).all():
            return slice(int(places[0]), int(places[-1]) + 1)
        return places


class WideFrame:
    """Rows of a table, of which most columns are in a matrix.

    Args:
        layout: which columns these are.
        matrix: shape (N, columns in the matrix), NaN for no value.
        others: the other columns, and those that are not exact in the matrix, N high.
    """

    def __init__(self, layout: MatrixLayout, matrix: Floats, others: pl.DataFrame) -> None:
        self._layout, self._matrix, self._others = layout, matrix, others

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self._matrix)

    def iter_slices(self, rows: int) -> Iterator[WideFrame]:
        """Yield the same rows, some at a time."""
        for first in range(0, self.height, rows):
            some = self._matrix[first : first + rows]
            yield WideFrame(self._layout, some, self._others[first : first + rows])

    def numbers(self, columns: Sequence[int]) -> Floats:
        """Return columns of the table as float64, NaN for no value."""
        places = self._layout.places(columns)
        if places is not None:
            return np.asarray(self._matrix[:, places], np.float64)
        frame = self.select(self._layout.names[i] for i in columns).cast(pl.Float64)
        return frame.fill_null(np.nan).to_numpy(order="fortran")

    def select(self, names: Iterable[str]) -> pl.DataFrame:
        """Return columns as they are in the table."""
        return pl.DataFrame([self.get_column(name) for name in names])

    def get_column(self, name: str) -> pl.Series:
        """Return a column as it is in the table."""
        if name in self._others.columns:
            return self._others.get_column(name)
        dtype, place = self._layout.schema[name], self._layout.place_of_name[name]
        values = pl.Series(name, self._matrix[:, place])
        return (values if dtype.is_float() else values.fill_nan(None)).cast(dtype)

    def cells(self, names: Iterable[str]) -> Mapping[str, Sequence[object]]:
        """Return the values of columns, None for no value."""
        schema = self._layout.schema
        values = dict(zip(self._layout.place_of_name, self._matrix.T.tolist(), strict=True))
        others = set(self._others.columns)
        return {
            name: self._others.get_column(name).to_list()
            if name in others
            else _cells(values[name], whole=schema[name].is_integer())
            for name in names
        }


def _cells(values: Sequence[float], *, whole: bool) -> Sequence[object]:
    return [None if value != value else int(value) if whole else value for value in values]  # noqa: PLR0124
