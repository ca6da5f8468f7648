"""Summary lines of calibration reports: what to do with the logits, and why."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from softmax_cli.display.number_format import (
    format_bounded,
    format_count,
    format_percent,
    format_temperature,
)
from softmax_cli.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.metrics.paired import Difference

IN_SAMPLE_WARNING = (
    "Optimistic: evaluated on the rows used for fitting (--holdout 0.5 evaluates on others)."
)
_MOST_CLASSES = 5
_ROUNDING = 1e-9


def recommendation(report: CalibrationReport) -> str:
    """Recommend a map, another one, or none, with the ECE and NLL before and after."""
    if report.fit.map == "none":
        return "Leave the logits as they are: no map is clearly better in cross-validation."
    if needs_bias(report) and not _mostly_fixed(report):
        return (
            f"A temperature does not fix this: try --map bias. At {_map_words(report)}: "
            f"{_changes(report)}."
        )
    if not is_better(report):
        return f"Leave the logits as they are: {_no_gain(report)}."
    text = f"{_imperative(report)}: {_changes(report)}."
    if not _is_significant(report):
        text += " The gain is not significant on these rows."
    if worse := _worse(report):
        text += f" But {worse}."
    if needs_bias(report):
        text += " Class totals remain off: try --map bias."
    return text


def is_better(report: CalibrationReport) -> bool:
    """Return True if the map lowers the NLL on the rows evaluated, and not by chance.

    What rules out chance is the CI of a single temperature, the choice by cross-validation, or
    the CI of the difference.
    """
    if report.fit.map == "none" or not report.paired.nll.mean < 0:
        return False
    if _is_one_temperature(report):
        return unit_temperature_note(report) is None
    return report.selection is not None or _is_significant(report)


def _is_significant(report: CalibrationReport) -> bool:
    nll = report.paired.nll
    return nll.mean == -math.inf or nll.ci_95[1] < 0


def needs_bias(report: CalibrationReport) -> bool:
    """Return True if class totals are off after a temperature, which only a bias fixes."""
    from softmax_cli.metrics.verdict import BIAS

    if report.fit.map != "temperature":
        return False
    return BIAS in report.after.evaluation.verdict.remedies


def fit_summary(report: CalibrationReport) -> list[str]:
    """Return lines on the fitted map, its effect, and the rows of fit and evaluation."""
    lines = list(_map_lines(report))
    lines.append(_rows_line(report))
    if report.fit.map != "none":
        lines.append(_difference_line(report))
    if report.fold_temperatures:
        folds = "; ".join(map(format_temperature, report.fold_temperatures))
        lines.append(f"Fold temperatures: {folds}.")
    return lines


def unit_temperature_note(report: CalibrationReport) -> str | None:
    """Report that the 95% CI includes T = 1; None if not, or if more than T was fitted."""
    if not _is_one_temperature(report):
        return None
    low, high = report.fit.ci_95
    if not low <= 1.0 <= high:
        return None
    return "The 95% CI includes 1: these rows give no evidence that a temperature is needed."


def _is_one_temperature(report: CalibrationReport) -> bool:
    """Return True for a map with one temperature and no bias, even if biases were tried."""
    fit = report.fit
    return fit.map != "none" and len(fit.temperatures) == 1 and not fit.has_bias


def _rows_line(report: CalibrationReport) -> str:
    """Return the rows of the fit and those of the evaluation, and the weights of both."""
    evaluated = report.before.evaluation
    fitted, on, end = format_count(report.rows_fitted, "row"), report.evaluated_on, ""
    if report.effective_rows_fitted is not None:
        fitted += f" ({report.effective_rows_fitted:,.1f} effective)"
        on += f", {evaluated.effective_rows:,.1f} effective"
        end = f'; weighted by "{printable(report.before.weight_column or "")}"'
    rows = format_count(evaluated.rows, "row")
    return f"Fitted on {fitted}; evaluated on {rows} ({on}){end}."


def _map_lines(report: CalibrationReport) -> Iterator[str]:
    fit = report.fit
    if report.selection:
        yield _selection_line(report)
    if fit.map != "none" and len(fit.temperatures) == 1:
        low, high = map(format_temperature, fit.ci_95)
        # The confidences of rows of several classes may change places.
        kept = "the order of classes" if report.after.evaluation.exclusive else "ranking"
        unchanged = "" if fit.has_bias else f"; accuracy and {kept} are unchanged"
        yield (
            f"Temperature {format_temperature(fit.temperature)} for {report.before.activation}, "
            f"standard error {fit.standard_error:.2g} (95% CI {low} to {high}){unchanged}."
        )
    if len(fit.bias):
        yield from _bias_lines(report)
    if fit.floor and report.fit.map != "none":
        yield f"Probabilities below {fit.floor:.2g} of the largest count as that (--floor)."


def _bias_lines(report: CalibrationReport) -> Iterator[str]:
    bias = report.fit.bias.tolist()
    if not report.fit.has_bias:
        yield "All biases are 0: the classes do not differ more than by chance."
        return
    order = sorted(range(len(bias)), key=lambda k: -abs(bias[k]))[:_MOST_CLASSES]
    names = report.before.evaluation.classes
    shown = ", ".join(f'"{printable(names[k])}" {round(bias[k], 3) + 0.0:+.3f}' for k in order)
    title = "Biases" if len(bias) > 1 else "Bias"
    yield f"{'Largest biases' if len(bias) > len(order) else title}: {shown}."
    paired = report.paired
    changed = format_count(report.changed, "predicted class", "predicted classes")
    yield (
        f"{changed} changed: {paired.only_first:,} correct only before, "
        f"{paired.only_other:,} only after (McNemar {_p_value(paired.mcnemar_p)})."
    )


def _selection_line(report: CalibrationReport) -> str:
    assert report.selection is not None
    steps = []
    for step in report.selection.steps:
        if step.nll is None:
            steps.append(f"{step.map} has no fit")
        elif abs(step.nll.mean) < _ROUNDING:
            steps.append(f"{step.map} against {step.against}, no difference")
        else:
            change = f"{step.nll.mean:+.4f} (SE {step.nll.standard_error:.2g})"
            steps.append(f"{step.map} against {step.against}, NLL {change}")
    return f"Chosen by 5-fold cross-validation: {'; '.join(steps)}."


def _difference_line(report: CalibrationReport) -> str:
    return f"After minus before: NLL {_interval(report.paired.nll)}."


def _no_gain(report: CalibrationReport) -> str:
    change = _interval(report.paired.nll)
    return f"{_map_words(report)} changes the NLL by {change}"


def _interval(difference: Difference) -> str:
    low, high = difference.ci_95
    if not math.isfinite(low):
        return f"{difference.mean:+.4f}"
    return f"{difference.mean:+.4f} (95% CI {low:+.4f} to {high:+.4f})"


def _map_words(report: CalibrationReport) -> str:
    fit = report.fit
    one = len(fit.temperatures) == 1
    words = f"T = {format_temperature(fit.temperature)}" if one else "one temperature per class"
    return f"{words} with biases" if fit.has_bias else words


def _imperative(report: CalibrationReport) -> str:
    fit = report.fit
    per_class = len(fit.temperatures) > 1
    divisor = "the per-class temperatures" if per_class else format_temperature(fit.temperature)
    biases = "bias" if len(fit.bias) == 1 else "biases"
    added = f" and add the class {biases}" if fit.has_bias else ""
    return f"Divide the logits by {divisor}{added}"


def _changes(report: CalibrationReport) -> str:
    before, after = report.before.evaluation, report.after.evaluation
    return (
        f"ECE {format_percent(before.metrics['ece'])} -> {format_percent(after.metrics['ece'])}, "
        f"noise floor {format_percent(after.noise_floor.mean)}; "
        f"NLL {before.metrics['nll']:.4f} -> {after.metrics['nll']:.4f}"
    )


def _mostly_fixed(report: CalibrationReport) -> bool:
    """Return True if the map clearly helps: nothing gets worse, and the ECE falls by half."""
    before, after = report.before.evaluation.metrics, report.after.evaluation.metrics
    return is_better(report) and not _worse(report) and after["ece"] <= before["ece"] / 2


def _worse(report: CalibrationReport) -> str:
    """Name the metrics that the map makes worse; empty if there are none."""
    before, after = report.before.evaluation, report.after.evaluation
    worse = []
    if after.metrics["brier"] > before.metrics["brier"]:
        values = f"{before.metrics['brier']:.4f} -> {after.metrics['brier']:.4f}"
        worse.append(f"the Brier score gets worse ({values})")
    if after.metrics["ece"] > before.metrics["ece"]:
        within = "" if after.exceeds_noise_floor else ", within the noise floor"
        worse.append(f"the ECE gets worse{within}")
    return " and ".join(worse)


def _p_value(p: float) -> str:
    text = format_bounded(p, 4)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"
