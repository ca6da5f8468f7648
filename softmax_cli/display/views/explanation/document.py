"""The page of an explanation, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from softmax_cli.display.documents.document import Block, Document, Heading, Paragraph
from softmax_cli.display.views.explanation import learning_text as learning
from softmax_cli.display.views.explanation import steps_text as text
from softmax_cli.display.views.explanation.charts import sigmoid_chart, softmax_chart
from softmax_cli.display.views.explanation.tables import ExplanationTables, data_table

if TYPE_CHECKING:
    from softmax_cli.activations.explanation.explain import Explanation


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
        *map(Paragraph, learning.which_function(item)),
    ]
    return Document(title, blocks, data_table(item), item)


def _steps(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    yield Heading("Softmax: one distribution over all classes")
    yield from map(Paragraph, text.calibration_steps(item))
    if item.bias is not None:
        yield tables.calibration(item.bias)
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
    yield Paragraph(learning.gradients(item))
    yield tables.gradients()
    yield from (Paragraph(warning, strong=True) for warning in learning.saturation(item))
    yield sigmoid_chart(item)
    if item.jacobian is not None and len(item.logits) > 1:
        yield Paragraph(learning.JACOBIAN)
        yield tables.jacobian(item.jacobian)


def _loss(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    if item.loss is None:
        return
    yield Heading(f'Loss: the true class is "{item.classes[item.loss.label]}"')
    yield from map(Paragraph, learning.losses(item, item.loss, tables.decimals))
    yield tables.loss(item.loss)
    if learning.is_confidently_wrong(item, item.loss):
        yield Paragraph(learning.CONFIDENT_AND_WRONG, strong=True)
    yield Paragraph(learning.DESCENT)


def _bump(item: Explanation, tables: ExplanationTables) -> Iterator[Block]:
    if item.bump is None:
        return
    yield Heading(f'What if the logit of "{item.classes[item.bump.index]}" rises by 1?')
    yield Paragraph(learning.bump(item, item.bump))
    yield tables.bump(item.bump)
    if chart := softmax_chart(item, item.bump.index):
        yield chart
