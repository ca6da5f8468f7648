"""Rows of logits to rows of probabilities as text: what `convert` does to every block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli import extras
from softmax_cli.activations import ACTIVATIONS
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.temperatures import temperature_for
from softmax_cli.formats.writing import DelimitedWriter, Numbers, Piece
from softmax_cli.pipeline import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns import Columns
    from softmax_cli.formats.delimited import DelimitedSource
    from softmax_cli.formats.edges import Edges
    from softmax_cli.formats.records import Block
    from softmax_cli.formats.rows import Rows
    from softmax_cli.request import Request


@dataclass(frozen=True)
class Converted:
    """A block's result: its text, how many rows it holds, and the rows that were invalid."""

    text: bytes | memoryview
    rows: int
    position: int
    invalid: int = 0
    first_fault: SoftmaxError | None = None


class Conversion:
    """The plan for one source: the names of the output's columns, and the work on a block."""

    def __init__(self, source: DelimitedSource, request: Request, writer: DelimitedWriter) -> None:
        self._source = source
        self._request = request
        self._activation = ACTIVATIONS[request.activation]
        self._writer = writer
        self._classes = source.columns.classes
        self._temperature = temperature_for(
            request.temperature, request.activation, self._classes, named=source.columns.header
        )
        self._order = _order(source)
        if request.top is not None and request.top > len(self._classes):
            raise UsageError(
                f"--top {request.top}: there are only {len(self._classes)} classes",
                source=source.source,
            )
        if request.add and not self._activation.probabilities:
            raise UsageError("--add needs probabilities: -a softmax or -a sigmoid")

    @property
    def skips(self) -> bool:
        """Whether invalid rows are left out."""
        return self._request.invalid == "skip"

    @property
    def size(self) -> int | None:
        """The size of the raw input in bytes, where it is known."""
        return self._source.size

    def blocks(self) -> Iterator[Block]:
        """The source's rows, for calling this with."""
        return self._source.blocks()

    def header(self) -> bytes:
        """The header line; none where the input has none."""
        columns = self._source.columns
        if not columns.header:
            return b""
        names: list[str] = []
        for run in self._order:
            names += self._value_names(run) if isinstance(run, range) else [columns.names[run]]
            if run is self._last_values:
                names += self._extra_names()
        own = self._extra_names()
        if self._request.top is not None:
            own += extras.top_names(self._request.top, self._activation)
        _require_different(names, own, self._source.source)
        return self._writer.header(names)

    def __call__(self, block: Block) -> Converted:
        """Convert one block; safe to call from many threads at once."""
        given = self._source.parse(block)
        rows = given.as_logits(self._request.scale, normalised=self._activation.normalised)
        values = self._activation(rows.logits, self._temperature)
        bad = _invalid_rows(values)
        if bad is None:
            return Converted(self._render(rows, values), len(rows), block.position)
        fault = rows.fault(int(bad.argmax()))
        if self._request.invalid == "fail":
            raise fault
        rows, values = _without(rows, values, bad, drop=self.skips)
        text = self._render(rows, values)
        return Converted(text, len(rows), block.position, int(bad.sum()), fault)

    @property
    def _last_values(self) -> range:
        return next(run for run in reversed(self._order) if isinstance(run, range))

    def _render(self, rows: Rows, values: Floats) -> bytes | memoryview:
        if (edges := self._edges(rows)) is not None:
            middle = self._value_pieces(values, self._last_values)
            return edges.around(self._writer.render([*middle, *self._extra_pieces(rows, values)]))
        pieces: list[Piece] = []
        passing = iter(rows.passing.get_columns())
        for run in self._order:
            pieces += [next(passing)] if isinstance(run, int) else self._value_pieces(values, run)
            if run is self._last_values:
                pieces += self._extra_pieces(rows, values)
        return self._writer.render(pieces)

    def _edges(self, rows: Rows) -> Edges | None:
        """What stands around the logits, where that can be written as it is."""
        if not len(rows) or self._source.delimiter != self._writer.delimiter:
            return None
        return rows.read_edges()

    def _value_names(self, run: range) -> list[str]:
        if self._request.top is None:
            return [self._classes[i] for i in run]
        if run is not self._last_values:
            return []
        return extras.top_names(self._request.top, self._activation)

    def _value_pieces(self, values: Floats, run: range) -> list[Piece]:
        if self._request.top is None:
            whole = len(run) == values.shape[1]
            return [Numbers(values if whole else values[:, run.start : run.stop])]
        if run is not self._last_values:
            return []
        return extras.top_pieces(values, self._classes, self._request.top)

    def _extra_names(self) -> list[str]:
        kept = [f"logit_{name}" for name in self._classes] if self._request.keep else []
        return kept + list(self._request.add)

    def _extra_pieces(self, rows: Rows, values: Floats) -> list[Piece]:
        kept: list[Piece] = [Numbers(rows.logits, exact=True)] if self._request.keep else []
        return kept + [
            extras.ADDITIONS[name](values, self._classes, self._activation)
            for name in self._request.add
        ]


def convert_all(conversions: Sequence[Conversion], jobs: int) -> Iterator[Converted]:
    """All blocks of all sources, converted on so many threads, in order."""
    parts = ((conversion, block) for conversion in conversions for block in conversion.blocks())
    return ordered_map(lambda part: part[0](part[1]), parts, jobs)


def require_same_columns(sources: Sequence[DelimitedSource]) -> None:
    """Refuse sources that do not have the columns of the first."""
    first = sources[0]
    for source in sources[1:]:
        ours, theirs = first.columns, source.columns
        if (ours.names, ours.header, ours.logits) != (theirs.names, theirs.header, theirs.logits):
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
    return "other columns hold logits"


def _order(source: DelimitedSource) -> list[int | range]:
    """The output's columns: an index of the file for one passed through, a run of classes."""
    place = {column: i for i, column in enumerate(source.columns.logits)}
    order: list[int | range] = []
    for i in range(len(source.columns.names)):
        last = order[-1] if order else None
        if i not in place:
            order.append(i)
        elif isinstance(last, range) and last.stop == place[i]:
            order[-1] = range(last.start, place[i] + 1)
        else:
            order.append(range(place[i], place[i] + 1))
    return order


def _invalid_rows(values: Floats) -> NDArray[np.bool_] | None:
    """Which rows have no answer; None, and quickly, if all have one."""
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


def _require_different(names: list[str], own: list[str], source: str) -> None:
    """Refuse an output whose own columns would carry a name that the input has."""
    for name in own:
        if names.count(name) > 1:
            raise SoftmaxError(
                f'the input has a column "{printable(name)}" already',
                source=source,
                remedy="Rename it, or do without the option that adds one of that name.",
            )
