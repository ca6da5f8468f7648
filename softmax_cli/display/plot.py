"""Reliability diagrams as images."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.display.documents.curves import INK, inline_svg
from softmax_cli.errors import printable, wrap_os_errors

if TYPE_CHECKING:
    from softmax_cli.metrics.bins import Bins
    from softmax_cli.metrics.evaluate import Evaluation

_LIMITS = (-0.02, 1.02)
_COLORS = ("#3b6fb6", "#d1682f", "#2e8b57", "#b05fa8", "#8a6d1d", "#3aa0b5", "#6b6b6b")
_MARKERS = "osD^vP*"
# Characters of a title that fit above one diagram.
_TITLE_WIDTH = 56


def save_reliability(
    evaluations: Sequence[Evaluation], titles: Sequence[str], path: str, *, overlay: bool = False
) -> None:
    """Save reliability diagrams above histograms of their rows: side by side, or in one."""
    # No dates, so that the same rows give the same bytes.
    metadata = {"Software": None} if path.lower().endswith(".png") else (
        {"Date": None} if path.lower().endswith(".svg") else {"CreationDate": None}
    )  # fmt: skip
    with wrap_os_errors(path):
        _save(evaluations, titles, path, overlay=overlay, dpi=150, metadata=metadata)


def reliability_svg(
    evaluations: Sequence[Evaluation], titles: Sequence[str], *, overlay: bool = False
) -> str:
    """Return reliability diagrams as an SVG element, in the color of the text around it."""
    text = io.StringIO()
    options = {"format": "svg", "transparent": True, "metadata": {"Date": None}}
    _save(evaluations, titles, text, overlay=overlay, ink=INK, **options)
    return inline_svg(text.getvalue(), " ".join(titles))


def _save(
    evaluations: Sequence[Evaluation],
    titles: Sequence[str],
    target: Any,  # noqa: ANN401
    *,
    overlay: bool,
    ink: str = "black",
    **options: Any,  # noqa: ANN401
) -> None:
    import warnings

    from matplotlib import rc_context
    from matplotlib.figure import Figure

    style: Any = {
        "svg.hashsalt": "softmax", "text.color": ink, "axes.edgecolor": ink,
        "axes.labelcolor": ink, "xtick.color": ink, "ytick.color": ink, "text.parse_math": False,
    }  # fmt: skip
    columns = 1 if overlay else len(evaluations)
    names = [_shorten(printable(title)) for title in titles]
    # Letters that the font lacks show as boxes.
    with rc_context(style), warnings.catch_warnings(action="ignore", category=UserWarning):
        figure = Figure(figsize=(5.2 * columns, 6.4), layout="constrained")
        axes = figure.subplots(
            2, columns, sharex=True, sharey="row", squeeze=False, height_ratios=(4, 1)
        )
        for i, (evaluation, name) in enumerate(zip(evaluations, names, strict=True)):
            column = 0 if overlay else i
            _diagram(axes[0, column], evaluation, name, i, overlay=overlay)
            _rows(axes[1, column], evaluation, i, overlay=overlay)
        for column in range(columns):
            _decorate(axes[0, column], axes[1, column], evaluations[0])
            if overlay:
                _legend(axes[0, column], ink)
            else:
                axes[0, column].set_title(_title(evaluations[column], names[column]), fontsize=10)
        figure.savefig(target, **options)


def _diagram(axes: Any, evaluation: Evaluation, name: str, i: int, *, overlay: bool) -> None:  # noqa: ANN401
    bins, color = evaluation.bins, _COLORS[i % len(_COLORS)]
    if bins.band is not None:
        _isotonic_curve(axes, bins, color, _label(evaluation, name))
        return
    used = bins.count[0] > 0
    rate, predicted = bins.rate[0, used], bins.mean_predicted[0, used]
    low, high = (limit[0, used] for limit in bins.ci_95)
    # Rounding may put a rate of 0 or 1 just outside its interval.
    errors = np.maximum(np.array([rate - low, high - rate]), 0.0)
    if not overlay:
        axes.bar(
            bins.lower[0, used], rate, bins.upper[0, used] - bins.lower[0, used], align="edge",
            color=color, alpha=0.25, edgecolor=color, linewidth=0.6,
        )  # fmt: skip
    axes.errorbar(
        predicted, rate, errors, fmt=f"{_MARKERS[i % len(_MARKERS)]}{'-' if overlay else ''}",
        color=color, markersize=4, linewidth=1.2, capsize=2,
        label=_label(evaluation, name),
    )  # fmt: skip


def _isotonic_curve(axes: Any, bins: Bins, color: str, label: str) -> None:  # noqa: ANN401
    """Draw the curve, level in each block, and the band of calibrated models."""
    assert bins.band is not None
    ends = np.ravel([bins.lower[0], bins.upper[0]], "F")
    axes.plot(ends, np.repeat(bins.rate[0], 2), color=color, linewidth=1.6, label=label)
    low, high = (limit[0] for limit in bins.band)
    axes.fill_between(bins.mean_predicted[0], low, high, color="0.5", alpha=0.25, linewidth=0)


def _rows(axes: Any, evaluation: Evaluation, i: int, *, overlay: bool) -> None:  # noqa: ANN401
    bins, color = evaluation.bins, _COLORS[i % len(_COLORS)]
    if overlay:
        axes.stairs(bins.count[0], np.append(bins.lower[0], bins.upper[0, -1]), color=color)
        return
    width = np.maximum(bins.upper[0] - bins.lower[0], 0.002)
    axes.bar(bins.lower[0], bins.count[0], width, align="edge", color=color, alpha=0.6)


def _decorate(diagram: Any, rows: Any, evaluation: Evaluation) -> None:  # noqa: ANN401
    observed = "accuracy" if evaluation.exclusive else "observed rate"
    predicted = "confidence" if evaluation.exclusive else "probability"
    diagram.plot([0, 1], [0, 1], color="0.5", linestyle="--", linewidth=1, zorder=1)
    # Outside, where nothing is drawn.
    diagram.annotate(
        "calibrated", (1.02, 1.0), (4, 0), textcoords="offset points", va="center", color="0.5",
        fontsize=8, annotation_clip=False,
    )  # fmt: skip
    isotonic = evaluation.bins.band is not None
    interval = "95% band of calibrated models" if isotonic else "95% CI (Wilson)"
    diagram.set(xlim=_LIMITS, ylim=_LIMITS, ylabel=f"{observed}, {interval}")
    rows.set(xlabel=f"mean {predicted}", ylabel="rows")
    for axes in (diagram, rows):
        axes.grid(alpha=0.2)
        axes.spines[["top", "right"]].set_visible(False)


def _legend(axes: Any, ink: str) -> None:  # noqa: ANN401
    # Above the diagram, so that it hides no point.
    axes.legend(frameon=False, fontsize=9, labelcolor=ink, loc="lower left", bbox_to_anchor=(0, 1))


def _shorten(name: str) -> str:
    """Return the end of a name, which is the file of a path."""
    return name if len(name) <= _TITLE_WIDTH else f"…{name[1 - _TITLE_WIDTH :]}"


def _label(evaluation: Evaluation, name: str) -> str:
    summary = _summary(evaluation)
    return f"{name}{': ' if len(name + summary) < _TITLE_WIDTH + 8 else chr(10)}{summary}"


def _title(evaluation: Evaluation, name: str) -> str:
    return f"{name}\n{_summary(evaluation)}"


def _summary(evaluation: Evaluation) -> str:
    ece, floor = evaluation.metrics["ece"], evaluation.noise_floor.mean
    return f"ECE {ece:.4f} (noise floor {floor:.4f}), {evaluation.rows:,} rows"
