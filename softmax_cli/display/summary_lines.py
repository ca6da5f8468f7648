"""What an assessment comes to, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.calibration.report import Calibrated
    from softmax_cli.evaluation.report import Assessment
    from softmax_cli.metrics.evaluate import Evaluation


def rows_read(found: Assessment) -> str:
    """How many rows and classes there were, and at which temperature they were judged."""
    evaluation = found.evaluation
    classes = len(evaluation.classes)
    text = f"{printable(found.source)}: {count(evaluation.rows, 'labelled row')}, "
    text += f"{count(classes, 'class', 'classes')}, {found.activation}"
    if found.temperature != 1:
        text += f" at temperature {temperature(found.temperature)}"
    left_out = []
    if evaluation.unlabelled:
        left_out.append(f"{count(evaluation.unlabelled, 'row')} without a label")
    if found.invalid:
        left_out.append(f"{count(found.invalid, 'invalid row')}")
    return f"{text}; left out: {', '.join(left_out)}." if left_out else f"{text}."


def confidence_verdict(evaluation: Evaluation) -> str:
    """Whether the model is over- or under-confident, with the figures."""
    confidence = evaluation.metrics["confidence"]
    if evaluation.independent and len(evaluation.classes) > 1:
        return _furthest(evaluation)
    if evaluation.independent:
        what, true = "mean probability", evaluation.metrics["rate"]
        came, words = "share of yes", ("Too high", "Too low")
    else:
        what, true = "mean confidence", evaluation.metrics["accuracy"]
        came, words = "accuracy", ("Over-confident", "Under-confident")
    gap = evaluation.gap
    if abs(gap) <= evaluation.gap_by_chance:
        word = "No clear bias"
    else:
        word = words[0] if gap > 0 else words[1]
    return (
        f"{word}: {what} {percent(confidence)}, {came} {percent(true)}, "
        f"a gap of {abs(gap) * 100:.1f} points{_doubt(evaluation)}."
    )


def _furthest(evaluation: Evaluation) -> str:
    """The class whose probabilities are furthest off on the whole; all together may hide it."""
    predicted, came = evaluation.by_class["confidence"], evaluation.by_class["rate"]
    gaps = [abs(gap) if math.isfinite(gap) else -1.0 for gap in (predicted - came).tolist()]
    k = gaps.index(max(gaps))
    return (
        f'Furthest off is "{printable(evaluation.classes[k])}": mean probability '
        f"{percent(float(predicted[k]))}, share of yes {percent(float(came[k]))}; over all classes "
        f"{percent(evaluation.metrics['confidence'])} and {percent(evaluation.metrics['rate'])}."
    )


def chance_verdict(evaluation: Evaluation) -> str:
    """Whether the ECE is more than chance alone gives."""
    chance = evaluation.chance
    ece = percent(evaluation.metrics["ece"])
    floor = f"{percent(chance.mean)} on average, 95 % below {percent(chance.upper)}"
    if evaluation.beyond_chance:
        return f"ECE {ece} is more than chance alone gives a calibrated model ({floor})."
    return f"ECE {ece} is within what chance alone gives a calibrated model ({floor})."


def impossible(evaluation: Evaluation) -> str | None:
    """How many labels had probability 0, if any had."""
    if not evaluation.impossible:
        return None
    labels = count(evaluation.impossible, "label has", "labels have")
    return f"The NLL is infinite: {labels} probability 0."


OWN_JUDGE = (
    "These figures flatter: the temperature is judged on the rows it was fitted on "
    "(--holdout 0.5 judges it on others)."
)


def advice(found: Calibrated) -> str:
    """What to do, and what comes of it."""
    before, after = found.before.evaluation, found.after.evaluation
    several = len(found.fit.temperatures) > 1
    by = "those of each class" if several else temperature(found.fit.temperature)
    return (
        f"Divide the logits by {by}: "
        f"ECE {percent(before.metrics['ece'])} -> {percent(after.metrics['ece'])}, "
        f"noise floor {percent(after.chance.mean)}; "
        f"NLL {before.metrics['nll']:.4f} -> {after.metrics['nll']:.4f}."
    )


def fitted(found: Calibrated) -> list[str]:
    """The temperature with its error, and what it was fitted and judged on."""
    fit = found.fit
    lines = []
    if len(fit.temperatures) == 1:
        spread = 1.959963984540054 * fit.standard_error / fit.temperature
        low, high = (fit.temperature * math.exp(side * spread) for side in (-1, 1))
        lines.append(
            f"Temperature {temperature(fit.temperature)}, standard error "
            f"{fit.standard_error:.2g} (95 %: {low:.4g} to {high:.4g}), for "
            f"{found.before.activation}; accuracy and ranking stay as they are."
        )
    lines.append(
        f"Fitted on {count(found.rows_fitted, 'row')}; before and after are of "
        f"{count(found.before.evaluation.rows, 'row')}: {found.judged_on}."
    )
    if found.fold_temperatures:
        each = "; ".join(temperature(t) for t in found.fold_temperatures)
        lines.append(f"The temperatures of the folds: {each}.")
    return lines


def doubt(found: Calibrated) -> str | None:
    """That the temperature may as well be 1, where that is so."""
    fit = found.fit
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


def _doubt(evaluation: Evaluation) -> str:
    if abs(evaluation.gap) > evaluation.gap_by_chance:
        return ""
    return f" where chance gives up to {evaluation.gap_by_chance * 100:.1f}"


def count(number: int, one: str, many: str | None = None) -> str:
    """A number of things."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
