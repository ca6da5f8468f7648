"""Agreement of the models of an ensemble as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

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
from softmax_cli.display.number_format import format_bounded, format_count, format_percent
from softmax_cli.display.views.model_comparison import short_names

if TYPE_CHECKING:
    from softmax_cli.conversion.agreement import Agreement

_DEFINITIONS = (
    "KL: mean divergence of the model from the ensemble, in nats. Dissent: rows in which the "
    "model predicts {} than the ensemble. Confidence: {}."
)
_CONFIDENCE = {
    "softmax": ("another class", "mean of the largest probability"),
    "sigmoid": ("other classes", "mean probability of what is predicted, yes or no"),
}


def agreement_document(agreement: Agreement, decimals: int) -> Document:
    """Return how far each model is from the ensemble, and how far each two models agree."""
    names = short_names(agreement.sources)
    title = f"Agreement of {format_count(len(names), 'model')}"
    blocks = list(_blocks(agreement, names, decimals))
    return Document(title, blocks, _data(agreement, names), agreement)


def _blocks(agreement: Agreement, names: Sequence[str], decimals: int) -> Iterator[Block]:
    yield Paragraph(_summary(agreement, decimals), strong=True)
    yield _models_table(agreement, names, decimals)
    if len(names) > 2:
        yield Heading("Rows in which two models predict the same")
        yield _pairs_table(agreement, names)
    yield _bars("Mean KL divergence from the ensemble", "nats", names,
                agreement.divergence.tolist(), [format_bounded(v, decimals) for v in
                                                agreement.divergence.tolist()])  # fmt: skip
    dissent = agreement.dissent.tolist()
    yield _bars("Share of rows with another prediction than the ensemble", "share of rows", names,
                dissent, list(map(format_percent, dissent)), shares=True)  # fmt: skip


def _summary(agreement: Agreement, decimals: int) -> str:
    return (
        f"All models predict the same in {format_percent(agreement.unanimous)} of "
        f"{format_count(agreement.rows, 'row')}. Disagreement, the mean KL divergence of the "
        f"models from the ensemble: {format_bounded(agreement.disagreement, decimals)} nats."
    )


def _models_table(agreement: Agreement, names: Sequence[str], decimals: int) -> Table:
    share = Column("confidence", numeric=True, decimals=decimals, probability=True)
    columns = [
        Column("model"),
        Column("weight", numeric=True),
        Column("KL", numeric=True, decimals=decimals, probability=True),
        Column("dissent", numeric=True),
        share,
    ]
    rows: list[list[Value]] = [
        [name, f"{weight:g}", divergence, format_percent(dissent), confidence]
        for name, weight, divergence, dissent, confidence in zip(
            names, agreement.weights, agreement.divergence.tolist(), agreement.dissent.tolist(),
            agreement.confidence.tolist(), strict=True,
        )
    ]  # fmt: skip
    total: list[Value] = ["ensemble", "", "", "", agreement.ensemble_confidence]
    note = _DEFINITIONS.format(*_CONFIDENCE[agreement.activation])
    return Table(columns, rows, total, note)


def _pairs_table(agreement: Agreement, names: Sequence[str]) -> Table:
    columns = [Column("model"), *(Column(name, numeric=True) for name in names)]
    rows: list[list[Value]] = [
        [name, *("" if i == k else format_percent(same) for k, same in enumerate(row))]
        for i, (name, row) in enumerate(zip(names, agreement.same.tolist(), strict=True))
    ]
    return Table(columns, rows)


def _bars(
    title: str,
    x_label: str,
    names: Sequence[str],
    values: Sequence[float],
    texts: Sequence[str],
    *,
    shares: bool = False,
) -> Bars:
    return Bars(title, x_label, "model", names, [BarSeries(title, values, texts)], shares)


def _data(agreement: Agreement, names: Sequence[str]) -> Table:
    """Return one row per model, at full precision."""
    columns = ["weight", "kl", "dissent", "confidence", *(f"same_as_{name}" for name in names)]
    rows: list[list[Value]] = [
        [source, *numbers, *same]
        for source, *numbers, same in zip(
            agreement.sources, agreement.weights, agreement.divergence.tolist(),
            agreement.dissent.tolist(), agreement.confidence.tolist(), agreement.same.tolist(),
            strict=True,
        )
    ]  # fmt: skip
    return Table([Column("source"), *(Column(name, numeric=True) for name in columns)], rows)
