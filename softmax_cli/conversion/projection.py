"""What `convert` writes of one source: the fields of its rows, and the pieces for a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.conversion import derived_columns as extras
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.output_schema import Field, Layout, Numbers, Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import Request
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source


class Plan:
    """Columns passed through, runs of classes, and what is asked for beside them, in order."""

    def __init__(self, source: Source, request: Request) -> None:
        self._source = source
        self._request = request
        self._activation = ACTIVATIONS[request.activation]
        self._classes = source.columns.classes
        self._order = _order(source)
        self._last = next(run for run in reversed(self._order) if isinstance(run, range))
        if request.top is not None and request.top > len(self._classes):
            raise UsageError(
                f"--top {request.top}: there are only {len(self._classes)} classes",
                source=source.source,
            )
        if request.add and not self._activation.probabilities:
            raise UsageError("--add needs probabilities: -a softmax or -a sigmoid")

    def layout(self, *, single: bool) -> Layout:
        """The fields of a row; `single` says that float32 is precise enough for all numbers.

        Raises SoftmaxError if one that is added has the name of one that is there.
        """
        columns = self._source.columns
        fields = list(self._fields())
        layout = Layout(
            fields,
            columns.header,
            in_cells=columns.in_cells,
            scored=columns.scored,
            single=single,
            flat=self._source.flat,
        )
        if columns.header:
            own = [name for field in self._own_fields() for name in field.names]
            _require_different(layout.names, own, self._source.source)
        return layout

    def pieces(self, rows: Rows, values: Floats, *, all_columns: bool = True) -> list[Piece]:
        """A piece for each field; without columns that pass through unless `all_columns`."""
        pieces: list[Piece] = []
        wanted = all_columns and bool(self._source.columns.passing)
        passing = iter(rows.passing.get_columns() if wanted else ())
        for run in self._order:
            if isinstance(run, int):
                pieces += [next(passing)] if all_columns else []
            else:
                pieces += self._values(values, run)
            if run is self._last:
                pieces += self._extras(rows, values)
        return pieces

    def _fields(self) -> Iterator[Field]:
        columns = self._source.columns
        kinds = self._source.kinds
        for run in self._order:
            if isinstance(run, int):
                name = columns.names[run] if columns.header else f"column_{columns.names[run]}"
                yield Field(
                    (name,),
                    numbers=False,
                    kind=kinds.get(run),
                    raw=run in self._source.raw,
                )
            elif self._request.top is None:
                yield Field(tuple(self._classes[i] for i in run), nested=columns.nested)
            if run is self._last:
                yield from self._own_fields()

    def _own_fields(self) -> Iterator[Field]:
        """The fields that no column of the input stands for."""
        if self._request.top is not None:
            for i, name in enumerate(extras.top_names(self._request.top, self._activation)):
                yield Field((name,), numbers=i % 2 == 1, added=True)
        if self._request.keep:
            yield Field(tuple(f"logit_{name}" for name in self._classes))
        for name in self._request.add:
            yield Field((name,), numbers=name != "prediction", added=True)

    def _values(self, values: Floats, run: range) -> list[Piece]:
        if self._request.top is None:
            whole = len(run) == values.shape[1]
            return [Numbers(values if whole else values[:, run.start : run.stop])]
        if run is not self._last:
            return []
        return extras.top_pieces(values, self._classes, self._request.top)

    def _extras(self, rows: Rows, values: Floats) -> list[Piece]:
        kept: list[Piece] = [Numbers(rows.logits, exact=True)] if self._request.keep else []
        return kept + [
            extras.ADDITIONS[name](values, self._classes, self._activation)
            for name in self._request.add
        ]


def _order(source: Source) -> list[int | range]:
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


def _require_different(names: list[str], own: list[str], source: str) -> None:
    """Refuse an output whose own columns would carry a name that the input has."""
    for name in own:
        if names.count(name) > 1:
            raise SoftmaxError(
                f'the input has a column "{printable(name)}" already',
                source=source,
                remedy="Rename it, or do without the option that adds one of that name.",
            )
