"""The tables of an explanation: a row for each class."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import sum_of
from softmax_cli.display.documents.document import Column, Table, Value
from softmax_cli.display.number_format import fewest_decimals
from softmax_cli.display.views.explanation.steps_text import EXTRA_DECIMALS

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.activations.explanation.explain import Bias, Explanation
    from softmax_cli.activations.explanation.slopes import Bump, Gradient
    from softmax_cli.activations.gradients import Loss

# Up to this many classes are all shown; of more, this many with the largest probabilities.
_ALL_CLASSES = 50
_LARGEST = 20

# A column with its values, one for each class.
Filled = tuple[Column, Sequence[Value]]


class ExplanationTables:
    """The tables of one explanation, rounded so that numbers follow from those before them."""

    def __init__(self, item: Explanation, decimals: int) -> None:
        self._item = item
        self.decimals = decimals
        self.step_decimals = decimals + EXTRA_DECIMALS
        self.shown = shown_classes(item)

    def calibration(self, bias: Bias) -> Table:
        """Return the logits, divided and with their biases."""
        steps = self._item.softmax
        return self._table(
            self._step("logit z", self._item.logits),
            self._step("z / T", steps.scaled),
            self._step("bias b", bias.values),
            self._step("m = z / T + b", steps.calibrated),
        )

    def softmax(self) -> Table:
        """Return the steps of softmax."""
        steps = self._item.softmax
        scaled = [self._step("logit z", self._item.logits), self._step("z / T", steps.scaled)]
        return self._table(
            *(scaled if self._item.bias is None else [self._step("m", steps.calibrated)]),
            self._step("minus max", steps.shifted),
            self._step("exp", steps.exponentials),
            self._probability("softmax", steps.probabilities),
            summed=("exp", "softmax"),
        )

    def naive(self) -> Table:
        """Return the shares of the sum next to softmax."""
        return self._table(
            self._step("logit z", self._item.logits),
            self._number("logit / sum", self._item.naive.shares),
            self._probability("softmax", self._item.softmax.probabilities),
            summed=("logit z", "logit / sum", "softmax"),
        )

    def sigmoid(self) -> Table:
        """Return the steps of sigmoid."""
        steps = self._item.sigmoid
        title, power = ("z / T", "-z / T") if self._item.bias is None else ("m", "-m")
        return self._table(
            self._step("logit z", self._item.logits),
            self._step(title, steps.calibrated),
            self._step(f"exp({power})", steps.exponentials),
            self._step(f"1 + exp({power})", steps.denominators),
            self._probability("sigmoid", steps.probabilities),
            summed=("sigmoid",),
        )

    def gradients(self) -> Table:
        """Return the slopes of both functions, with marks where they are saturated."""
        item = self._item
        marks = [saturation_mark(item, k) for k in range(len(item.logits))]
        return self._table(
            self._exact("sigmoid s", item.sigmoid.probabilities),
            *self._slopes("s (1 - s)", item.sigmoid_gradient),
            self._exact("softmax p", item.softmax.probabilities),
            *self._slopes("p (1 - p)", item.softmax_gradient),
            *([(Column("saturated"), marks)] if any(marks) else []),
        )

    def jacobian(self, jacobian: Floats) -> Table:
        """Return the Jacobian of softmax."""
        names = self._item.classes
        return self._table(*(self._number(name, jacobian[:, j]) for j, name in enumerate(names)))

    def loss(self, loss: Loss) -> Table:
        """Return the gradients of the losses."""
        table = self._table(
            (Column("one-hot y", numeric=True, decimals=0), loss.one_hot.tolist()),
            self._exact("softmax p", self._item.softmax.probabilities),
            self._number("(p - y) / T", loss.gradient),
            self._number("squared error", loss.squared_gradient),
            self._number("(s - y) / T", loss.binary_gradient),
        )
        return replace(table, note="The last three columns are the gradients by each logit.")

    def bump(self, bump: Bump) -> Table:
        """Return both functions before and after one logit rises."""
        filled: list[Filled] = []
        for name in ("sigmoid", "softmax"):
            before, after = getattr(self._item, name).probabilities, getattr(bump, name)
            filled += [
                self._exact(name, before),
                self._exact("after", after),
                self._number("change", after - before),
            ]
        return self._table(*filled)

    def uncertainty(self) -> Table:
        """Return how sure the distribution is."""
        item, decimals = self._item.uncertainty, self.decimals
        count = int(np.isfinite(self._item.logits).sum())
        share = Column("", numeric=True, decimals=decimals, probability=True)
        rows = [
            ["top class", self._item.classes[item.top], "largest probability"],
            ["confidence", share.format(item.confidence), "its probability"],
            ["margin", share.format(item.margin), "largest minus second-largest probability"],
            ["entropy", f"{item.entropy:.{decimals}f}",
             f"-sum p log p, in nats; at most log {count} = {math.log(count):.{decimals}f}"],
            ["perplexity", f"{item.perplexity:.{decimals}f}",
             "exp(entropy): as unsure as between that many equal classes"],
        ]  # fmt: skip
        return Table([Column("measure"), Column("value"), Column("definition", wrap=True)], rows)

    def _table(self, *filled: Filled, summed: Collection[str] = ()) -> Table:
        """Return the rows that are shown, the sum of those that are not, and that of all."""
        item = self._item
        rows = [[item.classes[k], *(values[k] for _, values in filled)] for k in self.shown]
        hidden = sorted(set(range(len(item.logits))) - set(self.shown))
        if hidden:
            rows.append([f"{len(hidden)} others", *_sums(filled, summed, hidden)])
        total = ["sum", *_sums(filled, summed, range(len(item.logits)))] if summed else None
        return Table([Column("class"), *(column for column, _ in filled)], rows, total)

    def _slopes(self, title: str, gradient: Gradient) -> list[Filled]:
        slopes = [self._number(title, gradient.slope)]
        if self._item.temperature != 1:
            slopes.append(self._number("over T", gradient.derivative))
        return slopes

    def _step(self, title: str, values: Floats) -> Filled:
        numbers = values.tolist()
        column = Column(title, True, fewest_decimals(numbers, self.step_decimals))
        return column, numbers

    def _number(self, title: str, values: Floats) -> Filled:
        return Column(title, True, self.decimals), values.tolist()

    def _probability(self, title: str, values: Floats) -> Filled:
        return Column(title, True, self.decimals, probability=True), values.tolist()

    def _exact(self, title: str, values: Floats) -> Filled:
        """Return a column of probabilities from which other columns follow."""
        return Column(title, True, self.step_decimals, probability=True), values.tolist()


def data_table(item: Explanation) -> Table:
    """Return all classes with every step, for CSV."""
    columns = {
        "logit": item.logits,
        "scaled": item.softmax.scaled,
        **({"bias": item.bias.values, "calibrated": item.softmax.calibrated} if item.bias else {}),
        "shifted": item.softmax.shifted,
        "exponential": item.softmax.exponentials,
        "softmax": item.softmax.probabilities,
        "sigmoid": item.sigmoid.probabilities,
        "naive_share": item.naive.shares,
        "softmax_derivative": item.softmax_gradient.derivative,
        "sigmoid_derivative": item.sigmoid_gradient.derivative,
    }
    if item.loss:
        columns |= {"one_hot": item.loss.one_hot, "loss_gradient": item.loss.gradient}
    if item.bump:
        columns |= {"softmax_bumped": item.bump.softmax, "sigmoid_bumped": item.bump.sigmoid}
    rows = zip(item.classes, *(values.tolist() for values in columns.values()), strict=True)
    return Table([Column("class"), *(Column(name, True) for name in columns)], list(rows))


def shown_classes(item: Explanation) -> list[int]:
    """Return the classes to show: all, or the likeliest with the label and the bumped one."""
    count = len(item.logits)
    if count <= _ALL_CLASSES:
        return list(range(count))
    chosen = set(np.argsort(-item.softmax.probabilities, kind="stable")[:_LARGEST].tolist())
    chosen |= {item.loss.label} if item.loss else set()
    return sorted(chosen | ({item.bump.index} if item.bump else set()))


def saturation_mark(item: Explanation, k: int) -> str:
    """Return which function is saturated at a class, or that it is masked."""
    if item.logits[k] == -math.inf:
        return "masked"
    gradients = {"softmax": item.softmax_gradient, "sigmoid": item.sigmoid_gradient}
    names = [name for name, gradient in gradients.items() if gradient.saturated[k]]
    return f"{' and '.join(names)}: learning stalls here" if names else ""


def _sums(filled: Sequence[Filled], summed: Collection[str], rows: Sequence[int]) -> list[Value]:
    """Return the sum over rows of each column that is summed, without masks."""
    sums: list[Value] = []
    for column, values in filled:
        numbers = [v for k in rows if isinstance(v := values[k], float) and math.isfinite(v)]
        # Without the rounding error that would show a sum of 1 as >0.9999.
        total = round(sum_of(numbers), 12) if numbers else None
        sums.append(total if column.title in summed else "")
    return sums
