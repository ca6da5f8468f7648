"""The reliability diagram as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.errors import wrap_os_errors
from softmax_cli.metrics.bins import wilson

if TYPE_CHECKING:
    from softmax_cli.metrics.evaluate import Evaluation

_LIMITS = (-0.02, 1.02)
_COLOURS = ("#3b6fb6", "#d1682f")


def save_reliability(evaluations: Sequence[Evaluation], titles: Sequence[str], path: str) -> None:
    """Save a reliability diagram for each evaluation, side by side, with the rows below."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    count = len(evaluations)
    figure = Figure(figsize=(5.2 * count, 6.2), layout="constrained")
    axes = figure.subplots(2, count, sharex=True, squeeze=False, height_ratios=(4, 1))
    for i, (evaluation, title) in enumerate(zip(evaluations, titles, strict=True)):
        _diagram(axes[0, i], evaluation, title, _COLOURS[i % 2])
        _rows(axes[1, i], evaluation, _COLOURS[i % 2])
    # Nothing of the moment goes into the file: the same rows, the same bytes.
    metadata = {"Software": None} if path.lower().endswith(".png") else (
        {"Date": None} if path.lower().endswith(".svg") else {"CreationDate": None}
    )  # fmt: skip
    with wrap_os_errors(path), rc_context({"svg.hashsalt": "softmax"}):
        figure.savefig(path, dpi=150, metadata=metadata)


def _diagram(axes: Any, evaluation: Evaluation, title: str, color: str) -> None:  # noqa: ANN401
    bins = evaluation.bins
    used = bins.count[0] > 0
    rate, predicted = bins.rate[0, used], bins.mean_predicted[0, used]
    low, high = wilson(bins.observed[0, used], bins.count[0, used])
    axes.plot([0, 1], [0, 1], color="0.6", linestyle="--", linewidth=1)
    axes.bar(
        bins.lower[0, used], rate, bins.upper[0, used] - bins.lower[0, used], align="edge",
        color=color, alpha=0.25, edgecolor=color, linewidth=0.6,
    )  # fmt: skip
    # Rounding may put a rate of 0 or 1 a hair outside its own interval.
    errors = np.maximum(np.array([rate - low, high - rate]), 0.0)
    axes.errorbar(
        predicted, rate, errors, fmt="o", color=color, markersize=4, linewidth=1.2, capsize=2
    )
    axes.set(xlim=_LIMITS, ylim=_LIMITS, title=title, ylabel=_names(evaluation)[1])
    axes.text(
        0.03, 0.97, _summary(evaluation), va="top", transform=axes.transAxes, fontsize=9,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2},
    )  # fmt: skip
    axes.grid(alpha=0.2)


def _rows(axes: Any, evaluation: Evaluation, color: str) -> None:  # noqa: ANN401
    bins = evaluation.bins
    width = np.maximum(bins.upper[0] - bins.lower[0], 0.002)
    axes.bar(bins.lower[0], bins.count[0], width, align="edge", color=color, alpha=0.6)
    axes.set(xlabel=f"mean {_names(evaluation)[0]}", ylabel="rows")
    axes.grid(alpha=0.2)


def _names(evaluation: Evaluation) -> tuple[str, str]:
    return ("probability", "rate of yes") if evaluation.independent else ("confidence", "accuracy")


def _summary(evaluation: Evaluation) -> str:
    metrics = evaluation.metrics
    return (
        f"ECE {metrics['ece']:.4f}  (chance {evaluation.noise_floor.mean:.4f})\n"
        f"NLL {metrics['nll']:.4f}\n{evaluation.rows:,} rows, 95 % intervals (Wilson)"
    )
