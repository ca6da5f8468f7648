"""An explanation as a page that a student can follow with a pocket calculator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.sweep import sweep_logit
from softmax_cli.display.documents.document import (
    Block,
    Chart,
    Document,
    Heading,
    Paragraph,
    Series,
)
from softmax_cli.display.views import explanation_text as text
from softmax_cli.display.views.explanation_tables import ExplanationTables, data_table
from softmax_cli.display.views.sweep import sweep_chart

if TYPE_CHECKING:
    from softmax_cli.activations.explanation import Explanation

_POINTS = 241
# How far a logit is varied, times T, around its value and that at which its class gets a half.
_REACH = 6.0
# Up to this distance of the two.
_MOST_REACH = 1e3


def explanation_document(item: Explanation, decimals: int = 4) -> Document:
    """Return the page; probabilities have `decimals`, and the steps two more."""
    count = len(item.logits)
    title = f"Softmax and sigmoid of {count} logit{'s' if count > 1 else ''}, step by step"
    tables = ExplanationTables(item, decimals)
    blocks = [
        Paragraph(text.intro(item, decimals, len(tables.shown))),
        *_steps(item, tables),
        *_gradients(item, tables),
        *_loss(item, tables),
        *_bump(item, tables),
        Heading("How sure is the softmax?"),
        tables.uncertainty(),
        Heading("Which of the two?"),
        *map(Paragraph, text.which_function(item)),
    ]
    return Document(title, blocks, data_table(item), item)


def _steps(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    yield Heading("Softmax: one distribution over all classes")
    yield from map(Paragraph, text.softmax_steps(item, tables.step_decimals))
    yield tables.softmax()
    yield Heading("Why exponentials? The logits divided by their sum")
    yield Paragraph(text.naive_shares(item))
    yield tables.naive()
    yield Heading("Sigmoid: each class on its own, yes or no")
    yield from map(Paragraph, text.sigmoid_steps(item))
    yield tables.sigmoid()


def _gradients(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    yield Heading("Gradients: how much each probability moves with its own logit")
    yield Paragraph(text.gradients(item))
    yield tables.gradients()
    yield from (Paragraph(warning, strong=True) for warning in text.saturation(item))
    yield sigmoid_chart(item)
    if item.jacobian is not None and len(item.logits) > 1:
        yield Paragraph(text.JACOBIAN)
        yield tables.jacobian(item.jacobian)


def _loss(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    if item.loss is None:
        return
    yield Heading(f'Loss: the true class is "{item.classes[item.loss.label]}"')
    yield from map(Paragraph, text.losses(item, item.loss, tables.decimals))
    yield tables.loss(item.loss)
    if text.is_confidently_wrong(item, item.loss):
        yield Paragraph(text.CONFIDENT_AND_WRONG, strong=True)
    yield Paragraph(text.DESCENT)


def _bump(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    if item.bump is None:
        return
    yield Heading(f'What if the logit of "{item.classes[item.bump.index]}" rises by 1?')
    yield Paragraph(text.bump(item, item.bump))
    yield tables.bump(item.bump)
    if chart := softmax_chart(item, item.bump.index):
        yield chart


def softmax_chart(item: Explanation, index: int) -> Chart | None:
    """Return the softmax of all classes while one logit varies around its value."""
    middle, t = float(item.logits[index]), item.temperature
    if not math.isfinite(middle):
        return None
    reach = _REACH * t if 0 < t < math.inf else _REACH
    half = _half_way(item, index)
    ends = [middle, half if abs(half - middle) < _MOST_REACH * reach else middle]
    grid = [min(ends) - reach, max(ends) + reach]
    sweep = sweep_logit(
        item.logits, index, grid, temperature=item.temperature, classes=item.classes
    )
    return sweep_chart(sweep, f'Softmax while the logit of "{item.classes[index]}" varies')


def _half_way(item: Explanation, index: int) -> float:
    """Return the logit at which the softmax of a class is 1/2; -inf if all others are masked."""
    others = np.delete(item.logits, index)
    largest = float(others.max(initial=-math.inf))
    if not math.isfinite(largest) or not 0 < item.temperature < math.inf:
        return largest
    with np.errstate(over="ignore"):
        total = float(np.exp((others - largest) / item.temperature).sum())
    return largest + item.temperature * math.log(total)


def sigmoid_chart(item: Explanation) -> Chart:
    """Return the curve of sigmoid and its slope, with the logits on it."""
    scaled = item.sigmoid.scaled
    finite = np.isfinite(scaled)
    width = max(6.0, min(float(np.abs(scaled[finite]).max(initial=0.0)) * 1.05, 30.0))
    x = np.linspace(-width, width, _POINTS)
    s = 1.0 / (1.0 + np.exp(-x))
    drawn = finite & (np.abs(scaled) <= width)
    points = scaled[drawn].tolist(), item.sigmoid.probabilities[drawn].tolist()
    return Chart(
        "Sigmoid and its slope: flat at both ends", "z / T", "probability",
        [
            Series("sigmoid s", x.tolist(), s.tolist()),
            Series("s (1 - s)", x.tolist(), (s * (1.0 - s)).tolist()),
            Series("these logits", *points, points=True),
        ],
    )  # fmt: skip
