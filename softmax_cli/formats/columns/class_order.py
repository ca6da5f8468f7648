"""Scores that come with the names of their classes, in the order of the first rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from softmax_cli.errors import printable
from softmax_cli.formats.output_schema import first_duplicate

_LABEL_KEYS = ("label", "class", "class_name", "classname", "category", "name", "tag")
_SCORE_KEYS = ("score", "logit", "probability", "prob", "confidence")
_MISSING = object()

Scores = list[tuple[str, Any]]


def label_and_score(fields: Collection[str]) -> tuple[str, str] | None:
    """Return which of two fields is a label and which its score; None for any other fields."""
    if len(fields) != 2:
        return None
    names = {key.lower(): key for key in fields}
    label = next((names[key] for key in _LABEL_KEYS if key in names), None)
    score = next((names[key] for key in _SCORE_KEYS if key in names), None)
    return (label, score) if label and score else None


class ClassOrder:
    """The names of all classes in the first records, in the order of their appearance."""

    def __init__(self, rows: Sequence[Scores]) -> None:
        self._positions: dict[str, int] = {}
        for scores in rows:
            for name, _ in scores:
                self._positions.setdefault(name, len(self._positions))
        self.names = list(self._positions)
        first = [name for name, _ in rows[0]]
        if (duplicate := first_duplicate(first)) is not None:
            raise ValueError(f'duplicate label "{printable(duplicate)}"')

    def order(self, scores: Scores) -> list[Any]:
        """Return scores in the order of the classes; raise ValueError unless each has one."""
        ordered = [_MISSING] * len(self.names)
        for name, score in scores:
            position = self._positions.get(name)
            if position is None:
                raise ValueError(
                    f'label "{printable(name)}" is not in the first records: '
                    "all records need the same labels"
                )
            if ordered[position] is not _MISSING:
                raise ValueError(f'duplicate label "{printable(name)}"')
            ordered[position] = score
        if _MISSING in ordered:
            missing = self.names[ordered.index(_MISSING)]
            raise ValueError(
                f'missing label "{printable(missing)}": found {len(scores)} of {len(ordered)} '
                "labels; probabilities need the scores of all classes, not of the best only"
            )
        return ordered
