"""Lists of labels with scores, and scores put in the order of their classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from softmax_cli.formats.columns.class_order import ClassOrder, Scores, label_and_score
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.json.shape import Record, Shape

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions


class LabelScoreList(Shape):
    """`[{"label": "cat", "score": 1.5}, ...]`: a list of labels with scores, in any order."""

    kind = "lists of labels with scores"
    own_options = ("--candidates",)

    def __init__(self, records: Sequence[Any], options: ReadOptions, source: str) -> None:
        options.reject_column_names(source, "a list of labels with scores")
        self._classes = ClassOrder([read_pairs(record) for record in records], options.candidates)
        self.truncated = bool(options.candidates)
        names = self._classes.names
        self._selected = select_columns(names, options.columns, "--columns", source) or range(
            len(names)
        )
        selected = tuple(names[i] for i in self._selected)
        own = all(set(item) == {"label", "score"} for item in records[0])
        self.columns = Columns(selected, True, tuple(range(len(selected))), label_score_list=own)

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of lists of labels with scores."""
        lists = [record for record in records if are_pairs(record)]
        return cls(lists, options, source) if lists and lists[0] is records[0] else None

    def values(self, record: Record) -> list[Any]:
        """Return the scores in the order of the labels of the first records."""
        if not are_pairs(record):
            raise ValueError("expected a list of {label, score} objects, as in row 1")
        scores = self._classes.order(read_pairs(record))
        return [scores[i] for i in self._selected]


def list_names(value: Any) -> list[str]:  # noqa: ANN401
    """Return names in the order of their classes: of a list, or of an object index -> name."""
    if isinstance(value, dict):
        return [str(value[key]) for key in sorted(value, key=int)]
    return list(map(str, value))


def are_names(value: Any, count: int) -> bool:  # noqa: ANN401
    """Return True for a list of `count` different names, or an object index -> name."""
    if isinstance(value, dict):
        if sorted(value) != sorted(map(str, range(count))):
            return False
        value = list(value.values())
    return (
        isinstance(value, list)
        and len(value) == count
        and all(isinstance(name, str) for name in value)
        and len(set(value)) == count
    )


def _keys(item: Any) -> tuple[str, str] | None:  # noqa: ANN401
    """Return the names of the label and of the score in an object of these two."""
    return label_and_score(item) if isinstance(item, dict) else None


def are_pairs(value: Any) -> bool:  # noqa: ANN401
    """Return True for a list of objects of a label and a score."""
    if not isinstance(value, list) or not value:
        return False
    keys = set(map(_keys, value))
    return len(keys) == 1 and None not in keys


def read_pairs(value: list[dict[str, Any]]) -> Scores:
    """Return the labels and scores of a list that `are_pairs`."""
    keys = _keys(value[0])
    assert keys is not None
    return [(str(item[keys[0]]), item[keys[1]]) for item in value]
