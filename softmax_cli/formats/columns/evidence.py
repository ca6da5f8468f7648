"""Evidence of values: what the first rows say about columns that would be logits.

Logits of one model look alike. A column of whole numbers next to fractional ones, one that counts
the rows, or one on another scale may be an identifier, a label or a time stamp. Many rows that say
so contradict the reading as logits; few rows only cast doubt on it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from softmax_cli.formats.text.numbers import to_float

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# From this number of rows on, chance does not explain what they have in common.
_MANY_ROWS = 8
# Logits of one model differ less in size; masks, which are large and negative, do not count.
_OTHER_SCALE = 1000.0
_MASK = -1000.0
_FEW_COLUMNS = 8


@dataclass(frozen=True)
class Doubt:
    """A column that may not be a logit, why, and whether many rows say so."""

    column: int
    reason: str
    strong: bool


@dataclass(frozen=True)
class _Values:
    """The finite numbers of a column."""

    numbers: list[float]

    @property
    def whole(self) -> bool:
        """True if all are whole, even if written 3.0 as pandas does next to missing ones."""
        return bool(self.numbers) and all(map(float.is_integer, self.numbers))

    @property
    def constant(self) -> bool:
        return len(set(self.numbers)) < 2

    @property
    def step(self) -> float | None:
        """The difference of all neighbors, if it is the same; of many rows if it is not 1."""
        steps = {round(after - before, 9) for before, after in pairwise(self.numbers)}
        if len(self.numbers) < 3 or len(steps) > 1:
            return None
        return steps.pop() if steps == {1.0} or len(self.numbers) >= _MANY_ROWS else None

    @property
    def size(self) -> float:
        """The median magnitude of values that are no masks."""
        sizes = [abs(number) for number in self.numbers if number > _MASK]
        return _median(sizes) if sizes else 0.0


def find_doubts(cells: Mapping[int, Sequence[str]]) -> list[Doubt]:
    """Return the columns, given as cells of the first rows by index, that may not be logits."""
    columns = {i: _values(texts) for i, texts in cells.items()}
    if all(values.constant for values in columns.values()):
        return []  # equal rows, which say nothing about their columns
    fractional = any(not values.whole for values in columns.values() if values.numbers)
    doubts = []
    sizes = {i: values.size for i, values in columns.items()}
    usual = _median(sizes.values()) if len(sizes) > _FEW_COLUMNS else None
    for i, values in columns.items():
        if len(columns) < 2:
            break
        # One column hardly moves the median of many.
        rest = (size for j, size in sizes.items() if j != i)
        others = _median(rest) if usual is None else usual
        if reason := _reason(values, max(1.0, others), fractional=fractional):
            strong = len(values.numbers) >= _MANY_ROWS and not values.constant
            doubts.append(Doubt(i, reason, strong))
    # If all columns are odd in the same way, they are alike.
    return doubts if len(doubts) < len(columns) else []


def look_like_logits(texts: Sequence[str], others: Mapping[int, Sequence[str]]) -> bool:
    """Return True if cells hold fractional numbers of the size of those of other columns."""
    values = _values(texts)
    if all(number.is_integer() for number in values.numbers):
        return False
    sizes = [other.size for other in map(_values, others.values()) if other.numbers]
    return bool(sizes) and values.size < _OTHER_SCALE * max(1.0, _median(sizes))


def _median(sizes: Iterable[float]) -> float:
    """Return the median; without the module of that, which imports six others."""
    ordered = sorted(sizes)
    return ordered[(len(ordered) - 1) // 2] / 2 + ordered[len(ordered) // 2] / 2


def _reason(values: _Values, usual: float, *, fractional: bool) -> str | None:
    if len(values.numbers) < 2:
        return None
    if values.constant:
        same = values.numbers[0]
        odd = len(values.numbers) >= 3 and same > 0
        return f"holds {same:g} in every row" if odd else None
    if (step := values.step) is not None:
        return "counts the rows" if step == 1 else f"changes by {step:g} in every row"
    # Not below -1, as of labels: whole numbers far below it are masks.
    if fractional and values.whole and min(values.numbers) >= -1:
        return "holds whole numbers next to fractional logits"
    if values.size >= _OTHER_SCALE * usual:
        return f"holds values about {values.size:.3g}, next to logits about {usual:.3g}"
    return None


def _values(texts: Sequence[str]) -> _Values:
    numbers = []
    for text in texts:
        try:
            number = to_float(text)
        except ValueError:  # text, or a marker of a missing number
            continue
        if math.isfinite(number):
            numbers.append(number)
    return _Values(numbers)
