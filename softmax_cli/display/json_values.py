"""Numbers and records as JSON."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from softmax_cli.activations.calibration_map import CalibrationMap

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import Scaling


def to_json_text(record: dict[str, Any]) -> str:
    """Render a record as indented JSON."""
    return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def json_number(value: float, decimals: int | None = None) -> float | str | None:
    """Return a number for JSON, rounded to `decimals`; None for NaN."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        # JSON has no infinities: write strings, which most readers accept.
        return "inf" if value > 0 else "-inf"
    return value if decimals is None else round(value, decimals)


def json_temperature(
    temperature: Scaling,
) -> float | str | list[float | str | None] | None:
    """Return one temperature for JSON, or a list of one per class."""
    if isinstance(temperature, CalibrationMap):
        temperature = temperature.temperature
    if isinstance(temperature, float | int):
        return json_number(temperature)
    values = [json_number(t) for t in temperature]
    return values[0] if len(values) == 1 else values
