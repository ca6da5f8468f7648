"""What reads as a number: one rule for arguments, headers and cells."""

from __future__ import annotations

import re

# Python's float() would also take 1_000, full-width digits and white space; other readers
# take 0x10 or 1d5. None of these is meant by "number".
FINITE = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INFINITE = r"[+-]?[iI][nN][fF](?:[iI][nN][iI][tT][yY])?"
_NUMBER = re.compile(f"({FINITE})|{INFINITE}")

_NAN = frozenset({"nan", "-nan", "+nan"})
_MISSING = _NAN | {"", "na", "n/a", "null", "none", "-", "?"}


class OutOfRangeError(ValueError):
    """A number in valid notation that float64 cannot hold."""


def is_finite_number(text: str) -> bool:
    """Whether the text is a number in ASCII notation, other than an infinity."""
    match = _NUMBER.fullmatch(text)
    return match is not None and match[1] is not None


def is_missing(text: str) -> bool:
    """Whether the text is one of the usual signs for a missing number."""
    return text.strip().lower() in _MISSING


def to_float(text: str) -> float:
    """The float64 nearest to a number in ASCII notation, infinities included.

    Raises ValueError with the reason, to follow the quoted text in a message.
    """
    match = _NUMBER.fullmatch(text.strip(" \t"))
    if match is None:
        raise ValueError("is not a number")
    value = float(match[0])
    if match[1] is not None and value in (float("inf"), float("-inf")):
        raise OutOfRangeError("is too large for a 64-bit float")
    return value


def cell_to_float(cell: str, *, comma: bool) -> float:
    """`to_float` of a cell, where a comma may stand for the decimal point."""
    return to_float(cell.replace(".", "?").replace(",", ".") if comma else cell)


def is_vector_argument(token: str) -> bool:
    """Whether an argument is meant as numbers: one, several with commas or spaces, or brackets."""
    text = token.strip()
    if text.startswith("["):
        # A file may be called [red].csv, but not with figures alone.
        return text.endswith("]") or not text.strip("[]+-.,0123456789eE \t\n")
    cells = _cells(without_comma(text)) or [""]
    return all(_NUMBER.fullmatch(cell) or cell.lower() in _NAN for cell in cells)


def without_comma(token: str) -> str:
    """A token without the comma that people put between arguments: `1, 2, 3`."""
    return token.strip().removesuffix(",")


def split_vectors(token: str) -> list[list[str]]:
    """The cells of an argument that reads as numbers: `1,2`, `1 2`, `[1, 2]`, `[[1, 2], [3, 4]]`.

    Raises ValueError for brackets that do not match.
    """
    text = token.strip()
    if not text.startswith("["):
        return [_cells(without_comma(text))]
    match = re.fullmatch(r"\[\s*(\[[^][]*\](?:\s*,?\s*\[[^][]*\])*)\s*\]|(\[[^][]*\])", text)
    if match is None:
        raise ValueError("is not a vector in brackets")
    return [_cells(inner) for inner in re.findall(r"\[([^][]*)\]", match[1] or match[2])]


def _cells(text: str) -> list[str]:
    separator = r"\s*,\s*" if "," in text else r"\s+"
    return re.split(separator, text.strip()) if text.strip() else []
