"""Arrow files, and streams in files, of very many columns, of which any can be decoded apart."""

from __future__ import annotations

from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from softmax_cli.formats.tables.arrow.encoding import batch_of_records, schema_of_columns
from softmax_cli.formats.tables.arrow.file_batches import ArrowBatches, ArrowFile
from softmax_cli.formats.tables.arrow.flat_table import (
    CONTINUATION,
    END,
    RECORDS,
    SCHEMA,
    FlatTable,
    message_of_table,
)
from softmax_cli.formats.tables.arrow.frames import decode
from softmax_cli.formats.tables.arrow.stream_batches import ArrowStreamFile
from softmax_cli.formats.tables.file_metadata import index_of_schema
from softmax_cli.formats.tables.polars_errors import wrap_corruption
from softmax_cli.formats.tables.wide.arrow_schema import ArrowColumns
from softmax_cli.runtime.positional_read import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from softmax_cli.formats.tables.arrow.record_batch import Pairs, RecordBatch


class WideArrowFile:
    """An open file: see `WideFile`.

    Raises ValueError for fewer columns than `at_least`, and if their data are not found here.
    """

    def __init__(self, file: BinaryIO, source: str, at_least: int) -> None:
        self._file, self._source = file, source
        is_stream = read_bytes(file.fileno(), 0, len(CONTINUATION)) == CONTINUATION
        kind: type[ArrowBatches] = ArrowStreamFile if is_stream else ArrowFile
        self._arrow = kind(file.fileno(), source)
        schema = self._arrow.schema
        if schema.vector(1)[1] < at_least:
            raise ValueError
        self._columns = ArrowColumns(schema)
        self.rows = self._arrow.rows
        self.names, self.kinds = self._columns.names, self._columns.kinds

    def no_rows(self, columns: Sequence[int]) -> pl.DataFrame:
        """Decode columns of no rows."""
        return decode([*self._head(columns), END], self._source)

    def batches(self) -> Iterator[_Batch]:
        """Yield the batches of records."""
        with wrap_corruption(self._source, "Arrow"):
            for batch in self._arrow.batches():
                yield _Batch(self, batch)

    def index_names(self) -> frozenset[str]:
        """Return the columns that pandas' metadata call its index."""
        arrow = self._arrow
        return index_of_schema(message_of_table(arrow.schema, SCHEMA, arrow.version))

    def decode(self, batch: RecordBatch, columns: Sequence[int]) -> pl.DataFrame:
        """Decode columns of a batch."""
        with wrap_corruption(self._source, "Arrow"):
            chosen, views = self._columns.buffers_of(columns, batch.views)
            buffers, body = _read(batch, batch.buffers[chosen])
            nodes = batch.nodes[list(columns)]
            records = batch_of_records(batch.rows, nodes, buffers, batch.codec, views)
        message = message_of_table(records, RECORDS, self._arrow.version, len(body))
        return decode([*self._head(columns), message + body, END], self._source)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @cached_property
    def _dictionaries(self) -> dict[int, list[bytes]]:
        """The messages with the values of each dictionary."""
        messages: dict[int, list[bytes]] = {}
        with wrap_corruption(self._source, "Arrow"):
            for message in self._arrow.dictionary_messages():
                number = FlatTable.of_message(message.data).table(2).number(0, "q")
                messages.setdefault(number, []).append(message.data)
        return messages

    def _head(self, columns: Sequence[int]) -> list[bytes]:
        """Return messages with the schema of columns, and with their dictionaries."""
        numbers = {*self._columns.dictionaries[list(columns)].tolist()} - {-1}
        dictionaries = [self._dictionaries.get(number, []) for number in sorted(numbers)]
        return [self._schema(columns), *chain.from_iterable(dictionaries)]

    def _schema(self, columns: Sequence[int]) -> bytes:
        """Return a message with the schema of columns; numbers, which may be all, without names."""
        kinds = [self.kinds[i] for i in columns]
        plain = [kind for kind in kinds if isinstance(kind, tuple)]
        if len(plain) == len(kinds):
            schema = schema_of_columns([b"%d" % i for i in range(len(kinds))], plain)
        else:
            schema = self._columns.schema(columns)
        return message_of_table(schema, SCHEMA, self._arrow.version)


class _Batch:
    def __init__(self, file: WideArrowFile, batch: RecordBatch) -> None:
        self._file, self._batch = file, batch
        self.rows = batch.rows

    def columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Decode some of the columns."""
        return self._file.decode(self._batch, columns)


def _read(batch: RecordBatch, buffers: Pairs) -> tuple[Pairs, bytes]:
    """Read buffers, and return the position and size of each in what was read."""
    positions, sizes = buffers.T
    if (buffers < 0).any() or (sizes > batch.size - positions).any():
        raise IndexError(batch.size)
    padded = sizes + -sizes % 8
    some = sizes > 0
    start = int(positions[some].min(initial=batch.size))
    stop = int((positions + sizes)[some].max(initial=start))
    if stop - start <= 2 * padded.sum():  # close together
        places, body = np.where(some, positions - start, 0), batch.read_body(start, stop - start)
    else:
        places = np.cumsum(padded) - padded
        parts = [batch.read_body(*pair) + bytes(-pair[1] % 8) for pair in buffers.tolist()]
        body = b"".join(parts)
    return np.column_stack((places, sizes)), body
