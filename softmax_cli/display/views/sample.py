"""Counted draws from one vector as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.display.documents.document import (
    Bars,
    BarSeries,
    Block,
    Column,
    Document,
    Paragraph,
    Table,
)
from softmax_cli.display.number_format import format_temperature
from softmax_cli.display.views.bar_selection import largest, with_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.conversion.draws.counts import DrawCounts
    from softmax_cli.metrics.significance.chi_square import ChiSquare


def sample_document(counted: DrawCounts, decimals: int) -> Document:
    """Return a table of counts and expected counts, and sentences on the draws."""
    columns = (
        Column("class"),
        Column("logit", numeric=True, decimals=decimals),
        Column("probability", numeric=True, decimals=decimals, probability=True),
        Column("expected", numeric=True, decimals=2),
        Column("count", numeric=True),
    )
    data = Table(
        columns,
        [
            (
                name,
                float(counted.logits[k]),
                float(counted.probabilities[k]),
                float(counted.expected[k]),
                int(counted.counts[k]),
            )
            for k, name in enumerate(counted.classes)
        ],
    )
    plural = "s" * (counted.draws > 1)
    title = f"{counted.draws} draw{plural} from {counted.activation}, seed {counted.seed}"
    blocks: list[Block] = [data, *map(Paragraph, _sentences(counted)), _bars(counted)]
    return Document(title, blocks, data, counted)


def _bars(counted: DrawCounts) -> Bars:
    """Return the counts next to those to expect, of many classes those expected most."""
    shown = largest(counted.expected)
    counts, expected = counted.counts[shown].tolist(), counted.expected[shown].tolist()
    series = [
        BarSeries("count", counts, [f"{count:,}" for count in counts]),
        BarSeries("expected", expected, [f"{count:,.4g}" for count in expected]),
    ]
    title = with_count("Counts and expected counts", len(shown), len(counted.counts))
    return Bars(title, "draws", "class", [counted.classes[k] for k in shown], series)


def _sentences(counted: DrawCounts) -> Iterator[str]:
    if counted.draws <= len(counted.first_draws):
        names = ("|".join(drawn) or "none" for drawn in counted.first_draws)
        yield f"Drawn: {', '.join(names)}."
    if settings := ", ".join(_settings(counted)):
        yield f"{settings[0].upper()}{settings[1:]}."
    if counted.chi_square:
        yield _chi_square(counted.chi_square)
    elif counted.draws > 1:
        yield "Too few draws, or too certain ones, for a chi-square test."


def _settings(counted: DrawCounts) -> Iterator[str]:
    """Yield the temperature and the filters, where there are any."""
    temperature = counted.temperature
    if isinstance(temperature, CalibrationMap):
        yield f"temperature {format_temperature(temperature)}"
    else:
        values = temperature if isinstance(temperature, list) else [temperature]
        if any(value != 1 for value in values):
            yield f"temperature {', '.join(f'{value:g}' for value in values)}"
    for name in ("top_k", "top_p", "min_p"):
        if (limit := getattr(counted, name)) is not None:
            yield f"{name.replace('_', '-')} {limit:g}"
    if counted.temperature_order and temperature != 1:
        yield f"temperature {counted.temperature_order}"


def _chi_square(test: ChiSquare) -> str:
    p_value = Column("", probability=True).format(test.p_value)
    freedom = f"{test.degrees_of_freedom} degree{'s' * (test.degrees_of_freedom > 1)} of freedom"
    pooled = f"; {test.pooled} rare classes are pooled" if test.pooled > 1 else ""
    return (
        f"Chi-square {test.statistic:.4g} with {freedom}, "
        f"p-value {p_value}: the share of samples that deviate as much or more{pooled}."
    )
