"""Detection of the header of delimited text, and checks of its width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns.names import NameKind, is_sequential, kinds_of_names
from softmax_cli.formats.delimited.vector_detection import find_vectors
from softmax_cli.formats.text.numbers import finite_numbers, is_finite_number

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Class names as pandas writes them: 3, -1, or 3.0 where the index of columns is of floats.
_WHOLE = r"-?[0-9]+(?:\.0)?"
_SCALE = 100


def detect_header(
    rows: Sequence[Sequence[str]], is_header: Callable[[Sequence[str]], bool]
) -> tuple[bool, bool]:
    """Return whether the first of some rows is a header, and whether that was a guess.

    Besides what `is_header` says of its cells: it is no header if it holds a vector, or if it
    is the only row and its numbers just count; it is one if numbers follow a blank cell, as in
    pandas' index, or if whole numbers stand over fractional rows.
    """
    first, *others = rows
    if find_vectors(first):
        return False, False
    if is_header(first):
        counts = is_sequential(first)
        return not (counts and not others), counts
    if _names_pandas_index(first, others):
        return True, False
    whole = _is_whole_over_fractions(first, others)
    return whole, whole


def is_header(cells: Sequence[str]) -> bool:
    """Return True if a first row names columns.

    It does if no cell is a number, if one is named like an identifier or a label, or if its
    numbers just count 0..C-1 or 1..C, as pandas names columns.
    """
    names = [cell.strip() for cell in cells]
    numbers = finite_numbers(names)
    if not numbers:
        return any(not _is_infinite(name) for name in names)
    if len(numbers) < len(names):
        texts = [name for name in names if name and not is_finite_number(name)]
        if not {NameKind.ID, NameKind.LABEL}.isdisjoint(kinds_of_names(texts).values()):
            return True
    # Without blanks around them, which pandas writes no names with.
    return len(cells) > 1 and is_sequential(numbers) and set(cells).issuperset(numbers)


def names_classes(cells: Sequence[str]) -> bool:
    """Return True if cells can be names: all text, or different whole numbers."""
    names = [cell.strip() for cell in cells]
    if any(map(is_finite_number, names)):
        return len(set(names)) == len(names) and all(re.fullmatch(_WHOLE, name) for name in names)
    return True


def has_row_names(names: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Return True if rows begin with a name, which R's write.table leaves out of the header.

    Row names differ, and are text or whole numbers; the last cell of such rows is not empty.
    """
    if not rows or len(rows[0]) != len(names) + 1:
        return False
    first = [row[0].strip() for row in rows if len(row) == len(rows[0])]
    numbers = any(is_finite_number(cell.strip()) for cell in rows[0][1:])
    whole = all(cell.isdigit() or not is_finite_number(cell) for cell in first)
    return numbers and whole and len(set(first)) == len(first) and bool(rows[0][-1].strip())


def require_width(names: Sequence[str], rows: Sequence[Sequence[str]], source: str) -> None:
    """Raise SoftmaxError for a header with fewer fields than the lines below it."""
    width = len(names)
    even = len(rows) > 1 and len(rows[0]) == len(rows[1])
    if not even or len(rows[0]) <= width:
        return
    text = printable(" ".join(names))[:60]
    title = "Use --skip-lines 1 to skip a title."
    raise SoftmaxError(
        f'the first line has {_count(width)}, the lines below it {len(rows[0])}: "{text}"',
        source=source,
        hint=title
        if width < 2
        else "Remove the empty field at the end of each line below it."
        if not rows[0][-1].strip()
        else "Complete the header, or skip lines above it, such as a title, with --skip-lines.",
    )


def _count(fields: int) -> str:
    return "1 field" if fields == 1 else f"{fields} fields"


def _names_pandas_index(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    blank, *names = [cell.strip() for cell in first]
    numbers = bool(names) and all(map(is_finite_number, names))
    return not blank and numbers and bool(others) and all(row[0].strip() for row in others)


def _is_whole_over_fractions(first: Sequence[str], others: Sequence[Sequence[str]]) -> bool:
    cells = [cell.strip() for cell in first]
    if not others or not is_finite_number(cells[0]) or not names_classes(cells):
        return False
    # One fractional row proves little unless it is on another scale, as 0.5,1.5 under 2019,2020.
    if len(others) == 1 and not _are_larger(cells, others[0]):
        return False
    return not any(all(re.fullmatch(_WHOLE, cell.strip()) for cell in row) for row in others)


def _are_larger(cells: Sequence[str], row: Sequence[str]) -> bool:
    """Return True if the least of some numbers is orders of magnitude above those of a row."""
    numbers = [abs(float(cell)) for cell in row if is_finite_number(cell.strip())]
    return len(numbers) > 1 and min(abs(float(cell)) for cell in cells) >= _SCALE * max(numbers)


def _is_infinite(text: str) -> bool:
    return text.lower().lstrip("+-") in ("", "inf", "infinity", "nan")
