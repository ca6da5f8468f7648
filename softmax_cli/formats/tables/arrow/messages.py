"""Metadata of Arrow IPC: the messages of a stream, and column types that polars does not read.

Polars panics at some types while it reads a schema. This reader names the column and its type
instead; it knows as much of Arrow's Schema.fbs and Message.fbs as that takes.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.tables.arrow.flat_table import (
    CONTINUATION,
    DICTIONARY,
    END,
    RECORDS,
    FlatTable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAX_METADATA = 1 << 30
_DECIMAL = 7  # Type
_UNSUPPORTED_TYPES = {
    11: "interval",
    14: "union",
    22: "run-end encoded",
    25: "list view",
    26: "large list view",
}


@dataclass(frozen=True)
class Message:
    """A message of an IPC stream: its bytes with prefix and body, and what it is."""

    data: bytes
    has_records: bool
    has_dictionary: bool


def read_message(read: Callable[[int], bytes], source: str) -> Message | None:
    """Read the next message of a stream; return None at its end.

    Args:
        read: returns exactly the requested number of bytes; fewer at the end.
        source: name for error messages.
    """
    prefix = read(8)
    if not prefix or prefix == END:
        return None
    size = int.from_bytes(prefix[4:], "little")
    if len(prefix) < 8 or not prefix.startswith(CONTINUATION) or size > _MAX_METADATA:
        raise SoftmaxError("truncated or corrupt Arrow stream", source=source)
    metadata = read(size)
    try:
        message = FlatTable.root(metadata)
        kind, body = message.number(1, "B"), message.number(3, "q")
    except struct.error as error:
        raise SoftmaxError("truncated or corrupt Arrow stream", source=source) from error
    data = read(max(0, body))
    if len(data) != body:
        raise SoftmaxError("truncated Arrow stream", source=source)
    return Message(prefix + metadata + data, kind == RECORDS, kind == DICTIONARY)


def unsupported_columns(message: bytes) -> Iterator[tuple[str, str]]:
    """Yield the name and type of columns that polars cannot read, from a schema message.

    Nothing is yielded for what is no such message.
    """
    try:
        schema = FlatTable.of_message(message).table(2)
        for field in schema.tables(1):
            if type_name := _unsupported_type(field):
                yield field.text(0), type_name
    except (struct.error, IndexError, UnicodeDecodeError, RecursionError):
        return


def custom_metadata(message: bytes, key: str) -> str | None:
    """Return a value of the custom metadata of a schema message, if it has one."""
    try:
        pairs = FlatTable.of_message(message).table(2).tables(2)
        return next((pair.text(1) for pair in pairs if pair.text(0) == key), None)
    except (struct.error, IndexError, UnicodeDecodeError):
        return None


def _unsupported_type(field: FlatTable) -> str | None:
    """Return the type of a field, or of one inside it, if it is not supported."""
    number = field.number(2, "B")
    if number == _DECIMAL and field.table(3).number(2, "i", 128) > 128:
        return f"{field.table(3).number(2, 'i')}-bit decimal"
    if number in _UNSUPPORTED_TYPES:
        return _UNSUPPORTED_TYPES[number]
    inner = map(_unsupported_type, field.tables(5))
    return next((name for name in inner if name), None)
