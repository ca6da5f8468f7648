"""The sentences of `explain`: why each step is taken, and what the numbers say."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.explanation import SATURATED
from softmax_cli.display.number_format import fewest_decimals, format_number

if TYPE_CHECKING:
    from softmax_cli.activations.explanation import Bump, Explanation
    from softmax_cli.activations.gradients import Loss

# Steps have this many decimals more than probabilities, so that these follow from them.
EXTRA_DECIMALS = 2
# Sums of more terms than this are abbreviated.
_MOST_TERMS = 8

JACOBIAN = (
    "The Jacobian of softmax: row i, column j is dp_i / dz_j, which is p_i (1 - p_i) / T on the "
    "diagonal and -p_i p_j / T elsewhere. Each row and each column sums to 0: what one class "
    "gains, the others lose."
)
DESCENT = (
    "Gradient descent subtracts these: a negative gradient raises its logit. Cross-entropy cancels "
    "the slope p (1 - p), so its gradient is as large as the error is."
)
CONFIDENT_AND_WRONG = (
    "Confident and wrong: the gradient of the squared error is almost 0, so learning stalls here. "
    "That of cross-entropy is near its largest, so such a row is learned from most."
)


def intro(item: Explanation, decimals: int, shown: int) -> str:
    """Return what is shown, and how it is rounded."""
    text = (
        f"Temperature T = {item.temperature:g}. Results are rounded to {decimals} decimals and the "
        f"numbers they follow from to {decimals + EXTRA_DECIMALS}; all are computed in float64."
    )
    count = len(item.logits)
    if shown < count:
        text += f" The {shown} likeliest of {count} classes are shown; -f csv has all."
    return text


def softmax_steps(item: Explanation, decimals: int) -> Iterator[str]:
    """Yield the steps of softmax."""
    steps = item.softmax
    maximum = steps.maximum if math.isfinite(steps.maximum) else float(item.logits.max())
    total = _short(steps.total, decimals)
    yield f"1. {_division(item.temperature)}"
    yield (
        f"2. Subtract the maximum, {_short(maximum, decimals)}. The largest value is then 0 and no "
        "exponential can overflow. The result is the same: a common factor exp(-max) cancels."
    )
    yield (
        "3. Exponentiate. Every value becomes positive, the order stays, and a difference of 1 "
        "becomes a ratio of e = 2.718282."
    )
    yield f"4. Add them up: {_sum(item, decimals)} = {total}."
    yield f"5. Divide each by the sum, {total}. The results are positive and sum to 1."
    if len(item.logits) == 1:
        yield "The softmax of a single class is always 1. For a yes-or-no answer, use sigmoid."


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
    start = f"The shares z / {_short(total, 6)} sum to 1, too,"
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
    limits = {
        0.0: "Divide by the temperature, at the same limit: to -inf below 0, to inf above.",
        math.inf: "Divide by the temperature, at the same limit: every logit becomes 0.",
    }
    if item.temperature in limits:
        yield f"1. {limits[item.temperature]}"
    else:
        yield f"1. Divide each logit by the temperature T = {item.temperature:g}, as for softmax."
    yield "2. Exponentiate its negative."
    yield "3. Add 1."
    yield (
        "4. Take the reciprocal: 1 / (1 + exp(-z / T)). Each class looks at its own logit only: "
        "the sum can be anything up to the number of classes, and has no meaning."
    )


def gradients(item: Explanation) -> str:
    """Return how the table of gradients is read."""
    over = "" if item.temperature == 1 else " / T"
    return (
        f"The derivative of sigmoid is s (1 - s){over}, that of softmax p (1 - p){over}. The "
        "product is at most 0.25, at a probability of 0.5, and near 0 at both ends. Where it is "
        f"below {SATURATED:g}, the function is saturated: what is passed back through it almost "
        "vanishes."
    )


def saturation(item: Explanation) -> Iterator[str]:
    """Yield for how many classes each function is saturated."""
    unmasked = np.isfinite(item.logits)
    for name, gradient in (("Softmax", item.softmax_gradient), ("Sigmoid", item.sigmoid_gradient)):
        flat, total = int((gradient.saturated & unmasked).sum()), int(unmasked.sum())
        if flat:
            classes = "class" if total == 1 else "classes"
            yield f"{name} is saturated for {flat} of {total} {classes}: learning stalls here."


def losses(item: Explanation, loss: Loss, decimals: int) -> Iterator[str]:
    """Yield each loss, its value and its gradient."""
    over = "" if item.temperature == 1 else " / T"
    yield (
        f"Cross-entropy of softmax: {_cross_entropy(item, loss, decimals)} nats. Its gradient is "
        f"(p - y){over} with the one-hot vector y: it pushes the true class up and every other "
        "down."
    )
    yield (
        "Squared error of softmax: sum (p - y)^2 = "
        f"{format_number(loss.squared_error, decimals)}. Its gradient is 2 p_i (e_i - sum p_j "
        f"e_j){over} with the errors e = p - y: the Jacobian times 2 e. It vanishes where softmax "
        "is saturated."
    )
    yield (
        "Binary cross-entropy of sigmoid, summed over the classes: "
        f"{format_number(loss.binary_cross_entropy, decimals)} nats. Its gradient is (s - y){over}."
    )


def _cross_entropy(item: Explanation, loss: Loss, decimals: int) -> str:
    """Return -log p from the steps: the logarithm of the sum minus the shifted logit."""
    value = format_number(loss.cross_entropy, decimals)
    shifted = float(item.softmax.shifted[loss.label])
    if not math.isfinite(shifted):
        return f"-log p = {value}"
    total = _short(item.softmax.total, decimals + EXTRA_DECIMALS)
    distance = _short(-shifted + 0.0, decimals + EXTRA_DECIMALS)
    return f"-log p = log(sum) - (z - max) / T = log {total} + {distance} = {value}"


def is_confidently_wrong(item: Explanation, loss: Loss) -> bool:
    """Return True if the top class is not the label, and the squared error has no gradient."""
    saturated = item.softmax_gradient.saturated
    return item.uncertainty.top != loss.label and bool(saturated[[item.uncertainty.top]].all())


def bump(item: Explanation, bump: Bump) -> str:
    """Return what one larger logit does under each function."""
    name = item.classes[bump.index]
    if len(item.logits) == 1:
        return f'Under sigmoid "{name}" rises; the softmax of a single class stays 1.'
    return (
        f'Under sigmoid only "{name}" changes. Under softmax it takes its gain from all others, '
        "which fall by one common factor: the ratios between them stay."
    )


def which_function(item: Explanation) -> Iterator[str]:
    """Yield which function is for which task."""
    yield (
        "Softmax if exactly one class is true (a digit, the next token): probabilities compete and "
        f'sum to 1. Here the top class is "{item.classes[item.uncertainty.top]}".'
    )
    pairs = zip(item.classes, item.sigmoid.probabilities.tolist(), strict=True)
    chosen = [f'"{name}"' for name, probability in pairs if probability >= 0.5]
    more = f" and {len(chosen) - _MOST_TERMS} others" if len(chosen) > _MOST_TERMS else ""
    yield (
        "Sigmoid if any number of classes may be true (tags of a picture), or for one yes-or-no "
        "answer: each class has its own probability. Here these reach 0.5: "
        f"{', '.join(chosen[:_MOST_TERMS]) or 'none'}{more}."
    )
    yield (
        "Softmax is wrong for tags that may be true together, since it makes them compete. Sigmoid "
        "is wrong for exclusive classes, since its probabilities need not sum to 1."
    )


def _short(value: float, decimals: int) -> str:
    return format_number(value, fewest_decimals([value], decimals))
