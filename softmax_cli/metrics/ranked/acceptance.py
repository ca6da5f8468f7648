"""The confidence from which on predictions may be accepted.

Fixed-sequence testing (Learn then Test, Angelopoulos et al. 2021): the most confident 5%, 10%,
... of the rows are tested in this order, until the first test fails. Each is a binomial test of
"more than 1 - target are wrong". The first step has enough rows to succeed if none is wrong; their
number depends on the target only, so no test is lost to rows that could not tell. The best of all
thresholds, chosen by its accuracy on the same rows, would miss its target far more often.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.significance.special_functions import special

if TYPE_CHECKING:
    from softmax_cli.metrics.ranked.predictions import RankedPredictions

_STEPS = 20
ERROR_RATE = 0.05


@dataclass(frozen=True)
class Coverage:
    """Rows with at least a confidence.

    Attributes:
        threshold: the least confidence.
        coverage: their share of all rows.
        rows: their number.
        errors: how many are wrong.
        p_value: of the test that too many are wrong; small if the target holds.
        accepted: True if this test and all before it succeed.
    """

    threshold: float
    coverage: float
    rows: int
    errors: int
    p_value: float
    accepted: bool

    @property
    def accuracy(self) -> float:
        """Share of the rows that are right."""
        return 1.0 - self.errors / self.rows


@dataclass(frozen=True)
class Acceptance:
    """Tests of a target accuracy at rising coverage; none if there are fewer rows than it takes."""

    target: float
    steps: tuple[Coverage, ...]

    @property
    def least_rows(self) -> int:
        """Rows that show the target if all of them are right."""
        return count_least_rows(self.target)

    @property
    def accepted(self) -> Coverage | None:
        """The largest coverage at which the target holds with 95% certainty."""
        return next((step for step in reversed(self.steps) if step.accepted), None)


def count_least_rows(target: float) -> int:
    """Return the fewest rows that show a target accuracy, all of them right."""
    return math.ceil(math.log(ERROR_RATE) / math.log(target))


def find_acceptance(ranked: RankedPredictions, target: float) -> Acceptance:
    """Test a target accuracy at coverages 5%, 10%, ..., 100%, equal confidences together."""
    ends = ranked.count.cumsum()
    total = ends[-1]
    wanted = np.ceil(np.arange(1, _STEPS + 1) * total / _STEPS - 1e-9)
    last = np.unique(np.searchsorted(ends, wanted))
    last = last[np.rint(ends[last]) >= count_least_rows(target)]
    rows = np.rint(ends[last])
    errors = np.rint(rows - ranked.positives.cumsum()[last])
    p_values = special().bdtr(errors, rows.astype(np.int64), 1.0 - target)
    passed = np.logical_and.accumulate(p_values <= ERROR_RATE)
    columns = (ranked.values[last], rows / total, rows, errors, p_values, passed)
    return Acceptance(
        target,
        tuple(
            Coverage(threshold, coverage, int(n), int(wrong), p, accepted)
            for threshold, coverage, n, wrong, p, accepted in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ),
    )
