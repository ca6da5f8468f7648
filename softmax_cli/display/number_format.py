"""Numbers and bars as short texts."""

from __future__ import annotations

import math

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def format_number(value: float, decimals: int) -> str:
    """A number with fixed decimals, or in exponents where these would hide or swamp it."""
    text = format_probability(value, decimals)
    hidden = value and math.isfinite(value) and (not float(text) or abs(value) >= 1e9)
    return f"{value:.{max(decimals - 1, 0)}e}" if hidden else text


def format_probability(value: float, decimals: int) -> str:
    """A number with fixed decimals: a probability, where tiny ones may show as 0."""
    return f"{value:.{decimals}f}"


def bar(value: float, width: int, *, unicode: bool = True) -> str:
    """A bar for a value in [0, 1], to an eighth of a character where there is Unicode."""
    value = min(max(value, 0.0), 1.0) if value == value else 0.0  # noqa: PLR0124  NaN
    if not unicode:
        return "#" * round(value * width)
    full, eighths = divmod(round(value * width * 8), 8)
    return "█" * full + _EIGHTHS[eighths].strip()
