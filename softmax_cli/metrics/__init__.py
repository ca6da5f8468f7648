"""Registry of metrics: title, definition and computation of each.

To add a metric, write its function and its entry here. If it needs new sums, also add a
record to `statistics.py` and a field to `Summary`. `score_tests` and `verdict` judge the
calibration by the distribution functions of `significance`, `groups` and `paired` split and
compare rows, `ranked` depends on their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.metrics import bins as binned
from softmax_cli.metrics import losses

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.metrics.summary import Summary


@dataclass(frozen=True)
class Metric:
    """A metric of each of K binary tasks, shape (K,), and its mean or largest over all tasks.

    `exclusive_definition` is for mutually exclusive classes (softmax),
    `independent_definition` for independent ones (sigmoid); None if the metric does not apply.
    `{bins}` and `{convention}` are replaced by the number of bins and their description.
    """

    title: str
    exclusive_definition: str | None
    independent_definition: str | None
    compute: Callable[[Summary], Floats | None]
    largest: bool = False
    independent_title: str | None = None

    def title_of(self, *, exclusive: bool) -> str:
        """Return the title for exclusive or independent classes."""
        return self.title if exclusive else self.independent_title or self.title

    def definition(self, *, exclusive: bool) -> str | None:
        """Return the definition for exclusive or independent classes; None if not applicable."""
        return self.exclusive_definition if exclusive else self.independent_definition

    def overall(self, values: Floats) -> float:
        """Return the metric over all tasks, ignoring NaN."""
        defined = values[~np.isnan(values)]
        if not len(defined):
            return float("nan")
        return float(defined.max() if self.largest else defined.mean())


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


def _of_base_rates(compute: Callable[..., Floats]) -> Callable[[Summary], Floats]:
    return lambda summary: compute(summary.scores, exclusive=summary.exclusive)


def _skill(name: str, baseline: Callable[..., Floats]) -> Callable[[Summary], Floats]:
    def compute(summary: Summary) -> Floats:
        base = baseline(summary.scores, exclusive=summary.exclusive)
        with np.errstate(invalid="ignore", divide="ignore"):
            return 1.0 - _per_row(name)(summary) / np.where(base > 0, base, np.nan)

    return compute


def _isotonic(score: str, part: str) -> Callable[[Summary], Floats | None]:
    """Return the function for a part of the decomposition of a score."""

    def compute(summary: Summary) -> Floats | None:
        if not summary.isotonic:
            return None
        found = [getattr(curve, f"decompose_{score}")() for curve in summary.curves]
        return None if None in found else np.array([getattr(one, part) for one in found])

    return compute


def _decomposition(score: str, title: str) -> dict[str, Metric]:
    """Return the metrics of a decomposed score, which are above 0."""
    parts = {
        "mcb": ("miscalibration", f"{title} minus that of isotonic recalibration"),
        "dsc": ("discrimination", f"{title} of the base rate minus that of recalibration"),
        "unc": ("uncertainty", f"{title} of the base rate"),
    }
    name = "log" if score == "log" else "Brier"
    return {
        f"{short}_{score}": Metric(
            f"{part.capitalize()}, {name}",
            f"{text}, for being correct",
            f"{text}, mean over classes",
            _isotonic(score, part),
        )
        for short, (part, text) in parts.items()
    }


def _top(k: int) -> Callable[[Summary], Floats | None]:
    def compute(summary: Summary) -> Floats | None:
        top = summary.losses.top
        if top is None or len(summary.scores.weights) <= k:
            return None
        return np.array([top[losses.TOP_K.index(k)] / summary.losses.weights])

    return compute


METRICS: dict[str, Metric] = {
    "accuracy": Metric(
        "Accuracy",
        "rows whose top class is the label",
        "threshold 0.5, mean over classes",
        _per_row("correct"),
    ),
    "top_2": Metric("Top-2 accuracy", "rows whose label is among the top 2 classes", None, _top(2)),
    "top_5": Metric("Top-5 accuracy", "rows whose label is among the top 5 classes", None, _top(5)),
    "accuracy_base": Metric(
        "Majority accuracy",
        "always predicting the most frequent class",
        "always predicting the more frequent label, mean over classes",
        _of_base_rates(losses.base_rate_accuracy),
    ),
    "auroc": Metric(
        "AUROC",
        "of the confidence, for being correct",
        "of the probability, mean over classes",
        lambda summary: np.array(summary.auroc),
    ),
    "confidence": Metric(
        "Mean confidence",
        "probability of the predicted class",
        "probability of a positive, mean over classes",
        _per_row("predicted"),
        independent_title="Mean probability",
    ),
    "rate": Metric(
        "Base rate", None, "share of positives, mean over classes", _per_row("observed")
    ),
    "nll": Metric(
        "NLL",
        "mean negative log-likelihood of the label, in nats",
        "mean binary cross-entropy, in nats",
        _per_row("nll"),
    ),
    "nll_base": Metric(
        "NLL of base rates",
        "always predicting the base rates",
        "always predicting the base rate, mean over classes",
        _of_base_rates(losses.base_rate_nll),
    ),
    "nll_skill": Metric(
        "NLL skill",
        "1 - NLL / NLL of the base rates",
        "1 - NLL / NLL of the base rate, mean over classes",
        _skill("nll", losses.base_rate_nll),
    ),
    "brier": Metric(
        "Brier score",
        "squared error summed over classes, in [0, 2]",
        "squared error, mean over classes, in [0, 1]",
        _per_row("brier"),
    ),
    "brier_base": Metric(
        "Brier of base rates",
        "always predicting the base rates",
        "always predicting the base rate, mean over classes",
        _of_base_rates(losses.base_rate_brier),
    ),
    "brier_skill": Metric(
        "Brier skill",
        "1 - Brier / Brier of the base rates",
        "1 - Brier / Brier of the base rate, mean over classes",
        _skill("brier", losses.base_rate_brier),
    ),
    "ece": Metric(
        "ECE",
        "{convention}",
        "{convention}, mean over classes",
        lambda summary: binned.expected_error(summary.bins),
    ),
    "mce": Metric(
        "MCE",
        "largest gap of any bin",
        "largest gap of any bin of any class",
        lambda summary: binned.largest_error(summary.bins),
        largest=True,
    ),
    "ece_mass": Metric(
        "ECE, equal mass",
        "{bins} equal-mass bins",
        "{bins} equal-mass bins, mean over classes",
        _equal_mass,
    ),
    "ece_classwise": Metric(
        "ECE, classwise",
        "{bins} equal-width bins, mean over classes",
        None,
        _classwise,
    ),
    "l2": Metric(
        "L2 error, debiased",
        "root mean square over bins, bias-corrected",
        "root mean square over bins, bias-corrected, mean over classes",
        lambda summary: binned.debiased_error(summary.bins),
    ),
    **_decomposition("brier", "squared error"),
    **_decomposition("log", "log score"),
}
