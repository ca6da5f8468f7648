"""Schema of output rows, and the data of their columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, printable

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class NumericColumns:
    """A run of numeric columns.

    Attributes:
        values: shape (N, K).
        exact: True if `--decimals` does not apply, as to logits that are kept.
    """

    values: Floats
    exact: bool = False


# Polars is not imported here: conversion between arrays does without it.
ColumnData: TypeAlias = "NumericColumns | pl.Series"


def rows_of(column: ColumnData) -> int:
    """Return the number of rows."""
    return len(column.values if isinstance(column, NumericColumns) else column)


@dataclass(frozen=True)
class OutputField:
    """One passthrough column, or one or more numeric columns of one array.

    Attributes:
        names: names of the columns.
        numbers: True for numeric columns.
        nested: name of the column or field with these numbers as a list; None if there is none.
        dtype: dtype of a passthrough column; None for text.
        json_encoded: True if its values are JSON text.
        added: True if the input has no such column.
    """

    names: tuple[str, ...]
    numbers: bool = True
    nested: str | None = None
    dtype: pl.DataType | type[pl.DataType] | None = None
    json_encoded: bool = False
    added: bool = False


@dataclass(frozen=True)
class OutputSchema:
    """Schema of a row: each chunk has column data for each field.

    Attributes:
        fields: fields of a row, in order.
        header: True if the columns have names.
        list_in_cell: True if the input has lists in cells of delimited text.
        label_score_list: True if input rows are lists of {label, score}.
        float32: True if the input is no more precise than float32.
        one_dimensional: True if the input is a 1-D array.
        decimal_comma: True if the input has decimal commas, which delimited text then keeps.
    """

    fields: Sequence[OutputField]
    header: bool
    list_in_cell: bool = False
    label_score_list: bool = False
    float32: bool = False
    one_dimensional: bool = False
    decimal_comma: bool = False

    @cached_property
    def names(self) -> list[str]:
        """Names of all columns."""
        return [name for field in self.fields for name in field.names]

    @property
    def bare(self) -> bool:
        """True if a row is only numbers, without names."""
        return not self.header and all(field.numbers for field in self.fields)


def first_duplicate(names: Iterable[str]) -> str | None:
    """Return the first name that another one repeats, in linear time; None if all differ."""
    names = list(names)
    if len(set(names)) == len(names):
        return None
    return next(name for name, count in Counter(names).items() if count > 1)


def require_distinct(schema: OutputSchema, format_name: str) -> None:
    """Raise SoftmaxError if two columns of named rows have the same name."""
    names = [
        name
        for field in schema.fields
        for name in ([field.nested] if field.nested is not None else field.names)
    ]
    if not schema.bare and (duplicate := first_duplicate(names)) is not None:
        raise SoftmaxError(
            f'duplicate column "{printable(duplicate)}" in {format_name} output', hint="Rename one."
        )
