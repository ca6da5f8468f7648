"""Shapes of logits in JSON records.

A record is a list of numbers, an object with such a list in a field, or an object of
class -> score.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns import inference
from softmax_cli.formats.columns.lists import OTHER_LISTS, select_list
from softmax_cli.formats.columns.names import kind_of_name
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import option_value, quote_names, select_columns
from softmax_cli.formats.json.shape import Record, Shape
from softmax_cli.formats.text.numbers import is_missing, is_number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.read_options import ReadOptions


class NumberList(Shape):
    """`[1.5, 2]`: a list of numbers."""

    kind = "lists of numbers"

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of lists of numbers, missing ones among them."""
        record = records[0]
        if not isinstance(record, list) or not record or not all(map(is_cell, record)):
            return None
        return cls(record, options, source)

    def __init__(self, record: list[Any], read_options: ReadOptions, source: str) -> None:
        read_options.reject_column_names(source, "a list")
        names = tuple(str(i) for i in range(len(record)))
        selected = select_columns(
            [str(i + 1) for i in range(len(record))], read_options.columns, "--columns", source
        )
        self._selected = selected or None
        self._width = len(record)
        names = tuple(str(i) for i in selected or range(len(record)))
        self.columns = Columns(names, False, tuple(range(len(names))))

    def select(self, matrix: Floats) -> Floats:
        """Return the selected columns of a matrix of records."""
        return matrix if self._selected is None else matrix[:, self._selected]

    def values(self, record: Record) -> list[Any]:
        """Return the selected items."""
        items = _require_list(record, self._width)
        return items if self._selected is None else [items[i] for i in self._selected]


class ClassFields(Shape):
    """`{"id": 7, "cat": 1.5, "dog": 2}`: an object of class -> score and other fields."""

    kind = "objects of classes"
    names_fields = True

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of objects whose fields are classes, unless these may be elsewhere."""
        objects = [record for record in records if isinstance(record, dict)]
        return cls(objects, options, source) if isinstance(records[0], dict) else None

    def __init__(
        self, records: Sequence[dict[str, Any]], options: ReadOptions, source: str
    ) -> None:
        names = list(records[0])
        rows = _rows(records, names)
        _require_flat(records[0], rows, options, source)
        self.columns = replace(
            inference.infer_columns(names, rows, options, source, header=True), text_columns=()
        )
        self._names = set(names)
        self.classes = list(self.columns.classes)
        self.other_names = [names[i] for i in self.columns.passthrough]

    def values(self, record: Record) -> list[Any]:
        """Return the values of the classes."""
        require_fields(record, self._names)
        return [record[name] for name in self.classes]

    def others(self, record: Record) -> list[Any]:
        """Return the values of the other fields."""
        return [record[name] for name in self.other_names]


class ListField(Shape):
    """`{"id": 7, "logits": [1.5, 2]}`: an object with a list of numbers."""

    kind = "objects with a list of numbers"

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of objects with a list of logits, if one of their lists holds them."""
        record = records[0]
        if not isinstance(record, dict):
            return None
        lists = {
            name: all(isinstance(item, int) for item in value)
            for name, value in record.items()
            if isinstance(value, list) and any(map(is_number, value)) and all(map(is_cell, value))
        }
        if not lists:
            return None
        numbers = [name for name, value in record.items() if is_number(value)]
        name = select_list(lists, numbers, options, source, list(record))
        return cls(record, name, options, source) if name else None

    def __init__(
        self, record: dict[str, Any], name: str, read_options: ReadOptions, source: str
    ) -> None:
        self.name = name
        self.width = len(record[name])
        self._names = set(record)
        self.columns = inference.columns_from_list(
            list(record), name, self.width, read_options, source
        )
        self.other_names = [self.columns.names[i] for i in self.columns.passthrough]
        # Output stays an object even if the list is its only field.
        self.columns = replace(self.columns, header=True)

    def values(self, record: Record) -> list[Any]:
        """Return the items of the list."""
        require_fields(record, self._names)
        if record[self.name] is None:
            return [None] * self.width
        return _require_list(record[self.name], self.width)

    def others(self, record: Record) -> list[Any]:
        """Return the values of the other fields."""
        return [record[name] for name in self.other_names]


