"""Detection of vectors in cells: `"[0.1, 0.2]"`, `"[ 0.5 -1.25 3. ]"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.formats.text.numbers import is_missing, to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

VECTOR = re.compile(r"\s*\[[^\[\]]*\]\s*", re.DOTALL)
_MARKERS = ("", "?", "-", "--", ".", "*")
_FIRST_ITEM = re.compile(r"\s*\[\s*(?:np\.float[0-9]+\()?([^\s,()\]]*)")


def find_vectors(cells: Sequence[str]) -> list[int]:
    """Return the indices of the cells that hold vectors."""
    return [i for i, cell in enumerate(cells) if "[" in cell and is_vector(cell)]


def is_vector(cell: str) -> bool:
    """Return True if a cell holds numbers in brackets, not a name such as [red]."""
    first = _FIRST_ITEM.match(cell)
    return bool(VECTOR.fullmatch(cell)) and first is not None and _may_be_number(first[1])


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
