"""`softmax calibrate`: fit a calibration temperature to labeled rows."""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.commands.document_output import write_as
from softmax_cli.dataclass import dataclass
from softmax_cli.display.documents.export import DOCUMENT_FORMATS
from softmax_cli.display.progress import progress
from softmax_cli.errors import Notice, UsageError
from softmax_cli.evaluation.label_options import LabelOptions
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH
from softmax_cli.run_options import RunOptions, with_run_options

if TYPE_CHECKING:
    from softmax_cli.calibration.fitter import FitOptions
    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.calibration.split import Split
    from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True, kw_only=True)
class CalibrateOptions(LabelOptions):
    """Options of calibrate."""

    map: str
    per_class: bool
    floor: float | None
    holdout: float | None
    folds: int | None
    seed: int
    bins: int
    binning: str


_IN_SAMPLE = Notice("evaluated on the fitted rows: results are optimistic", warning=True)

_calibrate_options = options.options_as_record(CalibrateOptions, "calibrate_options", [
    options.probability_activation,
    option("Calibration", "--map", type=click.Choice(["temperature", "bias", "auto"]),
           default="temperature", show_default=True,
           help="Fit z / T, or z / T + b with a bias b per class, or choose between them."),
    option("Calibration", "--per-class", is_flag=True,
           help="Fit one T per class (-a sigmoid only)."),
    option("Calibration", "--floor", type=click.FloatRange(0, 1, max_open=True), metavar="P",
           show_default="2^-52 with --from probabilities, else 0",
           help="Count smaller probabilities, relative to the row's largest, as P."),
    options.input_scale,
    options.invalid_fail_or_skip,
    options.label_file,
    options.label_base,
    options.weight,
    option("Calibration", "--holdout", type=click.FloatRange(0, 1, max_open=True), metavar="N",
           show_default="0.5", help="Hold out this fraction for evaluation."),
    option("Calibration", "--folds", type=click.IntRange(2, 100), metavar="K",
           help="Fit on all rows; evaluate by K-fold cross-validation."),
    option("Calibration", "--seed", type=click.IntRange(0, 2**63), default=0, show_default=True,
           metavar="N", help="Seed of the random split."),
    options.bins,
    options.binning,
])  # fmt: skip


_report_options = options.options_as_record(options.ReportOptions, "report_options", [
    option("Output", "-f", "--format", "format_name", type=click.Choice(list(DOCUMENT_FORMATS)),
           show_default="table", help="Report format."),
    option("Output", "-o", "--output", type=PATH, metavar="OUT",
           help="Write the calibration to OUT, for use as -t @OUT."),
    options.plot,
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("file", metavar="[FILE]", default="-", type=PATH)
@options.read_options
@options.labeled_group_options
@_calibrate_options
@_report_options
@with_run_options
@options.quiet
def calibrate(
    file: str,
    calibrate_options: CalibrateOptions,
    read_options: ReadOptions,
    report_options: options.ReportOptions,
    run_options: RunOptions,
    quiet: bool,
) -> None:
    """Fit a temperature, or a temperature and class biases.

    Minimizes the NLL and reports the temperature, its standard error, and metrics
    before and after on held-out rows: half of them by default, all with --folds.
    Says so if the logits are better left as they are. Large inputs are spooled to a
    temporary file.

    \b
    Examples:
      softmax calibrate val.csv --label y
      softmax calibrate val.csv --label y --map auto -o t.json
      softmax convert test.csv -t @t.json -o probs.csv
    """
    from softmax_cli.formats.streams.output import require_distinct_output

    _validate_options(calibrate_options)
    read_options = read_options.with_wide_groups(calibrate_options.activation)
    require_distinct_output(report_options.output, (file, calibrate_options.label_file))
    run_options.require_labeled_file([file], read_options, calibrate_options.label_file)
    file = run_options.as_seen(file)
    report = _calibrate(file, calibrate_options, read_options, run_options, quiet=quiet)
    in_sample = [_IN_SAMPLE] if report.in_sample else []
    options.print_notices([*report.notices, *in_sample], quiet=quiet)
    _write(report, report_options)


def _write(report: CalibrationReport, report_options: options.ReportOptions) -> None:
    """Save the diagrams and the calibration, and print the report."""
    from softmax_cli.display.json_report import calibration_json
    from softmax_cli.display.json_values import to_json_text
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.views.calibration import calibration_document, plot_titles
    from softmax_cli.formats.streams.output import write_result

    if report_options.plot:
        pair = [report.before.evaluation, report.after.evaluation]
        save_reliability(pair, plot_titles(report), report_options.plot)
    if report_options.output:
        write_result(to_json_text(calibration_json(report)), report_options.output, "json")
    write_as(calibration_document(report), report_options.format_name or "table", None)


def _validate_options(calibrate_options: CalibrateOptions) -> None:
    calibrate_options.require_weighted_binning(calibrate_options.binning)
    if calibrate_options.per_class and calibrate_options.activation != "sigmoid":
        raise UsageError("--per-class requires -a sigmoid")
    if calibrate_options.folds and calibrate_options.holdout is not None:
        raise UsageError("--folds and --holdout are mutually exclusive")
    if calibrate_options.folds and calibrate_options.map == "auto":
        raise UsageError(
            "--map auto uses cross-validation itself, which --folds would repeat",
            hint="Use --holdout.",
        )


def _calibrate(
    file: str,
    calibrate_options: CalibrateOptions,
    read_options: ReadOptions,
    run_options: RunOptions,
    *,
    quiet: bool,
) -> CalibrationReport:
    from softmax_cli.calibration.calibrator import Calibrator
    from softmax_cli.evaluation.opening import open_labeled
    from softmax_cli.metrics.significance.special_functions import import_compiled
    from softmax_cli.metrics.summary import Binning
    from softmax_cli.runtime.memory import tune_for_streaming

    tune_for_streaming()
    fit_options = _fit_options(calibrate_options)
    # A floor gives every label a probability.
    floored = fit_options.floor > 0
    with ExitStack() as stack:
        stream = open_labeled(stack, file, read_options, calibrate_options, for_fitting=not floored)
        options.print_notices(stream.input_notices(), quiet=quiet)
        import_compiled()
        binning = Binning(calibrate_options.bins, calibrate_options.binning)
        workers = run_options.enter_tasks(stack, stream.source, quiet=quiet) or run_options.threads
        fitting = Calibrator(stream, fit_options, _split(calibrate_options), binning, workers)
        stack.enter_context(closing(fitting))
        with progress(stream.source.size, shown=not quiet) as bar:
            fitting.read(bar.update)
        options.print_notices(stream.notices(), quiet=quiet)
        return fitting.calibrate()


def _fit_options(calibrate_options: CalibrateOptions) -> FitOptions:
    from softmax_cli.calibration.diagnosis.messages import DEFAULT_FLOOR
    from softmax_cli.calibration.fitter import FitOptions

    floor = calibrate_options.floor
    if floor is None:
        floor = DEFAULT_FLOOR if calibrate_options.input_scale == "probabilities" else 0.0
    return FitOptions(
        calibrate_options.activation, calibrate_options.map, calibrate_options.per_class, floor
    )


def _split(calibrate_options: CalibrateOptions) -> Split:
    from softmax_cli.calibration.selection import FOLDS
    from softmax_cli.calibration.split import Split

    return Split(
        0.5 if calibrate_options.holdout is None else calibrate_options.holdout,
        calibrate_options.folds,
        calibrate_options.seed,
        FOLDS if calibrate_options.map == "auto" else None,
    )
