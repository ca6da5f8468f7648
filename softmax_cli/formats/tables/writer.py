"""Parquet and Arrow IPC, written batch by batch."""

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
_VALUES, _MOST_ROWS = 1 << 21, 1 << 17  # in a row group


def parquet_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> TableWriter:
    """What writes a Parquet file."""
    return _writer(schema, decimals, "parquet")


def arrow_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> TableWriter:
    """What writes an Arrow IPC file."""
    return _writer(schema, decimals, "arrow")


def _writer(schema: OutputSchema, decimals: int | None, format_name: str) -> TableWriter:
    if decimals is not None:
        raise UsageError(f"--decimals is for text: {format_name} keeps all digits")
    require_distinct(replace(schema, header=True), format_name)
    return TableWriter(schema, format_name)


class _Watched:
    """A file that remembers its error: polars raises one of its own instead."""

    def __init__(self, file: BinaryIO, failed: list[BaseException]) -> None:
        self._file = file
        self._failed = failed

    def write(self, data: bytes) -> int:
        """Write some bytes."""
        try:
            return self._file.write(data)
        except BaseException as error:
            self._failed.append(error)
            raise


@dataclass(frozen=True)
class TableWriter:
    """Writes frames: numbers as float64, or as float32 where the input was no more."""

    schema: OutputSchema
    format_name: str
    dropped: Sequence[str] = ()

    def can_splice(self, _delimiter: str | None, _count: int) -> bool:
        """Never: a table holds values, not text."""
        return False

    def dtypes(self) -> dict[str, DType]:
        """The names and types of all columns."""
        number = pl.Float32() if self.schema.float32 else pl.Float64()
        schema: dict[str, DType] = {}
        for field in self.schema.fields:
            if field.nested is not None:
                schema[field.nested] = pl.List(number)
            else:
                schema.update(
                    dict.fromkeys(field.names, number if field.numbers else _dtype(field))
                )
        return schema

    def render(
        self, column_data: Sequence[ColumnData], _edges: SpliceTemplate | None = None
    ) -> pl.DataFrame:
        """Some rows as a frame."""
        series: list[pl.Series] = []
        for field, column in zip(self.schema.fields, column_data, strict=True):
            series += self._series(field, column)
        frame = pl.DataFrame([one.alias(str(i)) for i, one in enumerate(series)])
        frame.columns = list(self.dtypes())
        return frame

    def write(self, file: BinaryIO, parts: Iterable[pl.DataFrame]) -> None:
        """All rows; an error of the parts comes out as it is."""
        failed: list[BaseException] = []

        def batches(*_wanted: object) -> Iterator[pl.DataFrame]:
            try:
                yield from parts
            except BaseException as error:
                failed.append(error)
                raise

        table = register_io_source(batches, schema=self.dtypes())
        target: Any = file if isinstance(file, io.BufferedWriter) else _Watched(file, failed)
        try:
            if self.format_name == "parquet":
                table.sink_parquet(target, row_group_size=self._rows_in_group())
            else:
                table.sink_ipc(target, record_batch_size=self._rows_in_group())
        except (pl.exceptions.PolarsError, OSError) as error:
            if failed:
                raise failed[0] from None
            if told := _ERROR_NUMBER.search(str(error)):
                raise OSError(int(told[1]), os.strerror(int(told[1]))) from None
            raise SoftmaxError(f"the table cannot be written: {error}") from error

    def _rows_in_group(self) -> int:
        # A group is held until it is whole: of wide rows, the usual number is gigabytes.
        values = sum(len(field.names) for field in self.schema.fields)
        return max(1, min(_MOST_ROWS, _VALUES // values))

    def _series(self, field: OutputField, column: ColumnData) -> list[pl.Series]:
        if not isinstance(column, NumericColumns):
            return [self._other(field, column)]
        number = pl.Float32 if self.schema.float32 else pl.Float64
        if field.nested is not None:
            width = column.values.shape[1]
            lists = pl.Series(column.values, dtype=pl.Array(pl.Float64, width))
            return [lists.cast(pl.List(number))]
        frame = pl.from_numpy(column.values, orient="row")
        return [one.cast(number) for one in frame.get_columns()]

    def _other(self, field: OutputField, values: pl.Series) -> pl.Series:
        if field.json_encoded:
            values = json_to_text(values)
        if values.dtype == _dtype(field):
            return values
        try:
            return _cast(values, field)
        except pl.exceptions.PolarsError as error:
            raise SoftmaxError(
                f'column "{printable(field.names[0])}" began as {_dtype(field)}, and holds '
                "something else",
                hint="Write text: -f csv or jsonl.",
            ) from error


def _dtype(field: OutputField) -> DType:
    return pl.String if field.dtype is None else field.dtype


def _cast(values: pl.Series, field: OutputField) -> pl.Series:
    dtype = _dtype(field)
    if dtype == pl.Boolean and values.dtype == pl.String:
        return values.replace_strict(["true", "false"], [True, False], return_dtype=pl.Boolean)
    return values.cast(dtype)
