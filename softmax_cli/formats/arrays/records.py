"""Source of logits in arrays of records, whose fields are named columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.arrays.npy_stream import as_floats
from softmax_cli.formats.columns import inference
from softmax_cli.formats.columns.lists import select_list
from softmax_cli.formats.part import Part, split_rows
from softmax_cli.formats.rows import NumberedRows, Rows
from softmax_cli.formats.source import Source
from softmax_cli.formats.text.strict_json import escape_surrogates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import polars as pl
    from numpy.typing import NDArray

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.arrays.npy_stream import ArrayStream
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.read_options import ReadOptions

_VALUES = 1 << 18  # per chunk
_SAMPLE_ROWS = 200


@dataclass(frozen=True)
class RecordChunk:
    """A run of records from a 1-based row on; `position` is in bytes of the input."""

    records: NDArray[Any]
    first_row: int
    position: int


class RecordSource(Source):
    """The rows of an array of records: numeric fields are classes, or one field is a list."""

    open_state = ("_close", "_stream", "_first")

    def __init__(
        self,
        stream: ArrayStream,
        read_options: ReadOptions,
        format_name: str,
        close: Callable[[], None],
    ) -> None:
        if read_options.axis is not None:
            raise UsageError("--axis: the array holds records, not axes", source=stream.source)
        self.format_name = format_name
        self.source = stream.source
        self.size: int | None = stream.bytes
        self._stream = stream
        self._close = close
        self._step = max(1, _VALUES // max(1, stream.dtype.itemsize // 8))
        self._first = stream.next_rows(self._step)()[:, 0]
        self._fields = {name: stream.dtype[name] for name in stream.dtype.names or ()}
        self._list = self._select_list(read_options)
        self.columns = self._columns(read_options)
        self.float32 = all(_is_float32(self._fields[name].base) for name in self._logit_fields())
        frame = _frame(self._first[:0], self.columns.names, self.columns.passthrough)
        dtypes = zip(self.columns.passthrough, frame.dtypes, strict=True)
        self.dtypes = {i: dtype for i, dtype in dtypes if dtype != "String"}

    def close(self) -> None:
        """Close the file."""
        self._close()

    def chunks(self) -> Iterator[RecordChunk]:
        """Yield chunks of records, in order."""
        yield RecordChunk(self._first, 1, self._stream.position)
        yield from self._chunks(len(self._first), self._stream.rows)
        self._stream.require_end()

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of records, or all where they cannot be read in any order."""
        if not self._stream.has_random_access:
            return super().parts(part_size)
        return split_rows(self._stream.rows, self._stream.bytes, part_size)

    def _read_range(self, part: Part) -> Iterator[RecordChunk]:
        with self.reopened() as source:
            source._stream.skip_to(part.start)
            yield from source._chunks(part.start, part.stop)

    def _chunks(self, start: int, stop: int) -> Iterator[RecordChunk]:
        for first in range(start, stop, self._step):
            records = self._stream.next_rows(min(self._step, stop - first))()[:, 0]
            yield RecordChunk(records, first + 1, self._stream.position)

    def parse(self, chunk: RecordChunk) -> Rows:
        """Return the rows of a chunk."""
        fields = [as_floats(chunk.records[name]) for name in self._logit_fields()]
        logits: Floats = fields[0] if self._list is not None else np.column_stack(fields)
        frame = _frame(chunk.records, self.columns.names, self.columns.passthrough)
        return NumberedRows(logits, self.columns, self.source, chunk.first_row, frame)

    def _logit_fields(self) -> Sequence[str]:
        if self._list is not None:
            return [self._list]
        return [self.columns.names[i] for i in self.columns.logits]

    def _select_list(self, options: ReadOptions) -> str | None:
        """Return the field that holds the logits as a list, if one does."""
        lists = {
            name: dtype.base.kind in "iu"
            for name, dtype in self._fields.items()
            if len(dtype.shape) == 1 and dtype.base.kind in "fiu"
        }
        numbers = [name for name, dtype in self._fields.items() if _is_number(dtype)]
        return select_list(lists, numbers, options, self.source, list(self._fields))

    def _columns(self, options: ReadOptions) -> Columns:
        names = list(self._fields)
        if self._list is not None:
            width = self._fields[self._list].shape[0]
            return inference.columns_from_list(names, self._list, width, options, self.source)
        columns = inference.infer_columns(names, self._sample(), options, self.source, header=True)
        for i in columns.logits:
            if not _is_number(self._fields[names[i]]):
                raise SoftmaxError(
                    f"field has type {self._fields[names[i]]}, not a number",
                    source=self.source,
                    column=printable(names[i]),
                )
        return replace(columns, text_columns=())

    def _sample(self) -> list[tuple[str, ...]]:
        """Return cells of the first records: numbers as text, and the type of anything else."""
        rows = self._first[:_SAMPLE_ROWS]
        columns = [
            [str(value) for value in rows[name].tolist()]
            if _is_number(dtype)
            else [str(dtype)] * len(rows)
            for name, dtype in self._fields.items()
        ]
        return list(zip(*columns, strict=True))


def _frame(records: NDArray[Any], names: Sequence[str], columns: Sequence[int]) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({names[i]: _series(records[names[i]]) for i in columns})


def _series(values: NDArray[Any]) -> pl.Series:
    """Return a field in native byte order; anything but numbers and booleans as text."""
    import polars as pl

    if values.ndim == 1 and values.dtype.kind in "fiub":
        return pl.Series(values.astype(values.dtype.newbyteorder("=")))
    texts = np.char.decode(values, "utf-8", "replace") if values.dtype.kind == "S" else values
    return pl.Series([escape_surrogates(str(text)) for text in texts.tolist()], dtype=pl.String)


def _is_number(dtype: np.dtype[Any]) -> bool:
    return dtype.subdtype is None and dtype.kind in "fiu"


def _is_float32(dtype: np.dtype[Any]) -> bool:
    return dtype.kind == "f" and dtype.itemsize <= 4
