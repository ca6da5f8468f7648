"""Headers of several rows, as pandas writes those of several levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.output_schema import first_duplicate
from softmax_cli.formats.text.numbers import is_number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

# Header rows below the first that are looked at.
_MOST = 4


def keep_one_header(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str | None:
    """Return the sed command that leaves one header row; None if there is only one.

    That is the first, unless its names are duplicate or blank: then the second has those of the
    columns.
    """
    below = next((i for i, row in enumerate(rows[: _MOST + 1]) if _begins_data(rows[0], row)), 0)
    if not below:
        return None
    known = [name for name in names if name]
    if known and first_duplicate(known) is None:
        return f"sed '{_lines(2, below + 1)}d'"
    return f"sed '1d;{_lines(3, below + 1)}d'" if below > 1 else "sed '1d'"


def _begins_data(first: Sequence[str], row: Sequence[str]) -> bool:
    """Return True if a row has a number where the first, which is text, has none."""
    pairs = zip(first, row, strict=False)
    return any(is_number_text(b.strip()) and not is_number_text(a.strip()) for a, b in pairs)


def _lines(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first},{last}"
