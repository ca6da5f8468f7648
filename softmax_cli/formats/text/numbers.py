"""The syntax of numbers, one for arguments, headers and cells."""

from __future__ import annotations

import re

# Narrower than other parsers: Python's float() also accepts 1_000, full-width digits and
# white space, others accept 0x10 or 1d5.
FINITE = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INFINITE = r"[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?"
_NUMBER = re.compile(f"({FINITE})|{INFINITE}")

_NAN = frozenset({"nan", "-nan", "+nan"})
# Markers of databases and statistics programs; so is what has no letter or digit: . -- ? *
_MISSING = _NAN | {
    "", "na", "n/a", "n.a.", "<na>", "#n/a", "#na", "null", "(null)", "<null>", "none", "nil",
    "nat", "\\n", "\\\\n", "missing", "nd", "n.d.", "undefined", "1.#ind", "-1.#ind", "#null!",
}  # fmt: skip


class OutOfRangeError(ValueError):
    """A number in valid notation, out of range for float64."""


def is_finite_number(text: str) -> bool:
    """Return True if the text is a number in ASCII notation, infinities excluded."""
    match = _NUMBER.fullmatch(text)
    return match is not None and match[1] is not None


def is_number_text(text: str) -> bool:
    """Return True if the text is a number in ASCII notation, or an infinity."""
    return _NUMBER.fullmatch(text) is not None


def is_missing(text: str) -> bool:
    """Return True if the text is a usual marker of a missing number."""
    if text[-1:].isdigit():  # most texts, and no marker
        return False
    text = text.strip().lower()
    return text in _MISSING or not any(map(str.isalnum, text))


def to_float(text: str) -> float:
    """Return the float64 nearest to a number in ASCII notation, infinities included.

    Raises:
        ValueError: with a reason that follows the quoted text in a message.
    """
    match = _NUMBER.fullmatch(text.strip(" \t"))
    if match is None:
        raise ValueError("is not a number")
    value = float(match[0])
    if match[1] is not None and value in (float("inf"), float("-inf")):
        raise OutOfRangeError("is out of range for float64")
    return value


def cell_to_float(cell: str, *, comma: bool) -> float:
    """Return `to_float` of a cell; `comma` enables decimal commas."""
    return to_float(cell.replace(".", "?").replace(",", ".") if comma else cell)
