"""Rows of files or streams through a transform, to one output or a folder of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from softmax_cli import inputs, options
from softmax_cli.conversion.output_plan import (
    WriteOptions,
    can_splice_text,
    output_format,
    plan_outputs,
    require_file,
)
from softmax_cli.display.progress import progress
from softmax_cli.errors import Notice, UsageError
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.registry import (
    FORMATS,
    SINGLE_CLASS,
    WRITABLE,
    open_source,
    open_vectors,
)
from softmax_cli.number_command import option
from softmax_cli.runtime.threads import default_jobs, limit_polars_threads

if TYPE_CHECKING:
    from softmax_cli.conversion.converter import Converter
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.evaluation.row_stats import RowStats
    from softmax_cli.formats.source import Source
    from softmax_cli.formats.writer import Writer

decimals = option(
    "Output", "--decimals", type=click.IntRange(0, 17), metavar="N",
    show_default="exact round trip", help="Decimal places."
)  # fmt: skip
write_options = options.options_as_record(WriteOptions, "write_options", [
    options.output,
    option("Output", "-f", "--format", "format_name", type=click.Choice(WRITABLE),
           show_default="by suffix, else as text input, else csv", help="Output format."),
    decimals,
])  # fmt: skip


def added_columns(*choices: str) -> options.Decorator:
    """Return the option --add with these names to choose from."""

    def parse(
        _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
    ) -> tuple[str, ...]:
        names = [name for value in values for name in value.split(",")]
        for name in names:
            if name not in choices:
                raise click.BadParameter(f"{name!r} is not one of {', '.join(choices)}.")
        return tuple(dict.fromkeys(names))

    return option("Output", "--add", metavar="NAMES", multiple=True, callback=parse,
                  help=f"Add columns, comma-separated: {', '.join(choices)}.")  # fmt: skip


def stream_rows(
    tokens: Sequence[str],
    transform: Transform,
    read_options: ReadOptions,
    write_options: WriteOptions,
    jobs: int | None,
    *,
    quiet: bool,
) -> None:
    """Transform all rows of the inputs, chunk by chunk; print notes and warnings about them."""
    with open_inputs(tokens, transform, read_options, write_options) as sources:
        convert_sources(sources, transform, write_options, jobs, quiet=quiet)


@contextmanager
def open_inputs(
    tokens: Sequence[str],
    transform: Transform,
    read_options: ReadOptions,
    write_options: WriteOptions,
) -> Iterator[list[Source]]:
    """Open the inputs, and close them in the end."""
    with ExitStack() as stack:
        opened = open_each(tokens, transform, read_options, write_options)
        yield [stack.enter_context(closing(source)) for source in opened]


def open_each(
    tokens: Sequence[str],
    transform: Transform,
    read_options: ReadOptions,
    write_options: WriteOptions,
) -> Iterator[Source]:
    """Open the inputs one by one."""
    if write_options.decimals is not None:  # without, polars also writes and needs all its threads
        limit_polars_threads()
    from softmax_cli.runtime.memory import tune_for_streaming

    tune_for_streaming()
    context = ReadContext(
        exclusive=transform.exclusive,
        passthrough=Passthrough.TEXT if can_splice_text(write_options) else Passthrough.COLUMNS,
    )
    read_options = read_options.on_scale(transform.input_scale, exclusive=transform.exclusive)
    return _open_sources(tokens, read_options, context)


def convert_sources(
    sources: Sequence[Source],
    transform: Transform,
    write_options: WriteOptions,
    jobs: int | None,
    *,
    quiet: bool,
) -> None:
    """Transform all rows of the sources to their outputs."""
    from softmax_cli.formats.source import require_same_columns
    from softmax_cli.formats.streams.output import open_output

    for output, part in plan_outputs(sources, write_options):
        require_same_columns(part)
        for source in part:
            source.require_no_shared_groups([other for other in part if other is not source])
        own_options = replace(write_options, output=output)
        conversions, writer = make_converters(part, transform, own_options, quiet=quiet)
        with open_output(output) as file:
            stats = _write(conversions, writer, file, jobs, quiet=quiet)
        print_warnings(stats, part[0], transform, quiet=quiet)


def make_converters(
    sources: Sequence[Source], transform: Transform, write_options: WriteOptions, *, quiet: bool
) -> tuple[list[Converter], Writer]:
    """Return converters of sources with the same columns, and the writer of their one output."""
    from softmax_cli.conversion.converter import Converter
    from softmax_cli.formats.columns.selection import quote_names

    first = sources[0]
    options.print_notices(first.columns.notices(first.source), quiet=quiet)
    single = transform.exclusive and len(first.columns.logits) == 1
    if single and not first.grouped:  # of a file, an error
        options.print_notices([Notice(SINGLE_CLASS)], quiet=quiet)
    projections = [transform.projection(source) for source in sources]
    format_name, delimiter = output_format(write_options, first)
    require_file(format_name, write_options.output)
    float32 = (
        FORMATS[format_name].binary
        and all(source.float32 for source in sources)
        and not transform.exact
    )
    writer = FORMATS[format_name].make_writer(
        projections[0].schema(float32=float32), write_options.decimals, delimiter
    )
    if writer.dropped:
        dropped = f"{format_name} holds numbers only: dropped {quote_names(writer.dropped)}"
        options.print_notices([Notice(dropped, warning=True)], quiet=quiet)
    conversions = [
        Converter(source, projection, transform, writer, float32=float32)
        for source, projection in zip(sources, projections, strict=True)
    ]
    return conversions, writer


def print_warnings(stats: RowStats, source: Source, transform: Transform, *, quiet: bool) -> None:
    """Print what was doubtful about the rows."""
    invalid_rows = "skipped" if transform.invalid == "skip" else "written as NaN"
    warnings = stats.warnings(source.source, exclusive=True, invalid_rows=invalid_rows)
    options.print_notices(warnings, quiet=quiet)


def _open_sources(
    tokens: Sequence[str], read_options: ReadOptions, context: ReadContext
) -> Iterator[Source]:
    if not tokens and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("no input to convert", hint="Pass a file, or pipe rows in.")
    if tokens and inputs.are_vectors(tokens):
        read_options.reject_for_arguments()
        yield open_vectors(inputs.vectors(tokens))
        return
    for path in tokens or ("-",):
        yield open_source(path, read_options, context)


def _write(
    conversions: Sequence[Converter],
    writer: Writer,
    file: BinaryIO,
    jobs: int | None,
    *,
    quiet: bool,
) -> RowStats:
    """Write all rows, and return their counts."""
    from softmax_cli.conversion.converter import convert_chunks
    from softmax_cli.evaluation.row_stats import RowStats

    stats = RowStats()
    size = total_size(conversions)
    with progress(size, shown=not quiet and not file.isatty()) as bar:

        def rendered() -> Iterator[Any]:
            for chunk in convert_chunks(conversions, jobs or default_jobs(size)):
                yield chunk.result
                stats.add(chunk.stats)
                bar.update(chunk.position, stats.rows + stats.invalid)

        writer.write(file, rendered())
    return stats


def total_size(inputs_: Sequence[Converter] | Sequence[Source]) -> int | None:
    """Return the bytes of all inputs; None if one is a pipe."""
    sizes = [one.size for one in inputs_]
    return None if None in sizes else sum(size or 0 for size in sizes)
