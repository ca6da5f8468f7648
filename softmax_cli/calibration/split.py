"""Which rows a temperature is fitted on, and which it is judged on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats


@dataclass(frozen=True)
class Split:
    """Rows dealt to `parts` at random, each by its number and the seed alone.

    `holdout` is the share of the last of two parts, which is judged; 0 leaves one part, that
    judges itself; more than two parts are folds, each judged by what the others say.
    """

    holdout: float
    folds: int | None
    seed: int

    @property
    def n_subsets(self) -> int:
        """How many parts there are."""
        return self.folds or (2 if self.holdout else 1)

    def assign(self, first: int, count: int) -> NDArray[np.intp]:
        """The part of each of `count` rows from number `first` on."""
        chance = hash_uniform(np.arange(first, first + count), self.seed)
        if self.folds:
            return (chance * self.folds).astype(np.intp)
        return (chance < self.holdout).astype(np.intp)

    def train_test_subsets(self) -> Sequence[tuple[Sequence[int], int]]:
        """The parts to fit on and the part to judge on, for each fit."""
        if self.folds:
            every = range(self.folds)
            return [([i for i in every if i != evaluated], evaluated) for evaluated in every]
        return [((0,), self.n_subsets - 1)]

    @property
    def evaluated_on(self) -> str:
        """Which rows the figures are of, in words."""
        if self.folds:
            return f"{self.folds} folds, each at the temperature of the others"
        if self.holdout:
            return "rows held out of the fit"
        return "the rows it was fitted on"


def hash_uniform(numbers: NDArray[np.integer], seed: int) -> Floats:
    """A number in [0, 1) for each number, the same wherever a stream is cut.

    The generator splitmix64 (Steele, Lea & Flood 2014) at the place `number` of a stream
    that the seed chooses.
    """
    with np.errstate(over="ignore"):
        state = np.full(1, seed, np.uint64)
        start = _mix((state + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15))
        steps = numbers.astype(np.uint64) + np.uint64(1)
        mixed = _mix(start + steps * np.uint64(0x9E3779B97F4A7C15))
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return mixed
