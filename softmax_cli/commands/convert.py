"""`softmax convert`: convert each row of a file or stream to probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.commands import streaming
from softmax_cli.conversion.convert_options import (
    DERIVED_COLUMNS,
    ESTIMATE,
    ConvertOptions,
    convert_groups,
)
from softmax_cli.display.progress import progress
from softmax_cli.errors import UsageError
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH, ClassShares
from softmax_cli.run_options import OutputRunOptions, with_output_run_options

if TYPE_CHECKING:
    from softmax_cli.conversion.output_plan import WriteOptions
    from softmax_cli.formats.read_options import ReadOptions


_convert_options = options.options_as_record(ConvertOptions, "convert_options", [
    options.activation,
    options.temperature,
    options.input_scale,
    option("Computation", "--prior", type=ClassShares(), metavar="SHARES",
           help="Correct for class shares that differ from those of the calibration (-t @FILE): "
                "cat=0.2,dog=0.8, or estimate to find them from the rows."),
    options.invalid,
    streaming.added_columns(*DERIVED_COLUMNS),
    option("Output", "--top", type=click.IntRange(1), metavar="K",
           help="Write only the top K classes of each row."),
    option("Output", "--accept", type=click.FloatRange(0, 1), metavar="CONFIDENCE",
           help="Add a column that says whether the confidence is at least this, such as that of "
                "evaluate --accept."),
    option("Output", "--keep", is_flag=True, help="Also write the logits."),
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@options.read_options
@options.group_options
@_convert_options
@streaming.write_options
@with_output_run_options
@options.quiet
def convert(
    tokens: tuple[str, ...],
    convert_options: ConvertOptions,
    write_options: WriteOptions,
    read_options: ReadOptions,
    run_options: OutputRunOptions,
    quiet: bool,
) -> None:
    """Convert each row of logits to probabilities.

    Streams files of any size; files with the same columns are concatenated.
    Columns without logits pass through. With --group, rows are items of a group.

    \b
    Examples:
      softmax convert logits.csv -o probs.csv
      zcat logits.csv.gz | softmax convert -t 1.7 --decimals 6 > probs.csv
      softmax convert logits.csv --top 3 --add entropy
      softmax convert logits.csv -t @t.json --prior estimate
      softmax convert ranking.csv --group query --value score
    """
    from softmax_cli.conversion.output_plan import writes_text
    from softmax_cli.conversion.transform import ActivationTransform

    convert_options.require_consistent()
    as_text = writes_text(write_options)
    read_options = convert_groups(read_options, convert_options, as_text=as_text)
    if convert_options.prior == ESTIMATE:
        if run_options.uses_cluster():
            raise UsageError(
                "--cluster cannot estimate class shares", hint="Give them: --prior cat=0.2,dog=0.8."
            )
        convert_options = _with_estimate(
            tokens, convert_options, write_options, read_options, run_options.threads, quiet=quiet
        )
    transform = ActivationTransform(convert_options)
    if run_options.uses_cluster():
        from softmax_cli.commands.parts_output import PartsRun

        run = PartsRun(read_options, convert_options, write_options, run_options, quiet)
        run.convert(tokens, transform)
        return
    jobs = run_options.jobs
    streaming.stream_rows(tokens, transform, read_options, write_options, jobs, quiet=quiet)


def _with_estimate(
    tokens: Sequence[str],
    convert_options: ConvertOptions,
    write_options: WriteOptions,
    read_options: ReadOptions,
    threads: int,
    *,
    quiet: bool,
) -> ConvertOptions:
    """Return the options with the class shares that a first pass over the rows estimates."""
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.calibration.prior.estimate import estimate_shares
    from softmax_cli.conversion.transform import ActivationTransform
    from softmax_cli.formats.streams.pipe_spool import repeatable_input

    fitted = convert_options.temperature
    assert isinstance(fitted, FittedTemperature)
    activation = convert_options.activation.removeprefix("log-")
    transform = ActivationTransform(replace(convert_options, activation=activation, prior=None))
    rewind = repeatable_input(tokens or ("-",))
    with (
        streaming.open_inputs(tokens, transform, read_options, write_options) as sources,
        progress(streaming.total_size(sources), shown=not quiet) as bar,
    ):
        shares, note = estimate_shares(sources, transform, fitted, threads, bar.update)
    rewind()
    options.print_notices([note], quiet=quiet)
    return replace(convert_options, prior=shares)
