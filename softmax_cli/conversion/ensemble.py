"""Several sources with the same rows and classes as one source, and the mean of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.mixing import Mixture
from softmax_cli.calibration.fitted_file import resolve_temperature
from softmax_cli.conversion.convert_options import DISAGREEMENT, ConvertOptions
from softmax_cli.conversion.matched_columns import (
    MatchOptions,
    match_classes,
    reorder_scaling,
    same_names,
    shared_id,
)
from softmax_cli.conversion.matched_rows import RowMatcher
from softmax_cli.conversion.projection import Projection
from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputField
from softmax_cli.formats.rows import SKIP, Rows
from softmax_cli.formats.source import Source
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import polars as pl

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import EnsembleOptions
    from softmax_cli.conversion.matched_rows import Match
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.formats.rows import Location
    from softmax_cli.formats.text.splice import SpliceTemplate


@dataclass(frozen=True)
class EnsembleChunk:
    """Matched rows of all sources; `position` is that of the first."""

    rows: Rows
    position: int


class EnsembleSource(Source):
    """The rows of the first source, each with the matching rows of the others.

    Rows are joined by the columns `ids`, if any are given.
    """

    def __init__(
        self, sources: Sequence[Source], transform: Transform, jobs: int, ids: Sequence[str] = ()
    ) -> None:
        first, *others = sources
        self.source, self.size, self.columns = first.source, first.size, first.columns
        self.format_name, self.delimiter = first.format_name, first.delimiter
        self.decimal_comma = first.decimal_comma
        self.one_dimensional = first.one_dimensional
        self.dtypes, self.json_encoded = first.dtypes, first.json_encoded
        self.float32 = all(source.float32 for source in sources)
        self.sources = sources
        self.orders = [match_classes(first, source) for source in sources]
        self._id = shared_id(sources, ids)
        self._transform, self._jobs = transform, jobs
        pairs = zip(others, self.orders[1:], strict=True)
        self._match_options = [self._options_of(source, order) for source, order in pairs]
        self._matchers = self._make_matchers()

    def parse(self, chunk: EnsembleChunk) -> Rows:
        """Return the rows of a chunk."""
        return chunk.rows

    def chunks(self) -> Iterator[EnsembleChunk]:
        """Yield the chunks of the first source with the matching rows of the others."""
        first = self.sources[0]
        for position, rows in ordered_map(
            lambda chunk: (chunk.position, first.parse(chunk)), first.chunks(), self._jobs
        ):
            yield match_chunk(rows, self._matchers, position)
        for matcher in self._matchers:
            matcher.require_end()

    def close(self) -> None:
        """Close all files."""
        for source in self.sources:
            source.close()

    def notices(self) -> Iterator[Notice]:
        """Yield how rows and classes are matched, and what is in doubt of further sources."""
        by = "position" if self._id is None else quote_names([self._id[0]])
        yield Notice(f"rows matched by {by}")
        for source in self.sources[1:]:
            if not same_names(self.columns.classes, source.columns.classes):
                yield Notice(f"{source.source}: classes matched by position")
            yield from source.columns.notices(source.source)

    def warnings(self) -> Iterator[Notice]:
        """Yield what was doubtful about the rows of the sources after the first."""
        for matcher in self._matchers:
            yield from matcher.warnings()

    def _make_matchers(self) -> list[RowMatcher]:
        return [
            RowMatcher(source, options, self._transform, self._jobs)
            for source, options in zip(self.sources[1:], self._match_options, strict=True)
        ]

    def _options_of(self, source: Source, order: Sequence[int]) -> MatchOptions:
        if self._id is None:
            return MatchOptions(self.source, order)
        name, columns = self._id
        own = columns[self.sources.index(source)]
        return MatchOptions(self.source, order, name, (columns[0], own))


def match_chunk(rows: Rows, matchers: Sequence[RowMatcher], position: int) -> EnsembleChunk:
    """Return rows of the first source with the matching rows of the others."""
    return EnsembleChunk(_EnsembleRows(rows, [m.take(rows) for m in matchers]), position)


class _EnsembleRows(Rows):
    """Rows of the first source; once `exclusive` is known, with logits of shape (N, M, C)."""

    def __init__(
        self, first: Rows, matches: Sequence[Match], *, exclusive: bool | None = None
    ) -> None:
        logits = first.logits
        if exclusive is not None:
            logits = np.stack([first.logits, *(match.logits for match in matches)], axis=1)
        super().__init__(logits, first.columns)
        self.warnings = first.warnings
        self._exclusive = exclusive
        self._first = first
        self._matches = matches

    def as_logits(self, input_scale: str, *, exclusive: bool) -> Rows:
        first = self._first.as_logits(input_scale, exclusive=exclusive)
        return _EnsembleRows(first, self._matches, exclusive=exclusive)

    def location(self, i: int) -> Location:
        return self._first.location(i)

    def row_error(self, i: int) -> SoftmaxError:
        for k, values in enumerate(self.logits[i]):
            if np.isnan(values).any() or (self._exclusive and not np.isfinite(values.max())):
                return self._first.row_error(i) if k == 0 else self._matches[k - 1].error(i)
        return self.location(i).error(
            "one model is certain of a class that another excludes",
            hint=f"Use --mean arithmetic. {SKIP}",
        )

    def read_passthrough(self) -> pl.DataFrame:
        return self._first.passthrough

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        return self._first.read_columns(columns)

    def splice_template(self) -> SpliceTemplate | None:
        return self._first.splice_template()


class EnsembleTransform:
    """Logits of several models to their mean probabilities.

    With DISAGREEMENT, two more numbers follow in each row: `disagreement` and `dissent`.
    """

    numbered = False
    exact = False

    def __init__(self, options: EnsembleOptions) -> None:
        self._options = options
        self.input_scale = options.input_scale
        self.exclusive = ACTIVATIONS[options.activation].exclusive
        self.invalid = options.invalid

    def projection(self, source: Source) -> Projection:
        """Return the columns of the first source with the mean probabilities."""
        return EnsembleProjection(source, self._options)

    def function(self, source: Source, *, float32: bool) -> Callable[[Floats, int], Floats]:  # noqa: ARG002
        """Return the function that mixes logits, shape (N, M, C)."""
        mixture, add = self.mixture(source), self._options.add

        def mix(logits: Floats, _first_row: int) -> Floats:
            own = [np.ascontiguousarray(logits[:, k]) for k in range(logits.shape[1])]
            mixed = mixture.mix(own)
            if DISAGREEMENT not in add:
                return mixed
            added = [mixture.disagreement(own), mixture.dissent(own, mixed)]
            return np.column_stack([mixed, *added])

        return mix

    def mixture(self, source: Source) -> Mixture:
        """Return the mixture of the models of a source."""
        assert isinstance(source, EnsembleSource)
        weights = self._options.weights or [1.0] * len(source.sources)
        return Mixture(
            self._scalings(source), weights, self._options.mean, exclusive=self.exclusive
        )

    def _scalings(self, source: EnsembleSource) -> list[Scaling]:
        """Return the temperature of each model, for the classes in the order of the first."""
        count = len(source.sources)
        temperatures = self._options.temperatures or (1.0,)
        if len(temperatures) == 1:
            temperatures *= count
        scalings = []
        for own, temperature in zip(source.sources, temperatures, strict=True):
            columns = own.columns
            scalings.append(
                resolve_temperature(
                    temperature, self._options.activation, columns.classes, named=columns.header
                )
            )
        return list(map(reorder_scaling, scalings, source.orders))


class EnsembleProjection(Projection):
    """Columns of the first source, with `disagreement` and `dissent` if these are added."""

    def __init__(self, source: Source, options: EnsembleOptions) -> None:
        derived = tuple(name for name in options.add if name != DISAGREEMENT)
        super().__init__(source, ConvertOptions(options.activation, add=derived))
        self._disagreement = DISAGREEMENT in options.add

    def _added_fields(self) -> Iterator[OutputField]:
        yield from super()._added_fields()
        if self._disagreement:
            yield OutputField(("disagreement",), added=True)
            yield OutputField(("dissent",), added=True)

    def _values(self, rows: Rows, values: Floats, run: range) -> list[ColumnData]:
        return super()._values(rows, values[:, : len(self._classes)], run)

    def _derived(self, rows: Rows, values: Floats) -> list[ColumnData]:
        classes = len(self._classes)
        derived = super()._derived(rows, values[:, :classes])
        if self._disagreement:
            derived.append(NumericColumns(values[:, classes : classes + 1]))
            derived.append(NumericColumns(values[:, classes + 1 :], exact=True))
        return derived
