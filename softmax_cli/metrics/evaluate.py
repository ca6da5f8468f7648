"""Evaluation of labeled probabilities: accuracy, losses and calibration errors."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.metrics import METRICS
from softmax_cli.metrics.bins import BINNINGS, largest_gap_bin
from softmax_cli.metrics.groups import (
    MOST_GROUPS,
    GroupResult,
    GroupSums,
    TooManyGroupsError,
    summarize_groups,
)
from softmax_cli.metrics.labeled_rows import LabeledRows, labeled_rows
from softmax_cli.metrics.ranked.acceptance import Acceptance, find_acceptance
from softmax_cli.metrics.statistics import Z_95
from softmax_cli.metrics.summary import Binning, Summary
from softmax_cli.metrics.verdict import Verdict, judge_calibration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.bins import Bins
    from softmax_cli.metrics.noise_floor import NoiseFloor


@dataclass(frozen=True)
class Evaluation:
    """Metrics of labeled probabilities.

    `metrics` maps each applicable name of METRICS to its value; `by_class` to the values of
    independent classes (sigmoid), shape (C,). `bins` are those of the reliability diagram,
    `noise_floor` the ECE of a calibrated model. `unlabeled` rows enter no metric. `groups` are
    the results of groups of rows, those furthest from calibrated first.
    """

    summary: Summary
    classes: tuple[str, ...]
    rows: int
    unlabeled: int = 0
    group_sums: GroupSums | None = None

    def __repr__(self) -> str:
        """Return a short table: the numbers of rows and classes, and every metric."""
        kind = "softmax" if self.exclusive else "sigmoid"
        lines = [f"{self.rows} labeled rows, {len(self.classes)} classes, {kind}"]
        width = max(map(len, self.metrics))
        lines += [f"{name:<{width}}  {value:9.4f}" for name, value in self.metrics.items()]
        return "\n".join(lines)

    @property
    def exclusive(self) -> bool:
        """True for mutually exclusive classes (softmax), False for independent ones (sigmoid)."""
        return self.summary.exclusive

    @cached_property
    def metrics(self) -> Mapping[str, float]:
        """Applicable metrics over all tasks, by their names in METRICS."""
        return {name: METRICS[name].overall(values) for name, values in self._by_task.items()}

    @property
    def by_class(self) -> Mapping[str, Floats]:
        """Metrics of each class; empty for exclusive classes."""
        return {} if self.exclusive else self._by_task

    @property
    def gap(self) -> float:
        """Mean confidence minus accuracy or base rate: positive is overconfident."""
        observed = "accuracy" if self.exclusive else "rate"
        return self.metrics["confidence"] - self.metrics[observed]

    @property
    def gap_noise_floor(self) -> float:
        """Absolute gap that a calibrated model stays below in 95% of samples."""
        cells = self.summary.histogram
        rates = cells.predicted / np.where(cells.count > 0, cells.count, 1)
        rows = cells.count if cells.squares is None else cells.squares
        variance = float((rows * rates * (1.0 - rates)).sum())
        return float(Z_95 * np.sqrt(variance) / self.summary.totals.rows.sum())

    @property
    def binning(self) -> Binning:
        """Number and type of the bins."""
        return self.summary.binning

    @property
    def bins(self) -> Bins:
        """Bins of the reliability diagram, K = 1."""
        return self.summary.diagram

    @property
    def noise_floor(self) -> NoiseFloor:
        """ECE of a calibrated model with these confidences."""
        return self.summary.noise_floor

    @property
    def noise_floors(self) -> Mapping[str, NoiseFloor]:
        """Noise floor of each calibration error, by its name in METRICS."""
        return self.summary.noise_floors

    @cached_property
    def verdict(self) -> Verdict:
        """Return the joint conclusion of all tests of calibration."""
        return judge_calibration(self.summary, self.metrics)

    @cached_property
    def groups(self) -> tuple[GroupResult, ...]:
        """Results of groups of rows; empty if they were not grouped."""
        if self.group_sums is None:
            return ()
        return summarize_groups(self.group_sums, self.binning.bins)

    @property
    def effective_rows(self) -> float:
        """(sum w)^2 / sum w^2 of the weights of the rows: their number if all are 1."""
        return self.summary.losses.effective_rows

    @cached_property
    def standard_errors(self) -> Mapping[str, float]:
        """Standard errors of the NLL, the Brier score and the accuracy."""
        names = {"accuracy": "correct", "nll": "nll", "brier": "brier"}
        return {key: self.summary.losses.standard_error(name) for key, name in names.items()}

    @property
    def risk(self) -> tuple[float, float, float] | None:
        """AURC, E-AURC and AUGRC of the confidence; None without stored predictions."""
        ranked = self.summary.ranked[0]
        if len(self.summary.ranked) > 1 or not ranked.exact:
            return None
        return (ranked if self.exclusive else ranked.by_confidence()).risk_over_coverage()

    def acceptance(self, target: float) -> Acceptance:
        """Test from which confidence on a share `target` of the predictions is correct.

        Raises:
            ValueError: for several independent classes, which make no single prediction, or for
                weighted rows.
        """
        if len(self.summary.ranked) > 1:
            raise ValueError("acceptance needs one prediction per row")
        if self.summary.histogram.squares is not None:
            raise ValueError("acceptance takes no weights")
        ranked = self.summary.ranked[0]
        return find_acceptance(ranked if self.exclusive else ranked.by_confidence(), target)

    @property
    def exceeds_noise_floor(self) -> bool:
        """True if the ECE is above the 95th percentile of the noise floor."""
        return self.metrics["ece"] > self.noise_floor.upper

    @property
    def zero_probability_labels(self) -> int:
        """Number of labels with probability 0, which make the NLL infinite."""
        return int(self.summary.totals.zero_probability_labels.sum())

    @property
    def mce_bin(self) -> tuple[int, int]:
        """Task and bin of the MCE."""
        task = int(np.nanargmax(self._by_task["mce"]))
        return task, largest_gap_bin(self.summary.bins, task)

    @cached_property
    def _by_task(self) -> dict[str, Floats]:
        by_task = {
            name: metric.compute(self.summary)
            for name, metric in METRICS.items()
            if metric.definition(exclusive=self.exclusive) is not None
        }
        return {name: values for name, values in by_task.items() if values is not None}


def evaluate(  # noqa: PLR0913  keywords
    probabilities: ArrayLike,
    labels: ArrayLike,
    *,
    activation: str = "softmax",
    bins: int = 15,
    binning: str = "width",
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Evaluation:
    """Evaluate labeled probabilities.

    Args:
        probabilities: shape (N, C); for a single independent class also (N,).
        labels: shape (N,), class indices from 0, or -1 or -100 if missing. With
            `activation="sigmoid"` the shape of the probabilities, 1 positive and 0 negative.
        activation: "softmax" for mutually exclusive classes, "sigmoid" for independent ones.
        bins: number of bins of the calibration errors.
        binning: "width" for equal-width bins (lo, hi] (Guo et al. 2017), "mass" for
            equal-mass bins, "isotonic" for equal-width bins, an isotonic curve in the diagram,
            and the scores decomposed by it.
        weights: shape (N,), weights >= 0 of the rows; all 1 if None.
        groups: shape (N,), a value for each row; rows with the same value are a group.

    Returns:
        The metrics, the verdict, the bins of the reliability diagram, the noise floors of the
        calibration errors, and the results of the groups.

    Raises:
        ValueError: mismatched shapes, invalid probabilities or weights, labels out of range, no
            labeled rows, too many groups, or weights with other than equal-width bins.

    >>> result = evaluate([[0.9, 0.1], [0.8, 0.2]], [0, 1])
    >>> result.metrics["accuracy"], round(result.metrics["confidence"], 12)
    (0.5, 0.85)
    """
    if binning not in BINNINGS or bins < 1:
        raise ValueError("binning must be width, mass or isotonic, and bins >= 1")
    if weights is not None and binning != "width":
        raise ValueError("only equal-width bins take weights")
    options = Binning(bins, binning)
    rows = labeled_rows(probabilities, labels, activation, weights)
    total: Summary | None = None
    group_sums: GroupSums | None = None
    names, codes = _encode_groups(groups, rows)
    for part, outcomes in rows.chunks():
        summary = Summary.from_outcomes(outcomes, options)
        total = summary if total is None else total.merge(summary)
        if codes is not None:
            sums = GroupSums.from_outcomes(outcomes, names, codes[part], bins)
            group_sums = sums if group_sums is None else group_sums.merge(sums)
    assert total is not None
    classes = tuple(map(str, range(rows.values.shape[1])))
    return Evaluation(total, classes, len(rows.values), rows.unlabeled, group_sums)


def _encode_groups(
    groups: ArrayLike | None, rows: LabeledRows
) -> tuple[list[tuple[str, ...]], NDArray[np.intp] | None]:
    if groups is None:
        return [], None
    values, codes = np.unique(rows.select(groups, "groups"), return_inverse=True)
    if len(values) > MOST_GROUPS:
        raise TooManyGroupsError(f"more than {MOST_GROUPS:,} groups")
    return [(str(value),) for value in values.tolist()], codes
