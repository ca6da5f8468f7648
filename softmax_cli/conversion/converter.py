"""Rows of logits to rows of probabilities as text: what `convert` does to every block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.scales import counting_columns, doubt, look_like_probabilities
from softmax_cli.calibration.fitted_file import temperature_for
from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import Request
    from softmax_cli.conversion.projection import Plan
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Block, Source
    from softmax_cli.formats.writer import Writer


@dataclass(frozen=True)
class Converted:
    """A block's result as its writer takes it, how many rows it holds, and what was invalid.

    `probable` says that all rows given as logits look like probabilities; `counting` are the
    columns of logits that count the rows, None where these are too few to tell.
    """

    rendered: Any
    rows: int
    position: int
    probable: bool
    counting: frozenset[int] | None
    invalid: int = 0
    first_fault: SoftmaxError | None = None


@dataclass
class Tally:
    """How many rows were written and how many were invalid, and the first of these.

    `columns` are the names of the logits where one of them may be an identifier.
    """

    source: str
    skips: bool
    columns: Sequence[str] = ()
    probable: bool = True
    counting: frozenset[int] | None = None
    rows: int = 0
    invalid: int = 0
    first_fault: SoftmaxError | None = None

    def add(self, done: Converted) -> None:
        """Count a block."""
        self.rows += done.rows
        self.invalid += done.invalid
        self.first_fault = self.first_fault or done.first_fault
        self.probable &= done.probable
        if done.counting is not None:
            before = done.counting if self.counting is None else self.counting
            self.counting = before & done.counting

    def told(self) -> Iterator[str]:
        """What is to be said of the rows, when all are written."""
        if self.rows and self.probable:
            yield f"{self.source}: {doubt(normalised=True)}"
        if self.counting and len(self.counting) < len(self.columns):
            name = printable(self.columns[min(self.counting)])
            yield (
                f'{self.source}: column "{name}" counts the rows, and is taken for a logit. '
                f"Use --id {name} if it is an identifier."
            )
        if self.first_fault is not None:
            total = self.rows + self.invalid if self.skips else self.rows
            what = "left out" if self.skips else "written as NaN"
            yield f"{self.invalid} of {total} rows {what}; the first: {self.first_fault.finding}"


class Conversion:
    """The work on the blocks of one source; `single` says that float32 is all that is kept."""

    def __init__(
        self, source: Source, plan: Plan, request: Request, writer: Writer, *, single: bool
    ) -> None:
        self._source = source
        self._plan = plan
        self._request = request
        self._writer = writer
        self._activation = ACTIVATIONS[request.activation]
        derived = bool(request.add) or request.top is not None
        self._dtype = "float32" if single and not derived else "float64"
        self._temperature = temperature_for(
            request.temperature,
            request.activation,
            source.columns.classes,
            named=source.columns.header,
        )

    @property
    def skips(self) -> bool:
        """Whether invalid rows are left out."""
        return self._request.invalid == "skip"

    @property
    def source(self) -> str:
        """The name of the source."""
        return self._source.source

    @property
    def columns(self) -> Sequence[str]:
        """What the columns of logits are called, where they are columns of text."""
        columns = self._source.columns
        text = self._source.delimiter and not columns.in_cells
        return [columns.names[i] for i in columns.logits] if text else ()

    @property
    def size(self) -> int | None:
        """The size of the raw input, where it is known."""
        return self._source.size

    def blocks(self) -> Iterator[Block]:
        """The source's rows, for calling this with."""
        return self._source.blocks()

    def __call__(self, block: Block) -> Converted:
        """Convert one block; safe to call from many threads at once."""
        given = self._source.parse(block)
        rows = given.as_logits(self._request.scale, normalised=self._activation.normalised)
        values = self._activation(rows.logits, self._temperature, self._dtype)
        bad = _invalid_rows(values)
        probable = (
            self._activation.normalised
            and self._request.scale == "logits"
            and look_like_probabilities(given.logits, normalised=True)
        )
        counting = counting_columns(given.logits)
        if bad is None:
            rendered = self._render(rows, values)
            return Converted(rendered, len(rows), block.position, probable, counting)
        fault = rows.fault(int(bad.argmax()))
        if self._request.invalid == "fail":
            raise fault
        rows, values = _without(rows, values, bad, drop=self.skips)
        rendered = self._render(rows, values)
        return Converted(
            rendered, len(rows), block.position, probable, counting, int(bad.sum()), fault
        )

    def _render(self, rows: Rows, values: Floats) -> Any:  # noqa: ANN401
        edged = len(rows) and self._writer.accepts(self._source.delimiter, values.size)
        edges = rows.read_edges() if edged else None
        pieces = self._plan.pieces(rows, values, all_columns=edges is None)
        return self._writer.render(pieces, edges)


def convert_all(conversions: Sequence[Conversion], jobs: int) -> Iterator[Converted]:
    """All blocks of all sources, converted on so many threads, in order."""
    parts = ((conversion, block) for conversion in conversions for block in conversion.blocks())
    return ordered_map(lambda part: part[0](part[1]), parts, jobs)


def require_same_columns(sources: Sequence[Source]) -> None:
    """Refuse sources that do not have the columns of the first."""
    first = sources[0]
    for source in sources[1:]:
        ours, theirs = first.columns, source.columns
        # Values of JSON may be of any type in any row; those of tables are of one.
        both = bool(first.raw), bool(source.raw)
        types_differ = both[0] != both[1] or (not both[0] and first.kinds != source.kinds)
        if not ours.alike(theirs) or types_differ:
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
        return rows.only(~bad), values[~bad]
    return rows, np.where(bad[:, None], np.nan, values)
