"""Detection of vectors in cells: `"[0.1, 0.2]"`, `"[ 0.5 -1.25 3. ]"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.formats.text.numbers import is_missing, to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

_VECTOR = r"\s*\[[^\[\]]*\]\s*"
_MARKERS = ("", "?", "-", "--", ".", "*")
_FIRST_ITEM = r"\s*\[\s*(?:np\.float[0-9]+\()?([^\s,()\]]*)"


def find_vectors(cells: Sequence[str]) -> list[int]:
    """Return the indices of the cells that hold vectors."""
    return [i for i, cell in enumerate(cells) if is_vector(cell)]


def is_vector(cell: str) -> bool:
    """Return True if a cell holds numbers in brackets, not a name such as [red]."""
    first = re.match(_FIRST_ITEM, cell) if in_brackets(cell) else None
    return first is not None and _may_be_number(first[1])


def in_brackets(cell: str) -> bool:
    """Return True if a cell is something in brackets."""
    return "[" in cell and re.fullmatch(_VECTOR, cell) is not None


def is_number(text: str) -> bool:
    """Return True if an item of a vector is a number."""
    try:
        to_float(text)
    except ValueError:
        return False
    return True


def _may_be_number(text: str) -> bool:
    # A name such as [/] holds no letter either.
    marker = text in _MARKERS or (is_missing(text) and any(map(str.isalnum, text)))
    return is_number(text) or marker
