"""What an assessment comes to, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.calibration.report import CalibrationReport
    from softmax_cli.evaluation.report import EvaluationReport
    from softmax_cli.metrics.evaluate import Evaluation


def rows_summary(report: EvaluationReport) -> str:
    """How many rows and classes there were, and at which temperature they were judged."""
    evaluation = report.evaluation
    classes = len(evaluation.classes)
    text = f"{printable(report.source)}: {count(evaluation.rows, 'labeled row')}, "
    text += f"{count(classes, 'class', 'classes')}, {report.activation}"
    if report.temperature != 1:
        text += f" at temperature {temperature(report.temperature)}"
    dropped = []
    if evaluation.unlabeled:
        dropped.append(f"{count(evaluation.unlabeled, 'row')} without a label")
    if report.invalid:
        dropped.append(f"{count(report.invalid, 'invalid row')}")
    return f"{text}; left out: {', '.join(dropped)}." if dropped else f"{text}."


def confidence_summary(evaluation: Evaluation) -> str:
    """Whether the model is over- or under-confident, with the figures."""
    confidence = evaluation.metrics["confidence"]
    if evaluation.independent and len(evaluation.classes) > 1:
        return _largest_class_gap(evaluation)
    if evaluation.independent:
        what, true = "mean probability", evaluation.metrics["rate"]
        observed, words = "share of yes", ("Too high", "Too low")
    else:
        what, true = "mean confidence", evaluation.metrics["accuracy"]
        observed, words = "accuracy", ("Over-confident", "Under-confident")
    gap = evaluation.gap
    if abs(gap) <= evaluation.gap_noise_floor:
        word = "No clear bias"
    else:
        word = words[0] if gap > 0 else words[1]
    return (
        f"{word}: {what} {percent(confidence)}, {observed} {percent(true)}, "
        f"a gap of {abs(gap) * 100:.1f} points{_gap_floor(evaluation)}."
    )


def _largest_class_gap(evaluation: Evaluation) -> str:
    """The class whose probabilities are furthest off on the whole; all together may hide it."""
    predicted, observed = evaluation.by_class["confidence"], evaluation.by_class["rate"]
    gaps = [abs(gap) if math.isfinite(gap) else -1.0 for gap in (predicted - observed).tolist()]
    k = gaps.index(max(gaps))
    return (
        f'Furthest off is "{printable(evaluation.classes[k])}": mean probability '
        f"{percent(float(predicted[k]))}, share of yes {percent(float(observed[k]))}; "
        f"over all classes {percent(evaluation.metrics['confidence'])} and "
        f"{percent(evaluation.metrics['rate'])}."
    )


def noise_floor_summary(evaluation: Evaluation) -> str:
    """Whether the ECE is more than chance alone gives."""
    chance = evaluation.noise_floor
    ece = percent(evaluation.metrics["ece"])
    floor = f"{percent(chance.mean)} on average, 95 % below {percent(chance.upper)}"
    if evaluation.exceeds_noise_floor:
        return f"ECE {ece} is more than chance alone gives a calibrated model ({floor})."
    return f"ECE {ece} is within what chance alone gives a calibrated model ({floor})."


def zero_probability_note(evaluation: Evaluation) -> str | None:
    """How many labels had probability 0, if any had."""
    if not evaluation.zero_probability_labels:
        return None
    labels = count(evaluation.zero_probability_labels, "label has", "labels have")
    return f"The NLL is infinite: {labels} probability 0."


IN_SAMPLE_WARNING = (
    "These figures flatter: the temperature is judged on the rows it was fitted on "
    "(--holdout 0.5 judges it on others)."
)


def recommendation(report: CalibrationReport) -> str:
    """What to do, and what comes of it."""
    before, after = report.before.evaluation, report.after.evaluation
    several = len(report.fit.temperatures) > 1
    by = "those of each class" if several else temperature(report.fit.temperature)
    return (
        f"Divide the logits by {by}: "
        f"ECE {percent(before.metrics['ece'])} -> {percent(after.metrics['ece'])}, "
        f"noise floor {percent(after.noise_floor.mean)}; "
        f"NLL {before.metrics['nll']:.4f} -> {after.metrics['nll']:.4f}."
    )


def fit_summary(report: CalibrationReport) -> list[str]:
    """The temperature with its error, and what it was fitted and judged on."""
    fit = report.fit
    lines = []
    if len(fit.temperatures) == 1:
        spread = 1.959963984540054 * fit.standard_error / fit.temperature
        low, high = (fit.temperature * math.exp(side * spread) for side in (-1, 1))
        lines.append(
            f"Temperature {temperature(fit.temperature)}, standard error "
            f"{fit.standard_error:.2g} (95 %: {low:.4g} to {high:.4g}), for "
            f"{report.before.activation}; accuracy and ranking stay as they are."
        )
    lines.append(
        f"Fitted on {count(report.rows_fitted, 'row')}; before and after are of "
        f"{count(report.before.evaluation.rows, 'row')}: {report.evaluated_on}."
    )
    if report.fold_temperatures:
        each = "; ".join(temperature(t) for t in report.fold_temperatures)
        lines.append(f"The temperatures of the folds: {each}.")
    return lines


def unit_temperature_note(report: CalibrationReport) -> str | None:
    """That the temperature may as well be 1, where that is so."""
    fit = report.fit
    if len(fit.temperatures) > 1:
        return None
    if abs(fit.temperature - 1.0) > 1.959963984540054 * fit.standard_error:
        return None
    return "The temperature is 1 within its error: these labels give no reason to change it."


def percent(value: float) -> str:
    """A share in percent."""
    return f"{value * 100:.1f} %" if math.isfinite(value) else "unknown"


def temperature(given: float | Sequence[float]) -> str:
    """One temperature or several, to four digits."""
    if isinstance(given, float | int):
        return f"{given:.4g}"
    shown = ", ".join(f"{t:.4g}" for t in given[:5])
    return f"{shown}, ... ({len(given)} in all)" if len(given) > 5 else shown


def _gap_floor(evaluation: Evaluation) -> str:
    if abs(evaluation.gap) > evaluation.gap_noise_floor:
        return ""
    return f" where chance gives up to {evaluation.gap_noise_floor * 100:.1f}"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
