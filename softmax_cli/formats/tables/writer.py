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
from softmax_cli.formats.output_schema import Field, Layout, Numbers, Piece, require_distinct
from softmax_cli.formats.text.rendering import of_json

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import Edges

    Kind = pl.DataType | type[pl.DataType]


_ERROR_NUMBER = re.compile(r"\(os error (\d+)\)")
_VALUES, _MOST_ROWS = 1 << 21, 1 << 17  # in a row group


def parquet_writer(layout: Layout, decimals: int | None, _delimiter: str) -> TableWriter:
    """What writes a Parquet file."""
    return _writer(layout, decimals, "parquet")


def arrow_writer(layout: Layout, decimals: int | None, _delimiter: str) -> TableWriter:
    """What writes an Arrow IPC file."""
    return _writer(layout, decimals, "arrow")


def _writer(layout: Layout, decimals: int | None, form: str) -> TableWriter:
    if decimals is not None:
        raise UsageError(f"--decimals is for text: {form} keeps all digits")
    require_distinct(replace(layout, header=True), form)
    return TableWriter(layout, form)


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

    layout: Layout
    form: str
    left_out: Sequence[str] = ()

    def accepts(self, _delimiter: str | None, _count: int) -> bool:
        """Never: a table holds values, not text."""
        return False

    def schema(self) -> dict[str, Kind]:
        """The names and types of all columns."""
        number = pl.Float32() if self.layout.single else pl.Float64()
        schema: dict[str, Kind] = {}
        for field in self.layout.fields:
            if field.nested is not None:
                schema[field.nested] = pl.List(number)
            else:
                schema.update(dict.fromkeys(field.names, number if field.numbers else _kind(field)))
        return schema

    def render(self, pieces: Sequence[Piece], _edges: Edges | None = None) -> pl.DataFrame:
        """Some rows as a frame."""
        series: list[pl.Series] = []
        for field, piece in zip(self.layout.fields, pieces, strict=True):
            series += self._series(field, piece)
        frame = pl.DataFrame([one.alias(str(i)) for i, one in enumerate(series)])
        frame.columns = list(self.schema())
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

        table = register_io_source(batches, schema=self.schema())
        target: Any = file if isinstance(file, io.BufferedWriter) else _Watched(file, failed)
        try:
            if self.form == "parquet":
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
        values = sum(len(field.names) for field in self.layout.fields)
        return max(1, min(_MOST_ROWS, _VALUES // values))

    def _series(self, field: Field, piece: Piece) -> list[pl.Series]:
        if not isinstance(piece, Numbers):
            return [self._other(field, piece)]
        number = pl.Float32 if self.layout.single else pl.Float64
        if field.nested is not None:
            width = piece.values.shape[1]
            lists = pl.Series(piece.values, dtype=pl.Array(pl.Float64, width))
            return [lists.cast(pl.List(number))]
        frame = pl.from_numpy(piece.values, orient="row")
        return [one.cast(number) for one in frame.get_columns()]

    def _other(self, field: Field, values: pl.Series) -> pl.Series:
        if field.raw:
            values = of_json(values)
        if values.dtype == _kind(field):
            return values
        try:
            return _cast(values, field)
        except pl.exceptions.PolarsError as error:
            raise SoftmaxError(
                f'column "{printable(field.names[0])}" began as {_kind(field)}, and holds '
                "something else",
                remedy="Write text: -f csv or jsonl.",
            ) from error


def _kind(field: Field) -> Kind:
    return pl.String if field.kind is None else field.kind


def _cast(values: pl.Series, field: Field) -> pl.Series:
    kind = _kind(field)
    if kind == pl.Boolean and values.dtype == pl.String:
        return values.replace_strict(["true", "false"], [True, False], return_dtype=pl.Boolean)
    return values.cast(kind)
