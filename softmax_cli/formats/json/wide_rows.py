"""Objects of very many classes: read as lists of numbers, written through one template.

What polars does for each column is lost in a row of ten fields; of 128,000 it takes seconds and
gigabytes. Names that are those of the first record, in its order, need only be compared.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.rendering import render_json_lists, render_rows, to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.output_schema import ColumnData, OutputField

_NON_FINITE = {b"NaN": b"null", b"inf": b'"inf"', b"-inf": b'"-inf"'}


@dataclass(frozen=True)
class WideObjects:
    """Objects whose classes follow each other, with a few other fields before and after them."""

    before: Sequence[str]
    classes: Sequence[bytes]
    after: Sequence[str]

    @classmethod
    def from_columns(cls, columns: Columns) -> WideObjects | None:
        """Return the objects with these columns, None if other fields are among the classes."""
        if columns.margins is None:
            return None
        first, last = columns.logits[0], columns.logits[-1] + 1
        keys = [key[1:-1].encode() for key in _json_names(columns.classes)]
        return cls(columns.names[:first], keys, columns.names[last:])

    def as_lists(self, text: bytes) -> tuple[bytes, list[list[Any]]] | None:
        """Return the values of the classes of each line as a list, and those of other fields.

        Returns None unless all lines are simple; the lists are still to be validated.
        """
        if b"\\" in text:
            return None
        lists, others = [], []
        for line in text.split(b"\n")[:-1]:
            if (parts := self._split(line)) is None:
                return None
            lists.append(parts[0])
            others.append(parts[1])
        return b"]\n".join((*lists, b"")), others

    def _split(self, line: bytes) -> tuple[bytes, list[Any]] | None:
        """Return the list of a line without its closing bracket, and its other values."""
        start = line.find(b'"%s":' % self.classes[0])
        last = line.rfind(b'"%s":' % self.classes[-1])
        end = line.find(b",", last) if self.after else line.rfind(b"}")
        if min(start, last, end) < 0:
            return None
        before = _values(line[:start] + b'"":0}', [*self.before, ""])
        after = _values(b'{"":0' + line[end:], ["", *self.after])
        values = self._list(line[start:end])
        if before is None or after is None or values is None:
            return None
        return values, before[:-1] + after[1:]

    def _list(self, fields: bytes) -> bytes | None:
        """Return `[1.5,2` for `"cat": 1.5, "dog": 2`, None for other names or marks."""
        parts = fields.split(b'"')
        if parts[1::2] != self.classes:
            return None
        values = b"".join(parts[2::2]).replace(b": ", b":").replace(b", :", b",:")
        if values.count(b":") != len(self.classes) or values.count(b",:") != len(self.classes) - 1:
            return None
        return b"[" + values.replace(b",:", b",").removeprefix(b":")


def object_template(names: Sequence[str], *, label_score_list: bool) -> bytes:
    """Return a template of a row, with a %s for the value of each name."""
    keys = _json_names([name.replace("%", "%%") for name in names])
    if label_score_list:
        items = [f'{{"label":{key},"score":%s}}' for key in keys]
        return f"[{','.join(items)}]\n".encode()
    return f"{{{','.join(f'{key}:%s' for key in keys)}}}\n".encode()


def render_objects(
    template: bytes,
    fields: Sequence[OutputField],
    column_data: Sequence[ColumnData],
    decimals: int | None,
) -> bytes:
    """Return the rows of columns, one per line, as objects of that template."""
    cells = [_cells(field, data, decimals) for field, data in zip(fields, column_data, strict=True)]
    return b"".join(
        template % tuple(cell for part in row for cell in part) for row in zip(*cells, strict=True)
    )


def _json_names(names: Sequence[str]) -> list[str]:
    """Return names as JSON, all at once: one after the other takes ten times as long."""
    text = json.dumps(names, ensure_ascii=False, separators=("\n", ":"))
    return text[1:-1].split("\n")


def _cells(field: OutputField, data: ColumnData, decimals: int | None) -> Iterator[list[bytes]]:
    """Yield the JSON values of a field, row by row."""
    if not isinstance(data, NumericColumns):
        texts = to_json(data, json_encoded=field.json_encoded)
        yield from ([text.encode()] for text in texts)
    elif field.nested is not None:
        yield from ([line] for line in render_json_lists(data, decimals).split(b"\n")[:-1])
    else:
        finite = bool(np.isfinite(data.values).all())
        for line in render_rows(data, decimals, ",").split(b"\n")[:-1]:
            values = line.split(b",")
            yield values if finite else [_NON_FINITE.get(value, value) for value in values]


def _values(text: bytes, names: Sequence[str]) -> list[Any] | None:
    """Return the values of an object with exactly these fields, in this order."""
    try:
        fields = strict_json.loads(text)
    except ValueError:
        return None
    return list(fields.values()) if list(fields) == list(names) else None
