"""Rows of Arrow files, batch by batch; of large batches, in pieces."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from softmax_cli.formats.tables.arrow.flat_table import SCHEMA, FlatTable, message_of_table
from softmax_cli.formats.tables.arrow.frames import decode_messages
from softmax_cli.formats.tables.arrow.messages import Message
from softmax_cli.formats.tables.arrow.record_batch import Layout, RecordBatch, layout_of_schema
from softmax_cli.formats.tables.polars_errors import wrap_corruption
from softmax_cli.runtime.positional_read import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

# A larger batch is read in pieces of about this size.
_PIECE_BYTES = 1 << 22
_MAGIC = b"ARROW1"
_BLOCK = "qi4xq"  # position, bytes of the metadata, bytes of the body


class ArrowBatches(ABC):
    """The batches of an open file.

    Attributes:
        schema: the schema.
        version: version of the metadata.
    """

    schema: FlatTable
    version: int

    def __init__(self, descriptor: int, source: str) -> None:
        self._descriptor, self._source = descriptor, source

    @property
    def rows(self) -> int:
        """The number of rows."""
        with wrap_corruption(self._source, "Arrow"):
            return sum(batch.rows for batch in self.batches())

    @abstractmethod
    def batches(self) -> Iterator[RecordBatch]:
        """Yield the batches, of which nothing but the metadata has been read."""

    @abstractmethod
    def dictionary_messages(self) -> Iterator[Message]:
        """Yield the messages with the values of dictionaries."""

    def _read(self, offset: int, size: int) -> bytes:
        return read_bytes(self._descriptor, offset, size)


class ArrowFile(ArrowBatches):
    """The batches of a file, by its footer (File.fbs in the sources of Arrow)."""

    def __init__(self, descriptor: int, source: str) -> None:
        super().__init__(descriptor, source)
        with wrap_corruption(self._source, "Arrow"):
            end = os.fstat(descriptor).st_size - len(_MAGIC) - 4
            size = int.from_bytes(self._read(end, 4), "little")
            footer = FlatTable.root(self._read(end - size, size))
            self.schema, self.version = footer.table(1), footer.number(0, "h")
            self._dictionaries = footer.structs(2, _BLOCK)
            self._blocks = footer.structs(3, _BLOCK)

    def frames(self, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """Yield frames with a range of the rows, of which there are some."""
        with wrap_corruption(self._source, "Arrow"):
            pieces = self._pieces(start, stop)
            if (piece := next(pieces, None)) is None:
                raise IndexError(start)
            row, first = piece
            messages = chain(self.dictionary_messages(), [first], (data for _, data in pieces))
            for frame in decode_messages(self._schema, messages, self._source):
                yield frame[max(0, start - row) : stop - row]
                row += frame.height

    def _pieces(self, start: int, stop: int) -> Iterator[tuple[int, Message]]:
        """Yield the messages that hold rows, with the number of the first row of each."""
        row = 0
        for batch in self.batches():
            first, last = max(0, start - row), min(batch.rows, stop - row)
            if first < last:
                step = self._rows_at_once(batch)
                if step >= batch.rows:
                    yield row, Message(batch.whole(), has_records=True, has_dictionary=False)
                    first = last
                for i in range(first, last, step):
                    data = batch.cut(self._layouts or [], i, min(step, last - i))
                    yield row + i, Message(data, has_records=True, has_dictionary=False)
            row += batch.rows

    def _rows_at_once(self, batch: RecordBatch) -> int:
        if batch.size <= _PIECE_BYTES or batch.codec is not None or self._layouts is None:
            return batch.rows
        return max(1, batch.rows * _PIECE_BYTES // batch.size)

    def batches(self) -> Iterator[RecordBatch]:
        """Yield the batches, of which nothing but the metadata has been read."""
        for position, size, _body in self._blocks:
            yield RecordBatch(self._read(position, size), position + size, self._read)

    def dictionary_messages(self) -> Iterator[Message]:
        """Yield the messages with the values of dictionaries."""
        for position, size, body in self._dictionaries:
            data = self._read(position, size + body)
            yield Message(data, has_records=False, has_dictionary=True)

    @cached_property
    def _schema(self) -> bytes:
        """The message of the schema in the footer: files of polars have none at their start."""
        return message_of_table(self.schema, SCHEMA, self.version)

    @cached_property
    def _layouts(self) -> list[Layout] | None:
        return layout_of_schema(self._schema)
