"""The columns of an Arrow schema, all at once: one by one, 128,000 of them take a second.

The tables of a FlatBuffer can be read in any order, and so by NumPy: the positions of all fields
are an array, and so is what is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.tables.arrow.encoding import schema_head
from softmax_cli.formats.tables.arrow.flat_table import FlatTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from softmax_cli.formats.tables.arrow.encoding import PlainType

    Positions = NDArray[np.int64]

# Slots of a field, and numbers of types, in Schema.fbs.
_NAME, _TYPE_NUMBER, _TYPE, _DICTIONARY, _CHILDREN, _METADATA = 0, 2, 3, 4, 5, 6
_INT, _FLOATING_POINT = 2, 3
# Buffers of a column of each type: validity, values, and the offsets of those of any length.
_BUFFERS = np.zeros(256, np.int64)
_BUFFERS[[2, 3, 6, 7, 8, 9, 10, 15, 18]] = 2
_BUFFERS[[4, 5, 19, 20]] = 3
_VIEWS = (23, 24)  # and buffers of texts, of which each batch has its own number
_BUFFERS[[*_VIEWS]] = 2


class ArrowFields:
    """The fields of a schema. Raises IndexError for what is no schema.

    Attributes:
        types: shape (fields,), the numbers of their types.
        has_metadata: shape (fields,), True for those with metadata, as of extension types.
    """

    def __init__(self, schema: FlatTable) -> None:
        start, count = schema.vector(1)
        if start + 4 * count > len(schema.data):
            raise IndexError(count)
        self._bytes, self._data = schema.data, np.frombuffer(schema.data, np.uint8)
        self._fields = self._referenced(start + 4 * np.arange(count, dtype=np.int64))
        self.types = self._read(self._places(self._fields, _TYPE_NUMBER), "u1")
        self.has_metadata = self._places(self._fields, _METADATA) >= 0

    def schema(self, columns: Sequence[int]) -> FlatTable:
        """Return a schema of some of the columns: a table and references before all there is."""
        fields = self._fields[list(columns)]
        size = 20 + 4 * len(fields)
        size += -size % 8
        references = size + fields - 20 - 4 * np.arange(len(fields))
        head = schema_head(references)
        return FlatTable(head.ljust(size, b"\0") + self._bytes, 8)

    def _vectors(self, slot: int) -> tuple[Positions, Positions]:
        """Return the position of the first element of each vector, and its length."""
        vectors = self._referenced(self._places(self._fields, slot))
        return vectors + 4, self._read(vectors, "<u4")

    def _places(self, tables: Positions, slot: int) -> Positions:
        """Return the position of a field of each table, below 0 where it has its default."""
        slots = tables - self._read(tables, "<i4")
        place = 4 + 2 * slot
        there = (tables >= 0) & (place < self._read(slots, "<u2"))
        offsets = self._read(np.where(there, slots + place, -1), "<u2")
        return np.where(offsets > 0, tables + offsets, -1)

    def _referenced(self, positions: Positions) -> Positions:
        return np.where(positions >= 0, positions + self._read(positions, "<u4"), -1)

    def _read(self, positions: Positions, code: str) -> Positions:
        """Return the numbers at positions; 0 for those below 0."""
        dtype, found = np.dtype(code), positions >= 0
        data = self._data[positions[found, None] + np.arange(dtype.itemsize)]
        numbers = np.zeros(len(positions), np.int64)
        numbers[found] = np.ascontiguousarray(data).view(dtype)[:, 0]
        return numbers


class ArrowColumns(ArrowFields):
    """Columns whose data can be found.

    Raises ValueError for a schema with columns inside columns, dictionaries, or the bytes of
    numbers in the other order.

    Attributes:
        names: names of the columns.
        kinds: a number's type; an index for any other type, or a type with metadata.
        dictionaries: shape (columns,), the number of the dictionary of each; -1 if it has none.
    """

    def __init__(self, schema: FlatTable) -> None:
        super().__init__(schema)
        encodings = self._places(self._fields, _DICTIONARY)
        encoded = encodings >= 0
        self._buffers = np.where(encoded, 2, _BUFFERS[self.types])
        self._is_view = np.isin(self.types, _VIEWS) & ~encoded
        plain = self._buffers.all() and not self._vectors(_CHILDREN)[1].any()
        if not plain or schema.number(0, "h"):
            raise ValueError
        ids = self._read(self._places(self._referenced(encodings), 0), "<i8")
        self.dictionaries = np.where(encoded, ids, -1)
        self.names = self._names()
        self.kinds = self._kinds()

    def buffers_of(self, columns: Sequence[int], views: Positions) -> tuple[Positions, Positions]:
        """Return the numbers of the buffers of some of the columns, and what `views` has of them.

        `views` are the numbers of buffers with texts, for each column of views.
        """
        texts = np.zeros(len(self._buffers), np.int64)
        texts[self._is_view] = views
        counts = self._buffers + texts
        firsts = (np.cumsum(counts) - counts)[list(columns)]
        counts = counts[list(columns)]
        firsts -= np.cumsum(counts) - counts
        chosen = np.array(columns)[self._is_view[list(columns)]]
        return np.repeat(firsts, counts) + np.arange(counts.sum()), texts[chosen]

    def _names(self) -> list[str]:
        starts, lengths = self._vectors(_NAME)
        bounds = zip(starts.tolist(), (starts + lengths).tolist(), strict=True)
        return [self._bytes[start:stop].decode() for start, stop in bounds]

    def _kinds(self) -> list[PlainType | int]:
        types, inner = self.types, self._referenced(self._places(self._fields, _TYPE))
        integers = np.where(types == _INT, inner, -1)
        floats = np.where(types == _FLOATING_POINT, inner, -1)
        bits = self._read(self._places(integers, 0), "<i4")
        signed = self._read(self._places(integers, 1), "u1")
        precision = self._read(self._places(floats, 0), "<i2")
        plain = (types == _INT) | (types == _FLOATING_POINT)
        plain &= ~self.has_metadata & (self.dictionaries < 0)
        kinds = zip(types.tolist(), (bits + precision).tolist(), signed.tolist(), strict=True)
        known: dict[PlainType, PlainType] = {}
        return [
            known.setdefault(kind, kind) if is_plain else i
            for i, (kind, is_plain) in enumerate(zip(kinds, plain.tolist(), strict=True))
        ]
