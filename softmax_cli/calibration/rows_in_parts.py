"""Labeled rows that stay on the workers of a cluster: functions go there, sums come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from softmax_cli.calibration.rows import Location, SubsetCounts, SubsetRows, Subsets
from softmax_cli.evaluation.labeled_parts import LabeledPart, result_of
from softmax_cli.runtime.kept_results import TreeMerge

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import CalibrationMap
    from softmax_cli.calibration.split import Split
    from softmax_cli.calibration.temperature_fit import Merging
    from softmax_cli.evaluation.row_stats import LabeledChunk
    from softmax_cli.formats.part_map import PartResult
    from softmax_cli.runtime.executors import ClusterExecutor, Task

M = TypeVar("M", bound="Merging")


class PartedRows(Subsets):
    """Rows in parts, each a SubsetRows on a worker; if that dies, it is made again from the file.

    Each function of the rows is one round of tasks, one for each part.
    """

    def __init__(
        self, split: Split, floor: CalibrationMap, input_scale: str, executor: ClusterExecutor
    ) -> None:
        self._settings = executor.share((split, floor, input_scale))
        self._executor = executor
        self._parts: list[Task[SubsetRows]] = []

    def add(self, part: Task[PartResult[LabeledPart[list[LabeledChunk]]]], first: int) -> None:
        """Assign the rows of a part, numbered from `first`, to subsets."""
        self._parts.append(self._executor.submit(_assign, self._settings, part, first))

    def count_rows(self) -> None:
        """Count the rows of all parts."""
        self.counts = self._merge(_counts, _merge_counts)

    def merged(
        self,
        function: Callable[[SubsetRows, Location], M],
        subsets: Sequence[int],
        *,
        first: bool = False,
    ) -> M:
        """Return the results of a function of each chunk of some subsets, merged."""
        shared = self._executor.share(function)
        parts = self._parts[:1] if first else self._parts
        total: M | None = self._merge(_merged, _merge, (shared, list(subsets), first), parts)
        if total is None:  # the first part has no such rows
            assert first
            return self.merged(function, subsets)
        return total

    def close(self) -> None:
        """Release the rows."""
        self._parts = []

    def _merge(
        self,
        function: Callable[..., Any],
        merge: Callable[[Any, Any], Any],
        arguments: Sequence[Any] = (),
        parts: Sequence[Task[SubsetRows]] | None = None,
    ) -> Any:  # noqa: ANN401
        tree = TreeMerge(self._executor, merge)
        for part in self._parts if parts is None else parts:
            tree.add(self._executor.submit(function, part, *arguments))
        return tree.result()


def as_list(chunk: LabeledChunk) -> list[LabeledChunk]:
    """Return a list of one chunk, which adds to others."""
    return [chunk]


def _assign(
    settings: tuple[Split, CalibrationMap, str],
    part: PartResult[LabeledPart[list[LabeledChunk]]],
    first: int,
) -> SubsetRows:
    rows = SubsetRows(*settings, jobs=1, spills=False)
    for chunk in result_of(part) or ():
        rows.add(chunk, first)
        first += len(chunk.inputs)
    return rows


def _counts(rows: SubsetRows) -> SubsetCounts | None:
    return rows.counts


def _merge_counts(one: SubsetCounts, other: SubsetCounts) -> SubsetCounts:
    return one.merge(other)


def _merged(
    rows: SubsetRows,
    function: Callable[[SubsetRows, Location], M],
    subsets: Sequence[int],
    first: bool,
) -> M | None:
    return rows.merged(function, subsets, first=first) if rows.count(subsets) else None


def _merge(one: Any, other: Any) -> Any:  # noqa: ANN401
    return one.merge(other)
