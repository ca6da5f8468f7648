"""Pieces of rows as lines of delimited text, by polars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputSchema
from softmax_cli.formats.text.rendering import (
    json_to_text,
    lines_as_column,
    render_csv,
    render_json_lists,
    render_rows,
    to_text,
)


@dataclass(frozen=True)
class DelimitedRows:
    """Renders pieces of rows side by side; safe to use from many threads."""

    schema: OutputSchema
    delimiter: str
    decimals: int | None

    def lines(self, column_data: Sequence[ColumnData]) -> bytes:
        """The rows of a piece for each field of the layout."""
        fields = self.schema.fields
        column_data = [
            json_to_text(column)
            if field.json_encoded and not isinstance(column, NumericColumns)
            else column
            for column, field in zip(column_data, fields, strict=True)
        ]
        if self.schema.list_in_cell:
            column_data = [
                self._cell(column)
                if isinstance(column, NumericColumns) and field.nested
                else column
                for column, field in zip(column_data, fields, strict=True)
            ]
        return self.side_by_side(column_data)

    def side_by_side(self, column_data: Sequence[ColumnData]) -> bytes:
        """The rows of any pieces."""
        if len(column_data) == 1 and isinstance(column_data[0], NumericColumns):
            return self._text(column_data[0])
        if self.decimals is None:
            return self._exactly(column_data)
        columns = [
            lines_as_column(self._text(column))
            if isinstance(column, NumericColumns)
            else self._quoted(column)
            for column in column_data
        ]
        frame = pl.DataFrame(_numbered(columns))
        line = pl.concat_str(pl.all(), separator=self.delimiter)
        text: str = frame.select(line.str.join("\n")).item()
        return text.encode() + b"\n" if frame.height else b""

    def _text(self, numbers: NumericColumns) -> bytes:
        return render_rows(numbers, self.decimals, self.delimiter)

    def _cell(self, numbers: NumericColumns) -> pl.Series:
        """Each row's numbers as a list in one cell."""
        return lines_as_column(render_json_lists(numbers, self.decimals))

    def _exactly(self, column_data: Sequence[ColumnData]) -> bytes:
        columns: list[pl.Series] = []
        for column in column_data:
            if isinstance(column, NumericColumns):
                columns += pl.from_numpy(column.values, orient="row").get_columns()
            else:
                columns.append(_nothing_for_empty(to_text(column)))
        return render_csv(pl.DataFrame(_numbered(columns)), None, self.delimiter)

    def _quoted(self, texts: pl.Series) -> pl.Series:
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


def _numbered(columns: Sequence[pl.Series]) -> list[pl.Series]:
    # Names in a file may be the same, those of a frame may not.
    return [column.alias(str(i)) for i, column in enumerate(columns)]


def _nothing_for_empty(texts: pl.Series) -> pl.Series:
    """Null for an empty text, which would be written as two quotes."""
    empty = texts == ""
    return texts.set(empty, None) if empty.any() else texts
