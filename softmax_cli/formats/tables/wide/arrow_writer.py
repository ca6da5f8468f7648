"""Arrow files of very many columns."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.formats.tables.arrow.encoding import (
    FLOAT32,
    FLOAT64,
    LARGE_TEXT,
    batch_of_records,
    footer_of_file,
    schema_of_columns,
)
from softmax_cli.formats.tables.arrow.flat_table import END, RECORDS, SCHEMA, message_of_table
from softmax_cli.formats.tables.wide.writer import WideWriter, blocks_of_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from softmax_cli.formats.tables.arrow.encoding import PlainType

_MAGIC, _VERSION = b"ARROW1", 4
_SIGNED = (pl.Int8, pl.Int16, pl.Int32, pl.Int64)
_UNSIGNED = (pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
_TYPES: dict[Any, PlainType] = {
    **{dtype: (2, 8 << i, 1) for i, dtype in enumerate(_SIGNED)},
    **{dtype: (2, 8 << i, 0) for i, dtype in enumerate(_UNSIGNED)},
    pl.Float32: FLOAT32,
    pl.Float64: FLOAT64,
    pl.String: LARGE_TEXT,
}


class WideArrow(WideWriter):
    """Writer of batches of records, with each buffer at a multiple of 8 bytes."""

    def write_head(self) -> None:
        """Write what a file begins with: also the schema, for those who read it as a stream."""
        names = [name for run in self.runs for name in run.names]
        types = [_TYPES[run.dtype] for run in self.runs for _ in run.names]
        self._schema = schema_of_columns(names, types)
        self._blocks: list[tuple[int, int, int]] = []
        self.write(_MAGIC.ljust(8, b"\0"))
        self.write(message_of_table(self._schema, SCHEMA, _VERSION))

    def write_group(self, columns: Sequence[NDArray[Any] | pl.Series], rows: int) -> None:
        """Write a batch: its metadata, with the size of each buffer, and then the buffers."""
        missing, sizes = [], []
        for values in columns:
            if isinstance(values, pl.Series):
                missing.append([values.null_count()])
                sizes.append([len(buffer) for buffer in _buffers(values)])
            else:
                missing.append([0] * len(values))
                sizes.append([0, values.itemsize * rows] * len(values))
        size = np.concatenate(sizes).astype(np.int64)
        padded = size + -size % 8
        nodes = np.column_stack((np.full(self.width, rows), np.concatenate(missing)))
        buffers = np.column_stack((np.cumsum(padded) - padded, size))
        body = int(padded.sum())
        message = message_of_table(
            batch_of_records(rows, nodes.astype(np.int64), buffers), RECORDS, _VERSION, body
        )
        self._blocks.append((self.position, len(message), body))
        self.write(message)
        for values in columns:
            for part in _parts(values):
                self.write(part)

    def write_end(self) -> None:
        """Write the footer."""
        self.write(END)
        footer = footer_of_file(self._schema, self._blocks, _VERSION)
        self.write(footer + struct.pack("<I", len(footer)) + _MAGIC)


def _parts(values: NDArray[Any] | pl.Series) -> Iterable[bytes]:
    """Return the buffers of a column, or of numbers, with what fills them up."""
    if isinstance(values, pl.Series):
        return [buffer + bytes(-len(buffer) % 8) for buffer in _buffers(values)]
    return blocks_of_lines(values, end=bytes(-values.itemsize * values.shape[1] % 8))


def _buffers(column: pl.Series) -> list[bytes]:
    """Return which values of a column are there, one bit each, and the values."""
    bits = np.packbits(column.is_not_null().to_numpy(), bitorder="little").tobytes()
    if column.dtype == pl.String:
        texts = [text.encode() for text in column.fill_null("")]
        ends = np.cumsum([0, *map(len, texts)], dtype=np.int64)
        return [bits, ends.tobytes(), b"".join(texts)]
    return [bits, np.ascontiguousarray(column.fill_null(0).to_numpy()).tobytes()]
