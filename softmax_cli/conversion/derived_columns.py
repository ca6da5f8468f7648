"""The columns that `convert` can write beside or instead of all probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations import uncertainty
from softmax_cli.formats.output_schema import ColumnData, NumericColumns

if TYPE_CHECKING:
    import polars as pl

    from softmax_cli.activations import Activation
    from softmax_cli.activations.exact import Floats


def top_names(count: int, activation: Activation) -> list[str]:
    """The names of the columns of `top_pieces`."""
    ranks = range(1, count + 1)
    return [name for i in ranks for name in (f"class_{i}", f"{activation.output_kind}_{i}")]


def top_columns(values: Floats, classes: Sequence[str], count: int) -> list[ColumnData]:
    """The names and values of each row's largest, in falling order, the first of equals first."""
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(values, order, axis=1)
    column_data: list[ColumnData] = []
    for i in range(count):
        column_data += [
            _class_names(order[:, i], best[:, i], classes),
            NumericColumns(best[:, i : i + 1]),
        ]
    return column_data


def _prediction(values: Floats, classes: Sequence[str], activation: Activation) -> ColumnData:
    if activation.exclusive:
        return _class_names(values.argmax(1), values[:, 0], classes)
    import polars as pl

    picked = uncertainty.predicted_classes(values, exclusive=False)
    frame = pl.from_numpy(picked, schema=[str(i) for i in range(len(classes))], orient="row")
    names = [pl.when(pl.col(str(i))).then(pl.lit(name)) for i, name in enumerate(classes)]
    joined = frame.select(pl.concat_str(names, separator="|", ignore_nulls=True)).to_series()
    return joined.set(pl.Series(np.isnan(values).any(1)), None)


def _confidence(values: Floats, _classes: Sequence[str], _activation: Activation) -> ColumnData:
    return NumericColumns(uncertainty.confidence(values)[:, None])


def _entropy(values: Floats, _classes: Sequence[str], activation: Activation) -> ColumnData:
    return NumericColumns(uncertainty.entropy(values, exclusive=activation.exclusive)[:, None])


def _margin(values: Floats, _classes: Sequence[str], _activation: Activation) -> ColumnData:
    return NumericColumns(uncertainty.margin(values)[:, None])


def _class_names(indices: NDArray[np.intp], values: Floats, classes: Sequence[str]) -> pl.Series:
    """The class of each index; nothing where the value is NaN, so that nothing was picked."""
    import polars as pl

    names = pl.Series(classes).gather(indices)
    return names.set(pl.Series(np.isnan(values)), None)


DERIVED_COLUMNS: dict[str, Callable[[Floats, Sequence[str], Activation], ColumnData]] = {
    "prediction": _prediction,
    "confidence": _confidence,
    "entropy": _entropy,
    "margin": _margin,
}
