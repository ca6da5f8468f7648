"""Lists of labels with scores, and scores put in the order of their classes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from softmax_cli.activations.scales import sum_tolerance
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.class_order import ClassOrder, Scores, label_and_score
from softmax_cli.formats.columns.mass import describe_mass, own_mass
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.json.record_shapes import is_number
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
        self.truncated = self.candidates = bool(options.candidates)
        self.mass_scale = options.mass_scale
        names = self._classes.names
        self._selected = select_columns(names, options.columns, "--columns", source) or range(
            len(names)
        )
        selected = tuple(names[i] for i in self._selected)
        own = all(set(item) == {"label", "score"} for item in records[0])
        mass = own_mass(selected, options.mass_scale, source)
        first = len(mass)
        self.columns = Columns(
            (*mass, *selected),
            True,
            tuple(range(first, first + len(selected))),
            note=describe_mass(f"{len(selected)} candidates") if mass else None,
            label_score_list=own and not mass,
            named_scores=True,
            computed=tuple(range(first)),
        )

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of lists of labels with scores."""
        lists = [record for record in records if are_pairs(record)]
        return cls(lists, options, source) if lists and lists[0] is records[0] else None

    def values(self, record: Record) -> list[Any]:
        """Return the scores in the order of the labels of the first records."""
        if record != [] and not are_pairs(record):
            raise ValueError("expected a list of {label, score} objects, as in row 1")
        scores = self._classes.order(read_pairs(record) if record else [])
        return [scores[i] for i in self._selected]

    def others(self, _record: Record) -> list[Any]:
        """Return NaN in place of the mass, if there is one."""
        return [math.nan] * len(self.columns.computed)


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


def require_one_row(items: Sequence[dict[str, Any]], source: str) -> None:
    """Raise SoftmaxError for {label, score} objects that may each be the best label of a row.

    They are, if labels are repeated or probabilities sum to more than 1.
    """
    labels, scores = ([item[key] for item in items] for key in ("label", "score"))
    repeated = len(set(map(str, labels))) < len(labels)
    shares = all(is_number(score) and 0 <= score <= 1 for score in scores)
    if repeated or (shares and sum(scores) - 1 > sum_tolerance(len(scores))):
        raise SoftmaxError(
            "ambiguous document: the {label, score} objects are the scores of one row, or the best "
            "label of a row each",
            source=source,
            hint="Put brackets around them: [[{...}, {...}]] for one row, [[{...}], [{...}]] for "
            "a row each.",
        )
