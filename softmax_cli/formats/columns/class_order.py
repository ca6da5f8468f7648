"""Scores that come with the names of their classes, in the order of the first rows."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

from softmax_cli.errors import printable
from softmax_cli.formats.output_schema import first_duplicate
from softmax_cli.formats.text.strict_json import NonFiniteLiteral

_LABEL_KEYS = ("label", "class", "class_name", "classname", "category", "name", "tag")
_SCORE_KEYS = ("score", "logit", "probability", "prob", "confidence")
_MISSING = object()
_MASKED = NonFiniteLiteral(-math.inf)

Scores = list[tuple[str, Any]]


class InvalidRecordError(ValueError):
    """A record without probabilities, which may be skipped; `hint` says what else to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def label_and_score(fields: Collection[str]) -> tuple[str, str] | None:
    """Return which of two fields is a label and which its score; None for any other fields."""
    if len(fields) != 2:
        return None
    names = {key.lower(): key for key in fields}
    label = next((names[key] for key in _LABEL_KEYS if key in names), None)
    score = next((names[key] for key in _SCORE_KEYS if key in names), None)
    return (label, score) if label and score else None


class ClassOrder:
    """The names of all classes in the first records, in the order of their appearance.

    If there are `candidates`, these are the classes: other scores are left out, and a class
    without a score in a record is masked there.
    """

    def __init__(self, rows: Sequence[Scores], candidates: Sequence[str] = ()) -> None:
        self._positions = {name: k for k, name in enumerate(candidates)}
        self._masks = bool(candidates)
        for scores in () if candidates else rows:
            for name, _ in scores:
                self._positions.setdefault(name, len(self._positions))
        self.names = list(self._positions)
        _require_distinct(rows[0])

    def order(self, scores: Scores) -> list[Any]:
        """Return scores in the order of the classes; raise ValueError if one is missing."""
        if not scores:
            raise InvalidRecordError("no scores in the list")
        ordered = [_MISSING] * len(self.names)
        left_out = False
        for name, score in scores:
            position = self._positions.get(name)
            if position is None:
                if self._masks:
                    left_out = True
                    continue
                raise ValueError(
                    f'label "{printable(name)}" is not in the first records: '
                    "all records need the same labels, or --candidates NAMES"
                )
            if ordered[position] is not _MISSING:
                raise ValueError(f'duplicate label "{printable(name)}"')
            ordered[position] = score
        if left_out:
            _require_distinct(scores)
        if _MISSING not in ordered:
            return ordered
        if self._masks:
            return self._mask(ordered)
        missing = self.names[ordered.index(_MISSING)]
        raise ValueError(
            f'missing label "{printable(missing)}": found {len(scores)} of {len(ordered)} '
            "labels; --candidates NAMES selects labels, and gives those that are missing "
            "probability 0"
        )

    @staticmethod
    def _mask(ordered: list[Any]) -> list[Any]:
        if all(score is _MISSING for score in ordered):
            raise InvalidRecordError("none of the candidates is among the labels")
        return [_MASKED if score is _MISSING else score for score in ordered]


def _require_distinct(scores: Scores) -> None:
    if (duplicate := first_duplicate([name for name, _ in scores])) is not None:
        raise ValueError(f'duplicate label "{printable(duplicate)}"')
