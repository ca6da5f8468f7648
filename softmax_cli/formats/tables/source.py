"""Source of rows in Parquet and Arrow IPC files, read chunk by chunk."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns import inference
from softmax_cli.formats.columns.mass import MASS
from softmax_cli.formats.columns.sample import SAMPLE_ROWS, at_ends, middle, rows_in_sample
from softmax_cli.formats.source import Source
from softmax_cli.formats.tables.input import Table, open_input
from softmax_cli.formats.tables.named import NamedColumn, numbers_with_names
from softmax_cli.formats.tables.nested import (
    describe_dtype,
    flatten_lists,
    numbers_in_lists,
    numbers_in_struct,
    unnest,
    without_extensions,
)
from softmax_cli.formats.tables.nested_selection import select_fields, select_nested
from softmax_cli.formats.tables.panics import PanicSilencer
from softmax_cli.formats.tables.rows import TableChunk, TableRows, logits_of_lists
from softmax_cli.formats.tables.wide.frame import WideFrame
from softmax_cli.formats.tables.wide.table import WideTable
from softmax_cli.formats.text.wide import WIDE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.part import Part
    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.rows import Rows

_VALUES = 1 << 18  # per chunk
_MAX_ROWS, _MAX_NAMED_ROWS = 1 << 16, 1 << 12  # names take more than numbers, how many is unknown


def open_table(path: str, read_options: ReadOptions, context: ReadContext) -> TableSource:
    """Open the logits of a Parquet or Arrow file, folder, pipe or URL that polars reads."""
    format_name = context.format_name
    read_options.reject_dialect(path, format_name)
    table = open_input(path, format_name)
    try:
        return TableSource(table, read_options, format_name)
    except BaseException:
        table.close()
        raise


class TableSource(Source):
    """The rows of a table with a column for each class, or one column of lists."""

    open_state = ("_table", "_silencer")

    def __init__(self, table: Table, read_options: ReadOptions, format_name: str) -> None:
        self.format_name = format_name
        self.source = table.source
        self.size = table.size
        self._table = table
        self._silencer = PanicSilencer()
        self._index_names = table.index_names()
        table.transform(without_extensions)
        self._list = (
            None  # whose columns are plain
            if isinstance(table, WideTable)
            else select_nested(table.schema, read_options, self.source)
        )
        if self._list and (fields := numbers_in_struct(table.schema[self._list])):
            table.transform(partial(unnest, name=self._list, source=self.source))
            read_options = select_fields(read_options, self._list, fields)
            self._list = None
        self._named: NamedColumn | None = None
        self._schema = table.schema
        self._names = list(self._schema)
        self.columns = self._columns(read_options)
        if self.columns.computed:
            self._schema = pl.Schema([*self._schema.items(), (MASS, pl.Float64())])
        if self._named is None:
            read_options.reject_response_options(self.source, "columns of logits")
        dtypes = set(self._logit_dtypes())
        self.float32 = dtypes <= {pl.Float32(), pl.Float16()}
        # An expression for each of 128,000 columns takes seconds, and conversion at once does not.
        self._alike = len(dtypes) == 1 and dtypes <= {pl.Float32(), pl.Float64(), pl.Int64()}
        self._all_logits = list(self.columns.logits) == list(range(len(self._names)))
        self.dtypes = {
            i: self._schema[self.columns.names[i]]
            for i in self.columns.passthrough
            if self._schema[self.columns.names[i]] != pl.String
        }

    def close(self) -> None:
        """Close the input, even while another thread reads it."""
        self._silencer.close()
        self._table.close()

    def chunks(self) -> Iterator[TableChunk]:
        """Yield chunks of rows, in order."""
        return self._chunks()

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of rows, or all of a stream or pipe."""
        return self._table.parts(part_size) or super().parts(part_size)

    def _read_range(self, part: Part) -> Iterator[TableChunk]:
        with self.reopened() as source:
            yield from source._chunks(part)

    def _chunks(self, part: Part | None = None) -> Iterator[TableChunk]:
        width = len(self.columns.logits)
        # The text of long rows is in memory several times.
        values = _VALUES if width < WIDE else _VALUES // 2
        most = _MAX_ROWS if self._named is None else _MAX_NAMED_ROWS
        size = max(1, min(most, values // width))
        self._silencer.start()
        try:
            done = part.start if part else 0
            for frame, position in self._table.frames(size, part):
                yield TableChunk(frame, done + 1, position)
                done += frame.height
        finally:
            self._silencer.stop()

    def parse(self, chunk: TableChunk) -> Rows:
        """Return the rows of a chunk."""
        if self._named is not None:
            return self._named.rows(chunk, self.columns)
        if self._list is None:
            logits = self._logits_of_columns(chunk)
        else:
            column = chunk.frame.get_column(self._list)
            width = len(self.columns.logits)
            logits = logits_of_lists(column, width, self.source, chunk.first_row)
        return TableRows(logits, self.columns, self.source, chunk)

    def dtype_in_table(self, column: int) -> pl.DataType | None:
        """Return the dtype of a column of the table."""
        return self._schema[self.columns.names[column]]

    def _logits_of_columns(self, chunk: TableChunk) -> Floats:
        if isinstance(chunk.frame, WideFrame):
            return chunk.frame.numbers(self.columns.logits)
        names = [self.columns.names[i] for i in self.columns.logits]
        if self._alike:
            frame = chunk.frame if self._all_logits else chunk.frame[names]
            return np.asarray(frame.to_numpy(order="fortran"), np.float64)
        logits = chunk.frame.select(pl.col(names).cast(pl.Float64))
        return logits.fill_null(np.nan).to_numpy(order="fortran")

    def _logit_dtypes(self) -> list[Any]:
        if self._list is not None:
            dtype = self._schema[self._list]
            return [numbers_with_names(dtype) if self._named else numbers_in_lists(dtype)]
        return [self._schema[self.columns.names[i]] for i in self.columns.logits]

    def _columns(self, options: ReadOptions) -> Columns:
        if not self._names:
            raise SoftmaxError("table has no columns", source=self.source)
        if self._list is not None and numbers_with_names(self._schema[self._list]):
            sample = self._table.head([self._list], SAMPLE_ROWS).to_series()
            others = [name for name in self._names if name != self._list]
            self._named = NamedColumn.from_sample(sample, others, self.source, options)
            classes = self._named.classes.names
            return inference.columns_from_list(
                self._names, self._list, len(classes), options, self.source, classes
            )
        if self._list is not None:
            return inference.columns_from_list(
                self._names, self._list, self._list_width(), options, self.source
            )
        columns = inference.infer_columns(
            self._names,
            self._sample(),
            options,
            self.source,
            header=True,
            index_columns=[i for i, name in enumerate(self._names) if name in self._index_names],
        )
        for i in columns.logits:
            if not self._schema[self._names[i]].is_numeric():
                raise SoftmaxError(
                    f"column has type {self._schema[self._names[i]]}, not numbers",
                    source=self.source,
                    column=printable(self._names[i]),
                    hint=f"Use --id {shlex.quote(self._names[i])} if it holds no logits.",
                )
        return replace(columns, text_columns=())

    def _sample(self) -> list[tuple[str, ...]]:
        """Return cells of the first rows: numbers as text, and the type of anything else."""
        names, few = self._names, [self._names[i] for i in middle(len(self._names))]
        cells = self._cells(at_ends(names), rows_in_sample(len(names)))
        height = len(cells[names[0]])
        for name, column in self._cells(few, 1).items():
            cells[name] = [*column, *[""] * (height - 1)]
        return list(zip(*(cells[name] for name in names), strict=True))

    def _cells(self, names: Sequence[str], count: int) -> dict[str, list[str]]:
        numeric = [name for name in names if self._schema[name].is_numeric()]
        numbers = self._table.cells(numeric, count)
        height = len(numbers[numeric[0]]) if numeric else 1
        return {
            name: ["" if value is None else str(value) for value in numbers[name]]
            if name in numbers
            else [describe_dtype(self._schema[name])] * height
            for name in names
        }

    def _list_width(self) -> int:
        assert self._list is not None
        lists = self._table.head([self._list], SAMPLE_ROWS).to_series().drop_nulls().head(1)
        lengths = flatten_lists(lists, self.source, 1).list.len().to_list()
        if not lengths or not lengths[0]:
            raise SoftmaxError("empty list of logits", source=self.source, column=self._list)
        return int(lengths[0])
