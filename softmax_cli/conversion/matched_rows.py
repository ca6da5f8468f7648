"""Rows of one file in the order of the rows of another: matched by identifier or by position."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.activations.scales import look_like_probabilities, probability_warning
from softmax_cli.errors import Notice, SoftmaxError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.labels.joined import normalize_ids
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.matched_columns import MatchOptions
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Chunk, Source


@dataclass(frozen=True)
class RowRun:
    """A run of rows of a chunk.

    Attributes:
        rows: all rows of the chunk.
        logits: of the run, shape (n, C).
        ids: of the run; None if rows are matched by position.
        start: index of the first row of the run in the chunk.
    """

    rows: Rows
    logits: Floats
    ids: pl.Series | None = None
    start: int = 0

    def __len__(self) -> int:
        return len(self.logits)

    def error(self, i: int) -> SoftmaxError:
        """Return what is wrong with row i of the run."""
        return self.rows.row_error(self.start + i)

    def split(self, count: int) -> tuple[RowRun, RowRun]:
        """Return the first rows, and the others."""
        return self._part(0, count), self._part(count, len(self))

    def _part(self, start: int, stop: int) -> RowRun:
        ids = None if self.ids is None else self.ids[start:stop]
        return RowRun(self.rows, self.logits[start:stop], ids, self.start + start)


@dataclass(frozen=True)
class Match:
    """Rows that match those of a chunk: their logits, shape (N, C), and the run of each row."""

    logits: Floats
    locate: Callable[[int], tuple[RowRun, int]]

    def error(self, i: int) -> SoftmaxError:
        """Return what is wrong with row i."""
        run, index = self.locate(i)
        return run.error(index)


class RowMatcher:
    """The rows of a source, matched to those of the first source of an ensemble.

    With identifiers, nothing is kept as long as both come in the same order; from the first
    difference on, the rest of the source is kept in memory.
    """

    def __init__(
        self, source: Source, options: MatchOptions, transform: Transform, jobs: int
    ) -> None:
        self._source = source
        self._options = options
        self._transform = transform
        self._doubts: Counter[str] = Counter()
        self._probable: bool | None = None  # until there is a row
        self._kept: KeptRows | None = None
        self._ahead: deque[RowRun] = deque()
        self._chunks = self._read_all(jobs)

    def take(self, rows: Rows) -> Match:
        """Return the rows that match the next rows of the first source.

        Raises:
            SoftmaxError: for missing rows, and for missing or duplicate identifiers.
        """
        options = self._options
        if options.id_name is None:
            runs = self._take_up_to(len(rows))
            if sum(map(len, runs)) < len(rows):
                raise self._fewer_rows(self._source.source, options.first)
            return _join(runs, len(options.order))
        ids = _read_ids(rows, options.id_columns[0])
        if self._kept is None:
            runs = self._take_up_to(len(rows))
            if _have_ids(runs, ids):
                return _join(runs, len(options.order))
            self._kept = self._keep(runs)
        return self._kept.take(ids.to_list(), rows)

    def _read_all(self, jobs: int) -> Iterator[tuple[RowRun, Mapping[str, int], bool]]:
        return ordered_map(self._read, self._source.chunks(), jobs)

    def _keep(self, runs: Sequence[RowRun]) -> KeptRows:
        """Keep rows, and all that follow, because they are in another order."""
        kept = KeptRows(self._source.source, self._options.hint)
        for run in runs:
            kept.add(run)
        while ahead := self._next():
            kept.add(ahead)
        return kept

    def require_end(self) -> None:
        """Raise SoftmaxError if there are rows that match none of the first source."""
        first, own = self._options.first, self._source.source
        left = self._kept.unused() if self._kept else []
        while run := self._next():
            if self._options.id_name is None:
                raise self._fewer_rows(first, own)
            left += [] if run.ids is None else run.ids.to_list()
        if left:
            raise SoftmaxError(_missing(left, first), source=own, hint=self._options.hint)

    def warnings(self) -> Iterator[Notice]:
        """Yield what was doubtful about the rows."""
        if self._probable:
            text = f"{self._source.source}: {probability_warning(exclusive=True)}"
            yield Notice(text, warning=True)
        for doubt, count in self._doubts.items():
            yield Notice(f"{self._source.source}: {doubt}: {count}", warning=True)

    def _read(self, chunk: Chunk) -> tuple[RowRun, Mapping[str, int], bool]:
        """Parse a chunk; return its rows, their warnings, and if they look like probabilities."""
        given, transform = self._source.parse(chunk), self._transform
        probable = (
            transform.exclusive
            and transform.input_scale == "logits"
            and look_like_probabilities(given.logits, exclusive=True)
        )
        rows = given.as_logits(transform.input_scale, exclusive=transform.exclusive)
        joined = self._options.id_name is not None
        ids = _read_ids(rows, self._options.id_columns[1]) if joined else None
        return RowRun(rows, rows.logits[:, self._options.order], ids), given.warnings, probable

    def _next(self) -> RowRun | None:
        """Return the next rows that are not taken; None at the end."""
        if self._ahead:
            return self._ahead.popleft()
        for run, doubts, probable in self._chunks:
            self._doubts.update(doubts)
            if len(run):
                self._probable = probable and self._probable is not False
                return run
        return None

    def _take_up_to(self, count: int) -> list[RowRun]:
        """Return the next rows: `count`, or fewer at the end."""
        runs: list[RowRun] = []
        while count and (run := self._next()):
            taken, rest = run.split(count)
            if len(rest):
                self._ahead.appendleft(rest)
            runs.append(taken)
            count -= len(taken)
        return runs

    def _fewer_rows(self, shorter: str, longer: str) -> SoftmaxError:
        return SoftmaxError(f"fewer rows than {longer}", source=shorter, hint=self._options.hint)


class KeptRows:
    """Rows of a source in memory, by their identifiers."""

    def __init__(self, source: str, hint: str) -> None:
        self._source = source
        self._hint = hint
        self._runs: list[RowRun] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._used: set[str] = set()

    def add(self, run: RowRun) -> None:
        """Keep the rows of a run; raise SoftmaxError for a duplicate identifier."""
        assert run.ids is not None
        for i, key in enumerate(run.ids):
            if key in self._places:
                raise run.rows.location(run.start + i).error(_duplicate(key), hint=self._hint)
            self._places[key] = len(self._runs), i
        self._runs.append(run)

    def take(self, ids: Sequence[str], rows: Rows) -> Match:
        """Return the rows with these identifiers, which are those of `rows`."""
        for i, key in enumerate(ids):
            if key in self._used:
                raise rows.location(i).error(_duplicate(key), hint=self._hint)
            if key not in self._places:
                missing = [key for key in ids if key not in self._places]
                raise rows.location(i).error(_missing(missing, self._source), hint=self._hint)
            self._used.add(key)
        places = [self._places[key] for key in ids]
        logits = np.stack([self._runs[run].logits[i] for run, i in places])
        return Match(logits, lambda i: (self._runs[places[i][0]], places[i][1]))

    def unused(self) -> list[str]:
        """Return the identifiers that were not taken."""
        return [key for key in self._places if key not in self._used]


def _join(runs: Sequence[RowRun], width: int) -> Match:
    """Return the rows of runs, one after the other."""
    starts = np.cumsum([0, *map(len, runs)])

    def locate(i: int) -> tuple[RowRun, int]:
        k = int(np.searchsorted(starts, i, "right")) - 1
        return runs[k], i - int(starts[k])

    arrays = [run.logits for run in runs] or [np.empty((0, width))]
    return Match(arrays[0] if len(arrays) == 1 else np.concatenate(arrays), locate)


def _read_ids(rows: Rows, column: int) -> pl.Series:
    if not len(rows):
        return pl.Series(dtype=pl.String)
    return normalize_ids(rows.read_columns([column]).to_series())


def _have_ids(runs: Sequence[RowRun], ids: pl.Series) -> bool:
    """Return True if these are the identifiers of the runs."""
    own = [run.ids for run in runs if run.ids is not None]
    return pl.concat(own).equals(ids) if own else not len(ids)


def _duplicate(key: str) -> str:
    return f"duplicate identifier {quote_names([key])}"


def _missing(keys: Sequence[str], source: str) -> str:
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return f"no row for identifier {quote_names(keys[:3])}{more} in {source}"
