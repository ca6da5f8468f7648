"""Record batches of Arrow IPC, and the same for a range of their rows.

A batch may be all of a file. The buffers of its columns are read only where they hold the rows
that are asked for, and the metadata is rewritten in place, so that the columns keep their types.
Layouts of columns: https://arrow.apache.org/docs/format/Columnar.html
"""

from __future__ import annotations

import struct
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.tables.arrow.flat_table import FlatTable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Pairs = NDArray[np.int64]
    # Bytes of a file, from an offset on.
    Read = Callable[[int, int], bytes]

# Nodes, buffers and numbers of buffers of views in the metadata, by their slots.
_VECTORS = ((1, "qq"), (2, "qq"), (4, "q"))
# Types of Schema.fbs.
_NULL, _LIST, _STRUCT, _FIXED_LIST, _LARGE_LIST = 1, 12, 13, 16, 21
_OFFSETS = {4: "<i4", 5: "<i4", _LIST: "<i4", 19: "<i8", 20: "<i8", _LARGE_LIST: "<i8"}
_VIEWS = {23, 24}
_BITS: dict[int, Callable[[FlatTable], int]] = {
    2: lambda integer: integer.number(0, "i"),
    3: lambda floating: 16 << floating.number(0, "h"),
    6: lambda _boolean: 1,
    7: lambda decimal: decimal.number(2, "i", 128),
    8: lambda date: 32 << date.number(0, "h", 1),
    9: lambda time: time.number(1, "i", 32),
    10: lambda _timestamp: 64,
    15: lambda binary: 8 * binary.number(0, "i"),
    18: lambda _duration: 64,
}


@dataclass(frozen=True)
class Layout:
    """The buffers of a column.

    Attributes:
        type: the number of the type in Schema.fbs.
        bits: bits of a value of fixed width; items of a list of fixed size.
        children: the columns inside it.
    """

    type: int
    bits: int
    children: tuple[Layout, ...]

    @classmethod
    def of_field(cls, column: FlatTable) -> Layout | None:
        """Return the layout of a field of a schema; None if its rows cannot be cut."""
        kind = column.number(2, "B")
        if column.place(4) is not None:  # numbers that stand for the values of a dictionary
            encoding = column.table(4)
            return cls(2, 32 if encoding.place(1) is None else _BITS[2](encoding.table(1)), ())
        if kind in _BITS:
            return cls(kind, _BITS[kind](column.table(3)), ())
        if kind not in {_NULL, _STRUCT, _FIXED_LIST, *_OFFSETS, *_VIEWS}:
            return None
        children = tuple(map(cls.of_field, column.tables(5)))
        if None in children:
            return None
        size = column.table(3).number(0, "i") if kind == _FIXED_LIST else 0
        return cls(kind, size, tuple(child for child in children if child))


def layout_of_schema(message: bytes) -> list[Layout] | None:
    """Return the layouts of the columns of a schema; None if the rows of one cannot be cut."""
    layouts = [
        Layout.of_field(column) for column in FlatTable.of_message(message).table(2).tables(1)
    ]
    return None if None in layouts else [layout for layout in layouts if layout]


