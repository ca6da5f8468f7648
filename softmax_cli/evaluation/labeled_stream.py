"""Labeled rows as a stream, for `evaluate` and `calibrate`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.scales import look_like_probabilities
from softmax_cli.errors import Notice, printable
from softmax_cli.evaluation.label_feed import LabelFeed
from softmax_cli.evaluation.row_stats import (
    CheckedRows,
    ChunkResult,
    LabeledChunk,
    RowStats,
    count_scored,
    distinct_labels,
)
from softmax_cli.evaluation.validation import Flags, invalid_rows, require_consistent_labels
from softmax_cli.formats.labels.encoder import LABEL_KINDS, LabelEncoder
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.evaluation.label_options import LabelOptions
    from softmax_cli.formats.labels.encoder import EncodedLabels
    from softmax_cli.formats.labels.row_columns import RowColumns, RowGroups
    from softmax_cli.formats.labels.source import LabelSource
    from softmax_cli.formats.rows import Location, Rows
    from softmax_cli.formats.source import Chunk, Source
    from softmax_cli.metrics.outcomes import Labels

R = TypeVar("R")


class LabeledStream:
    """A source of rows with labels among its columns or in a separate file.

    `for_fitting` says that a calibration is fitted on the rows, which rules out labels of
    probability 0.
    """

    def __init__(
        self,
        source: Source,
        labels: LabelSource | None,
        label_options: LabelOptions,
        *,
        for_fitting: bool,
        row_columns: RowColumns | None = None,
    ) -> None:
        self.exclusive = ACTIVATIONS[label_options.activation].exclusive
        self.source = source
        self.stats = RowStats()
        self._end_notices: list[Notice] = []
        self.input_scale = label_options.input_scale
        self.feed = LabelFeed(source, labels)
        self._for_fitting = for_fitting
        self._skips = label_options.invalid == "skip"
        self._by_index = False
        self._encode = LabelEncoder(
            self.feed.names,
            source.columns.classes,
            self.feed.source,
            exclusive=self.exclusive,
            base=label_options.label_base,
        )
        self.row_columns = row_columns

    def map_chunks(
        self, function: Callable[[LabeledChunk], R], jobs: int
    ) -> Generator[ChunkResult[R | None], None, None]:
        """Yield the result of the function on the valid, labeled rows of each chunk, in order.

        The result is None for a chunk without such rows; `stats` has the sums at the end.
        Raises SoftmaxError for invalid rows, unless they are skipped, and for unknown labels.
        """
        return self.map_rows(_of_kept(function), jobs)

    def map_rows(
        self, function: Callable[[CheckedRows], R], jobs: int
    ) -> Generator[ChunkResult[R], None, None]:
        """Yield the result of the function on all rows of each chunk, as `map_chunks` does."""
        # Closed here, because garbage may be collected on a thread that it would wait for.
        with closing(self._map(function, jobs)) as results:
            yield from self.collect(results)

    def collect(
        self, results: Iterable[tuple[ChunkResult[R], EncodedLabels]]
    ) -> Generator[ChunkResult[R], None, None]:
        """Yield the results of chunks or of parts, and add up their counts."""
        kinds: dict[str, Callable[[], Location]] = {}
        for part, encoded in results:
            for kind in LABEL_KINDS:
                if location := getattr(encoded, kind):
                    kinds.setdefault(kind, location)
            if {"named", "numbered"} <= kinds.keys():
                raise self._encode.conflict(kinds["numbered"]())
            self.stats.add(part.stats)
            yield part
        self._by_index = self._encode.reads_indices and "named" not in kinds
        self._end_notices = list(self.feed.end())
        if not self.stats.rows:
            raise self.stats.no_rows(self.source.source)
        if "minus_one" in kinds and self.stats.labels == {1}:
            raise self._encode.late_minus_one(kinds["minus_one"]())

    def study(self) -> None:
        """Learn from the first rows how labels are written."""
        next(self._chunks(), None)

    def input_notices(self) -> Iterator[Notice]:
        """Yield notices about the columns and the labels, before rows are read."""
        yield from self.source.columns.notices(self.source.source)
        yield from self.feed.notices()

    def notices(self) -> Iterator[Notice]:
        """Yield notices about the rows, when all have been read."""
        source, stats = self.source.source, self.stats
        yield from self._end_notices
        if self._encode.by_order:
            text = f"{source}: label columns matched to classes by position, not by name"
            yield Notice(text, warning=True)
        if self._may_count_from_1():
            text = f"{source}: no label is 0. If labels count from 1, use --label-base 1."
            yield Notice(text, warning=True)
        if len(stats.labels) == 1:
            label = next(iter(stats.labels))
            yield Notice(f"{source}: {self._only_label(label)}", warning=True)
        yield from stats.warnings(source, exclusive=self.exclusive, invalid_rows="skipped")

    def _may_count_from_1(self) -> bool:
        """Return True if class indices leave out 0 in more rows than chance explains."""
        by_index = self.exclusive and self._by_index and not self._encode.base
        many = self.stats.rows >= 3 * len(self.source.columns.classes)
        return by_index and many and min(self.stats.labels, default=0) > 0

    def _only_label(self, label: int) -> str:
        if not self.exclusive:
            return f"every label is {label}: there is nothing to separate"
        name = printable(self.source.columns.classes[label])
        return f'every label is "{name}": the other classes never occur'

    def _map(
        self, function: Callable[[CheckedRows], R], jobs: int
    ) -> Generator[tuple[ChunkResult[R], EncodedLabels]]:
        if self.feed.ordered:
            taken = self._take_labels(jobs)
            return ordered_map(lambda rows: self._process(*rows, function), taken, jobs)
        return ordered_map(lambda chunk: self._process_chunk(chunk, function), self._chunks(), jobs)

    def _chunks(self) -> Iterator[Chunk]:
        """Yield all chunks, after a look at the labels of the first."""
        chunks = self.source.chunks()
        for first in chunks:
            self._encode.study(self.source.parse(first).read_labels())
            yield first
            break
        yield from chunks

    def _take_labels(self, jobs: int) -> Iterator[tuple[Rows, EncodedLabels, int]]:
        """Yield the rows of chunks in order, each with its labels from another file."""
        source = self.source
        parsed = ordered_map(lambda c: (source.parse(c), c.position), source.chunks(), jobs)
        for i, (rows, position) in enumerate(parsed):
            frame, location = self.feed.take(rows)
            if i == 0:
                self._encode.study(frame)
            yield rows, self._encode(frame, location), position

    def process_chunk(
        self, chunk: Chunk, function: Callable[[LabeledChunk], R]
    ) -> tuple[ChunkResult[R | None], EncodedLabels]:
        """Return the function of a chunk with labels among its columns, and its labels."""
        return self._process_chunk(chunk, _of_kept(function))

    def _process_chunk(
        self, chunk: Chunk, function: Callable[[CheckedRows], R]
    ) -> tuple[ChunkResult[R], EncodedLabels]:
        rows = self.source.parse(chunk)
        encoded = self._encode(*self.feed.take(rows))
        return self._process(rows, encoded, chunk.position, function)

    def _process(
        self,
        given: Rows,
        encoded: EncodedLabels,
        position: int,
        function: Callable[[CheckedRows], R],
    ) -> tuple[ChunkResult[R], EncodedLabels]:
        rows = given.as_logits(self.input_scale, exclusive=self.exclusive)
        bad = invalid_rows(rows, exclusive=self.exclusive)
        if bad.any() and not self._skips:
            raise rows.row_error(int(bad.argmax()))
        labels = encoded.classes
        labeled: Flags = np.asarray((labels >= 0).reshape(len(labels), -1).any(1))
        kept = labeled & ~bad
        self._require_consistent(rows, labels, kept)
        weights, groups = self._read_row_columns(given)
        zero = np.zeros_like(kept) if weights is None else kept & (weights == 0)
        kept &= ~zero
        every = LabeledChunk(rows.inputs, rows.logits, labels, weights, groups)
        checked = CheckedRows(given, every, kept)
        chunk = checked.valid
        stats = RowStats(
            rows=int(kept.sum()),
            unlabeled=int((~labeled & ~bad).sum()),
            zero_weight=int(zero.sum()),
            invalid=int(bad.sum()),
            first_error=rows.row_error(int(bad.argmax())) if bad.any() else None,
            looks_like_probabilities=self.input_scale == "logits"
            and look_like_probabilities(
                chunk.logits, exclusive=self.exclusive, truncated=given.truncated
            ),
            scored=count_scored(given),
            labels=distinct_labels(chunk.labels),
            doubts=Counter(given.warnings),
        )
        return ChunkResult(function(checked), stats, position), encoded

    def _read_row_columns(self, rows: Rows) -> tuple[Floats | None, RowGroups | None]:
        if self.row_columns is None:
            return None, None
        return self.row_columns.read_weights(rows), self.row_columns.read_groups(rows)

    def _require_consistent(self, rows: Rows, labels: Labels, kept: Flags) -> None:
        # Metrics count labels of probability 0; no temperature fixes them.
        if self.input_scale == "logits" or self._for_fitting:
            require_consistent_labels(
                rows,
                labels,
                kept,
                self.source.columns.classes,
                input_scale=self.input_scale,
                for_fitting=self._for_fitting,
            )


def _of_kept(function: Callable[[LabeledChunk], R]) -> Callable[[CheckedRows], R | None]:
    """Return the function of rows that are kept; None where none are."""

    def apply(checked: CheckedRows) -> R | None:
        return function(checked.valid) if checked.kept.any() else None

    return apply
