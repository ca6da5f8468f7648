"""`softmax calibrate`: the temperature that makes probabilities fit what came true."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.display.progress import progress
from softmax_cli.errors import UsageError
from softmax_cli.runtime.threads import default_jobs

if TYPE_CHECKING:
    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class CalibrateOptions:
    """Which temperature is fitted to which rows, and how it is judged."""

    activation: str
    per_class: bool
    input_scale: str
    invalid: str
    label_file: str | None
    holdout: float | None
    folds: int | None
    seed: int
    bins: int
    binning: str


_calibrate_options = options.options_as_record(CalibrateOptions, "calibrate_options", [
    options.probabilities,
    click.option("--per-class", is_flag=True, help="One temperature a class, with -a sigmoid."),
    options.input_scale,
    options.invalid_fail_or_skip,
    options.label_file,
    click.option("--holdout", type=click.FloatRange(0, 1, max_open=True),
                 metavar="SHARE",
                 help="The share of rows kept out of the fit, to judge it on. [default: 0.5]"),
    click.option("--folds", type=click.IntRange(2, 100), metavar="K",
                 help="Fit on all rows; judge each K-th of them by a fit on the others."),
    click.option("--seed", type=click.IntRange(0, 2**63), default=0, show_default=True,
                 help="Chooses the rows that are held out."),
    options.bins,
    options.binning,
])  # fmt: skip


_report_options = options.options_as_record(options.ReportOptions, "report_options", [
    options.format_name,
    click.option("-o", "--output", type=click.Path(), metavar="OUT",
                 help="Write the temperature to OUT, for -t @OUT in other commands."),
    options.plot,
])  # fmt: skip


@click.command(cls=options.NumberCommand)
@click.argument("file", metavar="FILE", default="-")
@_calibrate_options
@options.read_options
@_report_options
@options.jobs
@options.quiet
def calibrate(
    file: str,
    calibrate_options: CalibrateOptions,
    read_options: ReadOptions,
    report_options: options.ReportOptions,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Fit the temperature that makes probabilities believable.

    The temperature of the least NLL, with its standard error, and the figures
    before and after on rows it was not fitted on. Half of the rows are held out;
    --folds judges on all of them. Data larger than memory is kept in a temporary
    file while it is gone through several times.

    \b
      softmax calibrate val.csv --label y
      softmax calibrate val.csv --label y -o t.json
      softmax convert test.csv -t @t.json -o probs.csv
    """
    from softmax_cli.display.calibration_report import calibration_report
    from softmax_cli.display.json_report import calibration_json
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.render import render_report, to_json_text
    from softmax_cli.formats.streams.output import require_distinct_output, write_result

    _validate_options(calibrate_options)
    require_distinct_output(report_options.output, (file, calibrate_options.label_file))
    report = _calibrate(file, calibrate_options, read_options, jobs or default_jobs(), quiet=quiet)
    if report.in_sample:
        options.print_note("judged on the rows it was fitted on, which flatters it", quiet=quiet)
    if report_options.plot:
        pair = [report.before.evaluation, report.after.evaluation]
        save_reliability(pair, ["before", "after"], report_options.plot)
    if report_options.output:
        write_result(to_json_text(calibration_json(report)), report_options.output)
    write_result(
        render_report(report, report_options.format_name, calibration_report, calibration_json),
        None,
    )


def _validate_options(calibrate_options: CalibrateOptions) -> None:
    if calibrate_options.per_class and calibrate_options.activation != "sigmoid":
        raise UsageError("--per-class is for -a sigmoid: softmax has one temperature")
    if calibrate_options.folds and calibrate_options.holdout is not None:
        raise UsageError("--folds judges on all rows, --holdout on some: give either")


def _calibrate(
    file: str,
    calibrate_options: CalibrateOptions,
    read_options: ReadOptions,
    jobs: int,
    *,
    quiet: bool,
) -> CalibrationReport:
    from softmax_cli.calibration.calibrator import Calibrator
    from softmax_cli.calibration.split import Split
    from softmax_cli.evaluation.labeled_stream import open_labeled
    from softmax_cli.metrics.summary import Binning
    from softmax_cli.runtime.memory import tune_for_streaming

    tune_for_streaming()
    with ExitStack() as stack:
        stream = open_labeled(stack, file, read_options, calibrate_options, for_fitting=True)
        for note in stream.input_notes():
            options.print_note(note, quiet=quiet)
        fitting = Calibrator(
            stream,
            calibrate_options.activation,
            Split(
                0.5 if calibrate_options.holdout is None else calibrate_options.holdout,
                calibrate_options.folds,
                calibrate_options.seed,
            ),
            Binning(calibrate_options.bins, calibrate_options.binning),
            per_class=calibrate_options.per_class,
            jobs=jobs,
        )
        stack.enter_context(closing(fitting))
        with progress(stream.source.size, shown=not quiet) as bar:
            fitting.read(bar.update)
        for note in stream.notes():
            options.print_note(note, quiet=quiet)
        return fitting.calibrate()
