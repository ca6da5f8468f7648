"""Tables of FlatBuffers, in which the metadata of Arrow is written."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTINUATION = b"\xff\xff\xff\xff"
END = CONTINUATION + bytes(4)
# Kinds of messages, MessageHeader in Message.fbs.
SCHEMA, DICTIONARY, RECORDS = 1, 2, 3


@dataclass(frozen=True)
class FlatTable:
    """A table at a position of a FlatBuffer; fields are given by their slot.

    What is no FlatBuffer raises struct.error or IndexError.
    """

    data: bytes
    position: int

    @classmethod
    def root(cls, data: bytes, start: int = 0) -> FlatTable:
        """Return the root of a buffer that begins somewhere in the data."""
        return cls(data, start + struct.unpack_from("<I", data, start)[0])

    @classmethod
    def of_message(cls, message: bytes) -> FlatTable:
        """Return the root of a message of Arrow IPC, behind its prefix."""
        return cls.root(message, 8 if message.startswith(CONTINUATION) else 4)

    def place(self, slot: int) -> int | None:
        """Return the position of a field; None if it has its default."""
        slots = self.position - self._unpack("i", self.position)
        place = 4 + 2 * slot
        offset = self._unpack("H", slots + place) if place < self._unpack("H", slots) else 0
        return self.position + offset if offset else None

    def number(self, slot: int, code: str, default: int = 0) -> int:
        """Return a number, with the code of its type in `struct`."""
        at = self.place(slot)
        return default if at is None else self._unpack(code, at)

    def table(self, slot: int) -> FlatTable:
        """Return a table; IndexError if there is none."""
        at = self.place(slot)
        if at is None:
            raise IndexError(slot)
        return self._referenced(at)

    def tables(self, slot: int) -> Iterator[FlatTable]:
        """Yield the tables of a vector."""
        start, count = self.vector(slot)
        for i in range(count):
            yield self._referenced(start + 4 * i)

    def structs(self, slot: int, code: str) -> list[tuple[int, ...]]:
        """Return the structs of a vector, with the code of their fields in `struct`."""
        start, count = self.vector(slot)
        size = struct.calcsize("<" + code)
        return [*struct.iter_unpack("<" + code, self.data[start : start + count * size])]

    def vector(self, slot: int) -> tuple[int, int]:
        """Return the position of the first element of a vector, and their number."""
        at = self.place(slot)
        if at is None:
            return 0, 0
        start = at + self._unpack("I", at)
        return start + 4, self._unpack("I", start)

    def text(self, slot: int) -> str:
        """Return a string."""
        start, size = self.vector(slot)
        return self.data[start : start + size].decode()

    def _referenced(self, at: int) -> FlatTable:
        return FlatTable(self.data, at + self._unpack("I", at))

    def _unpack(self, code: str, at: int) -> Any:  # noqa: ANN401
        if at < 0:
            raise IndexError(at)
        return struct.unpack_from("<" + code, self.data, at)[0]


def message_of_table(table: FlatTable, kind: int, version: int, body: int = 0) -> bytes:
    """Return a message of Arrow IPC that has a table as its header, without its body.

    A root table comes before the data, in which all positions are relative: its fields are the
    version, the kind of header, the offset of the table and the size of the body.
    """
    root, size = 16, 40
    slots = struct.pack("<6H", 12, size - root, 8, 10, 4, 16)
    offset = size + table.position - (root + 4)
    fields = struct.pack("<iIhB5xq", root - 4, offset, version, kind, body)
    data = struct.pack("<I", root) + slots + fields + table.data
    data += bytes(-len(data) % 8)
    return CONTINUATION + struct.pack("<i", len(data)) + data
