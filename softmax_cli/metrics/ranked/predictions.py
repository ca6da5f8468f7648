"""Predictions of a binary task, ranked from the largest, equal ones together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.metrics.statistics import Histogram, Keys

# Keys at a time, so that they stay in the CPU caches.
_BLOCK = 1 << 15


def auroc_of_keys(keys: Keys) -> float:
    """Return the AUROC of stored predictions, given as sorted keys; NaN without both outcomes.

    Of equal predictions, negatives come first: every positive outranks all that precede it,
    and half of those with its own prediction.
    """
    one, positives, places = np.uint64(1), 0, 0
    ties = [np.zeros(0, np.uint64)]
    for start in range(0, len(keys), _BLOCK):
        block = keys[start : start + _BLOCK + 1]  # with the first of the next
        # A positive right after a negative of the same prediction: keys differ in the last bit.
        ties.append(block[1:][(block[1:] ^ block[:-1]) == one])
        outcomes = block[:_BLOCK] & one
        count = int(outcomes.sum())
        places += int((outcomes * np.arange(len(outcomes), dtype=np.uint64)).sum()) + start * count
        positives += count
    pairs = positives * (len(keys) - positives)
    if not pairs:
        return float("nan")
    tied = np.concatenate(ties)
    first, middle = (np.searchsorted(keys, values) for values in (tied - one, tied))
    last = np.searchsorted(keys, tied, "right")
    halves = int(((middle - first) * (last - middle)).sum())
    return (places - positives * (positives - 1) // 2 - halves / 2) / pairs


@dataclass(frozen=True)
class RankedPredictions:
    """B blocks of equal predictions, the largest first; shape (B,) each.

    Attributes:
        values: the prediction of each block; where predictions are not stored, the mean of a
            fine cell, whose rows count as equal.
        count: rows, or the sum of their weights.
        positives: those with a positive outcome.
        exact: False if the blocks are fine cells.
    """

    values: Floats
    count: Floats
    positives: Floats
    exact: bool

    @classmethod
    def from_keys(cls, keys: Keys) -> RankedPredictions:
        """Return the blocks of stored predictions, given as sorted keys."""
        descending = keys[::-1]
        bits = descending >> np.uint64(1)
        starts = np.flatnonzero(np.concatenate((keys[:1] >= 0, bits[1:] != bits[:-1])))
        positives = descending & np.uint64(1)
        if len(starts) == len(keys):
            return cls(bits.view(np.float64), np.ones(len(keys)), positives.astype(float), True)
        count = np.diff(starts, append=len(keys)).astype(np.float64)
        sums = np.add.reduceat(positives, starts).astype(np.float64)
        return cls(bits[starts].view(np.float64), count, sums, True)

    @classmethod
    def from_cells(cls, cells: Histogram, task: int) -> RankedPredictions:
        """Return the fine cells of a task as blocks."""
        used = np.flatnonzero(cells.count[task])[::-1]
        count = cells.count[task, used].astype(np.float64)
        mean = cells.predicted[task, used] / count
        return cls(mean, count, cells.observed[task, used].astype(np.float64), False)

    def by_confidence(self) -> RankedPredictions:
        """Return the blocks of the predicted class of a binary task: p from 0.5 on, else 1 - p.

        A positive outcome is then a correct prediction.
        """
        positive = self.values >= 0.5
        values = np.where(positive, self.values, 1.0 - self.values)
        right = np.where(positive, self.positives, self.count - self.positives)
        values, place = np.unique(-values, return_inverse=True)
        count, correct = (
            np.bincount(place, x, len(values)).astype(np.float64) for x in (self.count, right)
        )
        return RankedPredictions(-values, count, correct, self.exact)

    def auroc(self) -> float:
        """Return the probability that a positive ranks above a negative; NaN without either.

        Equal predictions count one half.
        """
        negatives = self.count - self.positives
        below = negatives.sum() - negatives.cumsum()
        pairs = self.positives.sum() * negatives.sum()
        if not pairs:
            return float("nan")
        return float(self.positives @ (below + negatives / 2) / pairs)

    def risk_over_coverage(self) -> tuple[float, float, float]:
        """Return AURC, its excess over the best order (E-AURC), and AUGRC.

        AURC is the mean error rate over the coverages 1/n to 1 (Geifman & El-Yaniv 2017), AUGRC
        that of errors over all n rows (Traub et al. 2024). Rows must have the weight 1.
        """
        wrong = (self.count - self.positives) / self.count
        each = np.repeat(wrong, self.count.astype(np.int64))
        errors, rank = each.cumsum(), np.arange(1, len(each) + 1)
        right = len(each) - round(float(errors[-1]))
        best = np.maximum(rank - right, 0) / rank
        aurc = float((errors / rank).mean())
        return aurc, aurc - float(best.mean()), float(errors.mean() / len(each))
