"""Inverted vectors as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from softmax_cli.conversion.convert_options import UP_TO_A_CONSTANT
from softmax_cli.display.documents.document import (
    Bars,
    BarSeries,
    Block,
    Column,
    Document,
    Paragraph,
    Table,
)
from softmax_cli.display.number_format import format_bounded, format_number
from softmax_cli.display.views.bar_selection import MOST_PICTURES, largest, with_count

if TYPE_CHECKING:
    from softmax_cli.conversion.inversion import InvertedVector

_DEFINITIONS = {
    "softmax": f"log p minus its mean over the finite ones: {UP_TO_A_CONSTANT}.",
    "sigmoid": "log(p / (1 - p)) of each class.",
}


def inversion_document(vectors: Sequence[InvertedVector], decimals: int) -> Document:
    """Return a table with the probability and the logit of each class of each vector."""
    columns = [
        Column("row", numeric=True),
        Column("class"),
        Column("probability", numeric=True, decimals=decimals, probability=True),
        Column("logit", numeric=True, decimals=decimals),
    ]
    rows = [
        (vector.row, name, float(vector.probabilities[k]), float(vector.logits[k]))
        for vector in vectors
        for k, name in enumerate(vector.classes)
    ]
    data = Table(columns, rows)
    table = data if len(vectors) > 1 else Table(columns[1:], [row[1:] for row in rows])
    activation = vectors[0].activation
    blocks: list[Block] = [table, Paragraph(_DEFINITIONS[activation])]
    for vector in vectors[:MOST_PICTURES]:
        blocks += _bars(vector, decimals, titled=len(vectors) > 1)
    if epsilon := vectors[0].epsilon:
        blocks.append(Paragraph(f"Probabilities are clipped by {epsilon:g}."))
    return Document(f"Logits of {activation}", blocks, data, vectors)


def _bars(vector: InvertedVector, decimals: int, *, titled: bool) -> Iterator[Bars]:
    """Yield the probabilities and the logits of a vector, of many classes the likeliest."""
    shown = largest(vector.probabilities)
    names = [vector.classes[k] for k in shown]
    place = f", row {vector.row}" if titled else ""
    for quantity, values in (("probability", vector.probabilities), ("logit", vector.logits)):
        share = quantity == "probability"
        numbers = values[shown].tolist()
        write = format_bounded if share else format_number
        series = BarSeries(quantity, numbers, [write(value, decimals) for value in numbers])
        title = with_count(f"{quantity.capitalize()}{place}", len(shown), len(values))
        yield Bars(title, quantity, "class", names, [series], shares=share)
