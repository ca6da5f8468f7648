"""Scores with the name of their class in each record.

A record is a list of {label, score}, or an object with such a list, with an object of
class -> score, or with a list of numbers next to the list of their names.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.columns.class_order import ClassOrder, Scores
from softmax_cli.formats.columns.inference import columns_from_list
from softmax_cli.formats.columns.lists import OTHER_LISTS
from softmax_cli.formats.columns.names import kind_of_name
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.json.label_scores import are_names, are_pairs, list_names, read_pairs
from softmax_cli.formats.json.record_shapes import is_cell, is_number, require_fields
from softmax_cli.formats.json.shape import Record, Shape
from softmax_cli.formats.output_schema import first_duplicate

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions

# Fields of scores by name, the surest first: an object in another field may be anything.
SCORE_FIELDS = (
    "logits", "logit", "scores", "probabilities", "probs", "logprobs", "predictions", "score",
    "class_scores", "class_probabilities", "category_scores", "probability", "proba", "outputs",
)  # fmt: skip
# Fields with the names of the classes of a list of scores.
NAME_FIELDS = (
    "id2label", "classes", "class_names", "label_names", "candidate_labels", "categories", "labels",
    "classes_", "target_names", "displayNames", "display_names",
)  # fmt: skip


@dataclass(frozen=True)
class _Field:
    """A field of scores, how they are read, and the field with their names, if there is one."""

    name: str
    read: Callable[[dict[str, Any]], Scores]
    names: str | None = None


class NamedScores(Shape):
    """Rows of scores in the order of their names, which are those of the first records."""

    kind = "scores with names"
    own_options = ("--candidates",)

    def __init__(
        self, records: Sequence[dict[str, Any]], field: _Field, options: ReadOptions, source: str
    ) -> None:
        self._field = field
        self._names = set(records[0])
        self._classes = ClassOrder(list(_readable(field, records)), options.candidates)
        self.truncated = self.candidates = bool(options.candidates)
        self.mass_scale = options.mass_scale
        names = [name for name in records[0] if name != field.names]
        own = [*(name for name in names if name != field.name), *self._classes.names]
        if (duplicate := first_duplicate(own)) is not None:
            raise ValueError(f'"{printable(duplicate)}" is a field and a class')
        self.columns = columns_from_list(
            names, field.name, len(self._classes.names), options, source, self._classes.names
        )
        passthrough = self.columns.passthrough
        computed = self.columns.computed
        self._others = [None if i in computed else self.columns.names[i] for i in passthrough]

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of objects with a field of named scores."""
        objects = [record for record in records if isinstance(record, dict)]
        if not isinstance(records[0], dict):
            return None
        fields = _find_fields(objects)
        if options.columns:
            chosen = fields.get(options.columns[0]) if len(options.columns) == 1 else None
            return cls(objects, chosen, options, source) if chosen else None
        sure = {name: fields[name] for name in fields if _is_sure(name, objects, fields[name])}
        if not sure:
            return None
        _require_one(sure, objects[0], options, source)
        name = next((name for name in SCORE_FIELDS if name in sure), next(iter(sure)))
        return cls(objects, sure[name], options, source)

    def values(self, record: Record) -> list[Any]:
        """Return the scores in the order of the classes."""
        require_fields(record, self._names)
        if record[self._field.name] is None:
            return [None] * len(self._classes.names)
        return self._classes.order(self._field.read(record))

    def others(self, record: Record) -> list[Any]:
        """Return the values of the other fields."""
        return [math.nan if name is None else record[name] for name in self._others]


def _readable(field: _Field, records: Sequence[dict[str, Any]]) -> Iterator[Scores]:
    """Yield the scores of records; the errors of others come with their rows."""
    for record in records:
        if record.get(field.name):
            with suppress(ValueError):
                yield field.read(record)


def _find_fields(records: Sequence[dict[str, Any]]) -> dict[str, _Field]:
    """Return the fields with named scores, as the first record that has any shows them."""
    fields: dict[str, _Field] = {}
    names = next((name for name in NAME_FIELDS if any(r.get(name) for r in records)), None)
    for record in records:
        for name, value in record.items():
            if is_cell(value) or name in fields:
                continue
            if field := _field(name, value, names, record):
                fields[name] = field
    return fields


def _field(name: str, value: Any, names: str | None, record: dict[str, Any]) -> _Field | None:  # noqa: ANN401
    if are_pairs(value):
        return _Field(name, lambda record: _require(are_pairs, read_pairs, record[name], name))
    if name in NAME_FIELDS:
        return None
    if _is_mapping(value):
        return _Field(name, lambda record: _require(_is_mapping, _items, record[name], name))
    certain = name in SCORE_FIELDS or (names not in ("labels", "categories"))
    certain = certain and name not in OTHER_LISTS and _is_list(value)
    if names and certain and are_names(record.get(names), len(value)):
        return _Field(name, lambda record: _zip(record, name, names), names)
    return None


def _is_sure(name: str, records: Sequence[dict[str, Any]], field: _Field) -> bool:
    """Return True if a field can be nothing but scores: by its form, or by its name."""
    value = next(record[name] for record in records if record.get(name))
    return name in SCORE_FIELDS or bool(field.names) or are_pairs(value)


def _require_one(
    fields: dict[str, _Field], record: dict[str, Any], options: ReadOptions, source: str
) -> None:
    """Raise UsageError if there are several fields of scores, or classes next to them."""
    taken = {*options.ids, *options.labels, *options.drop}
    numbers = [
        name
        for name, value in record.items()
        if is_number(value) and name not in taken and kind_of_name(name) is None
    ]
    lists = [n for n, v in record.items() if n in SCORE_FIELDS and _is_list(v) and n not in fields]
    unnamed = len(fields) > 1 and not any(name in SCORE_FIELDS for name in fields)
    if unnamed or lists:
        names = [*fields, *lists]
        raise UsageError(
            f"ambiguous logits: fields {quote_names(names)}",
            source=source,
            hint=f"Use --columns {names[0]} or --columns {names[1]}.",
        )
    if len(numbers) > 1:
        first = next(iter(fields))
        raise UsageError(
            f'ambiguous logits: field "{printable(first)}", or fields {quote_names(numbers)}',
            source=source,
            hint=f"Use --columns {first} or --columns {','.join(numbers)}.",
        )


def _require(
    is_form: Callable[[Any], bool],
    read: Callable[[Any], Scores],
    value: Any,  # noqa: ANN401
    name: str,
) -> Scores:
    if value in ([], {}):
        return []
    if not is_form(value):
        raise ValueError(f'field "{printable(name)}" holds no scores with names, as in row 1')
    return read(value)


def _zip(record: dict[str, Any], name: str, names: str) -> Scores:
    """Return the numbers of a list with the names in another field."""
    values = record[name]
    if not isinstance(values, list) or not are_names(record.get(names), len(values)):
        raise ValueError(f'"{printable(names)}" must have a name for each of "{printable(name)}"')
    return list(zip(list_names(record[names]), values, strict=True))


def _is_list(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and any(map(is_number, value)) and all(map(is_cell, value))


def _is_mapping(value: Any) -> bool:  # noqa: ANN401
    return (
        isinstance(value, dict)
        and any(map(is_number, value.values()))
        and all(map(is_cell, value.values()))
    )


def _items(value: dict[str, Any]) -> Scores:
    return list(value.items())