def _require_list(value: Any, width: int) -> list[Any]:  # noqa: ANN401
    if not isinstance(value, list):
        raise ValueError("expected a list of numbers, as in row 1")
    if len(value) != width:
        raise ValueError(f"expected {width} values, found {len(value)}")
    return value


def require_fields(record: Record, names: set[str]) -> None:
    """Raise ValueError unless a record is an object with these fields and no others."""
    if not isinstance(record, dict):
        raise ValueError("expected an object, as in row 1")
    if missing := names.difference(record):
        raise ValueError(f"missing field {quote_names(sorted(missing))}")
    if unexpected := set(record).difference(names):
        raise ValueError(f"unexpected field {quote_names(sorted(unexpected))}, not in row 1")


def is_number(value: Any) -> bool:  # noqa: ANN401
    """Return True for a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_cell(value: Any) -> bool:  # noqa: ANN401
    """Return True for any value except lists and objects."""
    return value is None or not isinstance(value, list | dict)


def _rows(records: Sequence[dict[str, Any]], names: Sequence[str]) -> list[list[str]]:
    """Return the fields of records as cells: text only where no value of a field is a number."""
    rows = [[_number_text(record.get(name)) or "" for name in names] for record in records]
    others = [i for i, cells in enumerate(zip(*rows, strict=True)) if not any(cells)]
    for row, record in zip(rows, records, strict=True):
        for i in others:
            value = record.get(names[i])
            row[i] = "" if value is None else _describe_value(value)
    return rows


def _describe_value(value: Any) -> str:  # noqa: ANN401
    """Return a cell that is text whatever the value is, for roles and messages."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    # In JSON a text is no number, even one that delimited text would have for a number.
    like_number = ("nan", "qnan", "inf", "ind", "true", "false")
    if not isinstance(value, str) or not value[:1].isalpha() or is_missing(value):
        return "text"
    return "text" if value.lower().startswith(like_number) else value


def _number_text(value: Any) -> str | None:  # noqa: ANN401
    """Return a number, or a text that only a number is: an infinity, or one with a fraction."""
    if type(value) is int or (type(value) is float and math.isfinite(value)):
        return repr(value)  # many times as fast
    if is_number(value):
        return json.dumps(value)
    if isinstance(value, str) and is_number_text(value) and not value.strip("+-").isdigit():
        return value
    return None


def _require_flat(
    record: dict[str, Any], rows: Sequence[Sequence[str]], options: ReadOptions, source: str
) -> None:
    """Raise SoftmaxError for nested values that may be the logits, unless --columns says else."""
    nested = [
        name
        for name, value in record.items()
        if isinstance(value, list | dict)
        and kind_of_name(name) is None
        and name not in {*OTHER_LISTS, *options.ids, *options.drop, *options.labels}
        and _holds_numbers(value)
    ]
    if not nested or options.columns:
        return
    names = list(record)
    flat = [
        i
        for i, cells in enumerate(zip(*rows, strict=True))
        if kind_of_name(names[i]) is None and any(map(is_number_text, cells))
    ]
    kind = "an object" if isinstance(record[nested[0]], dict) else "a list"
    field = f'field "{printable(nested[0])}" holds {kind} with numbers'
    if not flat:
        raise SoftmaxError(f"no logits: {field}, which is not read", source=source)
    raise SoftmaxError(
        f"ambiguous logits: {field}, next to {quote_names([names[i] for i in flat])}",
        source=source,
        hint=f"Use --columns {option_value(names, flat)} if these are the logits.",
    )


def _holds_numbers(value: Any) -> bool:  # noqa: ANN401
    if isinstance(value, list | dict):
        return any(map(_holds_numbers, value.values() if isinstance(value, dict) else value))
    return _number_text(value) is not None
