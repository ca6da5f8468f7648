"""What reads as a number: one rule for arguments, headers and cells."""

from __future__ import annotations

import re

# ASCII decimal or exponent notation. Python's float() would also take 1_000, full-width
# digits and white space; other readers take 0x10 or 1d5. None of these is meant by "number".
FINITE = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INFINITE = r"[+-]?(?:inf|infinity)"

_FINITE = re.compile(FINITE)
_NUMBER = re.compile(rf"{FINITE}|(?i:{INFINITE})")
_MISSING = frozenset({"", "na", "n/a", "nan", "-nan", "+nan", "null", "none", "-", "?"})


def is_finite_number(text: str) -> bool:
    """Whether the text is a number in ASCII notation, other than an infinity."""
    return _FINITE.fullmatch(text) is not None


def is_missing(text: str) -> bool:
    """Whether the text is one of the usual signs for a missing number."""
    return text.strip().lower() in _MISSING


def to_float(text: str) -> float:
    """The float64 nearest to a number in ASCII notation, infinities included.

    Raises ValueError with the reason, to follow the quoted text in a message.
    """
    text = text.strip(" \t")
    if not _NUMBER.fullmatch(text):
        raise ValueError("is not a number")
    value = float(text)
    if value in (float("inf"), float("-inf")) and _FINITE.fullmatch(text):
        raise ValueError("is too large for a 64-bit float")
    return value


_TOKEN_NUMBER = rf"(?:{FINITE}|[+-]?(?i:inf|infinity|nan))"
_VECTOR = re.compile(rf"{_TOKEN_NUMBER}(?:\s*,\s*{_TOKEN_NUMBER})*")


def reads_as_vector(token: str) -> bool:
    """Whether an argument is meant as numbers: one, several with commas, or brackets."""
    text = token.strip()
    return bool(_VECTOR.fullmatch(text)) or (text[:1] + text[-1:]) == "[]"


def vectors_of(token: str) -> list[list[str]]:
    """The cells of an argument that reads as numbers: `1,2`, `[1, 2]` or `[[1, 2], [3, 4]]`.

    Raises ValueError for brackets that do not match.
    """
    text = token.strip()
    if not text.startswith("["):
        return [_cells(text)]
    match = re.fullmatch(r"\[\s*(\[[^][]*\](?:\s*,?\s*\[[^][]*\])*)\s*\]|(\[[^][]*\])", text)
    if match is None:
        raise ValueError("is not a vector in brackets")
    return [_cells(inner) for inner in re.findall(r"\[([^][]*)\]", match[1] or match[2])]


def _cells(text: str) -> list[str]:
    separator = r"\s*,\s*" if "," in text else r"\s+"
    return re.split(separator, text.strip()) if text.strip() else []
