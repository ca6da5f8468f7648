"""`softmax evaluate`: can these probabilities be believed?"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.display.progress import progress
from softmax_cli.runtime.threads import default_jobs

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class EvaluateOptions:
    """Which probabilities are judged, and in which bins."""

    activation: str
    temperature: float | FittedTemperature
    input_scale: str
    invalid: str
    label_file: str | None
    bins: int
    binning: str


_evaluate_options = options.options_as_record(EvaluateOptions, "evaluate_options", [
    options.probabilities,
    options.temperature,
    options.input_scale,
    options.invalid_fail_or_skip,
    options.label_file,
    options.bins,
    options.binning,
])  # fmt: skip


_report_options = options.options_as_record(
    options.ReportOptions, "report_options", [options.format_name, options.output, options.plot]
)


@click.command(cls=options.NumberCommand)
@click.argument("file", metavar="FILE", default="-")
@_evaluate_options
@options.read_options
@_report_options
@options.jobs
@options.quiet
def evaluate(
    file: str,
    evaluate_options: EvaluateOptions,
    read_options: ReadOptions,
    report_options: options.ReportOptions,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Say whether the probabilities of labeled rows can be believed.

    Accuracy, NLL, Brier score and calibration errors, each with its convention and
    with what chance alone would give, and a reliability diagram. Reads block by
    block. Rows without a label (blank, -1, -100) are counted and left out.

    \b
      softmax evaluate val.csv --label y
      softmax evaluate probs.csv --labels y.csv --from probabilities
      softmax evaluate val.csv -t @t.json -f json --plot reliability.png
    """
    from softmax_cli.display.console import Screen
    from softmax_cli.display.evaluation_report import evaluation_report
    from softmax_cli.display.json_report import evaluation_json
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.render import render_report
    from softmax_cli.formats.streams.output import require_distinct_output, write_result

    require_distinct_output(report_options.output, (file, evaluate_options.label_file))
    report = _evaluate(file, evaluate_options, read_options, jobs or default_jobs(), quiet=quiet)
    if report_options.plot:
        save_reliability([report.evaluation], [report.activation], report_options.plot)
    screen = Screen() if report_options.output else None
    text = render_report(
        report, report_options.format_name, evaluation_report, evaluation_json, screen
    )
    write_result(text, report_options.output)


def _evaluate(
    file: str,
    evaluate_options: EvaluateOptions,
    read_options: ReadOptions,
    jobs: int,
    *,
    quiet: bool,
) -> EvaluationReport:
    from softmax_cli.calibration.fitted_file import resolve_temperature
    from softmax_cli.evaluation.labeled_stream import open_labeled
    from softmax_cli.evaluation.report import evaluate_stream, make_summarizer
    from softmax_cli.metrics.summary import Binning
    from softmax_cli.runtime.memory import tune_for_streaming

    tune_for_streaming()
    with ExitStack() as stack:
        stream = open_labeled(stack, file, read_options, evaluate_options)
        columns = stream.source.columns
        for note in stream.input_notes():
            options.print_note(note, quiet=quiet)
        temperature = resolve_temperature(
            evaluate_options.temperature,
            evaluate_options.activation,
            columns.classes,
            named=columns.header,
        )
        summary = make_summarizer(
            evaluate_options.input_scale,
            temperature,
            Binning(evaluate_options.bins, evaluate_options.binning),
        )
        bar = stack.enter_context(progress(stream.source.size, shown=not quiet))
        report = evaluate_stream(
            stream, evaluate_options.activation, summary, temperature, jobs, bar.update
        )
    for note in stream.notes():
        options.print_note(note, quiet=quiet)
    return report
