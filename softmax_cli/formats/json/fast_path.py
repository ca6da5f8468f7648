"""JSON lines as most programs write them, read by polars: many times as fast as one by one.

Polars takes an object for what its schema says of it: a field too many is left unread, one
too few is null, and of two with one name the last wins. So the names in a block are counted:
with nothing null, as many of them as fields times lines leaves none of that. Whatever is not
plain goes back to the strict reader, which also knows what to say of it. So does a block with
a backslash in it: what is escaped would spoil the counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from softmax_cli.activations.exact import Floats
from softmax_cli.formats.json.record_shapes import ClassFields, ListField, NumberList
from softmax_cli.formats.json.shape import Shape
from softmax_cli.formats.text.matrix import matrix_of_lines
from softmax_cli.formats.text.rendering import to_json

_DIGITS, _LOWER = np.uint8(10), np.uint8(0x20)
_KINDS = {int: pl.Int64, str: pl.String, bool: pl.Boolean}


@dataclass(frozen=True)
class FastRows:
    """Lines without blank ones: their logits, and the other values as JSON."""

    logits: Floats
    others: pl.DataFrame


class FastPath:
    """Reads lines of the shape of the first, where they are plain."""

    def __init__(self, shape: Shape, record: Any) -> None:  # noqa: ANN401
        self._shape = shape
        self._width = len(record) if isinstance(record, list) else 0
        self._schema = _schema(shape, record) if isinstance(record, dict) else None

    def read(self, text: bytes) -> FastRows | None:
        """The rows of some lines; None where they are not all plain."""
        if isinstance(self._shape, NumberList):
            return self._lists(text, self._shape)
        if self._schema is None:
            return None
        if not self._is_plain(text, self._schema):
            return None
        try:
            frame = pl.read_ndjson(text, schema=self._schema)
        except pl.exceptions.PolarsError:
            return None
        whole = frame.height == text.count(b"\n")
        if not whole or any(one.null_count() for one in frame.get_columns()):
            return None
        logits = self._logits(frame)
        return None if logits is None else FastRows(logits, self._others(frame))

    def _is_plain(self, text: bytes, schema: dict[str, Any]) -> bool:
        """Whether there are as many brackets, names and quotes as such lines have."""
        count = text.count(b"\n")
        lists = count * isinstance(self._shape, ListField)
        names = count * len(schema)
        # Polars makes text of a number or a list, and a number of text: marks tell which it was.
        texts = count * sum(kind == pl.String for kind in schema.values())
        expected = {b"\\": 0, b"{": count, b"[": lists, b'":': names, b'"': 2 * (names + texts)}
        return all(text.count(mark) == number for mark, number in expected.items())

    def _lists(self, text: bytes, shape: NumberList) -> FastRows | None:
        matrix = matrix_of_lists(text, self._width)
        if matrix is None:
            return None
        return FastRows(shape.chosen(matrix), pl.DataFrame())

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
                to_json(one).alias(str(i))
                for i, one in zip(shape.columns.passthrough, columns, strict=True)
            ]
        )


def matrix_of_lists(text: bytes, width: int) -> Floats | None:
    """Lines that are lists of `width` finite numbers; None where one is anything else."""
    marks = np.frombuffer(text, np.uint8)
    count, opened, closed, quotes, spaces = (
        int(np.count_nonzero(marks == ord(mark))) for mark in '\n[]" '
    )
    # One list a line, from its first character to its last, and no list within.
    between = text.count(b"]\n[") == count - 1
    whole = text.startswith(b"[") and text.endswith(b"]\n")
    # A space is passed over behind a comma alone: elsewhere it might part two numbers.
    if quotes or not (opened == closed == count and between and whole):
        return None
    if spaces and text.count(b", ") != spaces:
        return None
    if not _are_json_numbers(text):
        return None
    return matrix_of_lines(text.translate(None, b"[] "), count, width)


def _are_json_numbers(text: bytes) -> bool:
    """Whether none of the numbers of lists is written as JSON has none: 01, .5, 1. or +1."""
    marks = np.frombuffer(b"\n" + text, np.uint8)
    # For each character of the text: the one before, or the two before, and the one behind.
    digit = (marks - np.uint8(ord("0"))) < _DIGITS
    power = (marks | _LOWER) == ord("e")
    here, behind = marks[2:-1], digit[3:]
    before = digit[1:-2] | power[1:-2]
    signed = (marks[1:-2] == ord("-")) | (marks[1:-2] == ord("+"))
    point = (here == ord(".")) & ~(digit[1:-2] & behind)
    plus = (here == ord("+")) & ~power[1:-2]
    # A zero before a digit, where a number begins: not behind a digit, a point or an exponent.
    zero = (here == ord("0")) & behind & ~before & (marks[1:-2] != ord("."))
    zero &= ~(signed & power[:-3])
    return not (point | plus | zero).any()


def _schema(shape: Shape, record: dict[str, Any]) -> dict[str, Any] | None:
    """What polars is to read of each field; None where one is not plain."""
    if not isinstance(shape, ClassFields | ListField):
        return None
    schema: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(shape, ListField) and name == shape.name:
            schema[name] = pl.List(pl.Float64)
        elif isinstance(shape, ClassFields) and name in shape.classes:
            schema[name] = pl.Float64
        elif type(value) in _KINDS:
            schema[name] = _KINDS[type(value)]
        else:
            return None
    return schema
