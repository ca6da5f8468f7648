"""The syntax of numbers, one for arguments, headers and cells."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Narrower than other parsers: Python's float() also accepts 1_000, full-width digits and
# white space, others accept 0x10 or 1d5.
FINITE = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INFINITE = r"[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?"
_FINITE = re.compile(FINITE)
_NUMBER = re.compile(f"({FINITE})|{INFINITE}")
# Of these characters, float() accepts what _NUMBER does between blanks: there is no a for nan.
_PLAIN = re.compile(r"[0-9.+\-eEiInNfFtTyY \t]*+")
_BLOCK = 64

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
    return _FINITE.fullmatch(text) is not None


def finite_numbers(texts: Iterable[str]) -> list[str]:
    """Return the texts that `is_finite_number` is true of."""
    return list(filter(_FINITE.fullmatch, texts))


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


def to_floats(texts: Sequence[str]) -> list[float]:
    """Return the number of each text: NaN of one that is none, infinity out of range."""
    numbers: list[float] = []
    for start in range(0, len(texts), _BLOCK):
        block = texts[start : start + _BLOCK]
        try:
            if not _PLAIN.fullmatch("".join(block)):
                raise ValueError
            numbers += map(float, block)
        except ValueError:
            del numbers[start:]
            numbers += map(_float_or_nan, block)
    return numbers


def _float_or_nan(text: str) -> float:
    match = _NUMBER.fullmatch(text.strip(" \t"))
    return math.nan if match is None else float(match[0])


def cell_to_float(cell: str, *, comma: bool) -> float:
    """Return `to_float` of a cell; `comma` enables decimal commas."""
    return to_float(cell.replace(".", "?").replace(",", ".") if comma else cell)
