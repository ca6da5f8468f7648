"""Bars as a figure, by matplotlib: for each category one bar of each series."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Bars

# Okabe & Ito's colors, which people with any color vision tell apart, with hatches as a second
# sign; their yellow is too faint on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
_HATCHES = ("", "///", "...", "xxx")
_LONGEST_NAME = 24


def bars_height(chart: Bars) -> float:
    """Return the height in inches that the bars need."""
    return 1.2 + 0.16 * len(chart.categories) * (1 + len(chart.series))


def draw_bars(axes: Any, chart: Bars) -> None:  # noqa: ANN401
    """Draw the bars, the first category at the top, each with its value as text."""
    places, height = np.arange(len(chart.categories)), 0.8 / len(chart.series)
    for i, series in enumerate(chart.series):
        lengths = [value if math.isfinite(value) else 0.0 for value in series.values]
        bars = axes.barh(
            places + (i + 0.5) * height - 0.4, lengths, height * 0.92,
            label=printable(series.name), color=COLORS[i % len(COLORS)],
            hatch=_HATCHES[i % len(_HATCHES)], edgecolor="white", linewidth=0,
        )  # fmt: skip
        axes.bar_label(bars, series.texts, padding=3, fontsize=8)
    axes.set_yticks(places, [_short(name) for name in chart.categories])
    axes.set_ylim(len(places) - 0.45, -0.55)
    axes.margins(x=0.14)
    if chart.shares:
        axes.set_xlim(0, 1.14)
        axes.set_xticks(np.linspace(0, 1, 6))
    elif any(value < 0 for series in chart.series for value in series.values):
        axes.axvline(0, color="0.5", linewidth=0.8, zorder=0)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.set_title(printable(chart.title), fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    if len(chart.series) > 1:
        below = -0.7 / axes.figure.get_figheight()
        axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, below), ncols=2)


def _short(name: str) -> str:
    """Return the lines of a label, the first not too long."""
    first, *others = name.split("\n")
    return "\n".join([printable(first)[:_LONGEST_NAME], *others])
