"""Labeled rows in random subsets, spooled for the passes of fits and evaluations."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from softmax_cli.activations.scales import to_logits
from softmax_cli.calibration.spool import Spool
from softmax_cli.evaluation.row_stats import LabeledChunk
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from softmax_cli.activations.calibration_map import CalibrationMap
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.split import Split
    from softmax_cli.calibration.temperature_fit import MapReduce, Merging
    from softmax_cli.metrics.outcomes import Labels

R = TypeVar("R")
M = TypeVar("M", bound="Merging")
Location = tuple[int, int]


class SubsetRows:
    """Chunks of labeled rows by subset; a location is a subset and a chunk of it."""

    def __init__(self, split: Split, floor: CalibrationMap, input_scale: str, jobs: int) -> None:
        self._split = split
        self._floor = floor
        self._input_scale = input_scale
        self._jobs = jobs
        self._spools = [Spool() for _ in range(split.n_subsets)]
        self._origins: list[list[tuple[int, int]]] = [[] for _ in self._spools]
        self._labels: list[Floats] = [np.zeros(0) for _ in self._spools]
        self._labeled: list[Floats] = [np.zeros(0) for _ in self._spools]

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
                every = own.all()
                inputs = chunk.inputs if every else chunk.inputs[own]
                labels = chunk.labels if every else chunk.labels[own]
                spool.add(inputs, labels)
                self._origins[k].append((first, len(chunk.inputs)))
                self._count_labels(k, labels, inputs.shape[1])

    def count(self, subsets: Iterable[int]) -> int:
        """Return the number of rows in some subsets."""
        return sum(self._spools[k].rows for k in subsets)

    def class_shares(self, subsets: Iterable[int]) -> list[float]:
        """Return the share of each class among the labels of some subsets, or its base rate."""
        chosen = list(subsets)
        positive = sum(self._labels[k] for k in chosen)
        labeled = sum(self._labeled[k] for k in chosen)
        return [float(share) for share in positive / np.maximum(labeled, 1)]

    def locations(self, subsets: Iterable[int]) -> list[Location]:
        """Return the locations of the chunks of some subsets."""
        return [(k, i) for k in subsets for i in range(len(self._spools[k]))]

    def read(self, location: Location) -> LabeledChunk:
        """Return a chunk, with the floor applied to its logits."""
        inputs, labels = self._spools[location[0]].read(location[1])
        logits = to_logits(inputs, self._input_scale, exclusive=self._floor.exclusive)
        if not self._floor.floor:
            return LabeledChunk(inputs, logits, labels)
        return LabeledChunk(self._floored(inputs), self._floor.floored(logits), labels)

    def numbers(self, location: Location) -> NDArray[np.intp]:
        """Return the numbers of the rows of a chunk, from 0 over all subsets."""
        first, count = self._origins[location[0]][location[1]]
        return first + np.flatnonzero(self._split.assign(first, count) == location[0])

    def map(self, function: Callable[[Location], R], locations: Sequence[Location]) -> Iterator[R]:
        """Yield the function of each location, in order, from several threads."""
        return ordered_map(function, locations, self._jobs)

    def merged(self, function: Callable[[Location], M], locations: Sequence[Location]) -> M:
        """Return the results of a function of each location, merged."""
        return reduce(lambda one, other: one.merge(other), self.map(function, locations))

    def map_reduce(self, locations: Sequence[Location]) -> MapReduce:
        """Return the map-reduce over the logits and labels of some chunks."""

        def map_reduce(function: Callable[[Any, Any], M]) -> M:
            def apply(location: Location) -> M:
                chunk = self.read(location)
                return function(chunk.logits, chunk.labels)

            return self.merged(apply, locations)

        return map_reduce

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

    def _count_labels(self, subset: int, labels: Labels, classes: int) -> None:
        if labels.ndim == 1:
            positive = np.bincount(labels, minlength=classes).astype(np.float64)
            labeled = np.full(classes, float(len(labels)))
        else:
            positive = (labels == 1).sum(0).astype(np.float64)
            labeled = (labels >= 0).sum(0).astype(np.float64)
        for counts, new in ((self._labels, positive), (self._labeled, labeled)):
            counts[subset] = counts[subset] + new if counts[subset].size else new
