"""Evidence of values: what the first rows say about columns that would be logits.

Logits of one model look alike. A column of whole numbers next to fractional ones, one that counts
the rows, or one on another scale may be an identifier, a label or a time stamp. Many rows that say
so contradict the reading as logits; few rows only cast doubt on it.
"""

from __future__ import annotations

import math
import re
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.columns.sample import MANY_ROWS
from softmax_cli.formats.text.numbers import is_missing, to_floats

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from softmax_cli.activations.exact import Floats

# Logits of one model differ less in size; masks, which are large and negative, do not count.
_OTHER_SCALE = 1000.0
_MASK = -1000.0
_FEW_COLUMNS = 8

# Cells of numeric columns that are no numbers here: 1_000, $1, 1 000, 0x10, 1d5, #DIV/0!,
# -nan(ind), 1.#QNAN, true.
_MALFORMED_NUMBER = re.compile(
    r"[^\w#]*\d[\d.,;_'\s]*\W*|0x[0-9a-f.]+|[+-]?[\d.]+d[+-]?\d+|#[a-z/][a-z/0-9]*[!?]?"
    r"|[+-]?(?:1\.#)?(?:q?nan|ind|inf)\b.*|true|false"
)


@dataclass(frozen=True)
class Doubt:
    """A column that may not be a logit, why, and whether many rows say so."""

    column: int
    reason: str
    strong: bool


def find_doubts(cells: Mapping[int, Sequence[str]]) -> list[Doubt]:
    """Return the columns, given as cells of the first rows by index, that may not be logits."""
    if len(cells) < 2:
        return []
    numbers = _numbers(cells.values())
    present = ~np.isnan(numbers)
    counts = np.count_nonzero(present, axis=0)
    varied = np.fmin.reduce(numbers, initial=np.nan) < np.fmax.reduce(numbers, initial=np.nan)
    if not varied.any():
        return []  # equal rows, which say nothing about their columns
    # All of a column, even if written 3.0 as pandas does next to missing ones.
    whole = (counts > 0) & (~present | (np.floor(numbers) == numbers)).all(axis=0)
    whole &= ((counts > 0) & ~whole).any()  # without fractions, it is nothing odd
    sizes = _sizes(numbers)
    usual = np.maximum(1.0, _usual(sizes))
    with np.errstate(over="ignore"):
        large = sizes >= _OTHER_SCALE * usual
    doubts = []
    indices = list(cells)
    for k in np.flatnonzero((counts >= 3) | whole | large).tolist():
        values = numbers[present[:, k], k].tolist()
        reason = _reason(values, whole=whole[k])
        if reason is None and large[k] and varied[k]:
            reason = f"holds values about {sizes[k]:.3g}, next to logits about {usual[k]:.3g}"
        if reason is not None:
            doubts.append(Doubt(indices[k], reason, bool(counts[k] >= MANY_ROWS and varied[k])))
    # If all columns are odd in the same way, they are alike.
    return doubts if len(doubts) < len(cells) else []


def find_texts(indices: Sequence[int], rows: Sequence[Sequence[str]], *, comma: bool) -> list[int]:
    """Return the columns, of these, whose first cell that is not missing is text."""
    texts, left = [], list(indices)
    for row in rows:
        cells = [row[i] if i < len(row) else "" for i in left]
        plain = with_points(cells, comma=comma)
        odd = [k for k, number in enumerate(to_floats(plain)) if math.isnan(number)]
        missing = {k for k in odd if is_missing(cells[k])}
        texts += [left[k] for k in odd if k not in missing and _is_text(plain[k])]
        left = [left[k] for k in odd if k in missing]
    return sorted(texts)


def with_points(cells: Sequence[str], *, comma: bool) -> Sequence[str]:
    """Return cells with decimal points where they may have decimal commas."""
    return [cell.replace(",", ".") for cell in cells] if comma else cells


def _is_text(cell: str) -> bool:
    """Return True if a cell that is no number is text, not a number in another notation."""
    return not _MALFORMED_NUMBER.fullmatch(cell.strip().lower())


def look_like_logits(texts: Sequence[str], others: Mapping[int, Sequence[str]]) -> bool:
    """Return True if cells hold fractional numbers of the size of those of other columns."""
    own = _numbers([texts])
    if (np.isnan(own) | (np.floor(own) == own)).all():
        return False
    numbers = _numbers(others.values())
    sizes = _sizes(numbers[:, ~np.isnan(numbers).all(axis=0)])
    if not len(sizes):
        return False
    return float(_sizes(own)[0]) < _OTHER_SCALE * max(1.0, _median(sizes))


def _numbers(columns: Collection[Sequence[str]]) -> Floats:
    """Return the finite numbers of columns, NaN for other cells, shape (N, C)."""
    rows = [to_floats(row) for row in zip_longest(*columns, fillvalue="")]
    numbers = np.array(rows, float).reshape(len(rows), len(columns))
    numbers[np.isinf(numbers)] = np.nan
    return numbers


def _sizes(numbers: Floats) -> Floats:
    """Return the median magnitude of the values of each column that are no masks, else 0."""
    columns = np.arange(numbers.shape[1])
    ordered = np.sort(np.where(numbers > _MASK, np.abs(numbers), np.nan), axis=0)
    counts = np.count_nonzero(~np.isnan(ordered), axis=0)
    if not len(ordered):
        return np.zeros(len(columns))
    medians = ordered[(counts - 1) // 2, columns] / 2 + ordered[counts // 2, columns] / 2
    return np.where(counts, medians, 0.0)


def _usual(sizes: Floats) -> Floats:
    """Return the median size of the other columns of each."""
    if len(sizes) > _FEW_COLUMNS:  # one column hardly moves the median of many
        return np.full(len(sizes), _median(sizes))
    return np.array([_median(np.delete(sizes, k)) for k in range(len(sizes))])


def _median(sizes: Floats) -> float:
    """Return the median; without the module of that, which imports six others."""
    ordered = np.sort(sizes)
    return float(ordered[(len(ordered) - 1) // 2] / 2 + ordered[len(ordered) // 2] / 2)


def _reason(values: Sequence[float], *, whole: bool) -> str | None:
    """Return what is odd about the numbers of one column, whole ones next to fractional ones."""
    if len(values) < 2:
        return None
    if len(set(values)) < 2:
        odd = len(values) >= 3 and values[0] > 0
        return f"holds {values[0]:g} in every row" if odd else None
    if (step := _step(values)) is not None:
        return "counts the rows" if step == 1 else f"changes by {step:g} in every row"
    # Not below -1, as of labels: whole numbers far below it are masks.
    whole = whole and min(values) >= -1
    return "holds whole numbers next to fractional logits" if whole else None


def _step(values: Sequence[float]) -> float | None:
    """Return the difference of all neighbors, if it is the same; of many rows if it is not 1."""
    steps = {round(after - before, 9) for before, after in pairwise(values)}
    if len(values) < 3 or len(steps) > 1:
        return None
    return steps.pop() if steps == {1.0} or len(values) >= MANY_ROWS else None
