"""Columns derived from probabilities, next to them or in their place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations import uncertainty
from softmax_cli.formats.output_schema import ColumnData, NumericColumns

if TYPE_CHECKING:
    from typing import TypeAlias

    import polars as pl

    from softmax_cli.activations import Activation
    from softmax_cli.activations.exact import Floats

    # The names of the classes, or an array of shape (N, C) if each row has its own.
    ClassNames: TypeAlias = Sequence[str] | NDArray[np.object_]


def top_names(count: int, activation: Activation) -> list[str]:
    """Return the names of the columns of `top_columns`."""
    ranks = range(1, count + 1)
    return [name for i in ranks for name in (f"class_{i}", f"{activation.output_kind}_{i}")]


def top_columns(values: Floats, classes: ClassNames, count: int) -> list[ColumnData]:
    """Return names and values of the `count` largest of each row; the first of equals first."""
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(values, order, axis=1)
    column_data: list[ColumnData] = []
    for i in range(count):
        column_data += [
            class_names(order[:, i], best[:, i], classes),
            NumericColumns(best[:, i : i + 1]),
        ]
    return column_data


def _prediction(values: Floats, classes: ClassNames, activation: Activation) -> ColumnData:
    if activation.exclusive:
        return class_names(values.argmax(1), values[:, 0], classes)
    picked = uncertainty.predicted_classes(values, exclusive=False)
    return joined_names(picked, np.asarray(np.isnan(values).any(1)), classes)


def joined_names(
    picked: NDArray[np.bool_], invalid: NDArray[np.bool_], classes: ClassNames
) -> pl.Series:
    """Return the names of the picked classes, shape (N, C), joined by |; null in invalid rows."""
    import polars as pl

    if isinstance(classes, np.ndarray):
        pairs = zip(classes, picked, strict=True)
        texts = ["|".join(filter(None, names[own])) for names, own in pairs]
        return pl.Series(texts, dtype=pl.String).set(pl.Series(invalid), None)
    frame = pl.from_numpy(picked, schema=[str(i) for i in range(len(classes))], orient="row")
    names = [pl.when(pl.col(str(i))).then(pl.lit(name)) for i, name in enumerate(classes)]
    joined = frame.select(pl.concat_str(names, separator="|", ignore_nulls=True)).to_series()
    return joined.set(pl.Series(invalid), None)


def _confidence(values: Floats, _classes: ClassNames, _activation: Activation) -> ColumnData:
    return NumericColumns(uncertainty.confidence(values)[:, None])


def accepted_rows(values: Floats, threshold: float, *, exclusive: bool) -> pl.Series:
    """Return True for rows whose prediction has at least this confidence; null in invalid rows.

    The confidence of the prediction of one independent class is p or 1 - p.
    """
    import polars as pl

    certain = uncertainty.confidence(values)
    if not exclusive:
        certain = np.maximum(certain, 1.0 - certain)
    return pl.Series(certain >= threshold).set(pl.Series(np.isnan(certain)), None)


def _entropy(values: Floats, _classes: ClassNames, activation: Activation) -> ColumnData:
    return NumericColumns(uncertainty.entropy(values, exclusive=activation.exclusive)[:, None])


def _margin(values: Floats, _classes: ClassNames, _activation: Activation) -> ColumnData:
    return NumericColumns(uncertainty.margin(values)[:, None])


def class_names(indices: NDArray[np.intp], values: Floats, classes: ClassNames) -> pl.Series:
    """Return the class of each index; null where the value is NaN, so that none was picked."""
    import polars as pl

    if isinstance(classes, np.ndarray):
        own = np.take_along_axis(classes, indices[:, None], axis=1)
        names = pl.Series(own[:, 0].tolist(), dtype=pl.String)
    else:
        names = pl.Series(classes).gather(indices)
    return names.set(pl.Series(np.isnan(values)), None)


DERIVED_COLUMNS: dict[str, Callable[[Floats, ClassNames, Activation], ColumnData]] = {
    "prediction": _prediction,
    "confidence": _confidence,
    "entropy": _entropy,
    "margin": _margin,
}
