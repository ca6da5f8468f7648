"""`softmax evaluate`: measure accuracy and calibration on labeled rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.commands.document_output import write_as
from softmax_cli.dataclass import dataclass
from softmax_cli.display.documents.export import DOCUMENT_FORMATS
from softmax_cli.display.progress import progress
from softmax_cli.errors import UsageError
from softmax_cli.evaluation.label_options import LabelOptions
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH
from softmax_cli.run_options import RunOptions, with_run_options

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.display.documents.document import Document
    from softmax_cli.evaluation.models import ModelsReport
    from softmax_cli.evaluation.report import EvaluationReport, Model
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.metrics.summary import Binning


@dataclass(frozen=True, kw_only=True)
class EvaluateOptions(LabelOptions):
    """Options of evaluate."""

    temperature: float | FittedTemperature
    bins: int
    binning: str
    by_class: bool = False
    accept: float | None = None


_evaluate_options = options.options_as_record(EvaluateOptions, "evaluate_options", [
    options.probability_activation,
    options.temperature,
    options.input_scale,
    options.invalid_fail_or_skip,
    options.label_file,
    options.label_base,
    option("Columns", "--by", "groups", multiple=True, metavar="COL[,COL]",
           callback=options.split_names, help="Evaluate each group of rows with equal values."),
    options.weight,
    options.bins,
    options.binning,
    option("Computation", "--accept", metavar="P",
           type=click.FloatRange(0, 1, min_open=True, max_open=True),
           help="Find the confidence from which predictions are correct with probability P."),
    option("Output", "--by-class", is_flag=True, help="Show every class."),
])  # fmt: skip


_report_options = options.options_as_record(options.ReportOptions, "report_options", [
    option("Output", "-f", "--format", "format_name", type=click.Choice(list(DOCUMENT_FORMATS)),
           show_default="by suffix, else table", help="Report format."),
    options.output,
    options.plot,
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=PATH)
@options.read_options
@options.labeled_group_options
@_evaluate_options
@_report_options
@with_run_options
@options.quiet
def evaluate(
    files: tuple[str, ...],
    evaluate_options: EvaluateOptions,
    read_options: ReadOptions,
    report_options: options.ReportOptions,
    run_options: RunOptions,
    quiet: bool,
) -> None:
    """Measure accuracy and calibration on labeled rows.

    Reports a verdict on the calibration, accuracy, NLL, Brier score, calibration
    errors with their noise floors, and a reliability diagram. Several files are
    models with the same rows: each is compared with the first, with rows joined by
    identifier, else by position. Streams its input, but holds the logits and labels
    of a further file in memory if its rows are in another order. Rows without a label
    (blank, -1, -100) are skipped and counted.

    \b
    Examples:
      softmax evaluate val.csv --label y
      softmax evaluate probs.csv --labels y.csv --from probabilities
      softmax evaluate val.csv -t @t.json -o report.html
      softmax evaluate old.csv new.csv --label y
      softmax evaluate val.csv --by site --accept 0.95
      softmax evaluate quiz.csv --group question --value score --label correct
    """
    from softmax_cli.display.documents.export import select_format
    from softmax_cli.formats.streams.output import require_distinct_output

    paths = files or ("-",)
    _validate_options(paths, evaluate_options)
    read_options = read_options.with_wide_groups(evaluate_options.activation)
    format_name = select_format(report_options.format_name, report_options.output)
    require_distinct_output(report_options.output, (*paths, evaluate_options.label_file))
    run_options.require_labeled_file(paths, read_options, evaluate_options.label_file)
    run = _Run(evaluate_options, read_options, run_options, quiet)
    plot = report_options.plot
    if len(paths) > 1:
        document = _show_models(run.compare(paths), plot)
    else:
        report = run.evaluate(run_options.as_seen(paths[0]))
        document = _show_single(report, plot, by_class=evaluate_options.by_class)
    write_as(document, format_name, report_options.output)


def _validate_options(files: Sequence[str], evaluate_options: EvaluateOptions) -> None:
    evaluate_options.require_weighted_binning(evaluate_options.binning)
    if evaluate_options.weight is not None and evaluate_options.accept is not None:
        raise UsageError("--weight and --accept are mutually exclusive")
    if len(files) == 1:
        return
    if files.count("-") > 1:
        raise UsageError("only one file can come from standard input")
    if evaluate_options.label_file == "-":
        raise UsageError(f"labels of {len(files)} files cannot come from standard input")
    for name, given in (
        ("--by", evaluate_options.groups),
        ("--by-class", evaluate_options.by_class),
        ("--accept", evaluate_options.accept is not None),
    ):
        if given:
            raise UsageError(f"{name} takes one file, not {len(files)}")


@dataclass(frozen=True)
class _Run:
    """An evaluation of files with the same options."""

    options: EvaluateOptions
    read_options: ReadOptions
    run: RunOptions
    quiet: bool

    def evaluate(self, file: str) -> EvaluationReport:
        """Evaluate one file."""
        from softmax_cli.evaluation.report import evaluate_parts, evaluate_stream

        with ExitStack() as stack:
            (model,) = self._open(stack, [file])
            source = model.stream.source
            tasks = self.run.enter_tasks(stack, source, quiet=self.quiet)
            bar = stack.enter_context(progress(source.size, shown=not self.quiet))
            given = (model, self.options.activation, self._binning())
            if tasks is None:
                report = evaluate_stream(*given, self.run.threads, bar.update)
            else:
                report = evaluate_parts(*given, tasks, bar.update)
        options.print_notices(model.stream.notices(), quiet=self.quiet)
        if self.options.accept is None:
            return report
        return replace(report, acceptance=report.evaluation.acceptance(self.options.accept))

    def compare(self, files: Sequence[str]) -> ModelsReport:
        """Evaluate several files side by side."""
        from softmax_cli.evaluation.models import ModelComparison

        with ExitStack() as stack:
            models = self._open(stack, files)
            given = (self.options.activation, self._binning(), self.read_options.ids)
            comparison = ModelComparison(models, *given)
            options.print_notices(comparison.notices(), quiet=self.quiet)
            bar = stack.enter_context(progress(comparison.size, shown=not self.quiet))
            report = comparison.evaluate(self.run.threads, bar.update)
        options.print_notices(comparison.end_notices(), quiet=self.quiet)
        return report

    def _binning(self) -> Binning:
        from softmax_cli.metrics.summary import Binning

        return Binning(self.options.bins, self.options.binning)

    def _open(self, stack: ExitStack, files: Sequence[str]) -> list[Model]:
        """Open files, and print what is noticed of them."""
        from softmax_cli.metrics.significance.special_functions import import_compiled
        from softmax_cli.runtime.memory import tune_for_streaming

        tune_for_streaming()
        models = [self._open_model(stack, file) for file in files]
        import_compiled()
        return models

    def _open_model(self, stack: ExitStack, file: str) -> Model:
        from softmax_cli.calibration.fitted_file import resolve_temperature
        from softmax_cli.evaluation.opening import open_labeled
        from softmax_cli.evaluation.report import Model

        stream = open_labeled(stack, file, self.read_options, self.options)
        columns = stream.source.columns
        if self.options.accept is not None and not stream.exclusive and len(columns.classes) > 1:
            raise UsageError("--accept needs one prediction per row", hint="Use -a softmax.")
        options.print_notices(stream.input_notices(), quiet=self.quiet)
        temperature = resolve_temperature(
            self.options.temperature,
            self.options.activation,
            columns.classes,
            named=columns.header,
        )
        return Model(stream, temperature)


def _show_single(report: EvaluationReport, plot: str | None, *, by_class: bool) -> Document:
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.views.evaluation import evaluation_document

    if plot:
        save_reliability([report.evaluation], [f"{report.source}, {report.activation}"], plot)
    return evaluation_document(report, by_class=by_class)


def _show_models(report: ModelsReport, plot: str | None) -> Document:
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.views.model_comparison import model_names, models_document

    if plot:
        evaluations = [model.evaluation for model in report.reports]
        save_reliability(evaluations, model_names(report), plot, overlay=True)
    return models_document(report)
