"""The report of a calibration as a document: what to do first and last."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from softmax_cli.display import calibration_lines as lines
from softmax_cli.display.documents.document import (
    Block,
    Column,
    Document,
    Drawing,
    Heading,
    Paragraph,
    Table,
)
from softmax_cli.display.json_report import calibration_json
from softmax_cli.display.reliability import reliability_diagram
from softmax_cli.display.views import evaluation_tables as tables
from softmax_cli.errors import printable
from softmax_cli.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.display.console import Screen
    from softmax_cli.display.documents.document import Value

_MOST_CLASSES = 50


def calibration_document(report: CalibrationReport) -> Document:
    """Return the page of a calibration."""
    return Document(
        f"Calibration of {report.before.source}",
        list(_blocks(report)),
        _metrics_data(report),
        partial(calibration_json, report),
    )


def _blocks(report: CalibrationReport) -> Iterator[Block]:
    after = report.after.evaluation
    yield Paragraph(lines.recommendation(report), strong=True)
    yield Paragraph(" ".join(lines.fit_summary(report)))
    if report.in_sample:
        yield Paragraph(lines.IN_SAMPLE_WARNING, strong=True)
    if note := lines.unit_temperature_note(report):
        yield Paragraph(note)
    if len(report.fit.temperatures) > 1 or report.fit.has_bias:
        yield Heading("Classes")
        yield _class_table(report)
    yield Heading("Metrics")
    yield _metrics_table(report)
    yield Heading("Reliability")
    yield _drawing(report)
    yield Heading("Definitions")
    yield tables.definition_table(after)
    yield Heading("Recommendation")
    yield Paragraph(lines.recommendation(report), strong=True)


def _metrics_table(report: CalibrationReport) -> Table:
    """Return a row for each metric, before and after."""
    before, after = report.before.evaluation, report.after.evaluation
    titles = ("before", "after", "noise floor", "95% below")
    columns = [Column("metric", wrap=True), *(Column(title, numeric=True) for title in titles)]
    rows: list[list[Value]] = []
    for name, value in before.metrics.items():
        floor = after.noise_floors.get(name)
        rows.append([
            METRICS[name].title_of(exclusive=before.exclusive),
            tables.format_metric(value),
            tables.format_metric(after.metrics[name]),
            tables.format_metric(floor.mean) if floor else "",
            tables.format_metric(floor.upper) if floor else "",
        ])  # fmt: skip
    note = "Noise floor: the mean error of a calibrated model on these rows, after."
    return Table(columns, rows, note=note)


def _metrics_data(report: CalibrationReport) -> Table:
    """Return the metrics at full precision, by their names in JSON."""
    before, after = report.before.evaluation, report.after.evaluation
    names = ("before", "after", "noise_floor", "noise_floor_95")
    columns = [Column("metric"), *(Column(name, numeric=True) for name in names)]
    rows: list[list[Value]] = []
    for name, value in before.metrics.items():
        floor = after.noise_floors.get(name)
        limits = [floor.mean, floor.upper] if floor else [None, None]
        rows.append([name, value, after.metrics[name], *limits])
    return Table(columns, rows)


def _class_table(report: CalibrationReport) -> Table:
    """Return the temperature and the bias of each class, as far as each has its own."""
    fit, classes = report.fit, report.before.evaluation.classes
    values: dict[str, Floats] = {}
    if len(fit.temperatures) > 1:
        values |= {"temperature": fit.temperatures, "standard error": fit.standard_errors}
    if fit.has_bias:
        values |= {"bias": fit.bias, "its standard error": fit.bias_errors}
    order = list(range(len(classes)))
    if fit.has_bias:
        order.sort(key=lambda k: -abs(float(fit.bias[k])))
    columns = [Column("class"), *(Column(title, numeric=True) for title in values)]
    rows: list[list[Value]] = [
        [printable(classes[k]), *(float(column[k]) for column in values.values())]
        for k in order[:_MOST_CLASSES]
    ]
    note = None
    if len(classes) > _MOST_CLASSES:
        first = "largest biases" if fit.has_bias else "first classes"
        note = f"The {_MOST_CLASSES} {first} of {len(classes)}; -f json has all."
    return Table(columns, rows, note=note)


def _drawing(report: CalibrationReport) -> Drawing:
    before, after = report.before.evaluation, report.after.evaluation

    def text(screen: Screen) -> Sequence[RenderableType]:
        from rich.text import Text

        return [Text("After:"), *reliability_diagram(after, screen)]

    def svg() -> str:
        from softmax_cli.display.plot import reliability_svg

        return reliability_svg([before, after], plot_titles(report))

    return Drawing("Reliability diagrams before and after", text, svg)


def plot_titles(report: CalibrationReport) -> list[str]:
    """Return the titles of the diagrams before and after."""
    source, activation = report.before.source, report.before.activation
    return [f"{source}, {activation}, {when}" for when in ("before", "after")]
