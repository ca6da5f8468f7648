"""An ensemble in parts: the rows of a part of the first source, with the same rows of the others.

Arrays and tables are read from any row on. Of text, the rows of each part are counted first, so
that a part of one file finds its rows in the parts of another.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from softmax_cli.activations.scales import look_like_probabilities
from softmax_cli.conversion.ensemble import EnsembleSource
from softmax_cli.conversion.member import doubts_about
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.part_map import PartFunction, PartJob, map_parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.conversion.ensemble import EnsembleChunk
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.errors import Notice
    from softmax_cli.formats.part import Part
    from softmax_cli.formats.part_map import PartChunks
    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.executors import ClusterExecutor

_HINT = "Sort the files, or leave out --cluster."


@dataclass(frozen=True)
class RowIndex:
    """The parts of a source, and the number of rows before each, and in all."""

    parts: Sequence[Part]
    starts: Sequence[int]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.starts[-1]

    def range(self, part: Part) -> tuple[int, int]:
        """Return the numbers of the first row of a part and of the row behind its last."""
        i = next(i for i, own in enumerate(self.parts) if own.start == part.start)
        return self.starts[i], self.starts[i + 1]

    def covering(self, start: int, stop: int) -> tuple[int, list[Part]]:
        """Return the parts that hold rows, and how many rows of them come before these."""
        if self.parts[0].by_rows:
            return 0, [replace(self.parts[0], start=start, stop=stop)]
        first = max(0, bisect_right(self.starts, start, hi=len(self.parts)) - 1)
        last = first
        while last < len(self.parts) and self.starts[last] < stop:
            last += 1
        return start - self.starts[first], list(self.parts[first:last])


class EnsembleParts(EnsembleSource):
    """The rows of an ensemble, read in parts of its first source."""

    open_state = ("_joins",)

    def __init__(
        self, sources: Sequence[Source], transform: Transform, ids: Sequence[str] = ()
    ) -> None:
        super().__init__(sources, transform, 1, ids)
        self._transform = transform
        self._indices: list[RowIndex] = []
        self._doubts: list[Counter[str]] = [Counter() for _ in sources]

    def index(self, executor: ClusterExecutor, part_size: int) -> None:
        """Split all sources, and count the rows of the parts of text.

        Raises:
            UsageError: if a source that cannot be split goes with one that is.
            SoftmaxError: if the sources have different numbers of rows.
        """
        parts = [source.parts(part_size) for source in self.sources]
        for source, own in zip(self.sources, parts, strict=True):
            if own[0].whole and any(len(others) > 1 for others in parts):
                raise UsageError(
                    "--cluster cannot split this file, but splits the others",
                    source=source.source,
                    hint="Decompress it, convert it to CSV, or leave out --cluster.",
                )
        counts = self._count(parts, executor)
        for source, own, found in zip(self.sources, parts, counts, strict=True):
            if own[0].by_rows:
                starts = [*(part.start for part in own), own[-1].stop]
                self._indices.append(RowIndex(own, starts))
            else:
                self._indices.append(found)
            if self._indices[-1].rows != self._indices[0].rows:
                ours, theirs = self._indices[0].rows, self._indices[-1].rows
                raise SoftmaxError(
                    f"{theirs} rows, but {self.source} has {ours}", source=source.source
                )

    def parts(self, part_size: int) -> list[Part]:  # noqa: ARG002
        """Return the parts of the first source."""
        return list(self._indices[0].parts)

    def read(self, part: Part) -> Iterator[EnsembleChunk]:
        """Yield the chunks of a part, with the rows of the other sources."""
        first, start_stop = self.sources[0], self._indices[0].range(part)
        joins = []
        others = zip(self.sources[1:], self.members, self._indices[1:], strict=True)
        for source, member, index in others:
            skipped, parts = index.covering(*start_stop)
            # Not ahead of their use, because a file is closed behind its last chunk.
            join = member.join_in_order(_read_all(source, parts), _HINT)
            join.skip(skipped)
            joins.append(join)
        for chunk in first.read(part):
            yield self.join_chunk(self.read_first(chunk), joins)

    def warnings(self) -> Iterator[Notice]:
        """Yield what was doubtful about the rows of the sources after the first."""
        for source, doubts in list(zip(self.sources, self._doubts, strict=True))[1:]:
            probable = self._begins_with_probabilities(source)
            yield from doubts_about(source.source, doubts, probable=probable)

    def _begins_with_probabilities(self, source: Source) -> bool:
        """Return True if the first rows of logits look like probabilities."""
        if not self._transform.exclusive or self._transform.input_scale != "logits":
            return False
        with source.reopened() as again:
            chunk = next(iter(again.chunks()), None)
            logits = None if chunk is None else source.parse(chunk).logits
        return logits is not None and look_like_probabilities(logits, exclusive=True)

    def _count(self, parts: Sequence[Sequence[Part]], executor: ClusterExecutor) -> list[Any]:
        """Return the index of each source whose parts are not ranges of rows."""
        jobs = [
            PartJob(PartFunction(source, _RowCounter(source)), [] if own[0].by_rows else own)
            for source, own in zip(self.sources, parts, strict=True)
        ]
        rows: list[list[int]] = [[] for _ in jobs]
        exact: list[list[Part]] = [[] for _ in jobs]
        for number, result in map_parts(jobs, executor):
            count, doubts = result.result
            rows[number].append(count)
            self._doubts[number].update(doubts)
            line = None if result.part.first else result.lines_before + 1
            exact[number].append(replace(result.part, line=line))
        return [
            RowIndex(own, list(accumulate(counts, initial=0)))
            for own, counts in zip(exact, rows, strict=True)
        ]


def _read_all(source: Source, parts: Sequence[Part]) -> Iterator[Any]:
    for part in parts:
        yield from source.read(part)


@dataclass(frozen=True)
class _RowCounter:
    """Counter of the rows of a part, with what is doubtful about them."""

    source: Source

    def __call__(self, _number: int, chunks: PartChunks) -> tuple[int, Counter[str]]:
        count, doubts = 0, Counter[str]()
        for chunk in chunks:
            if self.source.delimiter and not chunk.has_quotes:
                count += chunk.text.count(b"\n")
            else:
                rows = self.source.parse(chunk)
                count += len(rows)
                doubts.update(rows.warnings)
        return count, doubts
