"""Labeled rows in random subsets, spooled for the passes of fits and evaluations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial, reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from softmax_cli.activations.scales import to_logits
from softmax_cli.calibration.spool import Spool
from softmax_cli.dataclass import dataclass
from softmax_cli.evaluation.row_stats import LabeledChunk
from softmax_cli.metrics.statistics import Mergeable
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Self

    from numpy.typing import NDArray

    from softmax_cli.activations.calibration_map import CalibrationMap
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.split import Split
    from softmax_cli.calibration.temperature_fit import MapReduce, Merging

R = TypeVar("R")
M = TypeVar("M", bound="Merging")
Location = tuple[int, int]


@dataclass(frozen=True)
class SubsetCounts(Mergeable):
    """Sums over the rows of S subsets, with weights w.

    Attributes:
        rows: number of rows, shape (S,).
        weights: sum of w.
        squares: sum of w^2.
        positive: sum of w over the rows with the label of each class, shape (S, C).
        labeled: that over the rows with a known label.
    """

    rows: Floats
    weights: Floats
    squares: Floats
    positive: Floats
    labeled: Floats

    @classmethod
    def of_chunk(cls, subsets: NDArray[np.intp], count: int, chunk: LabeledChunk) -> Self:
        """Sum over rows, each of one of `count` subsets."""
        labels, w = chunk.labels, chunk.weights
        rows, weights, squares = (
            np.bincount(subsets, values, count).astype(np.float64)
            for values in (None, w, None if w is None else w * w)
        )
        classes = chunk.inputs.shape[1]
        if labels.ndim == 1:
            positive = np.bincount(subsets * classes + labels, w, count * classes)
            by_class = positive.reshape(count, classes).astype(np.float64)
            return cls(rows, weights, squares, by_class, np.repeat(weights[:, None], classes, 1))
        member = (subsets == np.arange(count)[:, None]) * (1.0 if w is None else w)
        return cls(rows, weights, squares, member @ (labels == 1), member @ (labels >= 0))


class Subsets(ABC):
    """Labeled rows in subsets, and functions of all rows of some of them."""

    counts: SubsetCounts | None = None

    def count(self, subsets: Iterable[int]) -> int:
        """Return the number of rows in some subsets."""
        return 0 if self.counts is None else int(self.counts.rows[list(subsets)].sum())

    def effective_rows(self, subsets: Iterable[int]) -> float:
        """Return (sum w)^2 / sum w^2 of the weights of some subsets: the rows if all are 1."""
        assert self.counts is not None
        chosen = list(subsets)
        return float(self.counts.weights[chosen].sum() ** 2 / self.counts.squares[chosen].sum())

    def class_shares(self, subsets: Iterable[int]) -> list[float]:
        """Return the share of each class among the labels of some subsets, or its base rate."""
        assert self.counts is not None
        chosen = list(subsets)
        positive, labeled = self.counts.positive[chosen].sum(0), self.counts.labeled[chosen].sum(0)
        return [float(share) for share in positive / np.where(labeled > 0, labeled, 1.0)]

    @abstractmethod
    def merged(
        self,
        function: Callable[[SubsetRows, Location], M],
        subsets: Sequence[int],
        *,
        first: bool = False,
    ) -> M:
        """Return the results of a function of each chunk of some subsets, merged.

        With `first`, the first chunk only.
        """

    def map_reduce(self, subsets: Sequence[int], *, first: bool = False) -> MapReduce:
        """Return the map-reduce over the logits, labels and weights of some subsets."""
        assert self.counts is not None
        chosen = list(subsets)
        scale = float(self.counts.weights[chosen].sum() / self.counts.squares[chosen].sum())

        def map_reduce(function: Callable[[Any, Any, Any], M]) -> M:
            return self.merged(partial(_apply, function, scale), subsets, first=first)

        return map_reduce

    @abstractmethod
    def close(self) -> None:
        """Release the rows."""


def _apply(
    function: Callable[[Any, Any, Any], M], scale: float, rows: SubsetRows, location: Location
) -> M:
    chunk = rows.read(location)
    weights = None if chunk.weights is None else chunk.weights * scale
    return function(chunk.logits, chunk.labels, weights)


class SubsetRows(Subsets):
    """Chunks of labeled rows in this process; a location is a subset and a chunk of it.

    With `spills`, what does not fit in memory is in a temporary file.
    """

    def __init__(
        self,
        split: Split,
        floor: CalibrationMap,
        input_scale: str,
        jobs: int,
        *,
        spills: bool = True,
    ) -> None:
        self._split = split
        self._floor = floor
        self._input_scale = input_scale
        self._jobs = jobs
        self._spools = [Spool(spills=spills) for _ in range(split.n_subsets)]
        self._origins: list[list[tuple[int, int]]] = [[] for _ in self._spools]
        self._weights: list[list[Floats | None]] = [[] for _ in self._spools]

    def __sizeof__(self) -> int:
        return sum(spool.in_memory for spool in self._spools)

    def close(self) -> None:
        """Release the rows."""
        for spool in self._spools:
            spool.close()

    def add(self, chunk: LabeledChunk, first: int) -> None:
        """Assign the rows of a chunk, numbered from `first`, to subsets."""
        subsets = self._split.assign(first, len(chunk.inputs))
        for k, spool in enumerate(self._spools):
            own = subsets == k
            if own.any():
                rows = chunk.select(own)
                spool.add(rows.inputs, rows.labels)
                self._weights[k].append(rows.weights)
                self._origins[k].append((first, len(chunk.inputs)))
        counts = SubsetCounts.of_chunk(subsets, len(self._spools), chunk)
        self.counts = counts if self.counts is None else self.counts.merge(counts)

    def locations(self, subsets: Iterable[int]) -> list[Location]:
        """Return the locations of the chunks of some subsets."""
        return [(k, i) for k in subsets for i in range(len(self._spools[k]))]

    def read(self, location: Location) -> LabeledChunk:
        """Return a chunk, with the floor applied to its logits."""
        inputs, labels = self._spools[location[0]].read(location[1])
        logits = to_logits(inputs, self._input_scale, exclusive=self._floor.exclusive)
        if self._floor.floor:
            inputs, logits = self._floored(inputs), self._floor.floored(logits)
        return LabeledChunk(inputs, logits, labels, self._weights[location[0]][location[1]])

    def numbers(self, location: Location) -> NDArray[np.intp]:
        """Return the numbers of the rows of a chunk, from 0 over all subsets."""
        first, count = self._origins[location[0]][location[1]]
        return first + np.flatnonzero(self._split.assign(first, count) == location[0])

    def merged(
        self,
        function: Callable[[SubsetRows, Location], M],
        subsets: Sequence[int],
        *,
        first: bool = False,
    ) -> M:
        """Return the results of a function of each chunk of some subsets, merged."""
        locations = self.locations(subsets)[: 1 if first else None]
        return reduce(lambda one, other: one.merge(other), self._map(function, locations))

    def _map(
        self, function: Callable[[SubsetRows, Location], R], locations: Sequence[Location]
    ) -> Iterator[R]:
        own = partial(function, self)
        return map(own, locations) if self._jobs == 1 else ordered_map(own, locations, self._jobs)

    def _floored(self, inputs: Floats) -> Floats:
        """Return probabilities with the floor; other rows than those below it do not change."""
        if self._input_scale != "probabilities":
            return inputs
        floor = self._floor.floor
        if not self._floor.exclusive:
            return np.clip(inputs, floor / (1 + floor), 1 / (1 + floor))
        least = floor * inputs.max(1, keepdims=True)
        below = (inputs < least).any(1, keepdims=True)
        limited = np.maximum(inputs, least)
        return np.where(below, limited / limited.sum(1, keepdims=True), inputs)
