"""Parquet files of very many columns, of which any can be decoded apart."""

from __future__ import annotations

import base64
import io
import os
import struct
from itertools import accumulate, repeat
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import polars as pl

from softmax_cli.formats.tables.arrow.flat_table import SCHEMA, FlatTable, message_of_table
from softmax_cli.formats.tables.file_metadata import index_names
from softmax_cli.formats.tables.polars_errors import wrap_corruption
from softmax_cli.formats.tables.wide.arrow_schema import ArrowFields
from softmax_cli.formats.tables.wide.parquet_footer import ParquetFooter, count_columns
from softmax_cli.formats.tables.wide.parquet_metadata import (
    MAGIC,
    ColumnChunk,
    encode_footer,
    encode_row_group,
)
from softmax_cli.runtime.positional_read import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

_ARROW_SCHEMA, _ARROW_VERSION = "ARROW:schema", 4
# Types of Arrow (Schema.fbs) of which Parquet says as much: numbers, texts, bytes, truth, dates.
# Values with a dictionary are read as what they are.
_SAME_TYPES = (2, 3, 4, 5, 6, 8, 19, 20, 23, 24)
_HEAD = 64  # bytes of a footer in which the number of columns is


class WideParquetFile:
    """An open file: see `WideFile`.

    Raises ValueError for fewer columns than `at_least`, and where columns are not plain.
    """

    def __init__(self, file: BinaryIO, source: str, at_least: int) -> None:
        self._file, self._source = file, source
        end = os.fstat(file.fileno()).st_size - 8
        tail = self._read(end, 8)
        start = end - int.from_bytes(tail[:4], "little")
        if tail[4:] != MAGIC or count_columns(self._read(start, _HEAD)) < at_least:
            raise ValueError
        self._footer = ParquetFooter(self._read(start, end - start))
        self.names, self.kinds = self._footer.names, self._footer.kinds
        self.rows = self._footer.rows
        self._arrow, self._only_in_arrow = self._arrow_fields(), set[int]()
        if self._arrow is not None:
            same = np.isin(self._arrow.types, _SAME_TYPES) & ~self._arrow.has_metadata
            self._only_in_arrow = set(np.flatnonzero(~same).tolist())
            for i in self._only_in_arrow:
                self.kinds[i] = i

    def no_rows(self, columns: Sequence[int]) -> pl.DataFrame:
        """Decode columns of no rows."""
        return self._read_file(columns, 0, b"", [])

    def batches(self) -> Iterator[_RowGroup]:
        """Yield the row groups."""
        with wrap_corruption(self._source, "Parquet"):
            for rows, chunks in self._footer.groups():
                yield _RowGroup(self, rows, chunks)

    def index_names(self) -> frozenset[str]:
        """Return the columns that pandas' metadata call its index."""
        return index_names(self._footer.metadata("pandas"))

    def decode(self, rows: int, chunks: NDArray[np.int64], columns: Sequence[int]) -> pl.DataFrame:
        """Decode columns of a row group, as all columns of a file of their own."""
        footer = self._footer
        found = [ColumnChunk(*numbers) for numbers in chunks[list(columns)].tolist()]
        with wrap_corruption(self._source, "Parquet"):
            data, distances = self._read_chunks(found)
            structs = [
                chunk.moved(distance).encode(footer.types[i], footer.names[i].encode())
                for i, chunk, distance in zip(columns, found, distances, strict=True)
            ]
            group = encode_row_group(structs, len(data), rows)
        return self._read_file(columns, rows, data, [group])

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _read_file(
        self, columns: Sequence[int], rows: int, data: bytes, groups: Sequence[bytes]
    ) -> pl.DataFrame:
        metadata = {}
        if self._arrow is not None and not self._only_in_arrow.isdisjoint(columns):
            message = message_of_table(self._arrow.schema(columns), SCHEMA, _ARROW_VERSION)
            metadata[_ARROW_SCHEMA] = base64.b64encode(message)
        schema = [self._footer.schema[i] for i in columns]
        end = encode_footer(schema, rows, groups, metadata)
        return pl.read_parquet(io.BytesIO(b"".join((MAGIC, data, *end))))

    def _arrow_fields(self) -> ArrowFields | None:
        """Return the fields of the Arrow schema in the file; None if it has none."""
        try:
            message = base64.b64decode(self._footer.metadata(_ARROW_SCHEMA) or "")
            fields = ArrowFields(FlatTable.of_message(message).table(2))
        except (ValueError, IndexError, struct.error):
            return None
        return fields if len(fields.types) == len(self.names) else None

    def _read_chunks(self, chunks: Sequence[ColumnChunk]) -> tuple[bytes, Iterable[int]]:
        """Read chunks, at once if they are together; return how far each moves, after MAGIC."""
        sizes = [chunk.size for chunk in chunks]
        start = min(chunk.start for chunk in chunks)
        size = max(chunk.start + chunk.size for chunk in chunks) - start
        if size <= 2 * sum(sizes):
            return self._read(start, size), repeat(len(MAGIC) - start, len(chunks))
        places = accumulate(sizes, initial=len(MAGIC))
        distances = [place - chunk.start for place, chunk in zip(places, chunks, strict=False)]
        return b"".join(self._read(chunk.start, chunk.size) for chunk in chunks), distances

    def _read(self, offset: int, size: int) -> bytes:
        return read_bytes(self._file.fileno(), offset, size)


class _RowGroup:
    def __init__(self, file: WideParquetFile, rows: int, chunks: NDArray[np.int64]) -> None:
        self._file, self.rows, self._chunks = file, rows, chunks

    def columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Decode some of the columns."""
        return self._file.decode(self.rows, self._chunks, columns)
