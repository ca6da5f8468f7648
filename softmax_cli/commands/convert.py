"""`softmax convert`: every row of a file or stream to probabilities."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from softmax_cli import inputs, options
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.conversion.convert_options import DERIVED_COLUMNS, ConvertOptions
from softmax_cli.conversion.output_plan import (
    WriteOptions,
    can_splice_text,
    output_format,
    plan_outputs,
    require_file,
)
from softmax_cli.display.progress import progress
from softmax_cli.errors import UsageError
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.registry import (
    FORMATS,
    WRITABLE,
    open_source,
    open_vectors,
)
from softmax_cli.runtime.threads import default_jobs, limit_polars_threads

if TYPE_CHECKING:
    from softmax_cli.conversion.converter import Converter
    from softmax_cli.formats.source import Source
    from softmax_cli.formats.writer import Writer


_ONE_LOGIT = (
    "there is one logit only, and its softmax is always 1; -a sigmoid takes it as a yes-or-no"
)


def _parse_derived_columns(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    names = [name for value in values for name in value.split(",")]
    for name in names:
        if name not in DERIVED_COLUMNS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(DERIVED_COLUMNS)}.")
    return tuple(dict.fromkeys(names))


_convert_options = options.options_as_record(ConvertOptions, "convert_options", [
    options.activation,
    options.temperature,
    options.input_scale,
    options.invalid,
    click.option("--add", metavar="NAMES", multiple=True, callback=_parse_derived_columns,
                 help=f"Columns to add, with commas between: {', '.join(DERIVED_COLUMNS)}."),
    click.option("--top", type=click.IntRange(1), metavar="K",
                 help="Only the K best classes of each row, with their probabilities."),
    click.option("--keep", is_flag=True, help="Keep the logits beside the probabilities."),
])  # fmt: skip


_write_options = options.options_as_record(WriteOptions, "write_options", [
    options.output,
    click.option("-f", "--format", "format_name", type=click.Choice(WRITABLE),
                 help="The output's format, else by the suffix of OUT, else as text input has it."),
    click.option("--decimals", type=click.IntRange(0, 17),
                 help="Digits after the point; else as many as read back exactly."),
])  # fmt: skip


@click.command(cls=options.NumberCommand)
@click.argument("tokens", metavar="INPUT...", nargs=-1)
@_convert_options
@_write_options
@options.read_options
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
    """Turn every row of logits into probabilities.

    Reads files of any size block by block; several files with the same columns
    make one output. Columns that hold no logits pass through.

    \b
      softmax convert logits.csv -o probs.csv
      zcat logits.csv.gz | softmax convert -t 1.7 --decimals 6 > probs.csv
      softmax convert logits.csv --top 3 --add entropy
    """
    if write_options.decimals is not None:  # else polars writes too, and needs its threads
        limit_polars_threads()
    from softmax_cli.conversion.converter import require_same_columns
    from softmax_cli.runtime.memory import tune_for_streaming

    tune_for_streaming()
    context = ReadContext(
        exclusive=ACTIVATIONS[convert_options.activation].exclusive,
        passthrough=Passthrough.TEXT if can_splice_text(write_options) else Passthrough.COLUMNS,
    )
    with ExitStack() as stack:
        sources = [
            stack.enter_context(closing(source))
            for source in _open_sources(tokens, read_options, context)
        ]
        for output, part in plan_outputs(sources, write_options):
            require_same_columns(part)
            if note := part[0].columns.note:
                options.print_note(f"{part[0].source}: {note}", quiet=quiet)
            if (
                len(part[0].columns.logits) == 1
                and ACTIVATIONS[convert_options.activation].exclusive
            ):
                options.print_note(_ONE_LOGIT, quiet=quiet)
            _convert(
                part, convert_options, replace(write_options, output=output), jobs, quiet=quiet
            )


def _convert(
    sources: Sequence[Source],
    convert_options: ConvertOptions,
    write_options: WriteOptions,
    jobs: int | None,
    *,
    quiet: bool,
) -> None:
    """Convert sources with the same columns into one output."""
    from softmax_cli.conversion.converter import Converter
    from softmax_cli.conversion.projection import Projection
    from softmax_cli.formats.columns.selection import quote_names
    from softmax_cli.formats.streams.output import open_output

    projections = [Projection(source, convert_options) for source in sources]
    format_name, delimiter = output_format(write_options, sources[0])
    require_file(format_name, write_options.output)
    float32 = FORMATS[format_name].binary and all(source.float32 for source in sources)
    writer = FORMATS[format_name].make_writer(
        projections[0].schema(float32=float32), write_options.decimals, delimiter
    )
    if writer.dropped:
        options.print_note(
            f"{format_name} holds numbers alone: left out {quote_names(writer.dropped)}",
            quiet=quiet,
        )
    conversions = [
        Converter(source, projection, convert_options, writer, float32=float32)
        for source, projection in zip(sources, projections, strict=True)
    ]
    with open_output(write_options.output) as file:
        notes = _write(conversions, writer, file, jobs or default_jobs(), quiet=quiet)
    for note in notes:
        options.print_note(note, quiet=quiet)


def _open_sources(
    tokens: Sequence[str], read_options: ReadOptions, context: ReadContext
) -> Iterator[Source]:
    if not tokens and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("there is nothing to convert", hint="Give a file, or pipe rows in.")
    if tokens and inputs.are_vectors(tokens):
        yield open_vectors(inputs.vectors(tokens))
        return
    for path in tokens or ("-",):
        yield open_source(path, read_options, context)


def _write(
    conversions: Sequence[Converter], writer: Writer, file: BinaryIO, jobs: int, *, quiet: bool
) -> Iterator[str]:
    """Write all rows; what is to be said of them."""
    from softmax_cli.conversion.converter import ConversionStats, convert_chunks

    tally = ConversionStats(conversions[0].source, conversions[0].skips, conversions[0].columns)
    with progress(_size(conversions), shown=not quiet and not file.isatty()) as bar:

        def rendered() -> Iterator[Any]:
            for done in convert_chunks(conversions, jobs):
                yield done.rendered
                tally.add(done)
                bar.update(done.position, tally.rows)

        writer.write(file, rendered())
    return tally.notes()


def _size(conversions: Sequence[Converter]) -> int | None:
    sizes = [conversion.size for conversion in conversions]
    return None if None in sizes else sum(size or 0 for size in sizes)
