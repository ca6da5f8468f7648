"""The first rows and cells, which are looked at to tell the roles of columns.

Of many columns, the rows are few, but enough to tell chance from evidence. Of very many, those at
both ends are looked at: what is no logit is hardly ever in the middle of thousands of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

SAMPLE_ROWS = 200
# From this number of rows on, chance does not explain what they have in common.
MANY_ROWS = 8
_CELLS = 10_000
_AT_EACH_END, _VERY_MANY = 2048, 16_384


def rows_in_sample(columns: int) -> int:
    """Return how many rows of that many columns are looked at."""
    return max(MANY_ROWS, min(SAMPLE_ROWS, _CELLS // max(1, columns)))


def middle(columns: int) -> range:
    """Return the columns of which only one row is looked at; none unless there are very many."""
    return range(_AT_EACH_END, columns - _AT_EACH_END) if columns >= _VERY_MANY else range(0)


def without_middle(row: list[str]) -> list[str]:
    """Return cells of a row with blanks for those that are not looked at."""
    left_out = middle(len(row))
    return [*row[: left_out.start], *[""] * len(left_out), *row[left_out.stop :]]


def at_ends(columns: Sequence[T]) -> Sequence[T]:
    """Return the columns of which all rows of the sample are looked at."""
    left_out = middle(len(columns))
    return [*columns[: left_out.start], *columns[left_out.stop :]]
