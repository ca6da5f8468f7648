"""Comparisons as a document: a table for each vector, and the differences of two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.display.documents.document import (
    Bars,
    BarSeries,
    Block,
    Column,
    Document,
    Heading,
    Paragraph,
    Table,
    Value,
)
from softmax_cli.display.number_format import (
    format_bounded,
    format_number,
    format_temperature,
    result_titles,
)
from softmax_cli.display.views.bar_selection import MOST_PICTURES, largest, with_count
from softmax_cli.errors import ARGUMENTS

if TYPE_CHECKING:
    from softmax_cli.activations.comparison import Comparison

# Predicted classes that are named; of more the number is enough.
_MOST_NAMED = 10


def comparison_document(
    items: Sequence[Comparison], decimals: int, note: str | None = None
) -> Document:
    """Return a table for each vector, their differences if there are two, and definitions."""
    activations = items[0].activations
    title = " and ".join(filter(None, (", ".join(activations[:-1]), activations[-1])))
    tables = [_table(item, decimals) for item in items]
    several, blocks = len(items) > 1, list[Block]()
    for item, table in zip(items, tables, strict=True):
        blocks += [*_heading(item, titled=several), table]
        if len(items) <= MOST_PICTURES:
            blocks.append(comparison_bars(item, titled=several))
    if (difference := difference_table(items, decimals)) is not None:
        blocks += [Heading(difference_title(items)), difference]
    blocks += [Paragraph(f"{name}: {ACTIVATIONS[name].definition}.") for name in activations]
    blocks += [Paragraph(note)] if note else []
    return Document(title[0].upper() + title[1:], blocks, tables[0], items)


def comparison_bars(item: Comparison, *, titled: bool) -> Bars:
    """Return the results of one vector as bars, of many classes those of the largest logits."""
    info, shown = item.vector_info, largest(item.logits)
    title = " and ".join(item.activations)
    if titled:
        title = f"{'' if info.source == ARGUMENTS else f'{info.source}, '}row {info.row}"
    series = []
    for name, result in zip(result_titles(item), item.results, strict=True):
        write = format_bounded if ACTIVATIONS[result.activation].probabilities else format_number
        values = result.values[shown].tolist()
        series.append(BarSeries(name, values, [write(value, 4) for value in values]))
    shares = all(ACTIVATIONS[name].probabilities for name in item.activations)
    return Bars(
        with_count(title, len(shown), len(item.logits)),
        "probability" if shares else " and ".join(item.activations), "class, logit z",
        [f"{info.classes[k]}\nz = {item.logits[k]:.4g}" for k in shown], series, shares,
    )  # fmt: skip


def difference_table(items: Sequence[Comparison], decimals: int) -> Table | None:
    """Return the second vector minus the first, class by class; None for others than two.

    Two rows of one file are no pair, and vectors of other classes have no difference.
    """
    if len(items) != 2:
        return None
    first, second = items
    same_file = first.vector_info.source == second.vector_info.source != ARGUMENTS
    if same_file or list(first.vector_info.classes) != list(second.vector_info.classes):
        return None
    with np.errstate(invalid="ignore"):
        columns = [
            second.logits - first.logits,
            *(b.values - a.values for a, b in zip(first.results, second.results, strict=True)),
        ]
    rows: list[list[Value]] = [
        [name, *(_signed(float(column[k]), decimals) for column in columns)]
        for k, name in enumerate(first.vector_info.classes)
    ]
    titles = ["logit", *result_titles(first)]
    return Table([Column("class"), *(Column(title, numeric=True) for title in titles)], rows)


def difference_title(items: Sequence[Comparison]) -> str:
    """Return the title of the differences of two vectors."""
    first, second = (item.vector_info for item in items)
    if first.source == ARGUMENTS == second.source:
        return f"row {second.row} minus row {first.row}"
    return f"{second.source}, row {second.row}, minus {first.source}, row {first.row}"


def _signed(value: float, decimals: int) -> str:
    if np.isnan(value):
        return "-"
    return f"{'+' if value > 0 else ''}{format_number(value, decimals)}"


def _heading(item: Comparison, *, titled: bool) -> Iterator[Block]:
    """Yield the place of a vector where there are several, and what its row holds besides."""
    info = item.vector_info
    if titled:
        yield Heading(f"{info.source}, row {info.row}")
    texts = [f"{name or 'id'}: {text}" for name, text in info.passthrough.items()]
    if len(item.temperatures) == 1 and item.temperatures[0] != 1:
        texts.append(f"temperature: {format_temperature(item.temperatures[0])}")
    if texts:
        yield Paragraph("; ".join(texts))


def _table(item: Comparison, decimals: int) -> Table:
    columns = [Column("class"), Column("logit", numeric=True, decimals=decimals)]
    for title, result in zip(result_titles(item), item.results, strict=True):
        probability = ACTIVATIONS[result.activation].probabilities
        columns.append(Column(title, numeric=True, decimals=decimals, probability=probability))
    rows: list[list[Value]] = [
        [name, float(item.logits[k]), *(float(result.values[k]) for result in item.results)]
        for k, name in enumerate(item.vector_info.classes)
    ]
    return Table(columns, rows, _total(item, decimals), _predictions(item))


def _total(item: Comparison, decimals: int) -> list[Value]:
    """Return the sums, rounded: one that is 1 but for rounding is 1."""
    totals: list[Value] = [
        None
        if ACTIVATIONS[result.activation].output_kind == "log_probability"
        else f"{result.total:.{decimals}f}"
        for result in item.results
    ]
    return ["sum", "", *totals]


def _predictions(item: Comparison) -> str:
    texts = []
    for title, result in zip(result_titles(item), item.results, strict=True):
        names = np.asarray(item.vector_info.classes, object)[result.predicted].tolist()
        shown = f"{len(names)} classes" if len(names) > _MOST_NAMED else ", ".join(names)
        texts.append(f"{title}: {shown or 'none'}")
    return f"Predicted classes. {'; '.join(texts)}."
