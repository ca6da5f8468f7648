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
from softmax_cli.activations.comparison import Comparison, VectorInfo, compare_vector
from softmax_cli.errors import ARGUMENTS, SoftmaxError, UsageError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from softmax_cli.formats.streams.compression import without_suffix

if TYPE_CHECKING:
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source

TABLE_FORMATS = ("table", "csv", "tsv", "json", "jsonl", "markdown")
MORE = "More rows follow: --rows N shows N of them, softmax convert takes all.\n"
HINT = "an example; your own: softmax 1 2 3, softmax FILE, softmax --help"


@dataclass(frozen=True)
class CompareOptions:
    """What is shown of each vector, and how."""

    activations: tuple[str, ...]
    temperature: float | FittedTemperature
    input_scale: str
    rows: int
    format_name: str | None
    decimals: int | None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The activations to show; by default that for which the temperature was fitted."""
        if self.activations:
            return self.activations
        fitted = getattr(self.temperature, "activation", None)
        return (fitted,) if fitted else ("sigmoid", "softmax")

    @cached_property
    def exclusive(self) -> bool:
        """Whether what is given in another scale than logits is of classes that exclude each other.

        Raises UsageError where the activations shown would take different logits from it.
        """
        kinds = {ACTIVATIONS[name].exclusive for name in self.shown}
        if self.input_scale != "logits" and len(kinds) == 2:
            raise UsageError(
                f"sigmoid and softmax make different logits of {self.input_scale}",
                hint="Choose one with -a.",
            )
        return kinds == {True}


_compare_options = options.options_as_record(CompareOptions, "compare_options", [
    options.activations,
    options.temperature,
    options.input_scale,
    click.option("--rows", type=click.IntRange(1), default=5, show_default=True,
                 help="How many rows of a file to show."),
    click.option("-f", "--format", "format_name", type=click.Choice(TABLE_FORMATS),
                 help="How to show them, else by the suffix of OUT, else as a table."),
    click.option("--decimals", type=click.IntRange(0, 17),
                 help="Digits after the point; 4 in tables, all in data, by default."),
])  # fmt: skip


@click.command(cls=options.NumberCommand)
@click.argument("tokens", metavar="[INPUT]...", nargs=-1)
@_compare_options
@options.read_options
@options.invalid
@options.output
@options.quiet
def compare(
    tokens: tuple[str, ...],
    compare_options: CompareOptions,
    read_options: ReadOptions,
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
        shown = _Shown(list(_of_vectors(inputs.vectors(tokens), compare_options, invalid)))
    else:
        shown = _of_files(tokens, compare_options, read_options, invalid)
    for note in shown.notes:
        options.print_note(note, quiet=quiet)
    _write(shown, compare_options, output)
    if example:
        options.print_note(HINT, quiet=quiet)


@dataclass(frozen=True)
class _Shown:
    """The comparisons of a call, notes on how they were read, and whether rows are left."""

    items: list[Comparison]
    notes: tuple[str, ...] = ()
    more: bool = False


def _of_vectors(
    vectors: list[inputs.Vector], compare_options: CompareOptions, invalid: str
) -> Iterator[Comparison]:
    import numpy as np

    from softmax_cli.formats.rows import ArgumentRow

    for row, vector in enumerate(vectors, start=1):
        names = tuple(str(i) for i in range(len(vector)))
        given = ArgumentRow(np.array([vector]), ARGUMENTS, row)
        rows = given.as_logits(compare_options.input_scale, exclusive=compare_options.exclusive)
        temperature = _temperature(compare_options, names, named=False)
        place = VectorInfo(ARGUMENTS, row, names)
        yield from _compared(place, rows, 0, temperature, compare_options, invalid)


def _of_files(
    paths: Sequence[str], compare_options: CompareOptions, read_options: ReadOptions, invalid: str
) -> _Shown:
    items: list[Comparison] = []
    notes: list[str] = []
    more = False
    for path in paths:
        with closing(open_source(path, read_options)) as source:
            if source.columns.note:
                notes.append(f"{source.source}: {source.columns.note}")
            found = list(
                islice(_of_source(source, compare_options, invalid), compare_options.rows + 1)
            )
        items += found[: compare_options.rows]
        more |= len(found) > compare_options.rows
    return _Shown(items, tuple(notes), more)


def _of_source(
    source: Source, compare_options: CompareOptions, invalid: str
) -> Iterator[Comparison]:
    row = 0
    columns = source.columns
    for chunk in source.chunks():
        given = source.parse(chunk)
        rows = given.as_logits(compare_options.input_scale, exclusive=compare_options.exclusive)
        temperature = _temperature(compare_options, columns.classes, named=columns.header)
        for i in range(len(rows)):
            row += 1
            passthrough = dict(
                zip(
                    columns.passthrough_names,
                    rows.passthrough_cells(i) if columns.passthrough else (),
                    strict=True,
                )
            )
            place = VectorInfo(source.source, row, columns.classes, passthrough)
            yield from _compared(place, rows, i, temperature, compare_options, invalid)


def _temperature(
    compare_options: CompareOptions, classes: Sequence[str], *, named: bool
) -> float | list[float]:
    """The temperature for these classes; SoftmaxError if it is not for all that is shown."""
    from softmax_cli.calibration.fitted_file import resolve_temperature

    temperatures = [
        resolve_temperature(compare_options.temperature, name, classes, named=named)
        for name in compare_options.shown
    ]
    return temperatures[0]


def _compared(
    place: VectorInfo,
    rows: Rows,
    i: int,
    temperature: float | Sequence[float],
    compare_options: CompareOptions,
    invalid: str,
) -> Iterator[Comparison]:
    """The comparison of one row; none if it is invalid and such are skipped."""
    item = compare_vector(place, rows.logits[i], compare_options.shown, temperature)
    if item.invalid:
        if invalid == "fail":
            raise rows.row_error(i)
        if invalid == "skip":
            return
    yield item


def _write(shown: _Shown, compare_options: CompareOptions, output: str | None) -> None:
    from softmax_cli.formats.streams.output import write_result

    if not shown.items:
        raise SoftmaxError(
            "there is no row to show", hint="Every row was left out, or none is there."
        )
    format_name = compare_options.format_name or _form_of(output)
    if format_name == "table":
        text = _table(shown, compare_options, to_file=output is not None)
    else:
        from softmax_cli.display import comparison_export as export

        text = export.EXPORTS[format_name](shown.items, compare_options.decimals)
    write_result(text, output)


def _form_of(output: str | None) -> str:
    suffix = without_suffix(output or "").rpartition(".")[2].lower()
    return {"md": "markdown"}.get(suffix, suffix if suffix in TABLE_FORMATS else "table")


def _table(shown: _Shown, compare_options: CompareOptions, *, to_file: bool) -> str:
    from softmax_cli.display.comparison_table import comparisons
    from softmax_cli.display.console import Screen

    screen = Screen() if to_file else Screen.of_stdout()
    decimals = 4 if compare_options.decimals is None else compare_options.decimals
    text = screen.text(comparisons(shown.items, screen, decimals))
    return text + (MORE if shown.more else "")
