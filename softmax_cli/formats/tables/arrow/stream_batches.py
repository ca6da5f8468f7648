"""Batches of an Arrow stream in a file, which has no footer: each is found after the last."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from softmax_cli.formats.tables.arrow.file_batches import ArrowBatches
from softmax_cli.formats.tables.arrow.flat_table import DICTIONARY, END, RECORDS, FlatTable
from softmax_cli.formats.tables.arrow.messages import Message
from softmax_cli.formats.tables.arrow.record_batch import RecordBatch
from softmax_cli.formats.tables.polars_errors import wrap_corruption

if TYPE_CHECKING:
    from collections.abc import Iterator


class ArrowStreamFile(ArrowBatches):
    """The batches of a stream in a file. Raises ValueError for dictionaries behind a batch."""

    def __init__(self, descriptor: int, source: str) -> None:
        super().__init__(descriptor, source)
        with wrap_corruption(self._source, "Arrow"):
            self._size = os.fstat(descriptor).st_size
            first = self._message(0)
            self._start = len(first)
            message = FlatTable.of_message(first)
            self.schema, self.version = message.table(2), message.number(0, "h")

    def batches(self) -> Iterator[RecordBatch]:
        """Yield the batches, of which nothing but the metadata has been read."""
        any_yet = False
        for at, metadata, kind in self._messages():
            if kind == RECORDS:
                any_yet = True
                yield RecordBatch(metadata, at + len(metadata), self._read)
            elif any_yet:
                raise ValueError(at)

    def dictionary_messages(self) -> Iterator[Message]:
        """Yield the messages with the values of dictionaries, which come before the batches."""
        for at, metadata, kind in self._messages():
            if kind != DICTIONARY:
                return
            size = len(metadata) + FlatTable.of_message(metadata).number(3, "q")
            yield Message(self._read(at, size), has_records=False, has_dictionary=True)

    def _messages(self) -> Iterator[tuple[int, bytes, int]]:
        """Yield the position of each message behind the schema, its metadata, and its kind."""
        at = self._start
        while at < self._size and (metadata := self._message(at)) != END:
            message = FlatTable.of_message(metadata)
            yield at, metadata, message.number(1, "B")
            at += len(metadata) + message.number(3, "q")

    def _message(self, at: int) -> bytes:
        """Return a message, without its body."""
        return self._read(at, 8 + int.from_bytes(self._read(at + 4, 4), "little"))
