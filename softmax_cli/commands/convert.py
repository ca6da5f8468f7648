"""`softmax convert`: every row of a file or stream to probabilities."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import click

from softmax_cli import inputs, options
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.display.progress import progress
from softmax_cli.errors import UsageError
from softmax_cli.formats import FORMATS, Reading, format_of, open_given, open_source
from softmax_cli.pipeline import default_jobs, leave_room_in_polars
from softmax_cli.request import ADDITIONS, Request

if TYPE_CHECKING:
    from softmax_cli.conversion import Conversion
    from softmax_cli.formats.delimited import DelimitedSource


_ONE_LOGIT = (
    "there is one logit only, and its softmax is always 1; -a sigmoid takes it as a yes-or-no"
)


def _additions(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    names = tuple(value.split(",")) if value else ()
    for name in names:
        if name not in ADDITIONS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(ADDITIONS)}.")
    return tuple(dict.fromkeys(names))


_request = options.bundle(Request, "request", [
    options.activation,
    options.temperature,
    options.scale,
    options.invalid,
    click.option("--add", metavar="NAMES", callback=_additions,
                 help=f"Columns to add, with commas between: {', '.join(ADDITIONS)}."),
    click.option("--top", type=click.IntRange(1), metavar="K",
                 help="Only the K best classes of each row, with their probabilities."),
    click.option("--keep", is_flag=True, help="Keep the logits beside the probabilities."),
])  # fmt: skip


@dataclass(frozen=True)
class Writing:
    """Where the output goes, in which format and with how many digits."""

    output: str | None
    form: str | None
    decimals: int | None


_writing = options.bundle(Writing, "writing", [
    options.output,
    click.option("-f", "--format", "form", type=click.Choice(list(FORMATS)),
                 help="The output's format, else by the suffix of OUT, else as the input."),
    click.option("--decimals", type=click.IntRange(0, 17),
                 help="Digits after the point; else as many as read back exactly."),
])  # fmt: skip


@click.command(cls=options.NumberCommand)
@click.argument("tokens", metavar="INPUT...", nargs=-1)
@_request
@_writing
@options.reading
@options.jobs
@options.quiet
def convert(
    tokens: tuple[str, ...],
    request: Request,
    writing: Writing,
    reading: Reading,
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
    if writing.decimals is not None:  # else polars writes too, and needs its threads
        leave_room_in_polars()
    from softmax_cli.conversion import Conversion, require_same_columns
    from softmax_cli.formats.output import open_output
    from softmax_cli.formats.writing import DelimitedWriter
    from softmax_cli.memory import collect_again, keep_freed_memory

    keep_freed_memory()
    collect_again()
    with ExitStack() as stack:
        sources = [stack.enter_context(closing(source)) for source in _sources(tokens, reading)]
        if note := sources[0].columns.note:
            options.say(f"{sources[0].source}: {note}", quiet=quiet)
        if len(sources[0].columns.logits) == 1 and ACTIVATIONS[request.activation].normalised:
            options.say(_ONE_LOGIT, quiet=quiet)
        writer = DelimitedWriter(_delimiter(writing, sources[0].delimiter), writing.decimals)
        conversions = [Conversion(source, request, writer) for source in sources]
        require_same_columns(sources)
        file = stack.enter_context(open_output(writing.output))
        left_out = _write(conversions, file, jobs or default_jobs(), quiet=quiet)
    if left_out:
        options.say(left_out, quiet=quiet)


def _sources(tokens: Sequence[str], reading: Reading) -> Iterator[DelimitedSource]:
    if not tokens and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("there is nothing to convert", remedy="Give a file, or pipe rows in.")
    if tokens and inputs.are_vectors(tokens):
        yield open_given(inputs.vectors(tokens))
        return
    for path in tokens or ("-",):
        yield open_source(path, reading)


def _delimiter(writing: Writing, of_input: str) -> str:
    form = writing.form or (format_of(writing.output) if writing.output else None)
    return of_input if form is None else FORMATS[form].delimiter or ","


def _write(
    conversions: Sequence[Conversion], file: BinaryIO, jobs: int, *, quiet: bool
) -> str | None:
    """Write all rows; what is to be said of invalid ones, if any."""
    from softmax_cli.conversion import convert_all

    file.write(conversions[0].header())
    rows = invalid = 0
    first_fault = None
    with progress(_size(conversions), shown=not quiet and not _is_terminal(file)) as bar:
        for done in convert_all(conversions, jobs):
            file.write(done.text)
            rows += done.rows
            invalid += done.invalid
            first_fault = first_fault or done.first_fault
            bar.update(done.position, rows)
    if first_fault is None:
        return None
    skips = conversions[0].skips
    total = rows + invalid if skips else rows
    what = "left out" if skips else "written as NaN"
    return f"{invalid} of {total} rows {what}; the first: {first_fault.finding}"


def _size(conversions: Sequence[Conversion]) -> int | None:
    sizes = [conversion.size for conversion in conversions]
    return None if None in sizes else sum(size or 0 for size in sizes)


def _is_terminal(file: BinaryIO) -> bool:
    return file.isatty()
