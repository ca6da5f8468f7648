"""Metadata of Parquet files: what is in the footer, written and read.

https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

import struct
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from softmax_cli.formats.tables.wide import thrift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MAGIC = b"PAR1"
PLAIN, RLE = 0, 3


class ColumnChunk(NamedTuple):
    """The place of the pages of a column in a row group, and their compression.

    Positions are those in the file; `dictionary` is 0 if there is none.
    """

    codec: int
    values: int
    raw_size: int
    size: int
    data: int
    dictionary: int = 0

    @property
    def start(self) -> int:
        """The position of the first page."""
        return self.dictionary or self.data

    def moved(self, distance: int) -> ColumnChunk:
        """Return the same chunk elsewhere."""
        dictionary = self.dictionary + distance if self.dictionary else 0
        return self._replace(data=self.data + distance, dictionary=dictionary)

    def encode(self, kind: int, name: bytes) -> bytes:
        """Return the struct of a column of a type."""
        metadata = thrift.i32(1, kind) + _ENCODINGS + _path(name) + thrift.i32(1, self.codec)
        metadata += _sizes(self.values, self.raw_size, self.size) + thrift.i64(2, self.data)
        if self.dictionary:
            metadata += thrift.i64(2, self.dictionary)
        return thrift.i64(2, self.start) + thrift.struct(1, metadata) + b"\0"


_ENCODINGS = thrift.list_header(1, thrift.I32, 2) + bytes((PLAIN << 1, RLE << 1))
_ONE_NAME = thrift.list_header(1, thrift.BINARY, 1)


def _path(name: bytes) -> bytes:
    return _ONE_NAME + thrift.varint(len(name)) + name


@lru_cache(maxsize=1 << 12)
def _sizes(values: int, raw_size: int, size: int) -> bytes:
    """Return what is the same for many columns."""
    return thrift.i64(1, values) + thrift.i64(1, raw_size) + thrift.i64(1, size)


def encode_column(kind: int, converted: int | None, name: bytes, *, optional: bool) -> bytes:
    """Return the schema's struct of a column of a physical and, maybe, a converted type."""
    column = thrift.i32(1, kind) + thrift.i32(2, int(optional)) + thrift.binary(1, name)
    return column + (b"" if converted is None else thrift.i32(2, converted)) + b"\0"


def encode_row_group(columns: Sequence[bytes], size: int, rows: int) -> bytes:
    """Return the struct of a row group, from those of its column chunks."""
    head = thrift.list_header(1, thrift.STRUCT, len(columns)) + b"".join(columns)
    return head + thrift.i64(1, size) + thrift.i64(1, rows) + b"\0"


def encode_footer(
    columns: Sequence[bytes],
    rows: int,
    groups: Sequence[bytes],
    metadata: Mapping[str, bytes] = MappingProxyType({}),
) -> Iterator[bytes]:
    """Yield what comes after the row groups, from the structs of columns and of groups."""
    size = 0
    for part in _footer(columns, rows, groups, metadata):
        size += len(part)
        yield part
    yield struct.pack("<I", size) + MAGIC


def _footer(
    columns: Sequence[bytes], rows: int, groups: Sequence[bytes], metadata: Mapping[str, bytes]
) -> Iterator[bytes]:
    yield thrift.i32(1, 2) + thrift.list_header(1, thrift.STRUCT, len(columns) + 1)
    yield thrift.binary(4, b"root") + thrift.i32(1, len(columns)) + b"\0"
    yield from columns
    yield thrift.i64(1, rows) + thrift.list_header(1, thrift.STRUCT, len(groups))
    yield from groups
    yield thrift.list_header(1, thrift.STRUCT, len(metadata))
    for key, value in metadata.items():
        yield thrift.binary(1, key.encode()) + thrift.binary(1, value) + b"\0"
    yield thrift.binary(1, b"softmax-cli") + b"\0"
