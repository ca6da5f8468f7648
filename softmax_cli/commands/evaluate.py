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
    from softmax_cli.evaluation.report import Assessment
    from softmax_cli.formats.read_options import ReadOptions


@dataclass(frozen=True)
class Judging:
    """Which probabilities are judged, and in which bins."""

    activation: str
    temperature: float | FittedTemperature
    scale: str
    invalid: str
    label_file: str | None
    bins: int
    binning: str


_judging = options.bundle(Judging, "judging", [
    options.probabilities,
    options.temperature,
    options.scale,
    options.leave_out,
    options.label_file,
    options.bins,
    options.binning,
])  # fmt: skip


_telling = options.bundle(options.Telling, "telling", [options.form, options.output, options.plot])


@click.command(cls=options.NumberCommand)
@click.argument("file", metavar="FILE", default="-")
@_judging
@options.reading
@_telling
@options.jobs
@options.quiet
def evaluate(
    file: str,
    judging: Judging,
    reading: ReadOptions,
    telling: options.Telling,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Say whether the probabilities of labelled rows can be believed.

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
    from softmax_cli.display.json_report import evaluation_facts
    from softmax_cli.display.plot import save_reliability
    from softmax_cli.display.render import report_text
    from softmax_cli.formats.streams.output import require_other, write_result

    require_other(telling.output, (file, judging.label_file))
    found = _found(file, judging, reading, jobs or default_jobs(), quiet=quiet)
    if telling.plot:
        save_reliability([found.evaluation], [found.activation], telling.plot)
    screen = Screen() if telling.output else None
    text = report_text(found, telling.form, evaluation_report, evaluation_facts, screen)
    write_result(text, telling.output)


def _found(
    file: str, judging: Judging, reading: ReadOptions, jobs: int, *, quiet: bool
) -> Assessment:
    from softmax_cli.calibration.fitted_file import temperature_for
    from softmax_cli.evaluation.labeled_stream import open_labelled
    from softmax_cli.evaluation.report import assess, judge
    from softmax_cli.metrics.summary import Binning
    from softmax_cli.runtime.memory import ready_for_streams

    ready_for_streams()
    with ExitStack() as stack:
        stream = open_labelled(stack, file, reading, judging)
        columns = stream.source.columns
        for note in stream.opening_notes():
            options.say(note, quiet=quiet)
        temperature = temperature_for(
            judging.temperature, judging.activation, columns.classes, named=columns.header
        )
        summary = judge(judging.scale, temperature, Binning(judging.bins, judging.binning))
        bar = stack.enter_context(progress(stream.source.size, shown=not quiet))
        found = assess(stream, judging.activation, summary, temperature, jobs, bar.update)
    for note in stream.notes():
        options.say(note, quiet=quiet)
    return found
