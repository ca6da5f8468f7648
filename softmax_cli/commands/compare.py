"""`softmax compare`: sigmoid and softmax side by side."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.comparison import Comparison, Place, compare_vector
from softmax_cli.errors import ARGUMENTS, SoftmaxError
from softmax_cli.formats import Reading, open_source
from softmax_cli.formats.compression import without_suffix

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.delimited import DelimitedSource
    from softmax_cli.formats.rows import Rows

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "markdown")
MORE = "More rows follow: --rows N shows N of them, softmax convert takes all.\n"
HINT = "an example; your own: softmax 1 2 3, softmax FILE, softmax --help"


@dataclass(frozen=True)
class View:
    """What is shown of each vector, and how."""

    activations: tuple[str, ...]
    temperature: float
    rows: int
    form: str | None
    decimals: int | None


_view = options.bundle(View, "view", [
    options.activations,
    options.temperature,
    click.option("--rows", type=click.IntRange(1), default=5, show_default=True,
                 help="How many rows of a file to show."),
    click.option("-f", "--format", "form", type=click.Choice(FORMATS),
                 help="How to show them, else by the suffix of OUT, else as a table."),
    click.option("--decimals", type=click.IntRange(0, 17),
                 help="Digits after the point; 4 in tables, all in data, by default."),
])  # fmt: skip


@click.command(cls=options.NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1)
@_view
@options.reading
@options.invalid
@options.output
@options.quiet
def compare(
    tokens: tuple[str, ...],
    view: View,
    reading: Reading,
    invalid: str,
    output: str | None,
    quiet: bool,
) -> None:
    """Show sigmoid and softmax side by side.

    INPUT is numbers, a vector such as 1,2,3 or "[1, 2, 3]", a file, or - for
    standard input. Numbers given one by one form one vector.

    \b
      softmax -0.5 1.2 -0.1 2.4
      softmax "[-0.5, 1.2, -0.1, 2.4]" -t 2
      softmax logits.csv --rows 3
      echo "-0.5,1.2,-0.1,2.4" | softmax
    """
    example = not tokens and sys.stdin is not None and sys.stdin.isatty()
    tokens = tokens or (inputs.EXAMPLE if example else ("-",))
    if inputs.are_vectors(tokens):
        shown = _Shown(list(_of_vectors(inputs.vectors(tokens), view, invalid)))
    else:
        shown = _of_files(tokens, view, reading, invalid)
    for note in shown.notes:
        options.say(note, quiet=quiet)
    _write(shown, view, output)
    if example:
        options.say(HINT, quiet=quiet)


@dataclass(frozen=True)
class _Shown:
    """The comparisons of a call, notes on how they were read, and whether rows are left."""

    items: list[Comparison]
    notes: tuple[str, ...] = ()
    more: bool = False


def _of_vectors(vectors: list[inputs.Vector], view: View, invalid: str) -> Iterator[Comparison]:
    import numpy as np

    from softmax_cli.formats.rows import row_fault

    for row, vector in enumerate(vectors, start=1):
        logits = np.array(vector)
        names = tuple(str(i) for i in range(len(vector)))
        place = Place(ARGUMENTS, row, names)
        fault = partial(row_fault, logits, ARGUMENTS, row)
        yield from _compared(place, logits, view, invalid, fault)


def _of_files(paths: Sequence[str], view: View, reading: Reading, invalid: str) -> _Shown:
    items: list[Comparison] = []
    notes: list[str] = []
    more = False
    for path in paths:
        with closing(open_source(path, reading)) as source:
            if source.columns.note:
                notes.append(f"{source.source}: {source.columns.note}")
            found = list(islice(_of_source(source, view, invalid), view.rows + 1))
        items += found[: view.rows]
        more |= len(found) > view.rows
    return _Shown(items, tuple(notes), more)


def _of_source(source: DelimitedSource, view: View, invalid: str) -> Iterator[Comparison]:
    row = 0
    for block in source.blocks():
        rows = source.parse(block)
        for i, logits in enumerate(rows.logits):
            row += 1
            passing = dict(zip(source.columns.passing_names, _cells(rows, i), strict=True))
            place = Place(source.source, row, source.columns.classes, passing)
            yield from _compared(place, logits, view, invalid, partial(rows.fault, i))


def _cells(rows: Rows, i: int) -> tuple[str, ...]:
    # A frame without columns has no rows to ask for either.
    return tuple(cell or "" for cell in rows.passing.row(i)) if rows.passing.width else ()


def _compared(
    place: Place, logits: Floats, view: View, invalid: str, fault: Callable[[], SoftmaxError]
) -> Iterator[Comparison]:
    """The comparison of one vector; none if it is invalid and such are skipped."""
    item = compare_vector(place, logits, view.activations, view.temperature)
    if item.invalid:
        if invalid == "fail":
            raise fault()
        if invalid == "skip":
            return
    yield item


def _write(shown: _Shown, view: View, output: str | None) -> None:
    from softmax_cli.formats.output import open_output, write_text

    if not shown.items:
        raise SoftmaxError(
            "there is no row to show", remedy="Every row was left out, or none is there."
        )
    form = view.form or _form_of(output)
    if form == "table":
        text = _table(shown, view, to_file=output is not None)
    else:
        from softmax_cli.display import export

        text = export.EXPORTS[form](shown.items, view.decimals)
    if output is None:
        write_text(text)
    else:
        with open_output(output) as file:
            file.write(text.encode())


def _form_of(output: str | None) -> str:
    suffix = without_suffix(output or "").rpartition(".")[2].lower()
    return {"md": "markdown"}.get(suffix, suffix if suffix in FORMATS else "table")


def _table(shown: _Shown, view: View, *, to_file: bool) -> str:
    from softmax_cli.display.console import Screen
    from softmax_cli.display.table import comparisons

    screen = Screen() if to_file else Screen.of_stdout()
    decimals = 4 if view.decimals is None else view.decimals
    text = screen.text(comparisons(shown.items, screen, decimals))
    return text + (MORE if shown.more else "")
