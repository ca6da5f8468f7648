"""Labeled rows in parts: a fold over the chunks of each part, by tasks of an executor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.evaluation.row_stats import ChunkResult, LabeledChunk, RowStats
from softmax_cli.formats.labels.encoder import LABEL_KINDS, EncodedLabels
from softmax_cli.formats.part_map import PartFunction, PartJob, map_parts, renumber, text_line
from softmax_cli.runtime.kept_results import KeepingExecutor

if TYPE_CHECKING:
    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.formats.part_map import PartChunks, PartResult, PartTasks
    from softmax_cli.formats.rows import Location
    from softmax_cli.runtime.executors import Task

R = TypeVar("R")


@dataclass()
class LabeledPart(Generic[R]):
    """The fold of the rows of a part, None without rows, their counts, and kinds of labels."""

    result: R | None = None
    stats: RowStats = field(default_factory=RowStats)
    kinds: dict[str, Location] = field(default_factory=dict)


@dataclass(frozen=True)
class PartFold(Generic[R]):
    """Fold of the labeled chunks of a part: a function of each, merged in order."""

    stream: LabeledStream
    function: Callable[[LabeledChunk], R]
    merge: Callable[[R, R], R]

    def __call__(self, _number: int, chunks: PartChunks) -> LabeledPart[R]:
        """Return the fold of a part."""
        part: LabeledPart[R] = LabeledPart()
        for chunk in chunks:
            found, encoded = self.stream.process_chunk(chunk, self.function)
            part.stats.add(found.stats)
            for kind in LABEL_KINDS:
                if location := getattr(encoded, kind):
                    part.kinds.setdefault(kind, location())
            if found.result is not None:
                one = part.result
                part.result = found.result if one is None else self.merge(one, found.result)
            if {"named", "numbered"} <= part.kinds.keys():
                break  # an error
        return part


def map_labeled_parts(
    fold: PartFold[R], tasks: PartTasks
) -> Iterator[ChunkResult[Task[PartResult[LabeledPart[R]]] | None]]:
    """Yield the fold of each part in order, as a task whose result stays on its worker.

    `stream.stats` has the sums in the end. Raises SoftmaxError as `stream.map_chunks` does.
    """
    job = PartJob(PartFunction(fold.stream.source, fold), tasks.parts)
    keeping = KeepingExecutor(tasks.executor, _without_result, _with_task)
    results = (_in_text(result) for _, result in map_parts([job], keeping, tasks.executor))
    return fold.stream.collect(results)


def result_of(result: PartResult[LabeledPart[R]]) -> R | None:
    """Return the fold of a part."""
    return result.result.result


def _without_result(result: PartResult[LabeledPart[R]] | None) -> PartResult[Any] | None:
    if result is None:
        return None
    part = result.result
    kept: Any = LabeledPart(part.result is not None, part.stats, part.kinds)
    return replace(result, result=kept)


def _with_task(summary: PartResult[Any] | None, task: Task[Any]) -> PartResult[Any] | None:
    """Return a summary with the task in place of the result, where there is one."""
    if summary is not None:
        summary.result.result = task if summary.result.result else None
    return summary


def _in_text(result: PartResult[Any]) -> tuple[ChunkResult[Any], EncodedLabels]:
    """Return the counts and kinds of labels of a part, with lines of the text."""
    part, before = result.result, result.lines_before
    if part.stats.first_error:
        renumber(part.stats.first_error, before)
    kinds = {
        kind: _Known(replace(location, line=text_line(location.line, before)))
        for kind, location in part.kinds.items()
    }
    chunk = ChunkResult(part.result, part.stats, result.part.size)
    return chunk, EncodedLabels(np.empty(0, np.int32), **kinds)


@dataclass(frozen=True)
class _Known:
    """A function that returns a location."""

    location: Location

    def __call__(self) -> Location:
        return self.location
