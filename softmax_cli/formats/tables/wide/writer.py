"""Files of very many columns of numbers, written without polars, which takes 4 kB for each.

Rows are gathered until they are a group. The numbers of a field are then one array, of which each
line is what a column of the file holds.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputField, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Values of a group: each costs metadata of all columns, also of those who read the file.
_VALUES = 1 << 22
# Types of columns that are not the numbers of a field.
_INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_DTYPES = (*_INTEGERS, pl.Float32, pl.Float64, pl.String)


def can_write(fields: Sequence[OutputField]) -> bool:
    """Return True if all columns are numbers or of a type that is written here."""
    plain = all(field.nested is None for field in fields)
    return plain and all(field.numbers or _written_dtype(field) in _DTYPES for field in fields)


def dtype_of(field: OutputField) -> Any:  # noqa: ANN401
    """Return the dtype of a column that is not of numbers."""
    return pl.String if field.dtype is None else field.dtype


def _written_dtype(field: OutputField) -> Any:  # noqa: ANN401
    """Return the dtype in the file: categories are texts there."""
    dtype = dtype_of(field)
    return pl.String if dtype in (pl.Categorical, pl.Enum) else dtype


@dataclass(frozen=True)
class ColumnRun:
    """Columns of one type, in the order of the file.

    Attributes:
        names: their names.
        dtype: the dtype of each.
        numbers: True if they come as numbers that are all there, as one array.
    """

    names: Sequence[bytes]
    dtype: Any
    numbers: bool


class WideWriter(ABC):
    """Writer of groups of rows to a file."""

    def __init__(self, file: BinaryIO, fields: Sequence[OutputField], *, float32: bool) -> None:
        self._file = file
        number = pl.Float32 if float32 else pl.Float64
        self.runs = [
            ColumnRun(
                [name.encode() for name in field.names],
                number if field.numbers else _written_dtype(field),
                field.numbers,
            )
            for field in fields
        ]
        self._number = np.dtype(np.float32 if float32 else np.float64)
        self.width = sum(len(run.names) for run in self.runs)
        self._rows = max(1, _VALUES // self.width)
        self.position = 0

    def write_rows(self, chunks: Iterable[Sequence[ColumnData]]) -> None:
        """Write all rows of chunks, and the end of the file."""
        self.write_head()
        filled, buffers = 0, self._buffers()
        for chunk in chunks:
            height, done = rows_of(chunk[0]), 0
            while done < height:
                count = min(self._rows - filled, height - done)
                for buffer, column in zip(buffers, chunk, strict=True):
                    _fill(buffer, column, filled, slice(done, done + count))
                filled, done = filled + count, done + count
                if filled == self._rows:
                    self._write_group(buffers, filled)
                    filled, buffers = 0, self._buffers(buffers)
        if filled:
            self._write_group(buffers, filled)
        self.write_end()

    @abstractmethod
    def write_head(self) -> None:
        """Write what comes first."""

    @abstractmethod
    def write_group(self, columns: Sequence[NDArray[Any] | pl.Series], rows: int) -> None:
        """Write a group: of numbers shape (columns, rows), else one column."""

    @abstractmethod
    def write_end(self) -> None:
        """Write what comes last."""

    def write(self, data: bytes) -> None:
        """Write bytes."""
        self._file.write(data)
        self.position += len(data)

    def _buffers(self, used: Sequence[Any] | None = None) -> list[Any]:
        """Return an array of shape (columns, rows) for numbers, and a list of series for others."""
        return [
            (used[i] if used else np.empty((len(run.names), self._rows), self._number))
            if run.numbers
            else []
            for i, run in enumerate(self.runs)
        ]

    def _write_group(self, buffers: Sequence[Any], rows: int) -> None:
        columns = [
            pl.concat(buffer).cast(run.dtype) if isinstance(buffer, list) else buffer[:, :rows]
            for run, buffer in zip(self.runs, buffers, strict=True)
        ]
        self.write_group(columns, rows)


def blocks_of_lines(values: NDArray[Any], head: bytes = b"", end: bytes = b"") -> Iterable[bytes]:
    """Yield the bytes of each line of an array, with the same before and after each."""
    step = max(1, (1 << 20) // (len(head) + values.shape[1] * values.itemsize))
    for first in range(0, len(values), step):
        some = np.ascontiguousarray(values[first : first + step]).view(np.uint8)
        around = [
            np.broadcast_to(np.frombuffer(part, np.uint8), (len(some), len(part)))
            for part in (head, end)
        ]
        yield np.concatenate((around[0], some, around[1]), axis=1).tobytes()


def _fill(buffer: Any, column: ColumnData, first: int, rows: slice) -> None:  # noqa: ANN401
    """Add some rows of a column, or of several in one array, to what waits for a group."""
    if isinstance(column, NumericColumns):
        values = column.values[rows]
        buffer[:, first : first + len(values)] = values.T
    else:
        buffer.append(column[rows])
