"""Comparisons of the vectors in the arguments, and of the first rows of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.comparison import Comparison, VectorInfo, compare_vector
from softmax_cli.commands.vector_input import argument_rows
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import ARGUMENTS, Notice, SoftmaxError, UsageError
from softmax_cli.formats.read_options import ReadContext, ReadOptions
from softmax_cli.formats.registry import SINGLE_CLASS, open_source

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.calibration.fitted_file import FittedTemperature
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source
    from softmax_cli.inputs import Vector

DEFAULT_ROWS = 5


@dataclass(frozen=True)
class CompareOptions:
    """Activations and temperatures to show, number of rows, and output format."""

    activations: tuple[str, ...]
    temperatures: tuple[float | FittedTemperature, ...]
    input_scale: str
    invalid: str
    rows: int | None
    format_name: str | None
    decimals: int | None
    output: str | None
    plot: str | None

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Activations to show: by default those of the fitted temperatures, else both."""
        if self.activations:
            return self.activations
        fitted = [getattr(temperature, "activation", None) for temperature in self.temperatures]
        return tuple(dict.fromkeys(filter(None, fitted))) or ("sigmoid", "softmax")

    def are_exclusive(self, shown: Sequence[str]) -> bool:
        """Return True if the classes are mutually exclusive to all activations shown.

        Raises UsageError if these invert the input scale differently.
        """
        flags = {ACTIVATIONS[name].exclusive for name in shown}
        if self.input_scale != "logits" and len(flags) == 2:
            raise UsageError(
                f"sigmoid and softmax invert {self.input_scale} differently",
                hint="Choose one with -a.",
            )
        return flags == {True}


@dataclass(frozen=True)
class Comparisons:
    """Comparisons of all inputs, notices about reading them, and whether more rows follow."""

    items: list[Comparison]
    notices: Sequence[Notice] = ()
    more: bool = False


def compare_arguments(vectors: Sequence[Vector], compare_options: CompareOptions) -> Comparisons:
    """Return the comparisons of vectors given as arguments."""
    if compare_options.rows is not None:
        raise UsageError("--rows applies to files, not to numbers given as arguments")
    reader = _Reader(compare_options)
    items: list[Comparison] = []
    for row, argument in enumerate(argument_rows(vectors), start=1):
        info = VectorInfo(ARGUMENTS, row, argument.columns.classes)
        items += reader.compare_argument(argument, info)
    reader.require_some(items, ARGUMENTS)
    single = any(len(item.logits) == 1 for item in items)
    exclusive = any(ACTIVATIONS[name].exclusive for name in compare_options.shown)
    notices = [Notice(SINGLE_CLASS)] if single and exclusive else []
    notices += _probability_warning(items, compare_options)
    return Comparisons(items, [*notices, *reader.warnings()])


def compare_files(
    paths: Sequence[str], compare_options: CompareOptions, read_options: ReadOptions
) -> Comparisons:
    """Return the comparisons of the first rows of each file."""
    rows = compare_options.rows or DEFAULT_ROWS
    exclusive = any(ACTIVATIONS[name].exclusive for name in compare_options.shown)
    context = ReadContext(exclusive=exclusive)
    read_options = read_options.on_scale(compare_options.input_scale, exclusive=exclusive)
    reader = _Reader(compare_options)
    items: list[Comparison] = []
    notices: list[Notice] = []
    more = False
    for path in paths:
        with closing(open_source(path, read_options, context)) as source:
            notices += source.columns.notices(source.source)
            first = list(islice(reader.compare_source(source), rows + 1))
            truncated = bool(read_options.candidates)
            reader.require_some(first, source.source)
        notices += _probability_warning(first[:rows], compare_options, truncated=truncated)
        items += first[:rows]
        more |= len(first) > rows
    return Comparisons(_with_same_activations(items), [*notices, *reader.warnings()], more)


