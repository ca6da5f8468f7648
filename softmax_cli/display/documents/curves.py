"""Charts as figures for papers and pages, by matplotlib; curves are drawn here."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

from softmax_cli.display.documents.bars import COLORS, bars_height, draw_bars
from softmax_cli.display.documents.document import Bars, Chart
from softmax_cli.errors import printable, wrap_os_errors

# A second sign next to the color.
_DASHES = ("-", "--", "-.", ":")
# A color that nothing else has stands for that of the text around an inline figure.
INK = "#010203"
_PANEL = (5.4, 3.8)
_LONGEST_NAME = 24


def save_charts(charts: Sequence[Chart | Bars], path: str) -> None:
    """Save charts side by side: the same charts, the same bytes."""
    # Nothing of the moment goes into the file.
    metadata = {"Software": None} if path.lower().endswith(".png") else (
        {"Date": None} if path.lower().endswith(".svg") else {"CreationDate": None}
    )  # fmt: skip
    with wrap_os_errors(path):
        _save(charts, path, metadata=metadata, dpi=200)


def chart_as_svg(chart: Chart | Bars) -> str:
    """Return a chart as an SVG element, in the color of the text around it."""
    text = io.StringIO()
    _save([chart], text, ink=INK, format="svg", transparent=True, metadata={"Date": None})
    return inline_svg(text.getvalue(), chart.title)


def inline_svg(svg: str, title: str) -> str:
    """Return an SVG file as an element whose INK has the color of the text around it."""
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    # Of several figures on one page, each needs separate names.
    prefix = re.sub(r"\W+", "-", title.encode("ascii", "backslashreplace").decode())
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    return re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL).strip()


def _save(
    charts: Sequence[Chart | Bars],
    target: Any,  # noqa: ANN401
    ink: str = "black",
    **options: Any,  # noqa: ANN401
) -> None:
    import logging
    import warnings

    from matplotlib import rc_context
    from matplotlib.figure import Figure

    # Names in scripts that the font lacks show as boxes: what matplotlib says of it is no help.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    style: Any = {
        "svg.hashsalt": "softmax", "text.color": ink, "axes.edgecolor": ink,
        "axes.labelcolor": ink, "xtick.color": ink, "ytick.color": ink, "text.parse_math": False,
    }  # fmt: skip
    with rc_context(style):
        height = max(_PANEL[1], *(bars_height(c) for c in charts if isinstance(c, Bars)), 0)
        figure = Figure(figsize=(_PANEL[0] * len(charts), height), layout="constrained")
        panels = figure.subplots(1, len(charts), squeeze=False)[0]
        for axes, chart in zip(panels, charts, strict=True):
            if isinstance(chart, Bars):
                draw_bars(axes, chart)
            else:
                _draw(axes, chart, ink)
        with warnings.catch_warnings(action="ignore", category=UserWarning):
            figure.savefig(target, **options)


def _draw(axes: Any, chart: Chart, ink: str) -> None:  # noqa: ANN401
    lines = 0
    for series in chart.series:
        name = _short(printable(series.name))
        if series.points:
            axes.plot(series.x, series.y, "o", color=ink, markersize=5, label=name, zorder=3)
            continue
        color, dashes = COLORS[lines % len(COLORS)], _DASHES[lines % len(_DASHES)]
        axes.plot(series.x, series.y, dashes, color=color, linewidth=1.8, label=name)
        lines += 1
    if chart.mark is not None:
        axes.axvline(chart.mark, color=ink, linewidth=0.8, linestyle=(0, (1, 2)))
    low, high = chart.y_limits()
    pad = 0.02 * (high - low)
    axes.set(
        xlabel=printable(chart.x_label), ylabel=printable(chart.y_label),
        title=printable(chart.title), xlim=chart.x_range, ylim=(low - pad, high + pad),
        xscale="log" if chart.log_x else "linear",
    )  # fmt: skip
    axes.xaxis.set_major_formatter("{x:g}")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=ink, alpha=0.12, linewidth=0.6)
    if len(chart.series) > 1:
        axes.legend(
            frameon=False, fontsize=9, labelcolor=ink, loc="center left", bbox_to_anchor=(1, 0.5)
        )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
