"""Column types that hold several numbers per row: lists, arrays, tensors and structs."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import polars as pl

from softmax_cli.errors import SoftmaxError

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def without_extensions(frame: Frame) -> Frame:
    """Return a frame in which extension types are those that they are stored as.

    Tensors of more than one axis stay: their storage would look like one long list.
    """
    schema = frame.collect_schema()
    names = [name for name, dtype in schema.items() if _is_storage_enough(dtype)]
    return frame.with_columns(_storage(name, schema[name]) for name in names) if names else frame


def _storage(name: str, dtype: Any) -> pl.Expr:  # noqa: ANN401
    storage = pl.col(name).ext.storage()
    return storage.cast(pl.Boolean) if dtype.ext_name() == "arrow.bool8" else storage


def _is_storage_enough(dtype: Any) -> bool:  # noqa: ANN401
    if not isinstance(dtype, pl.Extension):
        return False
    try:
        metadata = json.loads(dtype.ext_metadata() or "{}")
        shape = metadata.get("shape", ()) if isinstance(metadata, dict) else ()
        return sum(int(length) != 1 for length in shape) <= 1
    except (ValueError, TypeError):
        return True


def numbers_in_lists(dtype: Any) -> Any:  # noqa: ANN401
    """Return the dtype of the numbers in lists or arrays of them; None for other dtypes."""
    if not isinstance(dtype, pl.List | pl.Array) or dtype.inner is None:
        return None
    inner = dtype.inner
    while isinstance(inner, pl.List | pl.Array):
        inner = inner.inner
    return inner if inner.is_numeric() else None


def numbers_in_struct(dtype: Any) -> list[str]:  # noqa: ANN401
    """Return the fields of a struct of two or more numbers; none for other dtypes."""
    if not isinstance(dtype, pl.Struct) or len(dtype.fields) < 2:
        return []
    numeric = all(getattr(field.dtype, "is_numeric", bool)() for field in dtype.fields)
    return [field.name for field in dtype.fields] if numeric else []


def unnest(frame: Frame, name: str, source: str) -> Frame:
    """Return a frame with the fields of a struct as columns in its place."""
    schema = frame.collect_schema()
    for field in numbers_in_struct(schema[name]):
        if field in schema and field != name:
            raise SoftmaxError(
                f'field "{field}" has the name of another column', source=source, column=name
            )
    return frame.unnest(name)


def flatten_lists(column: pl.Series, source: str, first_row: int) -> pl.Series:
    """Return lists of numbers as List(Float64), with outer axes of length 1 removed."""
    while isinstance(inner := column.dtype.inner, pl.List | pl.Array):  # type: ignore[attr-defined]
        column = column.cast(pl.List(inner))
        lengths = column.list.len().fill_null(1)
        if (lengths != 1).any():
            row = int((lengths != 1).arg_max() or 0)
            raise SoftmaxError(
                f"expected one list of logits per row, found {lengths[row]}",
                source=source,
                row=first_row + row,
                column=column.name,
                hint="Write each list as a row.",
            )
        column = column.list.first()
    return column.cast(pl.List(pl.Float64))


def describe_dtype(dtype: pl.DataType) -> str:
    """Return the name of a dtype; none of a column without any value, which may be of any type."""
    if isinstance(dtype, pl.Extension):
        return f"{dtype.ext_name()} {dtype.ext_metadata() or ''}"
    return "" if dtype == pl.Null else str(dtype)
