"""`softmax convert`: convert each row of a file or stream to probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from softmax_cli import options
from softmax_cli.commands import streaming
from softmax_cli.conversion.convert_options import (
    DERIVED_COLUMNS,
    ConvertOptions,
    convert_groups,
)
from softmax_cli.number_command import NumberCommand, option
from softmax_cli.option_types import PATH

if TYPE_CHECKING:
    from softmax_cli.conversion.output_plan import WriteOptions
    from softmax_cli.formats.read_options import ReadOptions


_convert_options = options.options_as_record(ConvertOptions, "convert_options", [
    options.activation,
    options.temperature,
    options.input_scale,
    options.invalid,
    streaming.added_columns(*DERIVED_COLUMNS),
    option("Output", "--top", type=click.IntRange(1), metavar="K",
           help="Write only the top K classes of each row."),
    option("Output", "--keep", is_flag=True, help="Also write the logits."),
])  # fmt: skip


@click.command(cls=NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1, type=PATH)
@options.read_options
@options.group_options
@_convert_options
@streaming.write_options
@options.jobs
@options.quiet
def convert(
    tokens: tuple[str, ...],
    convert_options: ConvertOptions,
    write_options: WriteOptions,
    read_options: ReadOptions,
    jobs: int | None,
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
      softmax convert ranking.csv --group query --value score
    """
    from softmax_cli.conversion.output_plan import writes_text
    from softmax_cli.conversion.transform import ActivationTransform

    as_text = writes_text(write_options)
    read_options = convert_groups(read_options, convert_options, as_text=as_text)
    transform = ActivationTransform(convert_options)
    streaming.stream_rows(tokens, transform, read_options, write_options, jobs, quiet=quiet)
