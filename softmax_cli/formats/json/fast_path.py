"""Fast path for simple JSON Lines: polars parses a chunk many times faster than line by line.

Polars reads an object by its schema: it ignores an unexpected field, reads a missing one as null,
and keeps the last of two with one name. So the names in a chunk are counted: without nulls, a
count of fields times lines rules out all three. Other chunks fall back to the strict parser, which
also reports their errors. So do chunks with a backslash, because escapes distort the counts.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import polars as pl

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.formats.json.record_shapes import ClassFields, ListField, NumberList
from softmax_cli.formats.json.row_builder import json_columns
from softmax_cli.formats.json.shape import Shape
from softmax_cli.formats.json.wide_rows import WideObjects
from softmax_cli.formats.text.matrix import matrix_of_lines
from softmax_cli.formats.text.rendering import to_json
from softmax_cli.formats.text.wide import WIDE

_DIGITS, _LOWER = np.uint8(10), np.uint8(0x20)
_DTYPES = {int: pl.Int64, str: pl.String, bool: pl.Boolean}


@dataclass(frozen=True)
class FastRows:
    """Parsed lines, none of them blank.

    Attributes:
        logits: shape (N, C).
        others: passthrough columns as JSON, N high.
        given: the logits as JSON, where they are one column, such as that of groups.
    """

    logits: Floats
    others: pl.DataFrame
    given: list[str] | None = None


class FastPath:
    """Parser of simple lines of the shape of the first record."""

    def __init__(self, shape: Shape, record: Any) -> None:  # noqa: ANN401
        self._shape = shape
        self._width = len(record) if isinstance(record, list) else 0
        wide = isinstance(shape, ClassFields) and len(shape.classes) >= WIDE
        self._wide = WideObjects.from_columns(shape.columns) if wide else None
        self._schema = _schema(shape, record) if isinstance(record, dict) and not wide else None
        self._single = _number_of_field(shape)

    def read(self, text: bytes) -> FastRows | None:
        """Return the rows of some lines, or None unless all are simple."""
        if isinstance(self._shape, NumberList):
            return self._read_lists(text, self._shape)
        if self._wide is not None:
            return self._read_wide(text, self._wide)
        if self._schema is None or not self._is_simple(text, self._schema):
            return None
        return self._read_objects(text, self._schema)

    def _read_objects(self, text: bytes, schema: dict[str, Any]) -> FastRows | None:
        try:
            frame = pl.read_ndjson(text, schema=schema)
        except pl.exceptions.PolarsError:
            return None
        complete = frame.height == text.count(b"\n")
        if not complete or any(column.null_count() for column in frame.get_columns()):
            return None
        logits = self._logits(frame)
        if logits is None:
            return None
        # Polars would read 2 and 2.0 as the same text.
        given = self._single and b"\n".join(self._single.findall(text)).decode().split("\n")
        return FastRows(logits, self._others(frame), given)

    def _is_simple(self, text: bytes, schema: dict[str, Any]) -> bool:
        """Return True if brackets, names and quotes are as many as in simple lines."""
        count = text.count(b"\n")
        lists = count * isinstance(self._shape, ListField)
        names = count * len(schema)
        # Polars converts numbers and lists to text, and text to numbers: only marks differ.
        texts = count * sum(dtype == pl.String for dtype in schema.values())
        expected = {b"\\": 0, b"{": count, b"[": lists, b'":': names, b'"': 2 * (names + texts)}
        return all(text.count(mark) == number for mark, number in expected.items())

    def _read_lists(self, text: bytes, shape: NumberList) -> FastRows | None:
        matrix = matrix_of_lists(text, self._width)
        if matrix is None:
            return None
        return FastRows(shape.select(matrix), pl.DataFrame())

    def _read_wide(self, text: bytes, wide: WideObjects) -> FastRows | None:
        parts = wide.as_lists(text)
        matrix = matrix_of_lists(parts[0], len(wide.classes)) if parts else None
        if parts is None or matrix is None:
            return None
        return FastRows(matrix, json_columns(self._shape.columns.passthrough, parts[1]))

    def _logits(self, frame: pl.DataFrame) -> Floats | None:
        shape = self._shape
        if isinstance(shape, ClassFields):
            matrix = frame.select(shape.classes).to_numpy(order="fortran")
        else:
            assert isinstance(shape, ListField)
            lists = frame.get_column(shape.name)
            if (lists.list.len() != shape.width).any() or lists.explode().null_count():
                return None
            matrix = lists.explode().to_numpy().reshape(-1, shape.width)
        return matrix if np.isfinite(matrix).all() else None

    def _others(self, frame: pl.DataFrame) -> pl.DataFrame:
        shape = self._shape
        assert isinstance(shape, ClassFields | ListField)
        columns = frame.select(shape.other_names).get_columns()
        return pl.DataFrame(
            [
                to_json(column).alias(str(i))
                for i, column in zip(shape.columns.passthrough, columns, strict=True)
            ]
        )


def matrix_of_lists(text: bytes, width: int) -> Floats | None:
    """Return lines that are lists of `width` finite numbers, or None if one is not."""
    marks = np.frombuffer(text, np.uint8)
    count, opened, closed, quotes, spaces = (
        int(np.count_nonzero(marks == ord(mark))) for mark in '\n[]" '
    )
    # One list per line, from its first character to its last, and no list inside.
    adjacent = text.count(b"]\n[") == count - 1
    complete = text.startswith(b"[") and text.endswith(b"]\n")
    if quotes or not (opened == closed == count and adjacent and complete):
        return None
    # Spaces are ignored only after a comma: elsewhere one may separate two numbers.
    if spaces and text.count(b", ") != spaces:
        return None
    if not _are_json_numbers(text):
        return None
    return matrix_of_lines(text.translate(None, b"[] "), count, width)


def _are_json_numbers(text: bytes) -> bool:
    """Return False if a number in the lists is not valid JSON: 01, .5, 1. or +1."""
    marks = np.frombuffer(b"\n" + text, np.uint8)
    # Slices of one length: each character, the one or two before it, and the one after.
    digit = (marks - np.uint8(ord("0"))) < _DIGITS
    power = (marks | _LOWER) == ord("e")
    here, after = marks[2:-1], digit[3:]
    before = digit[1:-2] | power[1:-2]
    signed = (marks[1:-2] == ord("-")) | (marks[1:-2] == ord("+"))
    point = (here == ord(".")) & ~(digit[1:-2] & after)
    plus = (here == ord("+")) & ~power[1:-2]
    # A zero before a digit starts a number unless it follows a digit, a point or an exponent.
    zero = (here == ord("0")) & after & ~before & (marks[1:-2] != ord("."))
    zero &= ~(signed & power[:-3])
    return not (point | plus | zero).any()


def _number_of_field(shape: Shape) -> re.Pattern[bytes] | None:
    """Return what matches a single logit in simple lines; None if there are more."""
    if not isinstance(shape, ClassFields) or len(shape.classes) > 1:
        return None
    name = json.dumps(shape.classes[0], ensure_ascii=False)
    return re.compile(re.escape(name).encode() + rb"\s*:\s*([-+.0-9eE]+)")


def _schema(shape: Shape, record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the polars schema of a record, or None if one of its values is not simple."""
    if not isinstance(shape, ClassFields | ListField):
        return None
    schema: dict[str, Any] = {}
    classes = set(shape.classes) if isinstance(shape, ClassFields) else ()
    for name, value in record.items():
        if isinstance(shape, ListField) and name == shape.name:
            schema[name] = pl.List(pl.Float64)
        elif name in classes:
            schema[name] = pl.Float64
        elif type(value) in _DTYPES:
            schema[name] = _DTYPES[type(value)]
        else:
            return None
    return schema
