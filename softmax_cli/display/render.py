"""What was found, as tables for a screen or as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rich.console import RenderableType

    from softmax_cli.display.console import Screen

T = TypeVar("T")


def render_report(
    report: T,
    format_name: str | None,
    tables: Callable[[T, Screen], Iterable[RenderableType]],
    facts: Callable[[T], dict[str, Any]],
    screen: Screen | None = None,
) -> str:
    """What was found as JSON, or as tables for a screen: standard output if none is given."""
    if format_name == "json":
        return to_json_text(facts(report))
    from softmax_cli.display.console import Screen

    screen = screen or Screen.of_stdout()
    return screen.text(tables(report, screen))


def to_json_text(facts: dict[str, Any]) -> str:
    """Facts as JSON, a line for each but for short lists."""
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def json_number(value: float) -> float | str | None:
    """A number as JSON has it: no NaN, and infinities as text, as most readers take them."""
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return value
