"""Whole groups from runs of rows, whether or not chunks or other groups cut them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.groups.keys import KeyedRows, quote_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from softmax_cli.errors import SoftmaxError


@dataclass(frozen=True)
class Span:
    """The rows of a chunk from `first` up to `last`."""

    keyed: KeyedRows
    first: int
    last: int


@dataclass(frozen=True)
class GroupChunk:
    """A number of whole groups.

    Attributes:
        spans: their rows, in the order of the input.
        starts: the first row of each group, counted from the first of the spans; where `order`
            is given, in that order.
        position: bytes of the input up to the end of the chunk.
        order: the rows of one group after those of another; None where they are contiguous.
    """

    spans: Sequence[Span]
    starts: NDArray[np.intp]
    position: int
    order: NDArray[np.intp] | None = None


class Hashes:
    """A set of 64-bit hashes, in sorted arrays of which each is at least twice the next.

    It takes 8 bytes per hash, a tenth of a set of Python.
    """

    def __init__(self) -> None:
        self._arrays: list[NDArray[np.uint64]] = []

    def add(self, added: NDArray[np.uint64]) -> None:
        """Add hashes, which are sorted."""
        if not len(added):
            return
        while self._arrays and len(self._arrays[-1]) < 2 * len(added):
            both = np.concatenate((self._arrays.pop(), added))
            added = np.sort(both, kind="stable")  # merges runs that are sorted
        self._arrays.append(added)

    def contain(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return True for each hash that has been added; fastest for sorted ones."""
        found = np.zeros(len(hashes), np.bool_)
        for array in self._arrays:
            places = np.searchsorted(array, hashes)
            found |= array[np.minimum(places, len(array) - 1)] == hashes
        return found


@dataclass()
class ContiguousGroups:
    """Groups that are runs of the input; a key that comes again is an error.

    Memory is that of a chunk and of the longest group, and 8 bytes per group for a hash of its
    key. Two keys of one hash would be reported as one group, which has a probability of 3e-8
    among a million groups.

    Attributes:
        seen: hashes of the keys so far.
        others: those of other inputs of the same output.
    """

    seen: Hashes = field(default_factory=Hashes)
    others: list[Hashes] = field(default_factory=list)

    def merge(self, scans: Iterable[KeyedRows]) -> Iterator[GroupChunk]:
        """Yield whole groups; the last group of a chunk waits for what follows."""
        held: list[Span] = []
        last_hash = None
        position = 0
        for keyed in scans:
            position = keyed.position
            continues = bool(held) and keyed.hashes[0] == last_hash
            last_hash = keyed.hashes[-1]
            self._add(keyed, int(continues))
            waiting = sum(span.last - span.first for span in held)
            starts = np.concatenate(
                ([0] if held else [], waiting + keyed.starts[int(continues) :])
            ).astype(np.intp)
            closed = max(0, int(starts[-1]) - waiting)
            if len(starts) > 1:
                yield GroupChunk([*held, Span(keyed, 0, closed)], starts[:-1], position)
                held = []
            held.append(Span(keyed, closed, len(keyed.rows)))
        if held:
            yield GroupChunk(held, np.zeros(1, np.intp), position)

    def _add(self, keyed: KeyedRows, first: int) -> None:
        """Add the keys of the runs from `first`; raise SoftmaxError if one has been seen."""
        hashes = keyed.hashes[first:]
        ordered = np.sort(hashes)
        if (ordered[1:] == ordered[:-1]).any() or self.seen.contain(ordered).any():
            repeated = np.ones(len(hashes), np.bool_)
            repeated[np.unique(hashes, return_index=True)[1]] = False
            raise _repeated(keyed, first + int((repeated | self.seen.contain(hashes)).argmax()))
        _require_own(keyed, first, self.others)
        self.seen.add(ordered)


@dataclass()
class GatheredGroups:
    """Groups whose rows are anywhere in the input, all of which is held in memory."""

    seen: Hashes = field(default_factory=Hashes)
    others: list[Hashes] = field(default_factory=list)

    def merge(self, scans: Iterable[KeyedRows]) -> Iterator[GroupChunk]:
        """Yield all groups at once, in the order of their first rows."""
        chunks = list(scans)
        if not chunks:
            return
        for keyed in chunks:
            _require_own(keyed, 0, self.others)
            self.seen.add(np.unique(keyed.hashes))
        hashes = np.concatenate([keyed.hashes for keyed in chunks])
        lengths = [np.diff(keyed.starts, append=len(keyed.rows)) for keyed in chunks]
        _, firsts, codes = np.unique(hashes, return_index=True, return_inverse=True)
        groups = np.repeat(firsts[codes], np.concatenate(lengths))
        order = np.argsort(groups, kind="stable")
        starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
        spans = [Span(keyed, 0, len(keyed.rows)) for keyed in chunks]
        yield GroupChunk(spans, starts, chunks[-1].position, order)


def join_chunks(chunks: Iterable[GroupChunk]) -> GroupChunk | None:
    """Return all groups of contiguous rows, or of one chunk, as one chunk; None if none are."""
    parts = list(chunks)
    if len(parts) < 2:
        return parts[0] if parts else None
    starts, before = [], 0
    for part in parts:
        starts.append(part.starts + before)
        before += sum(span.last - span.first for span in part.spans)
    spans = [span for part in parts for span in part.spans]
    return GroupChunk(spans, np.concatenate(starts), parts[-1].position)


def _repeated(keyed: KeyedRows, run: int) -> SoftmaxError:
    """Return the error of a run whose group has been before."""
    location = keyed.rows.location(int(keyed.starts[run]))
    name = quote_key(keyed.keys.row(run))
    return location.error(f"group {name} occurs again, after other groups", hint="Use --unsorted.")


def _require_own(keyed: KeyedRows, first: int, others: Sequence[Hashes]) -> None:
    """Raise SoftmaxError for a run, from `first`, that is in other inputs."""
    shared = np.zeros(len(keyed.hashes) - first, np.bool_)
    for other in others:
        shared |= other.contain(keyed.hashes[first:])
    if not shared.any():
        return
    run = first + int(shared.argmax())
    raise keyed.rows.location(int(keyed.starts[run])).error(
        f"group {quote_key(keyed.keys.row(run))} is in more than one file",
        hint="Put all its rows in one file.",
    )