class RecordBatch:
    """A batch of records in a file.

    Args:
        metadata: its message without the body.
        body: position of the body in the file.
        read: returns bytes of the file.

    Attributes:
        rows: number of rows.
        size: bytes of the body.
    """

    def __init__(self, metadata: bytes, body: int, read: Read) -> None:
        self._metadata, self._body, self._read = metadata, body, read
        self._message = FlatTable.of_message(metadata)
        self._records = self._message.table(2)
        self.rows = self._records.number(0, "q")
        self.size = self._message.number(3, "q")

    @property
    def codec(self) -> int | None:
        """The number of the compression, with which rows are read only all at once."""
        return None if self._records.place(3) is None else self._records.table(3).number(0, "b")

    @property
    def nodes(self) -> Pairs:
        """Of each column, its rows and how many of them have no value."""
        return self._pairs(1)

    @property
    def buffers(self) -> Pairs:
        """Of each buffer, its position in the body and its size."""
        return self._pairs(2)

    @property
    def views(self) -> NDArray[np.int64]:
        """Of each column of views, how many of its buffers hold texts."""
        start, count = self._records.vector(4)
        return np.frombuffer(self._metadata, "<i8", count, start)

    def read_body(self, position: int, size: int) -> bytes:
        """Return bytes of the body."""
        return self._read(self._body + position, size)

    def whole(self) -> bytes:
        """Return the message of all rows."""
        return self._metadata + self._read(self._body, self.size)

    def cut(self, layouts: list[Layout], first: int, count: int) -> bytes:
        """Return the message of some rows, from one on, of a batch that is not compressed.

        What is no batch of these columns raises IndexError or struct.error.
        """
        nodes, buffers, views = (self._records.structs(*vector)[::-1] for vector in _VECTORS)
        cut = _Cut(nodes, buffers, views, self.read_body)
        for layout in layouts:
            cut.take(layout, first, count)
        metadata = bytearray(self._metadata)
        for slot, structs in ((1, cut.nodes), (2, cut.buffers)):
            start, length = self._records.vector(slot)
            if length != len(structs):
                raise IndexError(length)
            struct.pack_into(
                f"<{2 * length}q", metadata, start, *(n for pair in structs for n in pair)
            )
        for table, slot, number in ((self._records, 0, count), (self._message, 3, cut.size)):
            place = table.place(slot)
            if place is None:
                raise IndexError(slot)
            struct.pack_into("<q", metadata, place, number)
        return b"".join((metadata, *cut.parts))

    def _pairs(self, slot: int) -> Pairs:
        start, count = self._records.vector(slot)
        return np.frombuffer(self._metadata, "<i8", 2 * count, start).reshape(-1, 2)


@dataclass()
class _Cut:
    """The rows of columns that have been taken, and what is left to take from."""

    left_nodes: list[tuple[int, ...]]
    left_buffers: list[tuple[int, ...]]
    variadic: list[tuple[int, ...]]
    read: Read
    nodes: list[tuple[int, int]] = field(default_factory=list)
    buffers: list[tuple[int, int]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def take(self, layout: Layout, first: int, count: int) -> None:
        """Take rows of the next column."""
        _rows, nulls = self.left_nodes.pop()
        place = len(self.nodes)
        self.nodes.append((count, count))
        if layout.type == _NULL:
            return
        self.nodes[place] = (count, self._validity(first, count, nulls))
        if layout.type in _OFFSETS:
            first, count = self._offsets(_OFFSETS[layout.type], first, count)
            if not layout.children:
                self._values(8, first, count)
        elif layout.type in _VIEWS:
            self._values(128, first, count)
            for _ in range(self.variadic.pop()[0]):
                self._add(self.read(*self.left_buffers.pop()))
        elif layout.type == _FIXED_LIST:
            first, count = first * layout.bits, count * layout.bits
        elif layout.type != _STRUCT:
            self._values(layout.bits, first, count)
        for child in layout.children:
            self.take(child, first, count)

    def _validity(self, first: int, count: int, nulls: int) -> int:
        """Take the bits of the values that are there; return how many are missing."""
        offset, size = self.left_buffers.pop()
        if not nulls or not size:
            self._add(b"")
            return 0
        bits = self._bits(offset, first, count)
        self._add(np.packbits(bits, bitorder="little").tobytes())
        return int(count - np.count_nonzero(bits))

    def _values(self, bits: int, first: int, count: int) -> None:
        offset, _size = self.left_buffers.pop()
        if bits == 1:
            self._add(np.packbits(self._bits(offset, first, count), bitorder="little").tobytes())
        else:
            self._add(self.read(offset + first * bits // 8, count * bits // 8))

    def _offsets(self, dtype: str, first: int, count: int) -> tuple[int, int]:
        """Take the offsets of lists or texts; return the first item and the number of items."""
        offset, size = self.left_buffers.pop()
        width = np.dtype(dtype).itemsize
        if not size:  # allowed where there are no rows
            self._add(b"")
            return 0, 0
        data = self.read(offset + first * width, (count + 1) * width)
        offsets = np.frombuffer(data, dtype)
        self._add((offsets - offsets[0]).tobytes())
        return int(offsets[0]), int(offsets[-1] - offsets[0])

    def _bits(
        self, offset: int, first: int, count: int
    ) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        start = first // 8
        data = self.read(offset + start, (first + count + 7) // 8 - start)
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        return bits[first % 8 : first % 8 + count]

    def _add(self, data: bytes) -> None:
        padding = -len(data) % 8
        self.buffers.append((self.size, len(data)))
        self.parts += (data, bytes(padding))
        self.size += len(data) + padding
