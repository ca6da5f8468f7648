"""Random split of rows into subsets for fitting and evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.random_numbers import hash_uniform
from softmax_cli.dataclass import dataclass

# Added to the seed, for a second split that is independent of the first.
_SECOND_SEED = 0x5EED


@dataclass(frozen=True)
class Split:
    """Random split of rows, determined by row number and seed.

    `holdout` is the fraction of rows in the last subset, which is for evaluation; 0 evaluates
    on the rows of the fit. `folds` makes that many subsets, for cross-validation.
    `selection_folds` splits the rows of the fit into subsets, to choose a map by
    cross-validation.
    """

    holdout: float
    folds: int | None
    seed: int
    selection_folds: int | None = None

    @property
    def n_subsets(self) -> int:
        """Number of subsets."""
        return self.folds or self._fitted + (1 if self.holdout else 0)

    @property
    def _fitted(self) -> int:
        return self.selection_folds or 1

    def assign(self, first: int, count: int) -> NDArray[np.intp]:
        """Return the subset of each of `count` rows, starting at row number `first`."""
        rows = np.arange(first, first + count)
        uniform = hash_uniform(rows, self.seed)
        if self.folds:
            return (uniform * self.folds).astype(np.intp)
        held_out = uniform < self.holdout
        if not self.selection_folds:
            return held_out.astype(np.intp)
        second = hash_uniform(rows, self.seed + _SECOND_SEED) * self.selection_folds
        return np.where(held_out, self.selection_folds, second.astype(np.intp))

    def train_test_subsets(self) -> Sequence[tuple[Sequence[int], Sequence[int]]]:
        """Return the subsets to fit on and those to evaluate on, for each fit."""
        if self.folds:
            subsets = range(self.folds)
            return [([i for i in subsets if i != test], (test,)) for test in subsets]
        train = range(self._fitted)
        return [(train, (self._fitted,) if self.holdout else train)]

    @property
    def evaluated_on(self) -> str:
        """Description of the rows that are evaluated."""
        if self.folds:
            return f"{self.folds}-fold cross-validation"
        if self.holdout:
            return "held out"
        return "the same rows"
