"""Footers of Parquet files of very many columns: names, types, and where column chunks are."""

from __future__ import annotations

from array import array
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.tables.wide import thrift
from softmax_cli.formats.tables.wide.parquet_metadata import ColumnChunk

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from numpy.typing import NDArray

# Fields of the metadata of a file, and of a column in its schema.
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4
_TYPE, _REPETITION, _NAME, _CHILDREN, _FIELD_ID = 1, 3, 4, 5, 9
_REPEATED = 2
# Fields of a row group, of a column chunk, and of the metadata of that.
_COLUMNS, _ROWS_OF_GROUP = 1, 3
_METADATA = 3
_CHUNK = (4, 5, 6, 7, 9, 11)


def count_columns(data: bytes) -> int:
    """Return the number of columns, at all levels, from the first bytes of a footer."""
    for number, _kind, at in thrift.read_fields(data, 0):
        if number == _SCHEMA:
            return thrift.read_list(data, at)[0] - 1
    raise IndexError(_SCHEMA)


class ParquetFooter:
    """The footer of a file.

    Raises ValueError for columns inside columns; IndexError or KeyError for what is no footer.

    Attributes:
        names: names of the columns.
        types: numbers of their physical types.
        kinds: a value for each column, equal only for columns of the same type.
        schema: the struct of each column in the schema.
        rows: number of rows.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.names: list[str] = []
        self.types: list[int] = []
        self.kinds: list[Hashable] = []
        self.schema: list[bytes] = []
        self._known_kinds: dict[Hashable, Hashable] = {}
        for number, _kind, at in thrift.read_fields(data, 0):
            if number == _SCHEMA:
                self._read_schema(at)
            elif number == _ROWS:
                self.rows = thrift.read_integer(data, at)
            elif number == _GROUPS:
                self._groups = at
                break

    def groups(self) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """Yield the rows of each row group, and the fields of `ColumnChunk` for each column."""
        count, _kind, at = thrift.read_list(self._data, self._groups)
        for number in range(count):
            # The first group is read for its first rows, too.
            rows, chunks, at = self._read_group(at) if number else self._first_group
            if (chunks[:, 1] != rows).any():
                raise ValueError(rows)
            yield rows, chunks

    def metadata(self, key: str) -> str | None:
        """Return a value of the custom metadata: found by its key, as they are at the end."""
        pair = thrift.binary(1, key.encode()) + thrift.BINARY_AFTER
        place = self._data.rfind(pair)
        return thrift.read_binary(self._data, place + len(pair)).decode() if place >= 0 else None

    def _read_schema(self, at: int) -> None:
        count, _kind, at = thrift.read_list(self._data, at)
        at = thrift.skip(self._data, at, thrift.STRUCT)  # the root
        for _ in range(count - 1):
            at = self._read_column(at)

    def _read_column(self, start: int) -> int:
        data = self._data
        fields = list(thrift.read_fields(data, start))
        places = {number: at for number, _kind, at in fields}
        end = places[0]
        if _CHILDREN in places or thrift.read_integer(data, places[_REPETITION]) == _REPEATED:
            raise ValueError(_CHILDREN)
        ends = [at for _number, _kind, at in fields[1:]]
        kind = tuple(
            (number, data[at : after - 1])
            for (number, _kind, at), after in zip(fields, ends, strict=False)
            if number not in {_NAME, _FIELD_ID}
        )
        self.kinds.append(self._known_kinds.setdefault(kind, kind))
        self.names.append(thrift.read_binary(data, places[_NAME]).decode())
        self.types.append(thrift.read_integer(data, places[_TYPE]))
        self.schema.append(data[start:end])
        return end

    @cached_property
    def _first_group(self) -> tuple[int, NDArray[np.int64], int]:
        return self._read_group(thrift.read_list(self._data, self._groups)[2])

    def _read_group(self, at: int) -> tuple[int, NDArray[np.int64], int]:
        """Return the rows of a row group, its column chunks, and the position after it."""
        chunks, at = self._read_chunks(at)
        rows = 0
        for number, _kind, place in thrift.read_fields(self._data, at, _COLUMNS):
            if number == _ROWS_OF_GROUP:
                rows = thrift.read_integer(self._data, place)
            at = place
        return rows, chunks, at

    def _read_chunks(self, at: int) -> tuple[NDArray[np.int64], int]:
        """Read the first field of a row group."""
        data, found = self._data, array("q")
        if data[at] != thrift.FIRST_LIST:
            raise ValueError(data[at])
        count, _kind, at = thrift.read_list(data, at + 1)
        for _ in range(count):
            numbers, at = _read_chunk(data, at)
            found.extend([numbers.get(number, 0) for number in _CHUNK])
        return np.frombuffer(found, np.int64).reshape(-1, len(ColumnChunk._fields)), at


def _read_chunk(data: bytes, at: int) -> tuple[dict[int, int], int]:
    """Return the numbers in the metadata of a column chunk, and the position after the chunk."""
    numbers: dict[int, int] = {}
    number = 0
    while header := data[at]:
        number += header >> 4
        if number == _METADATA:
            numbers, at = thrift.read_numbers(data, at + 1)
        elif number in {1, 8, 9}:  # in another file, or encrypted
            raise ValueError(number)
        else:
            at = thrift.skip(data, at + 1, header & 15)
    return numbers, at + 1
