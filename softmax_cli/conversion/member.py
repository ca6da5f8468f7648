"""A member of an ensemble after the first: its rows, to be joined to those of the first."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.scales import look_like_probabilities, probability_warning
from softmax_cli.conversion.same_labels import SameLabels, label_codes
from softmax_cli.errors import Notice
from softmax_cli.formats.joins.ids import read_ids
from softmax_cli.formats.joins.rows import RowJoin
from softmax_cli.formats.joins.runs import RowRun
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from softmax_cli.conversion.transform import Transform
    from softmax_cli.formats.joins.matching import SourceMatch
    from softmax_cli.formats.source import Chunk, Source


class Member:
    """The logits of a source in the order of the first one's classes, and doubts about them.

    `labels` checks that its rows have the labels of the first source, if both have some.
    """

    def __init__(
        self, source: Source, match: SourceMatch, transform: Transform, first: Source
    ) -> None:
        self._source, self._match, self._transform = source, match, transform
        self.labels = SameLabels.between(first, source, match)
        self._doubts: Counter[str] = Counter()
        self._probable: bool | None = None  # until there is a row

    def join(self, jobs: int) -> RowJoin:
        """Return the join of all rows, which `jobs` threads parse."""
        runs = self._count(ordered_map(self._read, self._source.chunks(), jobs))
        return RowJoin(self._match, runs)

    def join_in_order(self, chunks: Iterable[Chunk], hint: str) -> RowJoin:
        """Return the join of some chunks, parsed when they are used; `hint` if they differ."""
        return RowJoin(self._match, self._count(map(self._read, chunks)), in_order=hint)

    def warnings(self) -> Iterator[Notice]:
        """Yield what was doubtful about the rows."""
        return doubts_about(self._source.source, self._doubts, probable=bool(self._probable))

    def _count(self, results: Iterable[tuple[RowRun, Mapping[str, int], bool]]) -> Iterator[RowRun]:
        for run, doubts, probable in results:
            self._doubts.update(doubts)
            if len(run):
                self._probable = probable and self._probable is not False
            yield run

    def _read(self, chunk: Chunk) -> tuple[RowRun, Mapping[str, int], bool]:
        """Parse a chunk; return its rows, their warnings, and if they look like probabilities."""
        given, transform, match = self._source.parse(chunk), self._transform, self._match
        probable = (
            transform.exclusive
            and transform.input_scale == "logits"
            and look_like_probabilities(given.logits, exclusive=True)
        )
        rows = given.as_logits(transform.input_scale, exclusive=transform.exclusive)
        logits = rows.logits[:, match.order]
        ids = None if match.id_name is None else read_ids(rows, match.id_columns[1])
        with np.errstate(over="ignore", invalid="ignore"):
            finite = bool(np.isfinite(logits.sum()))
        labels = [label_codes(given, self.labels.columns[1])] if self.labels else []
        run = RowRun((logits, *labels), rows, ids, explained=not finite)
        return run, given.warnings, probable


def doubts_about(source: str, doubts: Mapping[str, int], *, probable: bool) -> Iterator[Notice]:
    """Yield warnings of doubts, counted, and of logits that are `probable` probabilities."""
    if probable:
        yield Notice(f"{source}: {probability_warning(exclusive=True)}", warning=True)
    for doubt, count in doubts.items():
        yield Notice(f"{source}: {doubt}: {count}", warning=True)
