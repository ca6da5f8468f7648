"""How good probabilities are, and whether they can be believed: the figures of a labeled set."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.metrics import METRICS
from softmax_cli.metrics.bins import BINNINGS, largest_gap_bin
from softmax_cli.metrics.outcomes import binary_outcomes, top_label_outcomes
from softmax_cli.metrics.summary import Binning, Summary
from softmax_cli.metrics.validation import (
    binary_labels,
    class_labels,
    probability_rows,
    row_slices,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.bins import Bins
    from softmax_cli.metrics.noise_floor import NoiseFloor
    from softmax_cli.metrics.outcomes import Labels


@dataclass(frozen=True)
class Evaluation:
    """The figures of labeled probabilities.

    `metrics` has a number for each name of METRICS that applies; `by_class` the same for
    each class where classes are independent (sigmoid), shape (C,). `bins` are those of the
    reliability diagram, `chance` the ECE that chance alone would give. `rows` were labeled,
    `unlabeled` were not and count nowhere.
    """

    summary: Summary
    classes: tuple[str, ...]
    rows: int
    unlabeled: int = 0

    @property
    def independent(self) -> bool:
        """Whether each class is judged by itself: sigmoid."""
        return self.summary.classwise is None

    @cached_property
    def metrics(self) -> Mapping[str, float]:
        """Every figure that applies, by its name in METRICS."""
        return {name: METRICS[name].overall(values) for name, values in self._figures.items()}

    @property
    def by_class(self) -> Mapping[str, Floats]:
        """Every figure for each class; empty where classes exclude each other."""
        return self._figures if self.independent else {}

    @property
    def gap(self) -> float:
        """Mean confidence less what came true: above 0 is over-confident."""
        came_true = "rate" if self.independent else "accuracy"
        return self.metrics["confidence"] - self.metrics[came_true]

    @property
    def gap_noise_floor(self) -> float:
        """How large a gap of either sign chance leaves a calibrated model in 95 % of cases."""
        cells = self.summary.histogram
        shares = cells.predicted / np.maximum(cells.count, 1)
        variance = float((cells.count * shares * (1.0 - shares)).sum())
        return float(1.959963984540054 * np.sqrt(variance) / self.summary.tasks)

    @property
    def binning(self) -> Binning:
        """How the predictions were put into bins."""
        return self.summary.binning

    @property
    def bins(self) -> Bins:
        """The bins of the reliability diagram, K = 1."""
        return self.summary.diagram

    @property
    def noise_floor(self) -> NoiseFloor:
        """The ECE of a perfectly calibrated model with these confidences, by chance."""
        return self.summary.noise_floor

    @property
    def exceeds_noise_floor(self) -> bool:
        """Whether the ECE is more than chance gives in 95 of 100 cases."""
        return self.metrics["ece"] > self.noise_floor.upper

    @property
    def zero_probability_labels(self) -> int:
        """How many labels had probability 0, so that the NLL is infinite."""
        return int(self.summary.totals.zero_probability_labels.sum())

    @property
    def mce_bin(self) -> tuple[int, int]:
        """The question and the bin of it that the MCE is from."""
        task = int(np.nanargmax(self._figures["mce"]))
        return task, largest_gap_bin(self.summary.bins, task)

    @cached_property
    def _figures(self) -> dict[str, Floats]:
        figures = {
            name: metric.compute(self.summary)
            for name, metric in METRICS.items()
            if metric.definition(by_class=self.independent) is not None
        }
        return {name: values for name, values in figures.items() if values is not None}


def evaluate(
    probabilities: ArrayLike,
    labels: ArrayLike,
    *,
    activation: str = "softmax",
    bins: int = 15,
    binning: str = "width",
) -> Evaluation:
    """The figures of probabilities whose labels are known.

    Args:
        probabilities: shape (N, C); for independent classes also (N,), one of them.
        labels: shape (N,), indices of classes from 0, -1 or -100 where there is none. With
            `activation="sigmoid"` the shape of the probabilities, 1 for yes and 0 for no.
        activation: "softmax" where classes exclude each other, "sigmoid" where each is by
            itself.
        bins: how many bins the calibration errors are computed in.
        binning: "width" for bins (lo, hi] of equal width (Guo et al. 2017), "mass" for bins
            of equally many rows.

    Raises:
        ValueError: shapes that do not fit, what is no probability, labels out of range, or
            no labeled row.

    >>> result = evaluate([[0.9, 0.1], [0.8, 0.2]], [0, 1])
    >>> result.metrics["accuracy"], round(result.metrics["confidence"], 12)
    (0.5, 0.85)
    """
    if binning not in BINNINGS or bins < 1 or activation not in ("softmax", "sigmoid"):
        raise ValueError("activation is softmax or sigmoid, binning width or mass, bins 1 or more")
    values = probability_rows(probabilities, exclusive=activation == "softmax")
    if activation == "softmax":
        return _evaluated(values, class_labels(labels, values.shape), Binning(bins, binning))
    return _evaluated(values, binary_labels(labels, values.shape), Binning(bins, binning))


def _evaluated(values: Floats, known: Labels, binning: Binning) -> Evaluation:
    keep = known >= 0 if known.ndim == 1 else (known >= 0).any(1)
    if not keep.any():
        raise ValueError("no row has a label")
    outcomes_of = top_label_outcomes if known.ndim == 1 else binary_outcomes
    values, known = values[keep], known[keep]
    parts = (
        Summary.of(outcomes_of(values[rows], known[rows]), binning)
        for rows in row_slices(values.shape)
    )
    names = tuple(map(str, range(values.shape[1])))
    return Evaluation(reduce(Summary.merge, parts), names, len(values), int((~keep).sum()))
