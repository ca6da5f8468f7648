"""Verdict over all tests of calibration, with what to do about each finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from softmax_cli.metrics.summary import Summary

SIGNIFICANT = 0.05
# Rows that show no error of T smaller than this are too few to call a model calibrated.
_MOST_UNCERTAIN = 0.3
# Where T hardly changes the rows, they are too few if only a larger gap of class totals would show.
_NO_TEMPERATURE, _LARGEST_GAP = 10.0, 0.1
_FEW_ROWS = 0.01
# The NLL of a probability of 2^-52.
_NO_PROBABILITY = 52 * np.log(2.0)

CALIBRATED, MISCALIBRATED = "calibrated", "miscalibrated"
BORDERLINE, TOO_FEW = "borderline", "too few rows"

TEMPERATURE, BIAS, AUTO = "calibrate", "calibrate --map bias", "calibrate --map auto"


@dataclass(frozen=True)
class Finding:
    """The result of one test of calibration.

    Attributes:
        test: "sharpness", "class total", "class totals", or a calibration error of METRICS.
        size: NLL minus its expectation, in nats a row; mean probability minus share of a
            class; chi-squared; or the calibration error.
        p_value: of the test, corrected for the number of classes.
        remedy: the command that fixes it.
        z: standard score, where the test has one.
        class_index: the class that deviates most, where the test is of one.
    """

    test: str
    size: float
    p_value: float
    remedy: str
    z: float | None = None
    class_index: int | None = None


@dataclass(frozen=True)
class Verdict:
    """The joint conclusion of all tests.

    Attributes:
        word: "miscalibrated" if a test fails at 5% after Holm's correction for the number of
            tests; "calibrated" if none fails at 5% by itself; "borderline" between the two;
            "too few rows" if none fails and few rows could show.
        findings: all tests, the smallest p-value first.
        failed: how many of them fail, after the correction if the word is "miscalibrated".
        detectable: relative error of the temperature that these rows show in 80% of samples.
    """

    word: str
    findings: tuple[Finding, ...]
    failed: int
    detectable: float

    @property
    def remedies(self) -> list[str]:
        """The commands that fix what failed, without those that another one includes."""
        wanted = {finding.remedy for finding in self.findings[: self.failed]}
        for remedy in (BIAS, TEMPERATURE, AUTO):
            if remedy in wanted:
                return [remedy]
        return []


def judge_calibration(summary: Summary, metrics: Mapping[str, float]) -> Verdict:
    """Return the verdict on the statistics of some rows and their metrics."""
    findings = sorted(_findings(summary, metrics), key=lambda finding: finding.p_value)
    adjusted = holm([finding.p_value for finding in findings])
    alone = sum(finding.p_value < SIGNIFICANT for finding in findings)
    together = sum(p < SIGNIFICANT for p in adjusted)
    detectable = float(np.min(summary.scores.detectable))
    if together:
        word = MISCALIBRATED
    elif _are_few_rows(summary, detectable):
        word = TOO_FEW
    else:
        word = BORDERLINE if alone else CALIBRATED
    failed = 0 if word in (TOO_FEW, CALIBRATED) else together or alone
    return Verdict(word, tuple(findings), failed, detectable)


def is_decided_by_few_rows(summary: Summary) -> bool:
    """Return True if up to 1% of the rows, with labels of almost no probability, decide the NLL.

    (sum x)^2 / sum x^2 of the losses x is the number of rows if they are equal, and 1 if a single
    one is above 0; sum x^2 / sum x is a mean that the largest decide.
    """
    losses = summary.losses
    total, _, squares = losses.nll.tolist()
    # Weights may have any scale: their mean square over their mean takes it out.
    scale = losses.squares / losses.weights
    if not np.isfinite(squares) or squares <= _NO_PROBABILITY * total * scale:
        return False
    return bool(total**2 / squares <= max(2.0, _FEW_ROWS * losses.effective_rows))


def is_below_majority(summary: Summary, metrics: Mapping[str, float]) -> bool:
    """Return True if always predicting the most frequent class is significantly more accurate."""
    if len(summary.totals.rows) > 1:
        return False
    error = summary.losses.standard_error("correct")
    return metrics["accuracy"] + 3.0 * error < metrics["accuracy_base"]


def holm(p_values: list[float]) -> list[float]:
    """Return p-values, given in rising order, corrected for their number (Holm 1979)."""
    scaled = [p * (len(p_values) - i) for i, p in enumerate(p_values)]
    return np.minimum(np.maximum.accumulate(scaled), 1.0).tolist() if scaled else []


def _are_few_rows(summary: Summary, detectable: float) -> bool:
    if detectable < _NO_TEMPERATURE:
        return detectable > _MOST_UNCERTAIN
    # One row more is counted, as otherwise one of probability 1 would be enough.
    scores, rows = summary.scores, summary.losses.effective_rows
    spread = float((scores.spread / np.where(scores.weights > 0, scores.weights, 1.0)).max())
    return bool(2.8 * np.sqrt(spread / rows + 1.0 / rows**2) > _LARGEST_GAP)


def _findings(summary: Summary, metrics: Mapping[str, float]) -> Iterator[Finding]:
    yield _sharpness(summary)
    classes = len(summary.scores.weights)
    if classes > 1 or not summary.exclusive:
        yield _class_total(summary)
    if classes > 1 and not summary.exclusive:
        # Labels of one row may depend on each other: each class is tested, never their mean.
        return
    if together := summary.scores.chi_square():
        yield Finding("class totals", together[0], together[2], BIAS)
    for name in ("ece", "ece_classwise"):
        if floor := summary.noise_floors.get(name):
            yield Finding(name, metrics[name], floor.p_value(metrics[name]), AUTO)


def _sharpness(summary: Summary) -> Finding:
    scores = summary.scores
    p_values = scores.sharpness_p()
    k = int(p_values.argmin())
    size = float(scores.excess[k] / summary.totals.rows[k])
    p_value = min(1.0, float(p_values[k]) * len(p_values))
    several = len(p_values) > 1
    return Finding("sharpness", size, p_value, TEMPERATURE,
                   float(scores.sharpness[k]), k if several else None)  # fmt: skip


def _class_total(summary: Summary) -> Finding:
    scores = summary.scores
    p_values = scores.class_p()
    strength = np.where(p_values > p_values.min(), -1.0, np.abs(np.nan_to_num(scores.class_z)))
    k = int(strength.argmax())
    # The totals of two exclusive classes are one test.
    tests = 1 if summary.exclusive and len(p_values) == 2 else len(p_values)
    p_value = min(1.0, float(p_values[k]) * tests)
    return Finding(
        "class total", float(scores.class_gaps[k]), p_value, BIAS, float(scores.class_z[k]), k
    )
