"""Rendering of columns as lines of delimited text, by polars."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputSchema
from softmax_cli.formats.text.rendering import (
    join_parts,
    json_to_text,
    lines_as_column,
    render_csv,
    render_json_lists,
    render_row_parts,
    to_text,
)
from softmax_cli.formats.text.wide import WIDE


@dataclass(frozen=True)
class DelimitedRows:
    """Renderer of columns side by side; safe to use from many threads."""

    schema: OutputSchema
    delimiter: str
    decimals: int | None
    decimal_comma: bool = False

    def render(self, column_data: Sequence[ColumnData]) -> Sequence[bytes]:
        """Render the column data of each field of the output schema, in consecutive parts."""
        fields = self.schema.fields
        column_data = [
            json_to_text(column)
            if field.json_encoded and not isinstance(column, NumericColumns)
            else column
            for column, field in zip(column_data, fields, strict=True)
        ]
        if self.schema.list_in_cell:
            column_data = [
                self._render_in_cell(column)
                if isinstance(column, NumericColumns) and field.nested
                else column
                for column, field in zip(column_data, fields, strict=True)
            ]
        return self.render_columns(column_data)

    def render_columns(self, column_data: Sequence[ColumnData]) -> Sequence[bytes]:
        """Render any columns side by side, in consecutive parts."""
        if len(column_data) == 1 and isinstance(column_data[0], NumericColumns):
            return self._render_numbers(column_data[0])
        if any(map(_is_wide, column_data)):
            return self._render_wide(column_data)
        if self.decimals is None:
            return self._render_exactly(column_data)
        columns = [
            lines_as_column(join_parts(self._render_numbers(column)))
            if isinstance(column, NumericColumns)
            else self._quote(column)
            for column in column_data
        ]
        frame = pl.DataFrame(_number_names(columns))
        line = pl.concat_str(pl.all(), separator=self.delimiter)
        text: str = frame.select(line.str.join("\n")).item()
        return [text.encode(), b"\n"] if frame.height else []

    def _render_numbers(self, numbers: NumericColumns) -> Sequence[bytes]:
        parts = render_row_parts(numbers, self.decimals, self.delimiter)
        return [part.replace(b".", b",") for part in parts] if self.decimal_comma else parts

    def _render_in_cell(self, numbers: NumericColumns) -> pl.Series:
        """Render each row of numbers as a list in one cell."""
        return lines_as_column(render_json_lists(numbers, self.decimals))

    def _render_exactly(self, column_data: Sequence[ColumnData]) -> Sequence[bytes]:
        columns: list[pl.Series] = []
        quoted = False
        for column in column_data:
            if isinstance(column, NumericColumns):
                columns += pl.from_numpy(column.values, orient="row").get_columns()
            else:
                columns.append(_null_if_empty(to_text(column)))
                quoted = quoted or self._needs_quotes(columns[-1])
        frame = pl.DataFrame(_number_names(columns))
        comma = self.decimal_comma
        return render_csv(frame, None, self.delimiter, decimal_comma=comma, quoted=quoted)

    def _needs_quotes(self, texts: pl.Series) -> bool:
        """Return True if a text needs quotes; takes a tenth of the time of writing all as if."""
        joined: str = texts.str.join().item()
        return any(mark in joined for mark in ('"', "\n", "\r", self.delimiter))

    def _render_wide(self, column_data: Sequence[ColumnData]) -> Sequence[bytes]:
        """Render rows that are few, because they are long."""
        columns = [
            join_parts(self._render_numbers(column)).split(b"\n")[:-1]
            if isinstance(column, NumericColumns)
            else [text.encode() for text in self._quote(column)]
            for column in column_data
        ]
        rows = map(self.delimiter.encode().join, zip(*columns, strict=True))
        return [b"".join(row + b"\n" for row in rows)]

    def _quote(self, texts: pl.Series) -> pl.Series:
        texts = to_text(texts).fill_null("")
        special = texts.str.contains_any(['"', "\n", "\r", self.delimiter])
        if not special.any():
            return texts
        quoted = '"' + texts.str.replace_all('"', '""', literal=True) + '"'
        return (
            texts.to_frame("text")
            .select(pl.when(special).then(quoted).otherwise(texts))
            .to_series()
        )


def _is_wide(column: ColumnData) -> bool:
    """Return True if columns of numbers would cost more, one by one, than their text."""
    return isinstance(column, NumericColumns) and column.values.shape[1] >= WIDE


def _number_names(columns: Sequence[pl.Series]) -> list[pl.Series]:
    # Names in a file may be duplicate, those of a frame must be unique.
    return [column.alias(str(i)) for i, column in enumerate(columns)]


def _null_if_empty(texts: pl.Series) -> pl.Series:
    """Replace empty texts by null, because polars writes them as two quotes."""
    empty = texts == ""
    return texts.set(empty, None) if empty.any() else texts
