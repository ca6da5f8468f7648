"""The table of metrics: what each is called, means and computes.

To add one, write its function and its line here; where it needs sums that no other keeps,
also a record in `statistics.py` with its place in `Summary`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.metrics import bins as binned

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.summary import Summary


@dataclass(frozen=True)
class Metric:
    """A figure for each of K questions, shape (K,), and for all of them: mean or largest.

    `of_rows` states the convention where classes exclude each other (softmax), `of_classes`
    where each is judged by itself (sigmoid); a metric without one is not told there.
    `{bins}` and `{convention}` stand for the number and the kind of bins.
    """

    title: str
    exclusive_definition: str | None
    independent_definition: str | None
    compute: Callable[[Summary], Floats | None]
    largest: bool = False

    def definition(self, *, by_class: bool) -> str | None:
        """The convention for rows, or for classes by themselves."""
        return self.independent_definition if by_class else self.exclusive_definition

    def overall(self, values: Floats) -> float:
        """The figure for all questions together; those without an answer are left out."""
        known = values[~np.isnan(values)]
        if not len(known):
            return float("nan")
        return float(known.max() if self.largest else known.mean())


def _per_row(name: str) -> Callable[[Summary], Floats]:
    def compute(summary: Summary) -> Floats:
        with np.errstate(invalid="ignore"):
            return np.asarray(getattr(summary.totals, name) / summary.totals.rows)

    return compute


def _equal_mass(summary: Summary) -> Floats | None:
    return None if summary.mass_bins is None else binned.expected_error(summary.mass_bins)


def _classwise(summary: Summary) -> Floats | None:
    if summary.classwise is None:
        return None
    gaps = np.abs(summary.classwise.gaps).sum(1)
    return np.array([gaps.mean() / summary.totals.rows[0]])


METRICS: dict[str, Metric] = {
    "accuracy": Metric(
        "Accuracy",
        "rows whose largest logit is the label's",
        "yes from 0.5 on, mean over classes",
        _per_row("correct"),
    ),
    "confidence": Metric(
        "Mean confidence",
        "the probability of the class picked",
        "the probability of yes, mean over classes",
        _per_row("predicted"),
    ),
    "rate": Metric("Rate of yes", None, "mean over classes", _per_row("observed")),
    "nll": Metric(
        "NLL",
        "mean negative log-likelihood of the label, in nats",
        "mean negative log-likelihood of yes or no, in nats",
        _per_row("nll"),
    ),
    "brier": Metric(
        "Brier score",
        "squared error summed over classes, from 0 to 2",
        "squared error, mean over classes, from 0 to 1",
        _per_row("brier"),
    ),
    "ece": Metric(
        "ECE",
        "{convention}",
        "{convention}, mean over classes",
        lambda summary: binned.expected_error(summary.bins),
    ),
    "mce": Metric(
        "MCE",
        "the bin that is furthest off",
        "the bin that is furthest off, of all classes",
        lambda summary: binned.largest_error(summary.bins),
        largest=True,
    ),
    "ece_mass": Metric(
        "ECE, equal mass",
        "{bins} bins of equally many rows",
        "{bins} bins of equally many rows, mean over classes",
        _equal_mass,
    ),
    "ece_classwise": Metric(
        "ECE, classwise",
        "{bins} bins of equal width, mean over classes",
        None,
        _classwise,
    ),
    "l2": Metric(
        "L2 error, debiased",
        "root mean square over the bins, less what chance adds",
        "root mean square over the bins, less what chance adds, mean over classes",
        lambda summary: binned.debiased_error(summary.bins),
    ),
}
