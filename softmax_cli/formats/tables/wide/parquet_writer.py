"""Parquet of very many columns: plain pages without compression."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.formats.tables.wide import thrift
from softmax_cli.formats.tables.wide.parquet_metadata import (
    MAGIC,
    PLAIN,
    RLE,
    ColumnChunk,
    encode_column,
    encode_footer,
    encode_row_group,
)
from softmax_cli.formats.tables.wide.writer import WideWriter, blocks_of_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Parquet's numbers of physical and of converted types.
_INT32, _INT64 = 1, 2
_TYPES: dict[Any, tuple[int, int | None]] = {
    pl.Int8: (_INT32, 15),
    pl.Int16: (_INT32, 16),
    pl.Int32: (_INT32, None),
    pl.Int64: (_INT64, None),
    pl.UInt8: (_INT32, 11),
    pl.UInt16: (_INT32, 12),
    pl.UInt32: (_INT32, 13),
    pl.UInt64: (_INT64, 14),
    pl.Float32: (4, None),
    pl.Float64: (5, None),
    pl.String: (6, 0),
}


class WideParquet(WideWriter):
    """Writer of row groups: each column is its type, its name and one page."""

    def write_head(self) -> None:
        """Write what a file begins with."""
        self._groups: list[bytes] = []
        self._total = 0
        self.write(MAGIC)

    def write_group(self, columns: Sequence[NDArray[Any] | pl.Series], rows: int) -> None:
        """Write a row group."""
        structs: list[bytes] = []
        start = self.position
        for run, values in zip(self.runs, columns, strict=True):
            first = self.position
            if isinstance(values, pl.Series):
                page = _optional_page(values)
                self.write(_page_header(rows, len(page)) + page)
                size = self.position - first
            else:
                header = _page_header(rows, values.itemsize * rows)
                size = len(header) + values.itemsize * rows
                for block in blocks_of_lines(values, header):
                    self.write(block)
            structs += [
                ColumnChunk(0, rows, size, size, first + i * size).encode(
                    _TYPES[run.dtype][0], name
                )
                for i, name in enumerate(run.names)
            ]
        self._groups.append(encode_row_group(structs, self.position - start, rows))
        self._total += rows

    def write_end(self) -> None:
        """Write the footer."""
        columns = [
            encode_column(*_TYPES[run.dtype], name, optional=not run.numbers)
            for run in self.runs
            for name in run.names
        ]
        for part in encode_footer(columns, self._total, self._groups):
            self.write(part)


def _optional_page(values: pl.Series) -> bytes:
    """Return the levels of values that may be null, one bit each, and those that are not."""
    present = values.is_not_null().to_numpy()
    bits = np.packbits(present, bitorder="little").tobytes()
    levels = thrift.varint(len(bits) << 1 | 1) + bits
    kept = values.drop_nulls()
    if kept.dtype == pl.String:
        texts = [text.encode() for text in kept]
        data = b"".join(struct.pack("<I", len(text)) + text for text in texts)
    else:
        dtype = np.int32 if _TYPES[kept.dtype][0] == _INT32 else None
        data = np.ascontiguousarray(kept.to_numpy(), dtype).tobytes()
    return struct.pack("<I", len(levels)) + levels + data


def _page_header(rows: int, size: int) -> bytes:
    """Return the header of a data page."""
    header = thrift.i32(1, rows) + thrift.i32(1, PLAIN) + 2 * thrift.i32(1, RLE)
    return thrift.i32(1, 0) + 2 * thrift.i32(1, size) + thrift.struct(2, header) + b"\0"
