"""Writer of Parquet and Arrow IPC files, chunk by chunk."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
import polars as pl
from polars.io.plugins import register_io_source

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.output_schema import (
    ColumnData,
    NumericColumns,
    OutputField,
    OutputSchema,
    require_distinct,
    rows_of,
)
from softmax_cli.formats.tables.wide.arrow_writer import WideArrow
from softmax_cli.formats.tables.wide.parquet_writer import WideParquet
from softmax_cli.formats.tables.wide.writer import WideWriter, can_write, dtype_of
from softmax_cli.formats.text.rendering import json_to_text
from softmax_cli.formats.text.wide import WIDE

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate

    DType = pl.DataType | type[pl.DataType]


_ERROR_NUMBER = re.compile(r"\(os error (\d+)\)")
_WIDE_WRITERS: dict[str, type[WideWriter]] = {"parquet": WideParquet, "arrow": WideArrow}
_VALUES, _MAX_ROWS = 1 << 20, 1 << 17  # per row group


def parquet_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> TableWriter:
    """Return a writer of a Parquet file."""
    return _make_writer(schema, decimals, "parquet")


def arrow_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> TableWriter:
    """Return a writer of an Arrow IPC file."""
    return _make_writer(schema, decimals, "arrow")


def _make_writer(schema: OutputSchema, decimals: int | None, format_name: str) -> TableWriter:
    if decimals is not None:
        raise UsageError(f"--decimals applies to text formats, not {format_name}")
    require_distinct(replace(schema, header=True), format_name)
    return TableWriter(schema, format_name)


class _ErrorRecorder:
    """A file that records its errors, because polars raises others instead."""

    def __init__(self, file: BinaryIO, errors: list[BaseException]) -> None:
        self._file = file
        self._errors = errors

    def write(self, data: bytes) -> int:
        """Write some bytes, and record an error."""
        try:
            return self._file.write(data)
        except BaseException as error:
            self._errors.append(error)
            raise


@dataclass(frozen=True)
class TableWriter:
    """Writer of frames, with numbers as float32 if the input is, else as float64."""

    schema: OutputSchema
    format_name: str
    dropped: Sequence[str] = ()

    def can_splice(self, _delimiter: str | None, _count: int) -> bool:
        """Return False, because a table holds values, not text."""
        return False

    @cached_property
    def dtypes(self) -> dict[str, DType]:
        """The names and dtypes of all columns."""
        number = pl.Float32() if self.schema.float32 else pl.Float64()
        dtypes: dict[str, DType] = {}
        for field in self.schema.fields:
            if field.nested is not None:
                dtypes[field.nested] = pl.List(number)
            else:
                dtypes |= dict.fromkeys(field.names, number if field.numbers else dtype_of(field))
        return dtypes

    def render(
        self, column_data: Sequence[ColumnData], _template: SpliceTemplate | None = None
    ) -> pl.DataFrame | Sequence[ColumnData]:
        """Return some rows as a frame; rows of very many columns as they are, to join them."""
        return column_data if len(self.dtypes) >= WIDE else self._frame(column_data)

    def _frame(self, column_data: Sequence[ColumnData]) -> pl.DataFrame:
        frames = [
            self._field_frame(field, column)
            for field, column in zip(self.schema.fields, column_data, strict=True)
        ]
        return pl.concat(frames, how="horizontal")

    def _frames(self, chunks: Iterable[Any]) -> Iterator[pl.DataFrame]:
        """Yield frames of chunks: a row group each where the cost is that of columns."""
        if len(self.dtypes) < WIDE:
            yield from chunks
            return
        pending: list[Sequence[ColumnData]] = []
        rows = 0
        for chunk in chunks:
            pending.append(chunk)
            rows += rows_of(chunk[0])
            if rows >= self._rows_in_group():
                yield self._frame(list(map(_concatenate, zip(*pending, strict=True))))
                pending, rows = [], 0
        if pending:
            yield self._frame(list(map(_concatenate, zip(*pending, strict=True))))

    def write(self, file: BinaryIO, chunks: Iterable[Any]) -> None:
        """Write all rows; raise an error of the chunks unchanged."""
        if len(self.dtypes) >= WIDE and can_write(self.schema.fields):
            typed = (list(map(self._typed, self.schema.fields, chunk)) for chunk in chunks)
            writer = _WIDE_WRITERS[self.format_name]
            writer(file, self.schema.fields, float32=self.schema.float32).write_rows(typed)
            return
        errors: list[BaseException] = []

        def frames(*_options: object) -> Iterator[pl.DataFrame]:
            try:
                yield from self._frames(chunks)
            except BaseException as error:
                errors.append(error)
                raise

        table = register_io_source(frames, schema=self.dtypes)
        target: Any = file if isinstance(file, io.BufferedWriter) else _ErrorRecorder(file, errors)
        try:
            if self.format_name == "parquet":
                # Of very many columns, statistics are half of the memory and of the file.
                statistics = len(self.dtypes) < WIDE
                rows = self._rows_in_group()
                table.sink_parquet(target, row_group_size=rows, statistics=statistics)
            else:
                table.sink_ipc(target, record_batch_size=self._rows_in_group())
        except (pl.exceptions.PolarsError, OSError) as error:
            if errors:
                raise errors[0] from None
            if match := _ERROR_NUMBER.search(str(error)):
                raise OSError(int(match[1]), os.strerror(int(match[1]))) from None
            raise SoftmaxError(f"cannot write table: {error}") from error

    def _rows_in_group(self) -> int:
        # A row group is buffered in memory: with the usual row count, wide rows fill gigabytes.
        values = sum(len(field.names) for field in self.schema.fields)
        return max(1, min(_MAX_ROWS, _VALUES // values))

    def _field_frame(self, field: OutputField, column: ColumnData) -> pl.DataFrame:
        if not isinstance(column, NumericColumns):
            return self._cast_column(field, column).alias(field.names[0]).to_frame()
        number = pl.Float32 if self.schema.float32 else pl.Float64
        if field.nested is not None:
            width = column.values.shape[1]
            lists = pl.Series(field.nested, column.values, dtype=pl.Array(pl.Float64, width))
            return lists.cast(pl.List(number)).to_frame()
        values = column.values.astype(np.float32 if self.schema.float32 else np.float64, copy=False)
        return pl.from_numpy(values, schema=field.names, orient="row")

    def _typed(self, field: OutputField, column: ColumnData) -> ColumnData:
        """Return column data of the dtype of its field."""
        if isinstance(column, NumericColumns):
            return column
        return self._cast_column(field, column)

    def _cast_column(self, field: OutputField, values: pl.Series) -> pl.Series:
        if field.json_encoded:
            values = json_to_text(values)
        if values.dtype == dtype_of(field):
            return values
        try:
            return _cast(values, field)
        except pl.exceptions.PolarsError as error:
            raise SoftmaxError(
                f'column "{printable(field.names[0])}" has values that are not {dtype_of(field)}',
                hint="Use -f csv or jsonl.",
            ) from error


def _concatenate(columns: Sequence[ColumnData]) -> ColumnData:
    """Return the columns of several chunks as one."""
    arrays = [column.values for column in columns if isinstance(column, NumericColumns)]
    if arrays:
        return NumericColumns(np.concatenate(arrays))
    return pl.concat([column for column in columns if isinstance(column, pl.Series)])


def _cast(values: pl.Series, field: OutputField) -> pl.Series:
    dtype = dtype_of(field)
    if dtype == pl.Boolean and values.dtype == pl.String:
        return values.replace_strict(["true", "false"], [True, False], return_dtype=pl.Boolean)
    return values.cast(dtype)