def _probability_warning(
    items: Sequence[Comparison], compare_options: CompareOptions, *, truncated: bool = False
) -> Iterator[Notice]:
    """Yield a warning if all vectors of one source look like probabilities."""
    from softmax_cli.activations.scales import look_like_probabilities, probability_warning

    exclusive = any(ACTIVATIONS[name].exclusive for name in compare_options.shown)
    if compare_options.input_scale == "logits" and exclusive and all(
        look_like_probabilities(item.logits[None], exclusive=True, truncated=truncated)
        for item in items
    ):  # fmt: skip
        source = items[0].vector_info.source
        text = probability_warning(exclusive=True, truncated=truncated)
        yield Notice(f"{source}: {text}", warning=True)


def _with_same_activations(items: list[Comparison]) -> list[Comparison]:
    """Return the comparisons with the activations that all of them have."""
    common = set.intersection(*({*item.activations} for item in items))
    return [
        replace(item, results=[result for result in item.results if result.activation in common])
        for item in items
    ]


class _Reader:
    """Rows as comparisons, with a count of those that are skipped."""

    def __init__(self, compare_options: CompareOptions) -> None:
        self._options = compare_options
        self._read = 0
        self._skipped = 0
        self._first_error: SoftmaxError | None = None

    def compare_source(self, source: Source) -> Iterator[Comparison]:
        """Yield the comparisons of the valid rows of a source."""
        row = 0
        columns = source.columns
        for chunk in source.chunks():
            rows = self._as_logits(source.parse(chunk))
            for i in range(len(rows)):
                row += 1
                cells = rows.passthrough_cells(i) if columns.passthrough else ()
                passthrough = dict(zip(columns.passthrough_names, cells, strict=True))
                info = VectorInfo(source.source, row, rows.row_classes(i), passthrough)
                yield from self._compare(rows, i, info)

    def compare_argument(self, row: Rows, info: VectorInfo) -> Iterator[Comparison]:
        """Yield the comparison of a vector, or nothing if it is invalid and skipped."""
        yield from self._compare(self._as_logits(row), 0, info)

    def _as_logits(self, rows: Rows) -> Rows:
        exclusive = self._options.are_exclusive(self._shown(rows))
        return rows.as_logits(self._options.input_scale, exclusive=exclusive)

    def _compare(self, rows: Rows, i: int, info: VectorInfo) -> Iterator[Comparison]:
        shown = self._shown(rows)
        temperatures = self._temperatures(shown, rows.columns)
        item = compare_vector(info, rows.logits[i], shown, temperatures)
        self._read += 1
        if item.invalid and self._options.invalid != "nan":
            error = rows.row_error(i)
            if self._options.invalid == "fail":
                raise error
            self._skipped += 1
            self._first_error = self._first_error or error
            return
        yield item

    def _shown(self, rows: Rows) -> tuple[str, ...]:
        """Return the activations to show; by default, of log-probabilities only exclusive ones."""
        shown = self._options.shown
        if not rows.truncated or self._options.activations:
            return shown
        return tuple(name for name in shown if ACTIVATIONS[name].exclusive) or shown

    def _temperatures(self, shown: Sequence[str], columns: Columns) -> list[Scaling]:
        """Return the temperatures or maps; raise SoftmaxError if one does not fit."""
        temperatures: list[Scaling] = []
        for temperature in self._options.temperatures:
            if isinstance(temperature, float | int):
                temperatures.append(temperature)
                continue
            from softmax_cli.calibration.fitted_file import resolve_temperature

            resolved = [
                resolve_temperature(temperature, name, columns.classes, named=columns.header)
                for name in shown
            ]
            temperatures.append(resolved[0])
        return temperatures

    def require_some(self, items: Sequence[Comparison], source: str) -> None:
        """Raise SoftmaxError if there is nothing to show of a source, and say why."""
        if items:
            return
        if self._first_error is None:
            raise SoftmaxError("expected at least 1 row, found 0", source=source)
        raise SoftmaxError(
            f"every row was skipped: {self._skipped} invalid; first: {self._first_error.summary}",
            source=source,
        )

    def warnings(self) -> Iterator[Notice]:
        """Yield a warning about skipped rows."""
        if self._first_error is not None:
            text = f"{self._skipped} of {self._read} rows skipped; first: "
            yield Notice(text + self._first_error.summary, warning=True)
