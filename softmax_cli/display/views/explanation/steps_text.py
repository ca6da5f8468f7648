"""Sentences on the steps from logits to probabilities: why each is taken."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from softmax_cli.display.number_format import fewest_decimals, format_number, format_short

if TYPE_CHECKING:
    from softmax_cli.activations.explanation.explain import Explanation

# Steps have this many decimals more than probabilities, so that these follow from them.
EXTRA_DECIMALS = 2
# Sums of more terms than this are abbreviated.
_MOST_TERMS = 8


def intro(item: Explanation, decimals: int, shown: int) -> str:
    """Return what is shown, and how it is rounded."""
    text = (
        f"{_calibration(item)} Results are rounded to {decimals} decimals and the numbers they "
        f"follow from to {decimals + EXTRA_DECIMALS}; all are computed in float64."
    )
    count = len(item.logits)
    if shown < count:
        text += f" The {shown} likeliest of {count} classes are shown; -f csv has all."
    return text


def _calibration(item: Explanation) -> str:
    if item.bias is None:
        return f"Temperature T = {item.temperature:g}."
    other = "sigmoid" if item.bias.fitted_for == "softmax" else "softmax"
    return (
        f"Temperature T = {item.temperature:g} and a bias b for each class, fitted for "
        f"{item.bias.fitted_for}: the {other} of z / T + b is shown for comparison."
    )


def calibration_steps(item: Explanation) -> Iterator[str]:
    """Yield the first steps of softmax: the division, and the sum if there are biases."""
    yield f"1. {_division(item.temperature)}"
    if item.bias is not None:
        yield (
            "2. Add the bias b of each class: m = z / T + b. The odds of two classes change by one "
            "factor, exp of the difference of their biases, whatever the logits."
        )


def softmax_steps(item: Explanation, decimals: int) -> Iterator[str]:
    """Yield the other steps of softmax."""
    before = len(list(calibration_steps(item)))
    for number, step in enumerate(_softmax_steps(item, decimals), start=before + 1):
        yield f"{number}. {step}"
    if len(item.logits) == 1:
        yield "The softmax of a single class is always 1. For a yes-or-no answer, use sigmoid."


def _softmax_steps(item: Explanation, decimals: int) -> Iterator[str]:
    steps = item.softmax
    maximum = steps.maximum if math.isfinite(steps.maximum) else float(item.logits.max())
    total = format_short(steps.total, decimals)
    yield (
        f"Subtract the maximum, {format_short(maximum, decimals)}. The largest value is then 0 "
        "and no exponential can overflow. The result is the same: a common factor exp(-max) "
        "cancels."
    )
    yield (
        "Exponentiate. Every value becomes positive, the order stays, and a difference of 1 "
        "becomes a ratio of e = 2.718282."
    )
    yield f"Add them up: {_sum(item, decimals)} = {total}."
    yield f"Divide each by the sum, {total}. The results are positive and sum to 1."


def _division(temperature: float) -> str:
    if temperature == 0:
        return (
            "Divide by the temperature, here the limit T -> 0: differences grow without bound, so "
            "the largest logit takes all, and ties share. Here the maximum is subtracted first."
        )
    if math.isinf(temperature):
        return (
            "Divide by the temperature, here the limit T -> infinity: every logit becomes 0, so "
            "all classes become equal."
        )
    if temperature == 1:
        return "Divide each logit by the temperature T = 1, which changes nothing."
    effect = ("shrinks", "flattens") if temperature > 1 else ("stretches", "sharpens")
    return (
        f"Divide each logit by the temperature T = {temperature:g}, which {effect[0]} the "
        f"differences and so {effect[1]} the distribution."
    )


def _sum(item: Explanation, decimals: int) -> str:
    values = item.softmax.exponentials.tolist()
    digits = fewest_decimals(values, decimals)
    if len(values) <= _MOST_TERMS:
        return " + ".join(format_number(value, digits) for value in values)
    first = " + ".join(format_number(value, digits) for value in values[:3])
    return f"{first} + ... + {format_number(values[-1], digits)}"


def naive_shares(item: Explanation) -> str:
    """Return why logits divided by their sum are no probabilities."""
    total, shares = item.naive.total, item.naive.shares
    if total == 0 or math.isinf(total):
        return (
            f"The logits sum to {total:g}, so they cannot be divided by their sum. "
            "Exponentials can: they "
            "are positive whatever the sign of a logit."
        )
    start = f"The shares z / {format_short(total, 6)} sum to 1, too,"
    if (shares < 0).any():
        return (
            f"{start} but some are negative, which no probability is. Exponentials are positive "
            "whatever the sign of a logit."
        )
    order = "but reverse the order, as every logit is negative" if total < 0 else (
        "and here none is negative, as no logit is"
    )  # fmt: skip
    return (
        f"{start} {order}. A constant added to every logit would change them, though it says "
        "nothing about the classes. It does not change softmax, which depends on differences only."
    )


def sigmoid_steps(item: Explanation) -> Iterator[str]:
    """Yield the steps of sigmoid."""
    for number, step in enumerate(_sigmoid_steps(item), start=1):
        yield f"{number}. {step}"


def _sigmoid_steps(item: Explanation) -> Iterator[str]:
    limits = {
        0.0: "Divide by the temperature, in the same limit: negative logits go to -inf, "
        "positive ones to inf.",
        math.inf: "Divide by the temperature, in the same limit: every logit becomes 0.",
    }
    if item.temperature in limits:
        yield limits[item.temperature]
    else:
        added = "" if item.bias is None else " and add the bias of its class"
        t = f"{item.temperature:g}{added}"
        yield f"Divide each logit by the temperature T = {t}, as for softmax."
    yield "Exponentiate its negative."
    yield "Add 1."
    power = "-z / T" if item.bias is None else "-m"
    yield (
        f"Take the reciprocal: 1 / (1 + exp({power})). Each class looks at its own logit only: "
        "the sum can be anything up to the number of classes, and has no meaning."
    )
