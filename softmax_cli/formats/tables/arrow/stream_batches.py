"""Batches of an Arrow stream in a file, which has no footer: each is found after the last."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from softmax_cli.formats.tables.arrow.flat_table import END, RECORDS, FlatTable
from softmax_cli.formats.tables.arrow.record_batch import RecordBatch
from softmax_cli.formats.tables.polars_errors import wrap_corruption
from softmax_cli.runtime.positional_read import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator


class ArrowStreamFile:
    """The batches of an open file. Raises ValueError for dictionaries among them.

    Attributes:
        schema: the schema.
        version: version of the metadata.
    """

    def __init__(self, descriptor: int, source: str) -> None:
        self._descriptor, self._source = descriptor, source
        with wrap_corruption(self._source, "Arrow"):
            self._size = os.fstat(descriptor).st_size
            first = self._message(0)
            self._start = len(first)
            message = FlatTable.of_message(first)
            self.schema, self.version = message.table(2), message.number(0, "h")

    @property
    def rows(self) -> int:
        """The number of rows."""
        with wrap_corruption(self._source, "Arrow"):
            return sum(batch.rows for batch in self.batches())

    def batches(self) -> Iterator[RecordBatch]:
        """Yield the batches, of which nothing but the metadata has been read."""
        at = self._start
        while at < self._size and (metadata := self._message(at)) != END:
            if FlatTable.of_message(metadata).number(1, "B") != RECORDS:
                raise ValueError(at)
            batch = RecordBatch(metadata, at + len(metadata), self._read)
            yield batch
            at += len(metadata) + batch.size

    def _message(self, at: int) -> bytes:
        """Return a message, without its body."""
        return self._read(at, 8 + int.from_bytes(self._read(at + 4, 4), "little"))

    def _read(self, offset: int, size: int) -> bytes:
        return read_bytes(self._descriptor, offset, size)
