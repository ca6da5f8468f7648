"""Inverted vectors as a document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from softmax_cli.conversion.convert_options import UP_TO_A_CONSTANT
from softmax_cli.display.documents.document import Block, Column, Document, Paragraph, Table

if TYPE_CHECKING:
    from softmax_cli.conversion.inverted_vectors import InvertedVector

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
    if epsilon := vectors[0].epsilon:
        blocks.append(Paragraph(f"Probabilities are clipped by {epsilon:g}."))
    return Document(f"Logits of {activation}", blocks, data, vectors)
