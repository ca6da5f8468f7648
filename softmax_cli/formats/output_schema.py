"""What a row of output is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from softmax_cli.activations.exact import Floats
from softmax_cli.errors import SoftmaxError, printable

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class NumericColumns:
    """A run of number columns: `values` has shape (N, K); `exact` ones are never rounded."""

    values: Floats
    exact: bool = False


# Polars is imported by those who use it: arrays go from file to file without.
ColumnData: TypeAlias = "NumericColumns | pl.Series"


@dataclass(frozen=True)
class OutputField:
    """A column of other values, or one or more columns of numbers made of one array.

    `nested` is the name of the column or field that held these numbers as a list, where one
    did; `kind` is the type of other values, None for text; `json_encoded` that they are JSON texts;
    `added` that no column of the input stands for them.
    """

    names: tuple[str, ...]
    numbers: bool = True
    nested: str | None = None
    dtype: pl.DataType | type[pl.DataType] | None = None
    json_encoded: bool = False
    added: bool = False


@dataclass(frozen=True)
class OutputSchema:
    """The fields of a row, in order; a piece stands for each.

    `header` says that the columns have names; `in_cells` that lists stood in cells of
    delimited text; `scored` that each row was a list of labels with scores; `single` that
    float32 is as precise as the input was; `flat` that it was an array of a single axis.
    """

    fields: Sequence[OutputField]
    header: bool
    list_in_cell: bool = False
    label_score_list: bool = False
    float32: bool = False
    one_dimensional: bool = False

    @property
    def names(self) -> list[str]:
        """The names of all columns."""
        return [name for field in self.fields for name in field.names]

    @property
    def bare(self) -> bool:
        """Whether a row is nothing but numbers without names."""
        return not self.header and all(field.numbers for field in self.fields)


def require_distinct(schema: OutputSchema, format_name: str) -> None:
    """Refuse two columns of one name where the format has no place for them."""
    names = [
        name
        for field in schema.fields
        for name in ([field.nested] if field.nested is not None else field.names)
    ]
    if not schema.bare and len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise SoftmaxError(
            f'{format_name} cannot have two columns called "{printable(twice)}"', hint="Rename one."
        )
