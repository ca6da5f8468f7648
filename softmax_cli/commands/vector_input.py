"""One vector of logits from the arguments, a file or standard input, with its classes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from softmax_cli import inputs, options
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import ARGUMENTS, Notice, SoftmaxError, UsageError, printable
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from softmax_cli.number_command import option

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import OneScaling
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.rows import ArgumentRow
    from softmax_cli.formats.source import Source

_WHOLE = "Use -t T; compare and convert take a whole calibration."
_EXAMPLE_NOTE = "an example; try softmax {} 1 2 3"

row = option(
    "Input", "--row", type=click.IntRange(1), metavar="N", show_default="1",
    help="Use the N-th row of a file.",
)  # fmt: skip


@dataclass(frozen=True)
class NamedVector:
    """Logits of shape (C,), the names of their classes, and if these came from a header."""

    logits: Floats
    classes: tuple[str, ...]
    named: bool = False

    def class_index(self, name: str, option_name: str) -> int:
        """Return the index of a class; raise UsageError, with a suggestion, if there is none."""
        if name in self.classes:
            return self.classes.index(name)
        from difflib import get_close_matches

        close = get_close_matches(name, self.classes, 1)
        hint = f'Did you mean "{printable(close[0])}"?' if close else self._class_hint()
        raise UsageError(f'{option_name}: unknown class "{printable(name)}"', hint=hint)

    def scaling(self, given: float | FittedTemperature, activation: str) -> OneScaling:
        """Return the one temperature for these classes, or a map that has one, with biases.

        Raises UsageError for one temperature per class, and for a floor.
        """
        from softmax_cli.activations.calibration_map import CalibrationMap
        from softmax_cli.calibration.fitted_file import resolve_temperature

        resolved = resolve_temperature(given, activation, self.classes, named=self.named)
        if isinstance(resolved, CalibrationMap):
            if resolved.floor:
                raise UsageError("expected one temperature, found a map with a floor", hint=_WHOLE)
            if isinstance(resolved.temperature, float | int):
                return resolved
        if isinstance(resolved, float | int):
            return resolved
        raise UsageError("expected one temperature, found one per class", hint=_WHOLE)

    def _class_hint(self) -> str:
        if not self.named:
            return f"Classes without names are 0 to {len(self.classes) - 1}."
        shown = ", ".join(f'"{printable(name)}"' for name in self.classes[:8])
        return f"Classes: {shown}{', ...' if len(self.classes) > 8 else ''}."


def read_vector(
    command: str,
    tokens: Sequence[str],
    row: int | None,
    read_options: ReadOptions,
    *,
    quiet: bool,
    independent_hint: str | None = None,
) -> NamedVector:
    """Return the vector of the arguments, or a row of a file or of standard input.

    Raises SoftmaxError for a vector that softmax has no answer for, UsageError for several. With
    `independent_hint`, log-probabilities raise UsageError with that hint.
    """
    example = not tokens and sys.stdin is not None and sys.stdin.isatty()
    if example:
        options.print_notices([Notice(_EXAMPLE_NOTE.format(command))], quiet=quiet)
    tokens = tokens or (inputs.EXAMPLE if example else ("-",))
    if inputs.are_vectors(tokens):
        vector, source = _from_arguments(tokens, row, read_options), ARGUMENTS
    elif len(tokens) > 1:
        raise UsageError(f"{command} takes one file, found {len(tokens)}")
    else:
        with closing(open_source(tokens[0], read_options)) as file:
            options.print_notices(file.columns.notices(file.source), quiet=quiet)
            vector, source = _find_row(file, row or 1, independent_hint), file.source
    warn_of_probabilities(vector.logits, source, "their logits, from softmax invert,")
    return vector


def warn_of_probabilities(logits: Floats, source: str, remedy: str) -> None:
    """Print a warning if logits of exclusive classes, shape (C,), look like probabilities."""
    from softmax_cli.activations.scales import look_like_probabilities, probability_warning

    if look_like_probabilities(logits[None], exclusive=True):
        text = probability_warning(exclusive=True, remedy=remedy)
        options.print_notices([Notice(f"{source}: {text}", warning=True)])


def argument_rows(vectors: Sequence[inputs.Vector]) -> list[ArgumentRow]:
    """Return each vector of the arguments as a row."""
    import numpy as np

    from softmax_cli.formats.rows import ArgumentRow

    return [
        ArgumentRow(np.array([vector]), ARGUMENTS, row, vector.names)
        for row, vector in enumerate(vectors, start=1)
    ]


def _from_arguments(
    tokens: Sequence[str], row: int | None, read_options: ReadOptions
) -> NamedVector:
    read_options.reject_for_arguments()
    if row is not None:
        raise UsageError("--row applies to files, not to numbers given as arguments")
    vectors = inputs.vectors(tokens)
    if len(vectors) > 1:
        raise UsageError(f"expected one vector, found {len(vectors)}")
    (rows,) = argument_rows(vectors)
    _require_valid(rows.logits[0], rows.row_error(0))
    return NamedVector(rows.logits[0], rows.columns.classes, rows.columns.header)


def _find_row(source: Source, row: int, independent_hint: str | None) -> NamedVector:
    seen = 0
    for chunk in source.chunks():
        rows = source.parse(chunk)
        if independent_hint:
            rows.require_independent(independent_hint)
        if row <= seen + len(rows):
            i = row - seen - 1
            logits: Floats = rows.logits[i].copy()
            _require_valid(logits, rows.row_error(i))
            return NamedVector(logits, rows.row_classes(i), source.columns.header)
        seen += len(rows)
    raise SoftmaxError(
        f"expected at least {row} row{'s' if row > 1 else ''}, found {seen}", source=source.source
    )


def _require_valid(logits: Floats, error: SoftmaxError) -> None:
    """Raise the error without its hint, which is for many rows, if softmax has no answer."""
    if not abs(float(logits.max())) < float("inf"):
        raise SoftmaxError(
            error.message, source=error.source, line=error.line, row=error.row, column=error.column
        )
