"""A sweep as a table, its limits and its curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.display.documents.document import (
    Block,
    Chart,
    Column,
    Document,
    Heading,
    Paragraph,
    Series,
    Table,
    Value,
)
from softmax_cli.display.number_format import fewest_decimals

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.activations.sweep import Sweep

# Classes that are shown and drawn: more lines than this cannot be distinguished.
_MOST_CLASSES = 8
_POINTS = 241


def sweep_document(sweep: Sweep, decimals: int = 4, *, gradient: bool = False) -> Document:
    """Return the page of a sweep, with derivatives if `gradient`."""
    page = _Page(sweep, decimals, gradient)
    return Document(page.title, list(page.blocks()), page.data(), page.record())


class _Page:
    def __init__(self, sweep: Sweep, decimals: int, gradient: bool) -> None:
        self._sweep = sweep
        self._decimals = decimals
        self._gradient = gradient
        self._shown = shown_classes(sweep)
        function = sweep.activation.capitalize()
        if sweep.index is None:
            self._symbol, self.title = "T", f"{function} by temperature"
        else:
            name = sweep.classes[sweep.index]
            self._symbol, self.title = "logit", f'{function} while the logit of "{name}" varies'

    def blocks(self) -> Iterator[Block]:
        sweep = self._sweep
        yield Paragraph(self._intro())
        yield self._table(sweep, sweep.probabilities, probability=True)
        if chart := sweep_chart(sweep, self.title):
            yield chart
        if sweep.limits:
            yield Heading("The limits")
            yield Paragraph(self._limits())
            yield self._table(sweep.limits, sweep.limits.probabilities, probability=True)
        if self._gradient:
            yield from self._gradients()

    def data(self) -> Table:
        """Return one row a point with all classes, at full precision."""
        sweep = self._sweep
        names = [*sweep.classes, "entropy", "top"]
        rows = [
            [x, *p, e, sweep.classes[k]]
            for x, p, e, k in zip(
                sweep.grid.tolist(), sweep.probabilities.tolist(), sweep.entropy.tolist(),
                sweep.top.tolist(), strict=True,
            )
        ]  # fmt: skip
        if self._gradient:
            names += [f"d_{name}" for name in sweep.classes]
            rows = [
                [*row, *slopes]
                for row, slopes in zip(rows, sweep.derivatives.tolist(), strict=True)
            ]
        first = "temperature" if sweep.index is None else "logit"
        return Table([Column(name, numeric=True) for name in (first, *names)], rows)

    def record(self) -> dict[str, object]:
        """Return the sweep with what follows from it."""
        sweep = self._sweep
        return {
            "activation": sweep.activation,
            "classes": sweep.classes,
            "logits": sweep.logits,
            "varied": "temperature" if sweep.index is None else sweep.classes[sweep.index],
            **_temperature_record(sweep),
            "grid": sweep.grid,
            "probabilities": sweep.probabilities,
            "entropy": sweep.entropy,
            "top": [sweep.classes[k] for k in sweep.top],
            **({"derivatives": sweep.derivatives} if self._gradient else {}),
            **(
                {"limits": dict(zip(("zero", "infinity"), sweep.limits.probabilities, strict=True))}
                if sweep.limits
                else {}
            ),
        }

    def _intro(self) -> str:
        sweep = self._sweep
        count = len(sweep.classes)
        logits = ", ".join(
            f"{name} = {z:g}"
            for k, (name, z) in enumerate(zip(sweep.classes, sweep.logits.tolist(), strict=True))
            if k in self._shown and k != sweep.index
        )
        text = f"Logits: {logits}. " if logits else ""
        if isinstance(sweep.temperature, CalibrationMap):
            text += f"Temperature {sweep.temperature.temperature:g}, plus class biases. "
        elif sweep.temperature not in (None, 1):
            text += f"Temperature {sweep.temperature:g}. "
        if len(self._shown) < count:
            text += f"The {len(self._shown)} largest of {count} classes are shown; -f csv has all. "
        return text + _MEANINGS[sweep.activation, sweep.index is None]

    def _limits(self) -> str:
        if self._sweep.exclusive:
            return (
                "T -> 0: the largest logit takes all, and ties share. T -> infinity: all classes "
                "but masked ones become equal, and the entropy is the logarithm of their number."
            )
        return (
            "T -> 0: sigmoid becomes a step: 0 below a logit of 0, 1 above, 0.5 at 0. "
            "T -> infinity: every class becomes 0.5."
        )

    def _gradients(self) -> Iterator[Block]:
        sweep = self._sweep
        what = "temperature" if sweep.index is None else "logit"
        title = f"Derivatives by the {what}"
        yield Heading(title)
        yield Paragraph(_DERIVATIVES[sweep.activation, sweep.index is None])
        yield self._table(sweep, sweep.derivatives, probability=False)
        if chart := sweep_chart(sweep, title, derivatives=True):
            yield chart

    def _table(self, sweep: Sweep, values: Floats, *, probability: bool) -> Table:
        """Return the grid against the shown classes; probabilities with entropy and top class."""
        grid = sweep.grid.tolist()
        columns = [Column(self._symbol, True, fewest_decimals(grid, 6))]
        columns += [
            Column(sweep.classes[k], True, self._decimals, probability=probability)
            for k in self._shown
        ]
        rows: list[list[Value]] = [
            [x, *shown] for x, shown in zip(grid, values[:, self._shown].tolist(), strict=True)
        ]
        if probability:
            hidden = len(sweep.classes) - len(self._shown)
            if hidden and sweep.exclusive:
                columns.append(Column(f"{hidden} others", True, self._decimals, probability=True))
                rest = np.delete(values, self._shown, 1).sum(1).tolist()
                rows = [[*row, other] for row, other in zip(rows, rest, strict=True)]
            columns += [Column("entropy", True, self._decimals), Column("top")]
            tops = [_top(sweep, g) for g in range(len(grid))]
            rows = [
                [*row, e, top]
                for row, e, top in zip(rows, sweep.entropy.tolist(), tops, strict=True)
            ]
        return Table(columns, rows)


def sweep_chart(sweep: Sweep, title: str, *, derivatives: bool = False) -> Chart | None:
    """Return the curves of the classes that are shown; None if the grid spans no range."""
    fine = sweep.refine(_POINTS)
    if fine is None:
        return None
    x = fine.grid.tolist()
    values = fine.derivatives if derivatives else fine.probabilities
    mark = 1.0 if fine.index is None else float(fine.logits[fine.index])
    name = "temperature T" if fine.index is None else f'logit of "{fine.classes[fine.index]}"'
    return Chart(
        title, name, "derivative" if derivatives else "probability",
        [Series(fine.classes[k], x, values[:, k].tolist()) for k in shown_classes(sweep)],
        log_x=fine.index is None,
        y_range=None if derivatives else (0.0, 1.0),
        mark=mark if x[0] < mark < x[-1] else None,
    )  # fmt: skip


_MEANINGS = {
    ("softmax", True): "A low temperature sharpens the distribution, a high one flattens it; the "
    "order of the classes stays. Entropy is in nats.",
    (
        "softmax",
        False,
    ): "As one logit grows, its class takes its probability from all others, whose "
    "ratios stay. Entropy is in nats.",
    ("sigmoid", True): "A low temperature moves each class toward 0 or 1, a high one toward 0.5. "
    "Classes are independent. Entropy, summed over the classes, is in nats.",
    (
        "sigmoid",
        False,
    ): "The S-shaped curve of sigmoid: steep in the middle, flat at both ends. The "
    "other classes do not move. Entropy, summed over the classes, is in nats.",
}
_DERIVATIVES = {
    (
        "softmax",
        True,
    ): "dp_i / dT = p_i (E[z] - z_i) / T^2, with the mean logit E[z] = sum p_j z_j: "
    "classes above the mean fall as T rises, those below it rise.",
    ("softmax", False): "dp_k / dz_k = p_k (1 - p_k) / T for the class that varies, "
    "dp_i / dz_k = -p_i p_k / T for the others. They sum to 0.",
    ("sigmoid", True): "ds_i / dT = -s_i (1 - s_i) z_i / T^2.",
    (
        "sigmoid",
        False,
    ): "ds_k / dz_k = s_k (1 - s_k) / T for the class that varies, at most 0.25 / T; "
    "0 for the others.",
}


def shown_classes(sweep: Sweep) -> list[int]:
    """Return the classes that come to the largest probabilities, in order, and the varied one."""
    peaks = sweep.probabilities.max(0)
    if sweep.index is not None:
        peaks[sweep.index] = 2.0
    return sorted(np.argsort(-peaks, kind="stable")[:_MOST_CLASSES].tolist())


def _top(sweep: Sweep, g: int) -> str:
    """Return the top class at a point; of several that tie, how many."""
    row = sweep.probabilities[g]
    ties = int((row == row.max()).sum())
    return sweep.classes[int(sweep.top[g])] if ties == 1 else f"tie of {ties}"


def _temperature_record(sweep: Sweep) -> dict[str, object]:
    """Return the temperature, and the biases where a calibration has them."""
    if not isinstance(sweep.temperature, CalibrationMap):
        return {"temperature": sweep.temperature}
    return {"temperature": sweep.temperature.temperature, "bias": sweep.temperature.bias}
