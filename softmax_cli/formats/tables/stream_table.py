"""A table in Arrow IPC streams, read in flat memory, also from a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.tables.arrow.frames import decode_messages
from softmax_cli.formats.tables.arrow.messages import read_message
from softmax_cli.formats.tables.file_metadata import index_of_schema
from softmax_cli.formats.tables.polars_errors import (
    require_supported,
    translate_polars_errors,
    wrap_polars_errors,
)

if TYPE_CHECKING:
    from softmax_cli.formats.part import Part
    from softmax_cli.formats.streams.input import ByteStream
    from softmax_cli.formats.tables.arrow.messages import Message


class StreamTable:
    """A table in streams, one after the other, of the same columns.

    `size` is the size of the streams in bytes; None if unknown.
    """

    def __init__(self, streams: Sequence[ByteStream], source: str) -> None:
        self.source = source
        self._streams = streams
        sizes = [stream.raw.size for stream in streams]
        self.size = None if None in sizes else sum(size or 0 for size in sizes)
        self._schema_message = b""
        self._rest = self._read()
        self._first = next(self._rest)

    @property
    def schema(self) -> pl.Schema:
        """Names and dtypes of the columns."""
        return self._first.schema

    def transform(self, function: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Apply a function to each frame, which keeps its rows."""
        with wrap_polars_errors(self.source):
            self._first = function(self._first)
        self._rest = map(function, self._rest)

    def head(self, names: Sequence[str], count: int) -> pl.DataFrame:
        """Return the first rows of some columns, at most `count`."""
        return self._first.select(names).head(count)

    def cells(self, names: Sequence[str], count: int) -> dict[str, list[Any]]:
        """Return the values of some columns in the first rows, at most `count`."""
        return self.head(names, count).to_dict(as_series=False)

    def parts(self, _part_size: int) -> list[Part]:
        """Return none: a stream is read from its start."""
        return []

    def frames(self, rows: int, _part: Part | None = None) -> Iterator[tuple[pl.DataFrame, int]]:
        """Yield frames of limited length, with the bytes up to the end of each."""
        schema = self.schema
        with translate_polars_errors(self.source):
            for frame in self._all():
                if frame.schema != schema:
                    raise SoftmaxError("streams have different columns", source=self.source)
                for part in frame.iter_slices(rows):
                    yield part, sum(stream.raw.position for stream in self._streams)

    def lazy(self) -> pl.LazyFrame:
        """Return all rows, for one query."""
        return pl.concat(self._all()).lazy()

    def index_names(self) -> frozenset[str]:
        """Return the columns that pandas' metadata in the stream call its index."""
        return index_of_schema(self._schema_message)

    def close(self) -> None:
        """Close the streams."""
        for stream in self._streams:
            stream.close()

    def _all(self) -> Iterator[pl.DataFrame]:
        yield self._first
        yield from self._rest

    def _read(self) -> Iterator[pl.DataFrame]:
        for stream in self._streams:
            messages = _messages(stream)
            self._schema_message = next(messages).data
            require_supported(self._schema_message, stream.source)
            yield from decode_messages(self._schema_message, messages, stream.source)
            stream.close()


def _messages(stream: ByteStream) -> Iterator[Message]:
    read = _Reader(stream).exactly
    while message := read_message(read, stream.source):
        yield message


class _Reader:
    """Reader of exact numbers of bytes of a stream."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._buffer = bytearray()

    def exactly(self, size: int) -> bytes:
        """Return `size` bytes; fewer at the end of the stream."""
        while len(self._buffer) < size and (data := self._stream.read()):
            self._buffer += data
        data, self._buffer = bytes(self._buffer[:size]), self._buffer[size:]
        return data
