"""Several models on the same rows as a document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from os.path import basename
from typing import TYPE_CHECKING

from softmax_cli.display.documents.document import (
    Block,
    Column,
    Document,
    Drawing,
    Heading,
    Paragraph,
    Table,
)
from softmax_cli.display.evaluation_json import comparison_json
from softmax_cli.display.number_format import format_count
from softmax_cli.display.views.evaluation_tables import format_metric
from softmax_cli.display.views.verdict_text import format_p, verdict_sentence
from softmax_cli.errors import printable
from softmax_cli.metrics import METRICS

if TYPE_CHECKING:
    from rich.console import RenderableType

    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.document import Value
    from softmax_cli.evaluation.models import ModelsReport
    from softmax_cli.metrics.paired import Difference

_METRICS = ("accuracy", "nll", "brier", "ece", "auroc")
_LOSSES = (("NLL", "nll"), ("Brier score", "brier"), ("accuracy", "accuracy"))


def models_document(report: ModelsReport) -> Document:
    """Return the page of several models: metrics, differences and one picture."""
    record = partial(comparison_json, list(report.reports), list(report.comparisons))
    names = model_names(report)
    return Document(
        f"Comparison of {len(names)} models", list(_blocks(report, names)), _data(report), record
    )


def model_names(report: ModelsReport) -> list[str]:
    """Return a short name of each model."""
    return short_names([model.source for model in report.reports])


def short_names(sources: Sequence[str]) -> list[str]:
    """Return the file name of each source, or the path where files share a name."""
    names = list(map(basename, sources))
    return names if len(set(names)) == len(names) else list(sources)


def _blocks(report: ModelsReport, names: Sequence[str]) -> Iterator[Block]:
    yield Paragraph(_summary(report, names), strong=True)
    yield _metrics_table(report, names)
    yield Heading(f"Differences to {names[0]}")
    yield _differences_table(report, names)
    if report.skipped:
        rows = format_count(report.skipped, "row")
        yield Paragraph(f"{rows} with a result in some files only: not in the differences.")
    yield Heading("Reliability")
    yield _drawing(report, names)
    yield Heading("Verdicts")
    for model, name in zip(report.reports, names, strict=True):
        yield Paragraph(f"{name}: {verdict_sentence(model.evaluation)}")
    yield Paragraph(_summary(report, names), strong=True)


def _summary(report: ModelsReport, names: Sequence[str]) -> str:
    """Return which models have a lower or higher NLL than the first, beyond chance."""
    lower: list[str] = []
    higher: list[str] = []
    same: list[str] = []
    for name, comparison in zip(names[1:], report.comparisons, strict=True):
        low, high = comparison.nll.ci_95
        (lower if high < 0 else higher if low > 0 else same).append(name)
    parts = [
        f"{words} {names[0]}: {', '.join(group)}"
        for words, group in (
            ("lower NLL than", lower), ("higher NLL than", higher), ("no clear difference to", same)
        ) if group
    ]  # fmt: skip
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _metrics_table(report: ModelsReport, names: Sequence[str]) -> Table:
    columns = [Column("model"), Column("rows", numeric=True)]
    columns += [Column(METRICS[name].title, numeric=True) for name in _METRICS]
    columns += [Column("noise floor", numeric=True), Column("verdict")]
    rows: list[list[Value]] = [
        [
            name, f"{model.evaluation.rows:,}",
            *(format_metric(model.evaluation.metrics[metric]) for metric in _METRICS),
            format_metric(model.evaluation.noise_floor.mean), model.evaluation.verdict.word,
        ]
        for model, name in zip(report.reports, names, strict=True)
    ]  # fmt: skip
    return Table(columns, rows, note="Noise floor: the mean ECE of a calibrated model.")


def _differences_table(report: ModelsReport, names: Sequence[str]) -> Table:
    columns = [
        Column("model"), Column("metric"), Column("difference", numeric=True),
        Column("95% CI"), Column("SE", numeric=True), Column("McNemar p", numeric=True),
    ]  # fmt: skip
    rows: list[list[Value]] = []
    for name, comparison in zip(names[1:], report.comparisons, strict=True):
        for title, key in _LOSSES:
            difference: Difference = getattr(comparison, key)
            low, high = difference.ci_95
            rows.append([
                name, title, _signed(difference.mean), f"{_signed(low)} to {_signed(high)}",
                format_metric(difference.standard_error),
                format_p(comparison.mcnemar_p) if key == "accuracy" else "",
            ])  # fmt: skip
    counts = "; ".join(
        f"{names[0]} {comparison.only_first:,}, {name} {comparison.only_other:,}"
        for name, comparison in zip(names[1:], report.comparisons, strict=True)
    )
    return Table(columns, rows, note=f"Paired by row. Rows correct in one only: {counts}.")


def _signed(value: float) -> str:
    text = format_metric(value)
    return text if value < 0 or text == "-" else f"+{text}"


def _drawing(report: ModelsReport, names: Sequence[str]) -> Drawing:
    evaluations = [model.evaluation for model in report.reports]

    def text(screen: Screen) -> Sequence[RenderableType]:
        from rich.text import Text

        from softmax_cli.display.reliability import reliability_diagram

        return [
            block
            for evaluation, name in zip(evaluations, names, strict=True)
            for block in (Text(printable(name)), *reliability_diagram(evaluation, screen))
        ]

    def svg() -> str:
        from softmax_cli.display.plot import reliability_svg

        return reliability_svg(evaluations, names, overlay=True)

    return Drawing("Reliability diagrams", text, svg)


def _data(report: ModelsReport) -> Table:
    """Return all metrics and differences at full precision, one row per model."""
    shown = list(report.reports[0].evaluation.metrics)
    differences = [f"{key}_{part}" for _, key in _LOSSES for part in ("difference", "se")]
    columns = [Column("source"), *(Column(name, numeric=True) for name in (
        "rows", *shown, *differences, "only_first", "only_other", "mcnemar_p"
    ))]  # fmt: skip
    rows: list[list[Value]] = []
    for model, comparison in zip(report.reports, (None, *report.comparisons), strict=True):
        metrics = model.evaluation.metrics
        row: list[Value] = [model.source, model.evaluation.rows, *(metrics.get(n) for n in shown)]
        if comparison is None:
            rows.append([*row, *[None] * (len(differences) + 3)])
            continue
        pairs = (getattr(comparison, key) for _, key in _LOSSES)
        row += [value for pair in pairs for value in (pair.mean, pair.standard_error)]
        rows.append([*row, comparison.only_first, comparison.only_other, comparison.mcnemar_p])
    return Table(columns, rows)
