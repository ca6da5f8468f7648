"""Parquet files of very many columns of numbers, written without polars.

Polars takes 4 kB of memory for each column of each row group; here it is the 60 bytes of the file.
Pages are plain and uncompressed, so that those of a row group are one array, of which each line is
the page of a column. The format is that of https://parquet.apache.org/docs/file-format/ with
metadata in Thrift's compact protocol.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import polars as pl

from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputField, rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC = b"PAR1"
# Values of a row group: each costs metadata of all columns, also of those who read the file.
_VALUES = 1 << 22
# Parquet's numbers of types, and of what is the same in all columns.
_INT64, _FLOAT, _DOUBLE, _BYTE_ARRAY = 2, 4, 5, 6
_REQUIRED, _OPTIONAL, _UTF8, _PLAIN, _RLE = 0, 1, 0, 0, 3
# Thrift's numbers of types.
_I32, _I64, _BINARY, _LIST, _STRUCT = 5, 6, 8, 9, 12
_DTYPES = {pl.Int64: _INT64, pl.Float32: _FLOAT, pl.Float64: _DOUBLE, pl.String: _BYTE_ARRAY}


def can_write(fields: Sequence[OutputField]) -> bool:
    """Return True if all columns are numbers or of a type that is written here."""
    plain = all(field.nested is None for field in fields)
    return plain and all(field.numbers or dtype_of(field) in _DTYPES for field in fields)


class WideParquet:
    """Writer of row groups to a file: each column is its type, its name and its pages."""

    def __init__(self, file: BinaryIO, fields: Sequence[OutputField], *, float32: bool) -> None:
        self._file, self._fields = file, fields
        self._number = np.dtype(np.float32 if float32 else np.float64)
        self._types = [
            (_FLOAT if float32 else _DOUBLE) if field.numbers else _DTYPES[dtype_of(field)]
            for field in fields
        ]
        self._names = [[name.encode() for name in field.names] for field in fields]
        self._width = sum(map(len, self._names))
        self._rows = max(1, _VALUES // self._width)
        self._groups: list[bytes] = []
        self._position = self._total = 0
        self._write(_MAGIC)

    def write(self, chunks: Iterable[Sequence[ColumnData]]) -> None:
        """Write all rows of chunks, and the end of the file."""
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
        self._write_footer()

    def _buffers(self, used: Sequence[Any] | None = None) -> list[Any]:
        """Return an array of shape (columns, rows) for numbers, and a list of series for others."""
        return [
            (used[i] if used else np.empty((len(field.names), self._rows), self._number))
            if field.numbers
            else []
            for i, field in enumerate(self._fields)
        ]

    def _write_group(self, buffers: Sequence[Any], rows: int) -> None:
        columns: list[bytes] = []
        start = self._position
        for names, kind, buffer in zip(self._names, self._types, buffers, strict=True):
            first = self._position
            if isinstance(buffer, list):
                page = _page(rows, _optional_page(pl.concat(buffer), kind))
                self._write(page)
                size = len(page)
            else:
                header = _page(rows, b"", buffer.itemsize * rows)
                size = len(header) + buffer.itemsize * rows
                self._write_pages(header, buffer[:, :rows])
            columns += [
                _column_chunk(kind, name, rows, size, first + i * size)
                for i, name in enumerate(names)
            ]
        self._groups.append(
            _list_field(1, _STRUCT, columns)
            + _field(1, _I64, _integer(self._position - start))
            + _field(1, _I64, _integer(rows))
            + b"\0"
        )
        self._total += rows

    def _write_pages(self, header: bytes, values: NDArray[Any]) -> None:
        """Write the page of each column, some columns at a time."""
        step = max(1, (1 << 20) // (len(header) + values.shape[1] * values.itemsize))
        for first in range(0, len(values), step):
            some = np.ascontiguousarray(values[first : first + step]).view(np.uint8)
            headers = np.broadcast_to(np.frombuffer(header, np.uint8), (len(some), len(header)))
            self._write(np.concatenate((headers, some), axis=1).tobytes())

    def _write_footer(self) -> None:
        schema = [_field(4, _BINARY, _binary(b"root")) + _field(1, _I32, _integer(self._width))]
        for names, kind, field in zip(self._names, self._types, self._fields, strict=True):
            repetition = _REQUIRED if field.numbers else _OPTIONAL
            before = _field(1, _I32, _integer(kind)) + _field(2, _I32, _integer(repetition))
            after = _field(2, _I32, _integer(_UTF8)) if kind == _BYTE_ARRAY else b""
            schema += [before + _field(1, _BINARY, _binary(name)) + after for name in names]
        start = self._position
        self._write(_field(1, _I32, _integer(2)))
        self._write(_list_field(1, _STRUCT, [element + b"\0" for element in schema]))
        self._write(_field(1, _I64, _integer(self._total)))
        self._write(_list_header(1, _STRUCT, len(self._groups)))
        for group in self._groups:
            self._write(group)
        self._write(_field(2, _BINARY, _binary(b"softmax-cli")) + b"\0")
        self._write(struct.pack("<I", self._position - start) + _MAGIC)

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._position += len(data)


def dtype_of(field: OutputField) -> Any:  # noqa: ANN401
    """Return the dtype of a column that is not of numbers."""
    return pl.String if field.dtype is None else field.dtype


def _fill(buffer: Any, column: ColumnData, first: int, rows: slice) -> None:  # noqa: ANN401
    """Add some rows of a column, or of several in one array, to what waits for a row group."""
    if isinstance(column, NumericColumns):
        values = column.values[rows]
        buffer[:, first : first + len(values)] = values.T
    else:
        buffer.append(column[rows])


def _optional_page(values: pl.Series, kind: int) -> bytes:
    """Return the levels of values that may be null, one bit each, and those that are not."""
    present = values.is_not_null().to_numpy()
    bits = np.packbits(present, bitorder="little").tobytes()
    levels = _varint(len(bits) << 1 | 1) + bits
    kept = values.drop_nulls()
    if kind == _BYTE_ARRAY:
        texts = [text.encode() for text in kept]
        data = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    else:
        data = np.ascontiguousarray(kept.to_numpy()).tobytes()
    return struct.pack("<I", len(levels)) + levels + data


def _page(rows: int, data: bytes, size: int | None = None) -> bytes:
    """Return a page: its header, and its data; only the header if the size is given."""
    length = _integer(len(data) if size is None else size)
    header = _field(1, _I32, _integer(rows)) + _field(1, _I32, _integer(_PLAIN))
    header += 2 * _field(1, _I32, _integer(_RLE)) + b"\0"
    return (
        _field(1, _I32, _integer(0))
        + 2 * _field(1, _I32, length)
        + _field(2, _STRUCT, header)
        + b"\0"
        + data
    )


def _column_chunk(kind: int, name: bytes, rows: int, size: int, offset: int) -> bytes:
    place, length = _integer(offset), _field(1, _I64, _integer(size))
    encodings = _list_field(1, _I32, [_integer(_PLAIN), _integer(_RLE)])
    meta = _field(1, _I32, _integer(kind)) + encodings
    meta += _list_field(1, _BINARY, [_binary(name)]) + _field(1, _I32, _integer(0))
    meta += _field(1, _I64, _integer(rows)) + length + length + _field(2, _I64, place)
    return _field(2, _I64, place) + _field(1, _STRUCT, meta) + b"\0\0"


def _field(delta: int, kind: int, value: bytes) -> bytes:
    """Return a field whose number is `delta` more than that before it."""
    return bytes((delta << 4 | kind,)) + value


def _list_field(delta: int, kind: int, items: Sequence[bytes]) -> bytes:
    return _list_header(delta, kind, len(items)) + b"".join(items)


def _list_header(delta: int, kind: int, count: int) -> bytes:
    short = bytes((count << 4 | kind,)) if count < 15 else bytes((0xF0 | kind,)) + _varint(count)
    return _field(delta, _LIST, short)


def _binary(data: bytes) -> bytes:
    return _varint(len(data)) + data


def _integer(number: int) -> bytes:
    """Return a number of 0 or more as a zigzag varint."""
    return _varint(number << 1)


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    digits.append(number)
    return bytes(digits)
