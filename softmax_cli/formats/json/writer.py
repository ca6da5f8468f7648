"""Rows as JSON: lines or one document, in the shape that the input had where it was JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import polars as pl

from softmax_cli.formats.output_schema import (
    ColumnData,
    NumericColumns,
    OutputField,
    OutputSchema,
    require_distinct,
)
from softmax_cli.formats.text.rendering import (
    lines_as_column,
    render_json_lists,
    render_rows,
    to_json,
)

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate


def lines_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> JsonWriter:
    """What writes a record a line."""
    require_distinct(schema, "jsonl")
    return JsonWriter(schema, decimals)


def document_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> JsonWriter:
    """What writes one list of records."""
    require_distinct(schema, "json")
    return JsonWriter(schema, decimals, document=True)


@dataclass(frozen=True)
class JsonWriter:
    """Renders rows as lists of numbers, as objects, or as lists of labels with scores."""

    schema: OutputSchema
    decimals: int | None
    document: bool = False
    dropped: Sequence[str] = ()

    def can_splice(self, _delimiter: str | None, _count: int) -> bool:
        """Never: what stands around the logits is not JSON."""
        return False

    def write(self, file: BinaryIO, parts: Iterable[bytes]) -> None:
        """All rows; a document has them between brackets, with commas between."""
        if not self.document:
            for part in parts:
                file.write(part)
            return
        opening = b"[\n"
        for part in parts:
            if part:
                file.write(opening + part[:-1].replace(b"\n", b",\n"))
                opening = b",\n"
        file.write(b"[]\n" if opening == b"[\n" else b"\n]\n")

    def render(
        self, column_data: Sequence[ColumnData], _edges: SpliceTemplate | None = None
    ) -> bytes:
        """Some rows, a line each."""
        if (
            self.schema.bare
            and len(column_data) == 1
            and isinstance(column_data[0], NumericColumns)
        ):
            return render_json_lists(column_data[0], self.decimals)
        columns: list[pl.Series] = []
        for field, column in zip(self.schema.fields, column_data, strict=True):
            columns += self._columns(field, column)
        label_score_list = self.schema.label_score_list and all(
            field.numbers for field in self.schema.fields
        )
        names = [
            name
            for field in self.schema.fields
            for name in ([field.nested] if field.nested is not None else field.names)
        ]
        return _joined(columns, names, label_score_list=label_score_list)

    def _columns(self, field: OutputField, column: ColumnData) -> list[pl.Series]:
        """The JSON texts of a field's columns."""
        if not isinstance(column, NumericColumns):
            return [to_json(column, json_encoded=field.json_encoded)]
        if field.nested is not None:
            return [lines_as_column(render_json_lists(column, self.decimals))]
        return _number_columns(column, self.decimals)


def _joined(columns: Sequence[pl.Series], names: Sequence[str], *, label_score_list: bool) -> bytes:
    """The texts of each row side by side, with their names, as an object or as a scored list."""
    if not columns or not len(columns[0]):
        return b""
    frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    parts: list[pl.Expr] = []
    for i, name in enumerate(names):
        key = json.dumps(name, ensure_ascii=False)
        opening = f'{{"label":{key},"score":' if label_score_list else f"{key}:"
        closing = "}" if label_score_list else ""
        comma = "," if i else ""
        parts += [pl.lit(comma + opening), pl.col(str(i)), pl.lit(closing)]
    first, last = ("[", "]") if label_score_list else ("{", "}")
    line = pl.concat_str([pl.lit(first), *parts, pl.lit(last)])
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
