"""Metrics of groups of rows, in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics import bins as binned
from softmax_cli.metrics.losses import row_loss
from softmax_cli.metrics.noise_floor import estimate_task_noise_floors
from softmax_cli.metrics.score_tests import sharpness_p, z_score
from softmax_cli.metrics.statistics import Histogram, cell_of
from softmax_cli.metrics.verdict import holm

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from softmax_cli.metrics.outcomes import Outcomes

# Each group keeps a few kilobytes.
MOST_GROUPS = 5000
# Cells per bin of each group.
_FINER = 10

GroupName = tuple[str, ...]


class TooManyGroupsError(ValueError):
    """More groups than MOST_GROUPS."""


@dataclass(frozen=True)
class GroupSums:
    """Sums over the rows of each of G groups.

    Attributes:
        names: a name for each column that they are grouped by.
        rows: number of rows, shape (G,).
        sums: sums of w, and of w times accuracy, NLL and Brier score, shape (4, G).
        scores: sum of w (NLL - entropy), and its variance, shape (2, G).
        histogram: the predictions, shape (G, cells).
    """

    names: tuple[GroupName, ...]
    rows: NDArray[np.int64]
    sums: Floats
    scores: Floats
    histogram: Histogram

    @classmethod
    def from_outcomes(
        cls, outcomes: Outcomes, names: Sequence[GroupName], codes: NDArray[np.intp], bins: int
    ) -> GroupSums:
        """Sum over one chunk; `codes`, shape (N,), are indices of the names."""
        groups = len(names)
        w = np.ones(len(codes)) if outcomes.weights is None else outcomes.weights
        losses = (w * row_loss(outcomes, name) for name in ("correct", "nll", "brier"))
        sums = np.array([np.bincount(codes, x, groups) for x in (w, *losses)])
        excess, variance = _row_scores(outcomes)
        scores = np.array([np.bincount(codes, x, groups) for x in (w * excess, w * w * variance)])
        rows = np.bincount(codes, minlength=groups).astype(np.int64)
        histogram = _histogram(outcomes, w, codes, groups, bins)
        return cls(tuple(names), rows, sums, scores, histogram)

    def merge(self, other: GroupSums) -> GroupSums:
        """Return the sums of both, group by group.

        Raises:
            TooManyGroupsError: for more than MOST_GROUPS groups.
        """
        index = {name: i for i, name in enumerate(self.names)}
        for name in other.names:
            index.setdefault(name, len(index))
        if len(index) > MOST_GROUPS:
            raise TooManyGroupsError(f"more than {MOST_GROUPS:,} groups")
        places = np.array([index[name] for name in other.names], np.intp)
        size = len(index)

        def grow(values: NDArray[Any]) -> NDArray[Any]:
            return _add(values, values[:0], places[:0], size, axis=0)

        def place(values: NDArray[Any]) -> NDArray[Any]:
            return _add(np.zeros_like(values[:0]), values, places, size, axis=0)

        return GroupSums(
            tuple(index),
            _add(self.rows, other.rows, places, size, axis=0),
            _add(self.sums, other.sums, places, size, axis=1),
            _add(self.scores, other.scores, places, size, axis=1),
            self.histogram.apply(grow).merge(other.histogram.apply(place)),
        )


@dataclass(frozen=True)
class GroupResult:
    """Metrics of one group.

    Attributes:
        name: the values of the columns that rows are grouped by.
        rows: number of rows.
        accuracy: as in METRICS; with the NLL, Brier score and ECE.
        noise_floor: mean ECE of a calibrated model.
        noise_floor_95: its 95th percentile.
        z: standard score of the sharpness; positive if overconfident, NaN without variance.
        p_value: of the sharpness, after Holm's correction for the number of groups.
    """

    name: GroupName
    rows: int
    accuracy: float
    nll: float
    brier: float
    ece: float
    noise_floor: float
    noise_floor_95: float
    z: float
    p_value: float


def summarize_groups(groups: GroupSums, bins: int) -> tuple[GroupResult, ...]:
    """Return the metrics of all groups with rows, those furthest from calibrated first."""
    used = groups.rows > 0
    histogram = groups.histogram.apply(lambda values: values[used])
    ece = binned.expected_error(binned.equal_width_bins(histogram, bins))
    floors = estimate_task_noise_floors(histogram, bins)
    w, *sums = groups.sums[:, used]
    excess, variance = groups.scores[:, used]
    z, p_values = z_score(excess, variance), sharpness_p(excess, variance)
    order = np.lexsort((-np.abs(np.nan_to_num(z)), p_values))
    adjusted = np.empty(len(order))
    adjusted[order] = holm(p_values[order].tolist())
    names = [name for name, kept in zip(groups.names, used.tolist(), strict=True) if kept]
    columns = (groups.rows[used], *(x / w for x in sums), ece, *floors, z, adjusted)
    values = list(zip(*(column.tolist() for column in columns), strict=True))
    return tuple(GroupResult(names[i], *values[i]) for i in order.tolist())


def _row_scores(outcomes: Outcomes) -> tuple[Floats, Floats]:
    """Return NLL - entropy of each row, and its variance.

    Labels of several independent classes may depend on each other, so there the square of the
    row's own value estimates the variance.
    """
    if outcomes.excess.shape[1] == 1:
        return outcomes.excess[:, 0], outcomes.excess_variance[:, 0]
    excess = np.where(outcomes.counted, outcomes.excess, 0.0).sum(1)
    return excess, excess**2


def _histogram(
    outcomes: Outcomes, weights: Floats, codes: NDArray[np.intp], groups: int, bins: int
) -> Histogram:
    counted, cells = outcomes.counted, bins * _FINER
    size, shape = groups * cells, (groups, cells)
    places = (cell_of(outcomes.predicted, cells) + codes[:, None] * cells)[counted]
    w = np.broadcast_to(weights[:, None], counted.shape)[counted]
    predicted, observed = outcomes.predicted[counted], outcomes.observed[counted]

    def count(term: Floats) -> Floats:
        return np.bincount(places, term, size).reshape(shape).astype(np.float64)

    squares = None if outcomes.weights is None else count(w * w)
    return Histogram(count(w), count(w * predicted), count(w * observed), squares)


def _add(
    one: NDArray[Any],
    other: NDArray[Any],
    places: NDArray[np.intp],
    size: int,
    axis: int,
) -> NDArray[Any]:
    """Return `one`, grown to a size, with `other` added at places."""
    missing = size - one.shape[axis]
    total = one.copy() if not missing else np.concatenate(
        (one, np.zeros((*one.shape[:axis], missing, *one.shape[axis + 1 :]), one.dtype)), axis
    )  # fmt: skip
    total[(slice(None),) * axis + (places,)] += other
    return total
