"""Comparisons as figures: bars for each class, a color for each activation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.display.documents.curves import COLORS, save_panels
from softmax_cli.display.number_format import format_bounded, format_number, result_titles
from softmax_cli.errors import ARGUMENTS, UsageError, printable

if TYPE_CHECKING:
    from softmax_cli.activations.comparison import Comparison

# More panels side by side, or more bars below each other, cannot be read.
_MOST_PANELS = 4
_MOST_CLASSES = 30
_HATCHES = ("", "///", "...", "xxx")


def save_comparisons(items: Sequence[Comparison], path: str) -> None:
    """Save a panel for each vector, side by side.

    Raises UsageError for more than 4 vectors.
    """
    if len(items) > _MOST_PANELS:
        raise UsageError(
            f"--plot draws at most {_MOST_PANELS} vectors", hint=f"Use --rows {_MOST_PANELS}."
        )
    bars = max(len(_largest(item)) * (1 + len(item.results)) for item in items)
    panels = [partial(_draw, item, titled=len(items) > 1) for item in items]
    save_panels(panels, path, height=max(3.8, 1.2 + 0.16 * bars))


def _draw(item: Comparison, axes: Any, *, titled: bool) -> None:  # noqa: ANN401
    shown = _largest(item)
    places, height = np.arange(len(shown)), 0.8 / len(item.results)
    for i, (title, result) in enumerate(zip(result_titles(item), item.results, strict=True)):
        bars = axes.barh(
            places + (i + 0.5) * height - 0.4, result.values[shown], height * 0.92,
            label=title, color=COLORS[i % len(COLORS)], hatch=_HATCHES[i % len(_HATCHES)],
            edgecolor="white", linewidth=0,
        )  # fmt: skip
        probability = ACTIVATIONS[result.activation].probabilities
        write = format_bounded if probability else format_number
        texts = [write(float(value), 4) for value in result.values[shown]]
        axes.bar_label(bars, texts, padding=3, fontsize=8)
    classes = item.vector_info.classes
    ticks = [f"{printable(classes[k])[:24]}\n{item.logits[k]:.4g}" for k in shown]
    axes.set_yticks(places, ticks)
    axes.margins(x=0.14)
    axes.set_ylim(len(shown) - 0.45, -0.55)
    probabilities = all(ACTIVATIONS[name].probabilities for name in item.activations)
    if probabilities:
        axes.set_xlim(0, 1.14)
        axes.set_xticks(np.linspace(0, 1, 6))
    axes.set_xlabel("probability" if probabilities else "value")
    axes.set_ylabel("class, logit")
    axes.set_title(_title(item, len(shown), titled=titled), fontsize=11)
    axes.spines[["top", "right"]].set_visible(False)
    below = -0.7 / axes.figure.get_figheight()
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, below), ncols=2)


def _largest(item: Comparison) -> list[int]:
    """Return the classes to draw: all, or those of the largest logits, in their order."""
    order = np.argsort(-item.logits, kind="stable")[:_MOST_CLASSES]
    return sorted(order.tolist())


def _title(item: Comparison, shown: int, *, titled: bool) -> str:
    info, classes = item.vector_info, len(item.logits)
    title = " and ".join(item.activations)
    if titled:
        source = "" if info.source == ARGUMENTS else f"{printable(info.source)}, "
        title = f"{source}row {info.row}"
    return title if shown == classes else f"{title}: {shown} largest of {classes} classes"
