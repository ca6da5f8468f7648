"""Frames of messages of Arrow IPC, which polars decodes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.formats.tables.arrow.flat_table import END
from softmax_cli.formats.tables.polars_errors import wrap_polars_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from softmax_cli.formats.tables.arrow.messages import Message

# Small batches, such as those of 1,000 rows that Hugging Face datasets write, are read together.
_GROUP_BYTES = 1 << 20


def decode_messages(
    schema: bytes, messages: Iterable[Message], source: str
) -> Iterator[pl.DataFrame]:
    """Yield at least one frame, of which each may have no rows.

    Args:
        schema: the message that comes first.
        messages: dictionaries and batches of records.
        source: name for error messages.
    """
    head = [schema]
    for group in _groups(messages):
        yield decode([*head, *(message.data for message in group), END], source)
        head += [message.data for message in group if message.has_dictionary]


def _groups(messages: Iterable[Message]) -> Iterator[list[Message]]:
    """Yield messages in groups of a size, at least one group."""
    group: list[Message] = []
    size, first = 0, True
    for message in messages:
        group.append(message)
        size += len(message.data)
        if size >= _GROUP_BYTES and message.has_records:
            yield group
            group, size, first = [], 0, False
    if group or first:
        yield group


def decode(messages: list[bytes], source: str) -> pl.DataFrame:
    """Return the frame of messages, the schema first and the end last."""
    with wrap_polars_errors(source):
        return pl.read_ipc_stream(io.BytesIO(b"".join(messages)))
