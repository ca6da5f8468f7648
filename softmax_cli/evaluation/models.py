"""Several models on the same rows: their files read side by side, and paired differences."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.report import (
    Calibration,
    ChunkSums,
    chunk_outcomes,
    make_report,
    merge_sums,
    summarize,
)
from softmax_cli.evaluation.same_rows import (
    HINT,
    read_shared_key,
    require_same_classes,
    require_same_keys,
    require_same_labels,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from softmax_cli.activations.exact import Floats
    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.evaluation.row_stats import LabeledChunk
    from softmax_cli.metrics.outcomes import Labels
    from softmax_cli.metrics.paired import PairedComparison, PairedSums
    from softmax_cli.metrics.summary import Binning


@dataclass(frozen=True)
class ModelRows:
    """Losses of N rows of a model, NaN where a row is skipped, labels, weights and identifiers."""

    losses: Floats
    labels: Labels
    weights: Floats | None
    keys: NDArray[np.object_] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def split(self, rows: int) -> tuple[ModelRows, ModelRows]:
        """Return the first rows, and the others."""
        return self._part(slice(rows)), self._part(slice(rows, None))

    def _part(self, rows: slice) -> ModelRows:
        weights = None if self.weights is None else self.weights[rows]
        keys = None if self.keys is None else self.keys[rows]
        return ModelRows(self.losses[:, rows], self.labels[rows], weights, keys)


@dataclass(frozen=True)
class ModelsReport:
    """Evaluations of several models, and the difference of each further one to the first.

    `skipped` counts rows that only some of the files have a result for.
    """

    reports: tuple[EvaluationReport, ...]
    comparisons: tuple[PairedComparison, ...]
    skipped: int


class ModelReader:
    """The rows of one model, taken any number at a time, while its metrics are summed."""

    def __init__(
        self,
        stream: LabeledStream,
        temperature: Calibration,
        binning: Binning,
        jobs: int,
        update: Callable[[int, int], None],
    ) -> None:
        self.stream = stream
        self.temperature = temperature
        self.sums: ChunkSums | None = None
        self._update = update
        function = partial(_model_chunk, stream.input_scale, temperature, binning)
        self._chunks = stream.map_chunks(function, jobs)
        self._ahead: deque[ModelRows] = deque()

    def next(self) -> ModelRows | None:
        """Return the next rows; None at the end."""
        if self._ahead:
            return self._ahead.popleft()
        for chunk in self._chunks:
            self._update(chunk.position, self.stream.stats.rows)
            stats = chunk.stats
            total = stats.rows + stats.unlabeled + stats.zero_weight + stats.invalid
            if chunk.result is not None:
                sums, rows = chunk.result
                self.sums = merge_sums(self.sums, sums, self.stream.source.source)
                return replace(rows, keys=chunk.keys)
            if total:
                skipped = np.full((3, total), np.nan)
                return ModelRows(skipped, np.full(total, -1), None, chunk.keys)
        return None

    def close(self) -> None:
        """Stop reading, so that the file can be closed."""
        self._chunks.close()

    def put_back(self, rows: ModelRows) -> None:
        """Return rows that are not yet needed."""
        if len(rows):
            self._ahead.appendleft(rows)


def evaluate_models(readers: Sequence[ModelReader], activation: str) -> ModelsReport:
    """Evaluate several models, and compare each with the first on the rows that both have.

    Raises SoftmaxError for files that differ in classes, identifiers, labels or number of rows.
    """
    try:
        return _evaluate(readers, activation)
    finally:
        for reader in readers:
            reader.close()


def _evaluate(readers: Sequence[ModelReader], activation: str) -> ModelsReport:
    from softmax_cli.metrics.paired import PairedComparison

    streams = [reader.stream for reader in readers]
    names, key = require_same_classes(streams), read_shared_key(streams)
    totals: list[PairedSums | None] = [None] * (len(readers) - 1)
    skipped, first_row = 0, 1
    for parts in _aligned(readers):
        if key is not None:
            require_same_keys(streams, parts, key, first_row)
        require_same_labels(streams, parts, names, first_row)
        first_row += len(parts[0])
        skipped += _add_differences(totals, parts)
    reports = []
    for reader in readers:
        assert reader.sums is not None
        reports.append(make_report(reader.stream, activation, reader.temperature, reader.sums))
    comparisons = []
    for total in totals:
        if total is None:
            raise SoftmaxError("no row has a result in both files", hint=HINT)
        comparisons.append(PairedComparison.from_sums(total))
    return ModelsReport(tuple(reports), tuple(comparisons), skipped)


def _model_chunk(
    input_scale: str,
    temperature: Calibration,
    binning: Binning,
    chunk: LabeledChunk,
) -> tuple[ChunkSums, ModelRows]:
    from softmax_cli.metrics.paired import RowLosses

    outcomes = chunk_outcomes(input_scale, temperature, chunk)
    losses = RowLosses.from_outcomes(outcomes).values
    rows = ModelRows(losses, chunk.labels, chunk.weights)
    return summarize(outcomes, chunk, binning), _spread(rows, chunk.kept)


def _spread(rows: ModelRows, kept: NDArray[np.bool_] | None) -> ModelRows:
    """Return the rows with NaN in place of those that were skipped."""
    if kept is None:
        return rows
    losses = np.full((3, len(kept)), np.nan)
    losses[:, kept] = rows.losses
    labels = np.full((len(kept), *rows.labels.shape[1:]), -1)
    labels[kept] = rows.labels
    weights = None if rows.weights is None else np.zeros(len(kept))
    if weights is not None:
        weights[kept] = rows.weights
    return ModelRows(losses, labels, weights)


def _aligned(readers: Sequence[ModelReader]) -> Iterator[list[ModelRows]]:
    """Yield the same rows of all files."""
    while True:
        parts = [reader.next() for reader in readers]
        ended = [part is None for part in parts]
        if all(ended):
            return
        if any(ended):
            shorter = readers[ended.index(True)].stream.source.source
            longer = readers[ended.index(False)].stream.source.source
            raise SoftmaxError(f"fewer rows than {longer}", source=shorter, hint=HINT)
        whole = [part for part in parts if part is not None]
        size = min(map(len, whole))
        split = [part.split(size) for part in whole]
        for reader, (_, rest) in zip(readers, split, strict=True):
            reader.put_back(rest)
        yield [part for part, _ in split]


def _add_differences(totals: list[PairedSums | None], parts: Sequence[ModelRows]) -> int:
    """Add the differences to the first model; return how many rows not all of them have."""
    from softmax_cli.metrics.paired import PairedSums, RowLosses

    known = [~np.isnan(part.losses[2]) for part in parts]
    for i, part in enumerate(parts[1:]):
        both = known[0] & known[i + 1]
        if not both.any():
            continue
        weights = None if parts[0].weights is None else parts[0].weights[both]
        first = RowLosses(parts[0].losses[:, both], weights)
        sums = PairedSums.from_rows(first, RowLosses(part.losses[:, both], weights))
        total = totals[i]
        totals[i] = sums if total is None else total.merge(sums)
    some, every = np.any(known, 0), np.all(known, 0)
    return int((some & ~every).sum())
