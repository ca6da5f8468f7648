"""Parquet and Arrow IPC: tables whose columns have types, read batch by batch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError, UsageError, wrap_os_errors
from softmax_cli.formats.columns import inference as parts
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.rows import NumberedRows
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.signatures import require_signature

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.rows import Rows

_VALUES = 1 << 18  # in a batch
_MOST_ROWS = 1 << 16


@dataclass(frozen=True)
class TableChunk:
    """Some rows of a table, with the number of the first, from 1."""

    frame: pl.DataFrame
    first_row: int
    position: int


def open_table(path: str, read_options: ReadOptions, context: ReadContext) -> TableSource:
    """The logits of a Parquet or Arrow file; also at a URL that polars reads, such as s3://."""
    format_name = context.format_name
    read_options.reject_dialect(path, format_name)
    return TableSource(scan_table(path, format_name), path, read_options, format_name)


class TableSource(Source):
    """The rows of a table: a column for each class, or one column of lists."""

    def __init__(
        self, table: pl.LazyFrame, path: str, read_options: ReadOptions, format_name: str
    ) -> None:
        self.format_name = format_name
        self.source = path
        self._table = table
        with wrap_polars_errors(path):
            self._schema = table.collect_schema()
            self._rows = int(table.select(pl.len()).collect().item())
        self.size = os.path.getsize(path) if os.path.isfile(path) else None  # noqa: PTH113, PTH202
        self._list = _list_column(self._schema, read_options, path)
        self._names = list(self._schema)
        self.columns = self._columns(read_options)
        own = self._schema if self._list is None else {self._list: _inner(self._schema[self._list])}
        chosen = (
            [self._list] if self._list else [self.columns.names[i] for i in self.columns.logits]
        )
        self.float32 = all(own[name] in (pl.Float32, pl.Float16) for name in chosen)
        self.dtypes = {
            i: self._schema[self.columns.names[i]]
            for i in self.columns.passthrough
            if self._schema[self.columns.names[i]] != pl.String
        }

    def close(self) -> None:
        """A table is open only while it is read."""

    def chunks(self) -> Iterator[TableChunk]:
        """The rows, in order."""
        size = max(1, min(_MOST_ROWS, _VALUES // len(self.columns.logits)))
        done = 0
        with wrap_polars_errors(self.source):
            for frame in self._table.collect_batches(chunk_size=size, maintain_order=True):
                done += frame.height
                read = int((self.size or 0) * done / max(1, self._rows))
                yield TableChunk(frame, done - frame.height + 1, read)
        if done != self._rows:
            raise SoftmaxError(
                f"{done} of {self._rows} rows could be read: the file is damaged",
                source=self.source,
            )

    def parse(self, batch: TableChunk) -> Rows:
        """The rows of a batch."""
        logits = self._wide(batch) if self._list is None else self._nested(batch, self._list)
        return _TableRows(logits, self, batch)

    def _wide(self, batch: TableChunk) -> Floats:
        names = [self.columns.names[i] for i in self.columns.logits]
        chosen = batch.frame.select(pl.col(names).cast(pl.Float64))
        return chosen.fill_null(np.nan).to_numpy(order="fortran")

    def _nested(self, batch: TableChunk, name: str) -> Floats:
        width = len(self.columns.logits)
        lists = batch.frame.get_column(name).cast(pl.List(pl.Float64))
        lengths = lists.list.len().fill_null(width).to_numpy()
        if (lengths != width).any():
            row = int((lengths != width).argmax())
            raise SoftmaxError(
                f"a list of {lengths[row]} where {width} are expected",
                source=self.source,
                row=batch.first_row + row,
                column=name,
            )
        matrix = np.full((len(lists), width), np.nan)
        present = lists.is_not_null().to_numpy()
        values = lists.drop_nulls().explode().fill_null(np.nan).to_numpy()
        matrix[present] = values.reshape(-1, width)
        return matrix

    def _columns(self, read_options: ReadOptions) -> parts.Columns:
        if self._list is not None:
            return parts.columns_from_list(
                self._names, self._list, self._width(), read_options, self.source
            )
        first = ["0" if self._schema[name].is_numeric() else "text" for name in self._names]
        columns = parts.infer_columns(
            self._names, first, True, replace(read_options, header=True), self.source
        )
        for i in columns.logits:
            if first[i] == "text":
                raise SoftmaxError(
                    f"the column is of type {self._schema[self._names[i]]}, not of numbers",
                    source=self.source,
                    column=self._names[i],
                )
        return replace(columns, text_columns=())

    def _width(self) -> int:
        assert self._list is not None
        dtype = self._schema[self._list]
        if isinstance(dtype, pl.Array):
            return int(dtype.size)
        with wrap_polars_errors(self.source):
            lists = self._table.select(pl.col(self._list).drop_nulls().head(1)).collect()
        width = lists.to_series().list.len().to_list()
        if not width or not width[0]:
            raise SoftmaxError("there is no list of logits", source=self.source, column=self._list)
        return int(width[0])


class _TableRows(NumberedRows):
    """Rows of a batch of a table."""

    def __init__(self, logits: Floats, table: TableSource, chunk: TableChunk) -> None:
        super().__init__(logits, table.source, chunk.first_row)
        self._columns = table.columns
        self._table = chunk.frame

    def read_passthrough(self) -> pl.DataFrame:
        return self._table.select(self._columns.names[i] for i in self._columns.passthrough)

    def read_labels(self) -> pl.DataFrame:
        return self._table.select(self._columns.names[i] for i in self._columns.labels)


def scan_table(path: str, format_name: str) -> pl.LazyFrame:
    """The table of a path that is seen to be of that format, or of a URL."""
    if path == "-":
        raise UsageError(
            f"{format_name} cannot be read from a stream", hint="Give the file itself."
        )
    if "://" not in path:
        with wrap_os_errors(path), open(path, "rb") as file:  # noqa: PTH123
            require_signature(file.read(8), format_name, path)
    with wrap_polars_errors(path):
        return (pl.scan_parquet if format_name == "parquet" else pl.scan_ipc)(path, glob=False)


def _list_column(schema: pl.Schema, read_options: ReadOptions, source: str) -> str | None:
    """The column that holds the logits as lists, if one does."""
    lists = [name for name, dtype in schema.items() if _inner(dtype) is not None]
    if read_options.columns:
        return read_options.columns[0] if read_options.columns[0] in lists else None
    if "logits" in lists or len(lists) == 1:
        return "logits" if "logits" in lists else lists[0]
    if lists:
        raise SoftmaxError(
            f"more than one column holds lists of numbers: {quote_names(lists)}",
            source=source,
            hint="Name the one of logits with --columns.",
        )
    return None


def _inner(dtype: Any) -> Any:  # noqa: ANN401
    """The type of the numbers in a list or array of them; None for other types."""
    if isinstance(dtype, pl.List | pl.Array) and dtype.inner is not None:
        inner = dtype.inner
        one_axis = not isinstance(dtype, pl.Array) or len(dtype.shape) == 1
        return inner if one_axis and inner.is_numeric() else None
    return None


@contextmanager
def wrap_polars_errors(source: str) -> Iterator[None]:
    """Tell of what polars cannot read as one of our errors."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SoftmaxError(f"the file cannot be read: {reason[:200]}", source=source) from error
