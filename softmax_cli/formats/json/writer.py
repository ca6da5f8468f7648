"""Writers of JSON Lines and JSON documents; JSON input keeps the shape of its records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.json.wide_rows import object_template, render_objects
from softmax_cli.formats.output_schema import (
    ColumnData,
    NumericColumns,
    OutputField,
    OutputSchema,
    require_distinct,
)
from softmax_cli.formats.text import wide
from softmax_cli.formats.text.rendering import (
    lines_as_column,
    render_json_lists,
    render_rows,
    to_json,
)

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate


def lines_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> JsonWriter:
    """Return a writer of one record per line."""
    require_distinct(schema, "jsonl")
    return JsonWriter(schema, decimals)


def document_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> JsonWriter:
    """Return a writer of a document: a list of records."""
    require_distinct(schema, "json")
    return JsonWriter(schema, decimals, document=True)


@dataclass(frozen=True)
class JsonWriter:
    """Writer of rows as lists of numbers, objects, or lists of {label, score}."""

    schema: OutputSchema
    decimals: int | None
    document: bool = False
    dropped: Sequence[str] = ()

    def can_splice(self, _delimiter: str | None, _count: int) -> bool:
        """Return False, because text around the logits of other formats is not JSON."""
        return False

    def write(self, file: BinaryIO, chunks: Iterable[bytes]) -> None:
        """Write all rows; a document has brackets around them and commas in between."""
        if not self.document:
            for chunk in chunks:
                file.write(chunk)
            return
        opening = b"[\n"
        for chunk in chunks:
            if chunk:
                file.write(opening + chunk[:-1].replace(b"\n", b",\n"))
                opening = b",\n"
        file.write(b"[]\n" if opening == b"[\n" else b"\n]\n")

    def render(
        self, column_data: Sequence[ColumnData], _template: SpliceTemplate | None = None
    ) -> bytes:
        """Return some rows, one per line."""
        if (
            self.schema.bare
            and len(column_data) == 1
            and isinstance(column_data[0], NumericColumns)
        ):
            return render_json_lists(column_data[0], self.decimals)
        if len(self._names) >= wide.WIDE:
            return render_objects(self._template, self.schema.fields, column_data, self.decimals)
        columns: list[pl.Series] = []
        for field, column in zip(self.schema.fields, column_data, strict=True):
            columns += self._columns(field, column)
        return _join_columns(columns, self._names, label_score_list=self._label_score_list)

    @cached_property
    def _names(self) -> list[str]:
        return [
            name
            for field in self.schema.fields
            for name in ([field.nested] if field.nested is not None else field.names)
        ]

    @property
    def _label_score_list(self) -> bool:
        numbers = all(field.numbers for field in self.schema.fields)
        return self.schema.label_score_list and numbers

    @cached_property
    def _template(self) -> bytes:
        return object_template(self._names, label_score_list=self._label_score_list)

    def _columns(self, field: OutputField, column: ColumnData) -> list[pl.Series]:
        """Return the columns of a field as JSON text."""
        if not isinstance(column, NumericColumns):
            return [to_json(column, json_encoded=field.json_encoded)]
        if field.nested is not None:
            return [lines_as_column(render_json_lists(column, self.decimals))]
        return _number_columns(column, self.decimals)


def _join_columns(
    columns: Sequence[pl.Series], names: Sequence[str], *, label_score_list: bool
) -> bytes:
    """Join the columns of each row, with their names: an object or a {label, score} list."""
    if not columns or not len(columns[0]):
        return b""
    frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    pieces: list[pl.Expr] = []
    for i, name in enumerate(names):
        key = json.dumps(name, ensure_ascii=False)
        opening = f'{{"label":{key},"score":' if label_score_list else f"{key}:"
        closing = "}" if label_score_list else ""
        comma = "," if i else ""
        pieces += [pl.lit(comma + opening), pl.col(str(i)), pl.lit(closing)]
    first, last = ("[", "]") if label_score_list else ("{", "}")
    line = pl.concat_str([pl.lit(first), *pieces, pl.lit(last)])
    text: str = frame.select(line.str.join("\n")).item()
    return text.encode() + b"\n"


def _number_columns(numbers: NumericColumns, decimals: int | None) -> list[pl.Series]:
    width = numbers.values.shape[1]
    frame = pl.read_csv(
        render_rows(numbers, decimals, ","),
        has_header=False,
        quote_char=None,
        schema={str(i): pl.String for i in range(width)},
    )
    if np.isfinite(numbers.values).all():
        return frame.get_columns()
    return [
        column.replace({"NaN": "null", "inf": '"inf"', "-inf": '"-inf"'})
        for column in frame.get_columns()
    ]
