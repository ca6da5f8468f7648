"""`softmax compare`: sigmoid and softmax side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.comparison import Comparison, Place, compare_vector
from softmax_cli.errors import ARGUMENTS, SoftmaxError, UsageError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from softmax_cli.formats.streams.compression import without_suffix

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "markdown")
MORE = "More rows follow: --rows N shows N of them, softmax convert takes all.\n"
HINT = "an example; your own: softmax 1 2 3, softmax FILE, softmax --help"


@dataclass(frozen=True)
class View:
    """What is shown of each vector, and how."""

    activations: tuple[str, ...]
    temperature: float | FittedTemperature
    scale: str
    rows: int
    form: str | None
    decimals: int | None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The activations to show; by default that for which the temperature was fitted."""
        if self.activations:
            return self.activations
        fitted = getattr(self.temperature, "activation", None)
        return (fitted,) if fitted else ("sigmoid", "softmax")

    @cached_property
    def normalised(self) -> bool:
        """Whether what is given in another scale than logits is of classes that exclude each other.

        Raises UsageError where the activations shown would take different logits from it.
        """
        kinds = {ACTIVATIONS[name].normalised for name in self.shown}
        if self.scale != "logits" and len(kinds) == 2:
            raise UsageError(
                f"sigmoid and softmax make different logits of {self.scale}",
                remedy="Choose one with -a.",
            )
        return kinds == {True}


_view = options.bundle(View, "view", [
    options.activations,
    options.temperature,
    options.scale,
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
    reading: ReadOptions,
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

    from softmax_cli.formats.rows import given_rows

    for row, vector in enumerate(vectors, start=1):
        names = tuple(str(i) for i in range(len(vector)))
        given = given_rows(np.array(vector), ARGUMENTS, row)
        rows = given.as_logits(view.scale, normalised=view.normalised)
        temperature = _temperature(view, names, named=False)
        place = Place(ARGUMENTS, row, names)
        yield from _compared(place, rows, 0, temperature, view, invalid)


def _of_files(paths: Sequence[str], view: View, reading: ReadOptions, invalid: str) -> _Shown:
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


def _of_source(source: Source, view: View, invalid: str) -> Iterator[Comparison]:
    row = 0
    columns = source.columns
    for block in source.blocks():
        given = source.parse(block)
        rows = given.as_logits(view.scale, normalised=view.normalised)
        temperature = _temperature(view, columns.classes, named=columns.header)
        for i in range(len(rows)):
            row += 1
            passing = dict(zip(columns.passing_names, _cells(source, rows, i), strict=True))
            place = Place(source.source, row, columns.classes, passing)
            yield from _compared(place, rows, i, temperature, view, invalid)


def _cells(source: Source, rows: Rows, i: int) -> tuple[str, ...]:
    if not source.columns.passing:
        return ()
    if rows.texts_beside:
        return tuple(rows.texts_beside(i))
    if source.raw:
        from softmax_cli.formats.text.rendering import of_json

        cells = [of_json(column[i : i + 1])[0] for column in rows.passing.get_columns()]
    else:
        cells = list(rows.passing.row(i))
    return tuple("" if cell is None else str(cell) for cell in cells)


def _temperature(view: View, classes: Sequence[str], *, named: bool) -> float | list[float]:
    """The temperature for these classes; SoftmaxError if it is not for all that is shown."""
    from softmax_cli.calibration.fitted_file import temperature_for

    temperatures = [
        temperature_for(view.temperature, name, classes, named=named) for name in view.shown
    ]
    return temperatures[0]


def _compared(
    place: Place,
    rows: Rows,
    i: int,
    temperature: float | Sequence[float],
    view: View,
    invalid: str,
) -> Iterator[Comparison]:
    """The comparison of one row; none if it is invalid and such are skipped."""
    item = compare_vector(place, rows.logits[i], view.shown, temperature)
    if item.invalid:
        if invalid == "fail":
            raise rows.fault(i)
        if invalid == "skip":
            return
    yield item


def _write(shown: _Shown, view: View, output: str | None) -> None:
    from softmax_cli.formats.streams.output import write_result

    if not shown.items:
        raise SoftmaxError(
            "there is no row to show", remedy="Every row was left out, or none is there."
        )
    form = view.form or _form_of(output)
    if form == "table":
        text = _table(shown, view, to_file=output is not None)
    else:
        from softmax_cli.display import comparison_export as export

        text = export.EXPORTS[form](shown.items, view.decimals)
    write_result(text, output)


def _form_of(output: str | None) -> str:
    suffix = without_suffix(output or "").rpartition(".")[2].lower()
    return {"md": "markdown"}.get(suffix, suffix if suffix in FORMATS else "table")


def _table(shown: _Shown, view: View, *, to_file: bool) -> str:
    from softmax_cli.display.comparison_table import comparisons
    from softmax_cli.display.console import Screen

    screen = Screen() if to_file else Screen.of_stdout()
    decimals = 4 if view.decimals is None else view.decimals
    text = screen.text(comparisons(shown.items, screen, decimals))
    return text + (MORE if shown.more else "")
