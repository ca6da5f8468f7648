"""Several models on the same rows: their files joined, and paired differences."""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.report import chunk_outcomes, make_report, summarize
from softmax_cli.evaluation.row_stats import LabeledChunk
from softmax_cli.evaluation.same_labels import LocatedRows, require_same_labels
from softmax_cli.formats.joins.ids import read_ids
from softmax_cli.formats.joins.matching import match_notices, match_sources
from softmax_cli.formats.joins.rows import RowJoin, read_first_ids
from softmax_cli.formats.joins.runs import RowRun
from softmax_cli.runtime.ordered_map import map_ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from softmax_cli.errors import Notice
    from softmax_cli.evaluation.report import ChunkSums, EvaluationReport, Model
    from softmax_cli.evaluation.row_stats import CheckedRows
    from softmax_cli.evaluation.validation import Flags
    from softmax_cli.formats.joins.ids import Ids
    from softmax_cli.formats.joins.matching import SourceMatch
    from softmax_cli.formats.joins.runs import Arrays, JoinedRows
    from softmax_cli.formats.rows import Rows
    from softmax_cli.metrics.paired import PairedComparison, PairedSums, RowLosses
    from softmax_cli.metrics.summary import Binning

R = TypeVar("R")
M = TypeVar("M", "ChunkSums", "PairedSums")


@dataclass(frozen=True)
class ModelsReport:
    """Evaluations of several models, and the difference of each further one to the first.

    `skipped` counts rows that only some of the files have a result for.
    """

    reports: tuple[EvaluationReport, ...]
    comparisons: tuple[PairedComparison, ...]
    skipped: int


@dataclass(frozen=True)
class FirstRows:
    """Rows of the first file, what is needed of them, and their identifiers for each join."""

    rows: Rows
    arrays: Arrays
    ids: Sequence[Ids | None]


@dataclass(frozen=True)
class _Sums:
    """Sums over the same rows of all models, and over the differences to the first."""

    models: list[ChunkSums | None]
    pairs: list[PairedSums | None]
    skipped: int

    def merge(self, other: _Sums) -> _Sums:
        """Return the sums over the rows of both."""
        return _Sums(
            list(map(_merge, self.models, other.models)),
            list(map(_merge, self.pairs, other.pairs)),
            self.skipped + other.skipped,
        )


