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
    from softmax_cli.calibration.report import Calibrated
    from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class Fitted:
    """Which temperature is fitted to which rows, and how it is judged."""

    activation: str
    per_class: bool
    scale: str
    invalid: str
    label_file: str | None
    holdout: float | None
    folds: int | None
    seed: int
    bins: int
    binning: str


_fitted = options.bundle(Fitted, "fitted", [
    options.probabilities,
    click.option("--per-class", is_flag=True, help="One temperature a class, with -a sigmoid."),
    options.scale,
    options.leave_out,
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


_telling = options.bundle(options.Telling, "telling", [
    options.form,
    click.option("-o", "--output", type=click.Path(), metavar="OUT",
                 help="Write the temperature to OUT, for -t @OUT in other commands."),
    options.plot,
])  # fmt: skip


@click.command(cls=options.NumberCommand)
@click.argument("file", metavar="FILE", default="-")
@_fitted
@options.reading
@_telling
@options.jobs
@options.quiet
def calibrate(
    file: str,
    fitted: Fitted,
    reading: ReadOptions,
    telling: options.Telling,
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
    from softmax_cli.display.json_report import calibration_facts
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.render import json_text, report_text
    from softmax_cli.formats.streams.output import require_other, write_result

    _require_sense(fitted)
    require_other(telling.output, (file, fitted.label_file))
    found = _found(file, fitted, reading, jobs or default_jobs(), quiet=quiet)
    if found.own:
        options.say("judged on the rows it was fitted on, which flatters it", quiet=quiet)
    if telling.plot:
        pair = [found.before.evaluation, found.after.evaluation]
        save_reliability(pair, ["before", "after"], telling.plot)
    if telling.output:
        write_result(json_text(calibration_facts(found)), telling.output)
    write_result(report_text(found, telling.form, calibration_report, calibration_facts), None)


def _require_sense(fitted: Fitted) -> None:
    if fitted.per_class and fitted.activation != "sigmoid":
        raise UsageError("--per-class is for -a sigmoid: softmax has one temperature")
    if fitted.folds and fitted.holdout is not None:
        raise UsageError("--folds judges on all rows, --holdout on some: give either")


def _found(
    file: str, fitted: Fitted, reading: ReadOptions, jobs: int, *, quiet: bool
) -> Calibrated:
    from softmax_cli.calibration.calibrator import Fitting
    from softmax_cli.calibration.split import Split
    from softmax_cli.evaluation.labeled_stream import open_labelled
    from softmax_cli.metrics.summary import Binning
    from softmax_cli.runtime.memory import ready_for_streams

    ready_for_streams()
    with ExitStack() as stack:
        stream = open_labelled(stack, file, reading, fitted, fits=True)
        for note in stream.opening_notes():
            options.say(note, quiet=quiet)
        fitting = Fitting(
            stream,
            fitted.activation,
            Split(0.5 if fitted.holdout is None else fitted.holdout, fitted.folds, fitted.seed),
            Binning(fitted.bins, fitted.binning),
            per_class=fitted.per_class,
            jobs=jobs,
        )
        stack.enter_context(closing(fitting))
        with progress(stream.source.size, shown=not quiet) as bar:
            fitting.read(bar.update)
        for note in stream.notes():
            options.say(note, quiet=quiet)
        return fitting.calibrate()
