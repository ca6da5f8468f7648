"""Sentences on gradients, losses and the choice of a function."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.explanation.slopes import SATURATED
from softmax_cli.display.number_format import format_number, format_short
from softmax_cli.display.views.explanation.steps_text import EXTRA_DECIMALS

if TYPE_CHECKING:
    from softmax_cli.activations.explanation.explain import Explanation
    from softmax_cli.activations.explanation.slopes import Bump
    from softmax_cli.activations.gradients import Loss

# Names of more classes than this are abbreviated.
_MOST_NAMES = 8

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
    "The gradient of cross-entropy is near its maximum: such a row contributes most to learning."
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
            yield (
                f"{name} is saturated for {flat} of {total} {classes}: learning stalls here, "
                "unless the loss cancels the slope, as cross-entropy does."
            )


def losses(item: Explanation, loss: Loss, decimals: int) -> Iterator[str]:
    """Yield each loss, its value and its gradient."""
    over = "" if item.temperature == 1 else " / T"
    yield (
        f"Cross-entropy of softmax: {_cross_entropy(item, loss, decimals)} nats. Its gradient is "
        f"(p - y){over} with the one-hot vector y: descending it raises the true class "
        "and lowers every other."
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
    total = format_short(item.softmax.total, decimals + EXTRA_DECIMALS)
    distance = format_short(-shifted + 0.0, decimals + EXTRA_DECIMALS)
    step = "(z - max) / T" if item.bias is None else "(m - max)"
    return f"-log p = log(sum) - {step} = log {total} + {distance} = {value}"


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
        "which shrink by the same factor, so that their ratios are unchanged."
    )


def which_function(item: Explanation) -> Iterator[str]:
    """Yield which function is for which task."""
    yield (
        "Softmax if exactly one class is true (a digit, the next token): probabilities compete and "
        f'sum to 1. Here the top class is "{item.classes[item.uncertainty.top]}".'
    )
    pairs = zip(item.classes, item.sigmoid.probabilities.tolist(), strict=True)
    chosen = [f'"{name}"' for name, probability in pairs if probability >= 0.5]
    more = f" and {len(chosen) - _MOST_NAMES} others" if len(chosen) > _MOST_NAMES else ""
    yield (
        "Sigmoid if any number of classes may be true (tags of a picture), or for one yes-or-no "
        "answer: each class has its own probability. Here these reach 0.5: "
        f"{', '.join(chosen[:_MOST_NAMES]) or 'none'}{more}."
    )
    yield (
        "Softmax is wrong for tags that may be true together, since it makes them compete. Sigmoid "
        "is wrong for exclusive classes, since its probabilities need not sum to 1."
    )
