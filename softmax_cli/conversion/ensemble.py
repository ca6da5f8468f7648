"""Several sources with the same rows and classes as one source, and the mean of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import reorder_scaling
from softmax_cli.activations.mixing import Mixture
from softmax_cli.calibration.fitted_file import resolve_temperature
from softmax_cli.conversion.convert_options import DISAGREEMENT, ConvertOptions
from softmax_cli.conversion.member import Member
from softmax_cli.conversion.projection import Projection
from softmax_cli.conversion.same_labels import take_rows
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.joins.matching import match_notices, match_sources
from softmax_cli.formats.joins.rows import RowJoin, read_first_ids
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
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.formats.joins.runs import JoinedRows
    from softmax_cli.formats.rows import Location
    from softmax_cli.formats.source import Chunk
    from softmax_cli.formats.text.splice import SpliceTemplate


@dataclass(frozen=True)
class EnsembleChunk:
    """Matched rows of all sources; `position` is that of the first."""

    rows: Rows
    position: int


@dataclass(frozen=True)
class FirstRows:
    """Rows of the first source, and their identifiers for the join of each of the others."""

    rows: Rows
    ids: Sequence[pl.Series | None]
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
        self.matches = match_sources(sources, ids)
        self.orders = [range(len(first.columns.classes)), *(m.order for m in self.matches)]
        self._jobs = jobs
        pairs = zip(others, self.matches, strict=True)
        self.members = [Member(source, match, transform, first) for source, match in pairs]
        self._joins: list[RowJoin] = []

    def parse(self, chunk: EnsembleChunk) -> Rows:
        """Return the rows of a chunk."""
        return chunk.rows

    def chunks(self) -> Iterator[EnsembleChunk]:
        """Yield the chunks of the first source with the matching rows of the others."""
        self._joins = [member.join(self._jobs) for member in self.members]
        first = self.sources[0]
        for read in ordered_map(self.read_first, first.chunks(), self._jobs):
            yield self.join_chunk(read, self._joins)
        for join in self._joins:
            join.require_end()

    def read_first(self, chunk: Chunk) -> FirstRows:
        """Return the rows of a chunk of the first source."""
        rows = self.sources[0].parse(chunk)
        return FirstRows(rows, read_first_ids(rows, self.matches), chunk.position)

    def join_chunk(self, first: FirstRows, joins: Sequence[RowJoin]) -> EnsembleChunk:
        """Return rows of the first source with the matching rows of the others."""
        checks = [member.labels for member in self.members]
        joined = take_rows(first.rows, first.ids, joins, checks)
        return EnsembleChunk(_EnsembleRows(first.rows, joined), first.position)

    def close(self) -> None:
        """Close all files."""
        for source in self.sources:
            source.close()

    def notices(self) -> Iterator[Notice]:
        """Yield how rows and classes are matched, and what is in doubt of further sources."""
        yield from match_notices(self.matches)
        for source in self.sources[1:]:
            yield from source.columns.notices(source.source)

    def warnings(self) -> Iterator[Notice]:
        """Yield what was doubtful about the rows of the sources after the first."""
        for member in self.members:
            yield from member.warnings()
        for join in self._joins:
            yield from join.notices()


class _EnsembleRows(Rows):
    """Rows of the first source; once `exclusive` is known, with logits of shape (N, M, C)."""

    def __init__(
        self, first: Rows, joined: Sequence[JoinedRows], *, exclusive: bool | None = None
    ) -> None:
        logits = first.logits
        if exclusive is not None:
            others = [rows.arrays[0] if rows.arrays else logits for rows in joined]
            logits = np.stack([logits, *others], axis=1)
        super().__init__(logits, first.columns)
        self.warnings = first.warnings
        self._exclusive = exclusive
        self._first = first
        self._joined = joined

    def as_logits(self, input_scale: str, *, exclusive: bool) -> Rows:
        first = self._first.as_logits(input_scale, exclusive=exclusive)
        return _EnsembleRows(first, self._joined, exclusive=exclusive)

    def location(self, i: int) -> Location:
        return self._first.location(i)

    def row_error(self, i: int) -> SoftmaxError:
        for k, values in enumerate(self.logits[i]):
            if np.isnan(values).any() or (self._exclusive and not np.isfinite(values.max())):
                return self._first.row_error(i) if k == 0 else self._joined[k - 1].error(i)
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
