"""Which cells of delimited text hold a vector: `"[0.1, 0.2]"`, `"[ 0.5 -1.25 3. ]"`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.text.numbers import is_missing, to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadOptions

VECTOR = re.compile(r"\s*\[[^\[\]]*\]\s*", re.DOTALL)
_FIRST = re.compile(r"\s*\[\s*(?:np\.float[0-9]+\()?([^\s,()\]]*)")


def vector_column(
    names: Sequence[str], row: Sequence[str], read_options: ReadOptions
) -> int | None:
    """Which column has a vector in its first cell, if one has."""
    found = [i for i, cell in enumerate(row) if is_vector(cell)]
    if read_options.columns:
        return next((i for i in found if [names[i]] == list(read_options.columns)), None)
    if len(found) > 1:
        raise UsageError(
            f"more than one column holds vectors: {quote_names([names[i] for i in found])}",
            hint="Name the one of logits with --columns.",
        )
    return found[0] if found else None


def is_vector(cell: str) -> bool:
    """Whether a cell holds a vector: numbers in brackets, and not a name such as [red]."""
    first = _FIRST.match(cell)
    return bool(VECTOR.fullmatch(cell)) and first is not None and _may_be_number(first[1])


def is_number(text: str) -> bool:
    """Whether an item of a vector is a number."""
    try:
        to_float(text)
    except ValueError:
        return False
    return True


def _may_be_number(text: str) -> bool:
    return is_number(text) or is_missing(text)
