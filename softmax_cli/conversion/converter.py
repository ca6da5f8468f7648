"""Rows of logits to rows of probabilities as text: what `convert` does to every block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.scales import (
    look_like_probabilities,
    probability_warning,
    sequential_columns,
)
from softmax_cli.calibration.fitted_file import resolve_temperature
from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import ConvertOptions
    from softmax_cli.conversion.projection import Projection
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Chunk, Source
    from softmax_cli.formats.writer import Writer


@dataclass(frozen=True)
class ConvertedChunk:
    """A block's result as its writer takes it, how many rows it holds, and what was invalid.

    `probable` says that all rows given as logits look like probabilities; `counting` are the
    columns of logits that count the rows, None where these are too few to tell.
    """

    rendered: Any
    rows: int
    position: int
    looks_like_probabilities: bool
    sequential: frozenset[int] | None
    invalid: int = 0
    first_error: SoftmaxError | None = None


@dataclass
class ConversionStats:
    """How many rows were written and how many were invalid, and the first of these.

    `columns` are the names of the logits where one of them may be an identifier.
    """

    source: str
    skips: bool
    columns: Sequence[str] = ()
    looks_like_probabilities: bool = True
    sequential: frozenset[int] | None = None
    rows: int = 0
    invalid: int = 0
    first_error: SoftmaxError | None = None

    def add(self, chunk: ConvertedChunk) -> None:
        """Count a block."""
        self.rows += chunk.rows
        self.invalid += chunk.invalid
        self.first_error = self.first_error or chunk.first_error
        self.looks_like_probabilities &= chunk.looks_like_probabilities
        if chunk.sequential is not None:
            before = chunk.sequential if self.sequential is None else self.sequential
            self.sequential = before & chunk.sequential

    def notes(self) -> Iterator[str]:
        """What is to be said of the rows, when all are written."""
        if self.rows and self.looks_like_probabilities:
            yield f"{self.source}: {probability_warning(exclusive=True)}"
        if self.sequential and len(self.sequential) < len(self.columns):
            name = printable(self.columns[min(self.sequential)])
            yield (
                f'{self.source}: column "{name}" counts the rows, and is taken for a logit. '
                f"Use --id {name} if it is an identifier."
            )
        if self.first_error is not None:
            total = self.rows + self.invalid if self.skips else self.rows
            what = "left out" if self.skips else "written as NaN"
            yield f"{self.invalid} of {total} rows {what}; the first: {self.first_error.summary}"


class Converter:
    """The work on the blocks of one source; `single` says that float32 is all that is kept."""

    def __init__(
        self,
        source: Source,
        projection: Projection,
        convert_options: ConvertOptions,
        writer: Writer,
        *,
        float32: bool,
    ) -> None:
        self._source = source
        self._plan = projection
        self._options = convert_options
        self._writer = writer
        self._activation = ACTIVATIONS[convert_options.activation]
        derived = bool(convert_options.add) or convert_options.top is not None
        self._dtype = "float32" if float32 and not derived else "float64"
        self._temperature = resolve_temperature(
            convert_options.temperature,
            convert_options.activation,
            source.columns.classes,
            named=source.columns.header,
        )

    @property
    def skips(self) -> bool:
        """Whether invalid rows are left out."""
        return self._options.invalid == "skip"

    @property
    def source(self) -> str:
        """The name of the source."""
        return self._source.source

    @property
    def columns(self) -> Sequence[str]:
        """What the columns of logits are called, where they are columns of text."""
        columns = self._source.columns
        text = self._source.delimiter and not columns.list_in_cell
        return [columns.names[i] for i in columns.logits] if text else ()

    @property
    def size(self) -> int | None:
        """The size of the raw input, where it is known."""
        return self._source.size

    def chunks(self) -> Iterator[Chunk]:
        """The source's rows, for calling this with."""
        return self._source.chunks()

    def __call__(self, chunk: Chunk) -> ConvertedChunk:
        """Convert one block; safe to call from many threads at once."""
        given = self._source.parse(chunk)
        rows = given.as_logits(self._options.input_scale, exclusive=self._activation.exclusive)
        values = self._activation(rows.logits, self._temperature, self._dtype)
        bad = _invalid_rows(values)
        looks_like_probabilities = (
            self._activation.exclusive
            and self._options.input_scale == "logits"
            and look_like_probabilities(given.logits, exclusive=True)
        )
        sequential = sequential_columns(given.logits)
        if bad is None:
            rendered = self._render(rows, values)
            return ConvertedChunk(
                rendered, len(rows), chunk.position, looks_like_probabilities, sequential
            )
        row_error = rows.row_error(int(bad.argmax()))
        if self._options.invalid == "fail":
            raise row_error
        rows, values = _without(rows, values, bad, drop=self.skips)
        rendered = self._render(rows, values)
        return ConvertedChunk(
            rendered,
            len(rows),
            chunk.position,
            looks_like_probabilities,
            sequential,
            int(bad.sum()),
            row_error,
        )

    def _render(self, rows: Rows, values: Floats) -> Any:  # noqa: ANN401
        edged = len(rows) and self._writer.can_splice(self._source.delimiter, values.size)
        template = rows.splice_template() if edged else None
        column_data = self._plan.column_data(rows, values, all_columns=template is None)
        return self._writer.render(column_data, template)


def convert_chunks(conversions: Sequence[Converter], jobs: int) -> Iterator[ConvertedChunk]:
    """All blocks of all sources, converted on so many threads, in order."""
    parts = ((conversion, chunk) for conversion in conversions for chunk in conversion.chunks())
    return ordered_map(lambda part: part[0](part[1]), parts, jobs)


def require_same_columns(sources: Sequence[Source]) -> None:
    """Refuse sources that do not have the columns of the first."""
    first = sources[0]
    for source in sources[1:]:
        ours, theirs = first.columns, source.columns
        # Values of JSON may be of any type in any row; those of tables are of one.
        both = bool(first.json_encoded), bool(source.json_encoded)
        types_differ = both[0] != both[1] or (not both[0] and first.dtypes != source.dtypes)
        if not ours.matches(theirs) or types_differ:
            raise SoftmaxError(
                f"the columns differ from those of {first.source}: {_difference(ours, theirs)}",
                source=source.source,
            )


def _difference(ours: Columns, theirs: Columns) -> str:
    if ours.header != theirs.header:
        return "only one of them has a header"
    if len(ours.names) != len(theirs.names):
        return f"{len(theirs.names)} instead of {len(ours.names)}"
    for i, (our, their) in enumerate(zip(ours.names, theirs.names, strict=True), start=1):
        if our != their:
            return f'column {i} is "{printable(their)}" instead of "{printable(our)}"'
    if ours.logits != theirs.logits:
        return "other columns hold logits"
    return "other columns are not of the same types, or one of the files is JSON and one is not"


def _invalid_rows(values: Floats) -> NDArray[np.bool_] | None:
    """Which rows have no answer; None, and quickly, if all have one."""
    with np.errstate(over="ignore"):
        if not np.isnan(values.sum()):
            return None
    bad = np.asarray(np.isnan(values).any(axis=1))
    return bad if bad.any() else None


def _without(
    rows: Rows, values: Floats, bad: NDArray[np.bool_], *, drop: bool
) -> tuple[Rows, Floats]:
    """The rows less the bad ones, or with NaN for all values of these."""
    if drop:
        return rows.select(~bad), values[~bad]
    return rows, np.where(bad[:, None], np.nan, values)