class ModelComparison:
    """The evaluation of several models, each compared with the first on the rows of both.

    Rows are joined by identifier, which may be one of the columns `ids`, or by position.

    Raises:
        SoftmaxError: if the classes differ.
    """

    def __init__(
        self, models: Sequence[Model], activation: str, binning: Binning, ids: Sequence[str] = ()
    ) -> None:
        self._models, self._activation, self._binning = models, activation, binning
        row_columns = [model.stream.row_columns for model in models]
        weights = [one.weight_name for one in row_columns if one and one.weight_name]
        self._sources = [model.stream.source for model in models]
        self._matches = match_sources(self._sources, ids, weights)
        self._joins: list[RowJoin] = []

    @property
    def size(self) -> int | None:
        """The size of all files in bytes; None if one is unknown."""
        sizes = [source.size for source in self._sources]
        return None if None in sizes else sum(size or 0 for size in sizes)

    def notices(self) -> Iterator[Notice]:
        """Yield how rows and classes are matched."""
        return match_notices(self._matches)

    def end_notices(self) -> Iterator[Notice]:
        """Yield notices about the rows, when all have been read."""
        for model in self._models:
            yield from model.stream.notices()
        for join in self._joins:
            yield from join.notices()

    def evaluate(self, jobs: int, update: Callable[[int, int], None]) -> ModelsReport:
        """Evaluate all rows; update(bytes_read, rows) reports progress.

        Raises:
            SoftmaxError: for rows that not all files have, or with other labels or weights.
        """
        from softmax_cli.metrics.paired import PairedComparison

        total: _Sums | None = None
        with closing(self._joined(jobs, update)) as joined:
            for sums in map_ahead(lambda rows: self._sum(*rows), joined, jobs):
                total = sums if total is None else total.merge(sums)
        assert total is not None
        comparisons = []
        for pair, match in zip(total.pairs, self._matches, strict=True):
            if pair is None:
                raise SoftmaxError("no row has a result in both files", hint=match.hint)
            comparisons.append(PairedComparison.from_sums(pair))
        reports = []
        for model, own in zip(self._models, total.models, strict=True):
            assert own is not None
            reports.append(make_report(model, self._activation, own))
        return ModelsReport(tuple(reports), tuple(comparisons), total.skipped)

    def _joined(
        self, jobs: int, update: Callable[[int, int], None]
    ) -> Generator[tuple[FirstRows, list[JoinedRows]]]:
        """Yield rows of the first file, and the same rows of the others."""
        positions = [0] * len(self._models)

        def read(k: int, function: Callable[[CheckedRows], R]) -> Generator[R]:
            stream = self._models[k].stream
            for chunk in stream.map_rows(function, max(1, jobs // len(self._models))):
                positions[k] = chunk.position
                update(sum(positions), stream.stats.rows)
                yield chunk.result

        # Reading has to stop before the files are closed.
        with ExitStack() as stack:
            self._joins.clear()
            for k, match in enumerate(self._matches, start=1):
                runs = stack.enter_context(closing(read(k, partial(_read_run, match))))
                self._joins.append(RowJoin(match, runs))
            for first in stack.enter_context(closing(read(0, self._read_first))):
                if len(first.rows):
                    pairs = zip(self._joins, first.ids, strict=True)
                    yield first, [join.take(first.rows, ids) for join, ids in pairs]
            for join in self._joins:
                join.require_end()

    def _read_first(self, checked: CheckedRows) -> FirstRows:
        ids = read_first_ids(checked.rows, self._matches)
        return FirstRows(checked.rows, _pack(checked), ids)

    def _sum(self, first: FirstRows, joined: Sequence[JoinedRows]) -> _Sums:
        packed = [first.arrays, *(rows.arrays for rows in joined)]
        kept, chunks = zip(*map(_unpack, self._models, packed), strict=True)
        locations = [first.rows.location, *(rows.location for rows in joined)]
        located = [
            LocatedRows(model.stream, chunk, location)
            for model, chunk, location in zip(self._models, chunks, locations, strict=True)
        ]
        for other, match, ids in zip(located[1:], self._matches, first.ids, strict=True):
            require_same_labels(located[0], other, match, ids)
        results = list(map(self._sum_model, self._models, chunks, kept))
        pairs = [
            _pair(results[0][1].select(flags[kept[0]]), losses.select(kept[0][flags]))
            for flags, (_, losses) in zip(kept[1:], results[1:], strict=True)
        ]
        partly = np.any(kept, 0) & ~np.all(kept, 0)
        return _Sums([sums for sums, _ in results], pairs, int(partly.sum()))

    def _sum_model(
        self, model: Model, chunk: LabeledChunk, kept: Flags
    ) -> tuple[ChunkSums | None, RowLosses]:
        """Return the sums and the losses of the rows that are kept."""
        from softmax_cli.metrics.paired import LOSSES, RowLosses

        if not kept.any():
            return None, RowLosses(np.empty((len(LOSSES), 0)))
        valid = chunk.select(kept)
        outcomes = chunk_outcomes(model.stream.input_scale, model.temperature, valid)
        return summarize(outcomes, valid, self._binning), RowLosses.from_outcomes(outcomes)


def _pair(first: RowLosses, other: RowLosses) -> PairedSums | None:
    from softmax_cli.metrics.paired import PairedSums

    return PairedSums.from_rows(first, other) if other.values.size else None


def _read_run(match: SourceMatch, checked: CheckedRows) -> RowRun:
    ids = None if match.id_name is None else read_ids(checked.rows, match.id_columns[1])
    return RowRun(_pack(checked), checked.rows, ids)


def _pack(checked: CheckedRows) -> Arrays:
    """Return what is needed of rows."""
    chunk = checked.chunk
    inputs = [] if chunk.inputs is chunk.logits else [chunk.inputs]
    weights = [] if chunk.weights is None else [chunk.weights]
    return (checked.kept, chunk.labels, chunk.logits, *inputs, *weights)


def _unpack(model: Model, arrays: Arrays) -> tuple[Flags, LabeledChunk]:
    """Return which of the packed rows are valid and labeled, and all of them."""
    kept, labels, logits, *others = arrays
    inputs = logits if model.stream.input_scale == "logits" else others.pop(0)
    return kept, LabeledChunk(inputs, logits, labels, others[0] if others else None)


def _merge(total: M | None, sums: M | None) -> M | None:
    return total.merge(sums) if total and sums else total or sums
