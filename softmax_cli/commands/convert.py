"""`softmax convert`: every row of a file or stream to probabilities."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from softmax_cli import inputs, options
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.conversion.convert_options import ADDITIONS, Request
from softmax_cli.display.progress import progress
from softmax_cli.errors import UsageError, os_errors_told, printable
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.registry import FORMATS, WRITABLE, format_of, open_source, open_vectors
from softmax_cli.formats.streams.compression import without_suffix
from softmax_cli.runtime.threads import default_jobs, leave_room_in_polars

if TYPE_CHECKING:
    from softmax_cli.conversion.converter import Conversion
    from softmax_cli.formats.source import Source
    from softmax_cli.formats.writer import Writer


_ONE_LOGIT = (
    "there is one logit only, and its softmax is always 1; -a sigmoid takes it as a yes-or-no"
)


def _additions(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    names = [name for value in values for name in value.split(",")]
    for name in names:
        if name not in ADDITIONS:
            raise click.BadParameter(f"{name!r} is not one of {', '.join(ADDITIONS)}.")
    return tuple(dict.fromkeys(names))


_request = options.bundle(Request, "request", [
    options.activation,
    options.temperature,
    options.scale,
    options.invalid,
    click.option("--add", metavar="NAMES", multiple=True, callback=_additions,
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
    click.option("-f", "--format", "form", type=click.Choice(WRITABLE),
                 help="The output's format, else by the suffix of OUT, else as text input has it."),
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
    reading: ReadOptions,
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
    from softmax_cli.conversion.converter import require_same_columns
    from softmax_cli.runtime.memory import ready_for_streams

    ready_for_streams()
    context = ReadContext(
        exclusive=ACTIVATIONS[request.activation].normalised,
        passthrough=Passthrough.TEXT if _keeps_text(writing) else Passthrough.COLUMNS,
    )
    with ExitStack() as stack:
        sources = [
            stack.enter_context(closing(source)) for source in _sources(tokens, reading, context)
        ]
        for output, part in _targets(sources, writing):
            require_same_columns(part)
            if note := part[0].columns.note:
                options.say(f"{part[0].source}: {note}", quiet=quiet)
            if len(part[0].columns.logits) == 1 and ACTIVATIONS[request.activation].normalised:
                options.say(_ONE_LOGIT, quiet=quiet)
            _convert(part, request, replace(writing, output=output), jobs, quiet=quiet)


def _targets(
    sources: Sequence[Source], writing: Writing
) -> list[tuple[str | None, Sequence[Source]]]:
    """What goes where: all into one output, or each into a file of its name in a folder."""
    folder = writing.output
    if folder is None or not (folder.endswith(os.sep) or os.path.isdir(folder)):  # noqa: PTH112
        return [(folder, sources)]
    paths = [os.path.join(folder, _name_of(source, writing.form)) for source in sources]  # noqa: PTH118
    for i, path in enumerate(paths):
        if path in paths[:i]:
            raise UsageError(
                f'two inputs would be written to "{printable(path)}"',
                remedy="Convert one after the other.",
            )
    with os_errors_told(folder):
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    return [(path, [source]) for path, source in zip(paths, sources, strict=True)]


def _name_of(source: Source, form: str | None) -> str:
    """The name of the output of one source among several."""
    name = os.path.basename(source.source)  # noqa: PTH119
    if name.startswith("<"):
        raise UsageError(f"{name} has no name to be written under in a folder")
    if form is None and source.form == "npz":
        form = "npy"
    if form is None:
        return name
    return os.path.splitext(without_suffix(name))[0] + FORMATS[form].suffixes[0]  # noqa: PTH122


def _convert(
    sources: Sequence[Source], request: Request, writing: Writing, jobs: int | None, *, quiet: bool
) -> None:
    """Convert sources with the same columns into one output."""
    from softmax_cli.conversion.converter import Conversion
    from softmax_cli.conversion.projection import Plan
    from softmax_cli.formats.columns.selection import quoted
    from softmax_cli.formats.streams.output import open_output

    plans = [Plan(source, request) for source in sources]
    form, delimiter = _form(writing, sources[0])
    _require_place(form, writing.output)
    single = FORMATS[form].binary and all(source.single for source in sources)
    writer = FORMATS[form].make_writer(plans[0].layout(single=single), writing.decimals, delimiter)
    if writer.left_out:
        options.say(f"{form} holds numbers alone: left out {quoted(writer.left_out)}", quiet=quiet)
    conversions = [
        Conversion(source, plan, request, writer, single=single)
        for source, plan in zip(sources, plans, strict=True)
    ]
    with open_output(writing.output) as file:
        told = _write(conversions, writer, file, jobs or default_jobs(), quiet=quiet)
    for note in told:
        options.say(note, quiet=quiet)


def _sources(tokens: Sequence[str], reading: ReadOptions, context: ReadContext) -> Iterator[Source]:
    if not tokens and sys.stdin is not None and sys.stdin.isatty():
        raise UsageError("there is nothing to convert", remedy="Give a file, or pipe rows in.")
    if tokens and inputs.are_vectors(tokens):
        yield open_vectors(inputs.vectors(tokens))
        return
    for path in tokens or ("-",):
        yield open_source(path, reading, context)


def _told_form(writing: Writing) -> str | None:
    """The format of the output where the options or its suffix tell it."""
    return writing.form or (format_of(writing.output, WRITABLE) if writing.output else None)


def _keeps_text(writing: Writing) -> bool:
    """Whether the text around the logits may be written as it is."""
    return writing.decimals is not None and _told_form(writing) in (None, "csv", "tsv")


def _form(writing: Writing, source: Source) -> tuple[str, str]:
    """The format and delimiter of the output: as told, else by its suffix, else as the input.

    Binary input gives csv where nothing says otherwise: one looks at standard output.
    """
    form = _told_form(writing)
    if form is not None:
        return form, ","
    if source.delimiter:
        return "csv", source.delimiter
    return (source.form if source.form in ("jsonl", "json") else "csv"), ","


def _require_place(form: str, output: str | None) -> None:
    """Refuse tables where they cannot be read: in a terminal, or compressed as a whole."""
    if form not in ("parquet", "arrow"):
        return
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError(f"{form} is nothing to look at", remedy=f"Give a file: -o OUT.{form}.")
    if output is not None and without_suffix(output) != output:
        raise UsageError(
            f"{form} is compressed within, not as a whole",
            source=output,
            remedy=f"Use -o {without_suffix(output)}.",
        )


def _write(
    conversions: Sequence[Conversion], writer: Writer, file: BinaryIO, jobs: int, *, quiet: bool
) -> Iterator[str]:
    """Write all rows; what is to be said of them."""
    from softmax_cli.conversion.converter import Tally, convert_all

    tally = Tally(conversions[0].source, conversions[0].skips, conversions[0].columns)
    with progress(_size(conversions), shown=not quiet and not file.isatty()) as bar:

        def rendered() -> Iterator[Any]:
            for done in convert_all(conversions, jobs):
                yield done.rendered
                tally.add(done)
                bar.update(done.position, tally.rows)

        writer.write(file, rendered())
    return tally.told()


def _size(conversions: Sequence[Conversion]) -> int | None:
    sizes = [conversion.size for conversion in conversions]
    return None if None in sizes else sum(size or 0 for size in sizes)
