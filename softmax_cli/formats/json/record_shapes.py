"""The shapes that logits have in JSON.

A record is a list of numbers, an object with a field that holds such a list, an object of
class -> score, a list of {label, score}, or a response with top_logprobs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import printable
from softmax_cli.formats.columns import inference as parts
from softmax_cli.formats.columns.inference import Columns
from softmax_cli.formats.columns.selection import quote_names, select_columns
from softmax_cli.formats.json.shape import Record, Shape

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.read_options import ReadOptions

_MISSING = object()


class NumberList(Shape):
    """`[1.5, 2]`: a list of numbers."""

    def __init__(self, record: list[Any], read_options: ReadOptions, source: str) -> None:
        read_options.reject_column_names(source, "a list")
        names = tuple(str(i) for i in range(len(record)))
        chosen = select_columns(
            [str(i + 1) for i in range(len(record))], read_options.columns, "--columns", source
        )
        self._chosen = chosen or None
        self._width = len(record)
        names = tuple(str(i) for i in chosen or range(len(record)))
        self.columns = Columns(names, False, tuple(range(len(names))), (), ())

    def chosen(self, matrix: Floats) -> Floats:
        """The columns that were asked for."""
        return matrix if self._chosen is None else matrix[:, self._chosen]

    def values(self, record: Record) -> list[Any]:
        """The items."""
        items = _list_of(record, self._width)
        return items if self._chosen is None else [items[i] for i in self._chosen]


class ClassFields(Shape):
    """`{"id": 7, "cat": 1.5, "dog": 2}`: an object of class -> score and other fields."""

    def __init__(self, record: dict[str, Any], read_options: ReadOptions, source: str) -> None:
        names = list(record)
        first = ["0" if is_number(value) else _first_cell(value) for value in record.values()]
        self.columns = replace(
            parts.infer_columns(names, first, True, replace(read_options, header=True), source),
            text_columns=(),
        )
        self._names = set(names)
        self.classes = list(self.columns.classes)
        self.other_names = [names[i] for i in self.columns.passthrough]

    def values(self, record: Record) -> list[Any]:
        """The classes' values."""
        _require_fields(record, self._names)
        return [record[name] for name in self.classes]

    def others(self, record: Record) -> list[Any]:
        """The other fields' values."""
        return [record[name] for name in self.other_names]


class ListField(Shape):
    """`{"id": 7, "logits": [1.5, 2]}`: an object with a list of numbers."""

    def __init__(
        self, record: dict[str, Any], name: str, read_options: ReadOptions, source: str
    ) -> None:
        self.name = name
        self.width = len(record[name])
        self._names = set(record)
        self.other_names = [other for other in record if other != name]
        self.columns = parts.columns_from_list(list(record), name, self.width, read_options, source)
        # An object it stays, also where the list is its only field.
        self.columns = replace(self.columns, header=True)

    def values(self, record: Record) -> list[Any]:
        """The list."""
        _require_fields(record, self._names)
        if record[self.name] is None:
            return [None] * self.width
        return _list_of(record[self.name], self.width)

    def others(self, record: Record) -> list[Any]:
        """The other fields' values."""
        return [record[name] for name in self.other_names]


class LabelScoreList(Shape):
    """`[{"label": "cat", "score": 1.5}, ...]`: a list of labels with scores, in any order."""

    def __init__(
        self, record: list[dict[str, Any]], read_options: ReadOptions, source: str
    ) -> None:
        names = tuple(str(item["label"]) for item in record)
        read_options.reject_column_names(source, "a list of labels with scores")
        self._places = {name: i for i, name in enumerate(names)}
        if len(self._places) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise ValueError(f'label "{printable(twice)}" stands twice')
        self._chosen = select_columns(names, read_options.columns, "--columns", source) or range(
            len(names)
        )
        chosen = tuple(names[i] for i in self._chosen)
        self.columns = Columns(
            chosen, True, tuple(range(len(chosen))), (), (), label_score_list=True
        )

    def values(self, record: Record) -> list[Any]:
        """The scores in the order of the first record's labels."""
        if not isinstance(record, list) or not all(map(is_label_score, record)):
            raise ValueError("not a list of objects with a label and a score, as the first is")
        scores = [_MISSING] * len(self._places)
        for item in record:
            place = self._places.get(str(item["label"]))
            if place is None or scores[place] is not _MISSING:
                problem = "is not one of the first row's" if place is None else "stands twice"
                raise ValueError(f'label "{printable(str(item["label"]))}" {problem}')
            scores[place] = item["score"]
        if _MISSING in scores:
            missing = list(self._places)[scores.index(_MISSING)]
            raise ValueError(f'label "{printable(missing)}" is missing')
        return [scores[i] for i in self._chosen]


def _list_of(value: Any, width: int) -> list[Any]:  # noqa: ANN401
    if not isinstance(value, list):
        raise ValueError("not a list of numbers, as in the first row")
    if len(value) != width:
        raise ValueError(f"a list of {len(value)} where {width} are expected")
    return value


def _require_fields(record: Record, names: set[str]) -> None:
    if not isinstance(record, dict):
        raise ValueError("not an object, as the first row is")
    if missing := names.difference(record):
        raise ValueError(f"the field {quote_names(sorted(missing))} is missing")
    if more := set(record).difference(names):
        raise ValueError(f"the field {quote_names(sorted(more))} is not in the first row")


def is_number(value: Any) -> bool:  # noqa: ANN401
    """Return True for a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_cell(value: Any) -> bool:  # noqa: ANN401
    """Return True for anything but lists and objects."""
    return value is None or not isinstance(value, list | dict)


def is_label_score(value: Any) -> bool:  # noqa: ANN401
    """Return True for an object of a label and a score."""
    return isinstance(value, dict) and set(value) == {"label", "score"}


def _first_cell(value: Any) -> str:  # noqa: ANN401
    # A missing number may be a logit; text, truth values, lists and objects are none.
    return "" if value is None else "text"
