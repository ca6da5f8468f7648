"""Numbers and bars as text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from softmax_cli.activations.calibration_map import CalibrationMap

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.comparison import Comparison

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def format_number(value: float, decimals: int) -> str:
    """Format with fixed decimals, or with an exponent if that would give 0 or is too long."""
    text = format_probability(value, decimals)
    hidden = value and math.isfinite(value) and (not float(text) or abs(value) >= 1e9)
    return f"{value:.{max(decimals - 1, 0)}e}" if hidden else text


def format_probability(value: float, decimals: int) -> str:
    """Format with fixed decimals; a tiny probability may round to 0."""
    return f"{value:.{decimals}f}"


def format_percent(value: float) -> str:
    """Format a fraction as a percentage."""
    return f"{value * 100:.1f}%" if math.isfinite(value) else "unknown"


def format_count(number: int, singular: str, plural: str | None = None) -> str:
    """Format a number with its noun."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def format_temperature(temperature: Scaling) -> str:
    """Format one temperature, or one per class, with four digits; name what a map adds."""
    if isinstance(temperature, CalibrationMap):
        added = ", plus class biases" if temperature.bias else ""
        return f"{format_temperature(temperature.temperature)}{added}"
    if isinstance(temperature, float | int):
        return f"{temperature:.4g}"
    first = ", ".join(f"{t:.4g}" for t in temperature[:5])
    return f"{first}, ... ({len(temperature)} in all)" if len(temperature) > 5 else first


def result_titles(comparison: Comparison) -> list[str]:
    """Return the title of each result: its activation, with T where there are several."""
    if len(comparison.temperatures) == 1:
        return [result.activation for result in comparison.results]
    return [
        f"{result.activation} T={format_temperature(result.temperature)}"
        for result in comparison.results
    ]


def bar(value: float, width: int, *, unicode: bool = True) -> str:
    """Draw a bar for a value in [0, 1], in steps of 1/8 character if Unicode is available."""
    value = min(max(value, 0.0), 1.0) if value == value else 0.0  # noqa: PLR0124  NaN
    if not unicode:
        return "#" * round(value * width)
    full, eighths = divmod(round(value * width * 8), 8)
    return "█" * full + _EIGHTHS[eighths].strip()


def format_bounded(value: float, decimals: int) -> str:
    """Format a probability with fixed decimals, or as `<0.0001` or `>0.9999` near 0 and 1."""
    text = f"{value:.{decimals}f}"
    if 0 < value < 1 and float(text) in (0.0, 1.0):
        least = f"{10.0**-decimals:.{decimals}f}" if decimals else "1"
        return f"<{least}" if value < 0.5 else f">{1 - 10.0**-decimals:.{decimals}f}"
    return text


def format_short(value: float, decimals: int) -> str:
    """Format with as few decimals as the value needs, at most `decimals`."""
    return format_number(value, fewest_decimals([value], decimals))


def fewest_decimals(values: Iterable[float], limit: int) -> int:
    """Return the fewest decimals, up to a limit, that show all finite values."""
    finite = [value for value in values if math.isfinite(value)]
    for decimals in range(limit):
        if all(abs(round(value, decimals) - value) <= 1e-12 * abs(value) for value in finite):
            return decimals
    return limit
