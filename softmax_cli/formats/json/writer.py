"""Rows as JSON: lines or one document, in the shape that the input had where it was JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import polars as pl

from softmax_cli.formats.output_schema import Field, Layout, Numbers, Piece, require_distinct
from softmax_cli.formats.text.rendering import as_json, lines_as_column, text_lists, text_rows

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import Edges


def lines_writer(layout: Layout, decimals: int | None, _delimiter: str) -> JsonWriter:
    """What writes a record a line."""
    require_distinct(layout, "jsonl")
    return JsonWriter(layout, decimals)


def document_writer(layout: Layout, decimals: int | None, _delimiter: str) -> JsonWriter:
    """What writes one list of records."""
    require_distinct(layout, "json")
    return JsonWriter(layout, decimals, document=True)


@dataclass(frozen=True)
class JsonWriter:
    """Renders rows as lists of numbers, as objects, or as lists of labels with scores."""

    layout: Layout
    decimals: int | None
    document: bool = False
    left_out: Sequence[str] = ()

    def accepts(self, _delimiter: str | None, _count: int) -> bool:
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

    def render(self, pieces: Sequence[Piece], _edges: Edges | None = None) -> bytes:
        """Some rows, a line each."""
        if self.layout.bare and len(pieces) == 1 and isinstance(pieces[0], Numbers):
            return text_lists(pieces[0], self.decimals)
        columns: list[pl.Series] = []
        for field, piece in zip(self.layout.fields, pieces, strict=True):
            columns += self._columns(field, piece)
        scored = self.layout.scored and all(field.numbers for field in self.layout.fields)
        names = [
            name
            for field in self.layout.fields
            for name in ([field.nested] if field.nested is not None else field.names)
        ]
        return _joined(columns, names, scored=scored)

    def _columns(self, field: Field, piece: Piece) -> list[pl.Series]:
        """The JSON texts of a field's columns."""
        if not isinstance(piece, Numbers):
            return [as_json(piece, raw=field.raw)]
        if field.nested is not None:
            return [lines_as_column(text_lists(piece, self.decimals))]
        return _number_columns(piece, self.decimals)


def _joined(columns: Sequence[pl.Series], names: Sequence[str], *, scored: bool) -> bytes:
    """The texts of each row side by side, with their names, as an object or as a scored list."""
    if not columns or not len(columns[0]):
        return b""
    frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    parts: list[pl.Expr] = []
    for i, name in enumerate(names):
        key = json.dumps(name, ensure_ascii=False)
        opening = f'{{"label":{key},"score":' if scored else f"{key}:"
        closing = "}" if scored else ""
        comma = "," if i else ""
        parts += [pl.lit(comma + opening), pl.col(str(i)), pl.lit(closing)]
    first, last = ("[", "]") if scored else ("{", "}")
    line = pl.concat_str([pl.lit(first), *parts, pl.lit(last)])
    text: str = frame.select(line.str.join("\n")).item()
    return text.encode() + b"\n"


def _number_columns(numbers: Numbers, decimals: int | None) -> list[pl.Series]:
    width = numbers.values.shape[1]
    frame = pl.read_csv(
        text_rows(numbers, decimals, ","),
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
