"""Writer of Parquet and Arrow IPC files, chunk by chunk."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.output_schema import (
    ColumnData,
    NumericColumns,
    OutputField,
    OutputSchema,
    require_distinct,
)
from softmax_cli.formats.text.rendering import json_to_text

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate

    DType = pl.DataType | type[pl.DataType]


_ERROR_NUMBER = re.compile(r"\(os error (\d+)\)")
_VALUES, _MAX_ROWS = 1 << 21, 1 << 17  # per row group


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

    def dtypes(self) -> dict[str, DType]:
        """Return the names and dtypes of all columns."""
        number = pl.Float32() if self.schema.float32 else pl.Float64()
        dtypes: dict[str, DType] = {}
        for field in self.schema.fields:
            if field.nested is not None:
                dtypes[field.nested] = pl.List(number)
            else:
                dtypes |= dict.fromkeys(field.names, number if field.numbers else _dtype(field))
        return dtypes

    def render(
        self, column_data: Sequence[ColumnData], _template: SpliceTemplate | None = None
    ) -> pl.DataFrame:
        """Return some rows as a frame."""
        series: list[pl.Series] = []
        for field, column in zip(self.schema.fields, column_data, strict=True):
            series += self._series(field, column)
        frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(series)])
        frame.columns = list(self.dtypes())
        return frame

    def write(self, file: BinaryIO, chunks: Iterable[pl.DataFrame]) -> None:
        """Write all rows; raise an error of the chunks unchanged."""
        errors: list[BaseException] = []

        def frames(*_options: object) -> Iterator[pl.DataFrame]:
            try:
                yield from chunks
            except BaseException as error:
                errors.append(error)
                raise

        table = register_io_source(frames, schema=self.dtypes())
        target: Any = file if isinstance(file, io.BufferedWriter) else _ErrorRecorder(file, errors)
        try:
            if self.format_name == "parquet":
                table.sink_parquet(target, row_group_size=self._rows_in_group())
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

    def _series(self, field: OutputField, column: ColumnData) -> list[pl.Series]:
        if not isinstance(column, NumericColumns):
            return [self._cast_column(field, column)]
        number = pl.Float32 if self.schema.float32 else pl.Float64
        if field.nested is not None:
            width = column.values.shape[1]
            lists = pl.Series(column.values, dtype=pl.Array(pl.Float64, width))
            return [lists.cast(pl.List(number))]
        frame = pl.from_numpy(column.values, orient="row")
        return [series.cast(number) for series in frame.get_columns()]

    def _cast_column(self, field: OutputField, values: pl.Series) -> pl.Series:
        if field.json_encoded:
            values = json_to_text(values)
        if values.dtype == _dtype(field):
            return values
        try:
            return _cast(values, field)
        except pl.exceptions.PolarsError as error:
            raise SoftmaxError(
                f'column "{printable(field.names[0])}" has values that are not {_dtype(field)}',
                hint="Use -f csv or jsonl.",
            ) from error


def _dtype(field: OutputField) -> DType:
    return pl.String if field.dtype is None else field.dtype


def _cast(values: pl.Series, field: OutputField) -> pl.Series:
    dtype = _dtype(field)
    if dtype == pl.Boolean and values.dtype == pl.String:
        return values.replace_strict(["true", "false"], [True, False], return_dtype=pl.Boolean)
    return values.cast(dtype)
