"""Rows of a chunk with the keys of their groups, as runs of equal keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import printable
from softmax_cli.formats.text.rendering import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from softmax_cli.formats.rows import Rows


@dataclass(frozen=True)
class KeyedRows:
    """The rows of a chunk, of which each has one logit.

    Attributes:
        rows: the rows.
        frame: their columns to write, in the order of the file.
        classes: the class of each row; None without a class column.
        labels: the label of each row; None without a label column.
        keys: the key of each run, as text or integers, one column per group column.
        starts: the first row of each run.
        hashes: a 64-bit hash of the key of each run.
        position: bytes of the input up to the end of the chunk.
    """

    rows: Rows
    frame: pl.DataFrame
    classes: pl.Series | None
    labels: pl.Series | None
    keys: pl.DataFrame
    starts: NDArray[np.intp]
    hashes: NDArray[np.uint64]
    position: int

    def group_name(self, row: int) -> str:
        """Return the key of a row, quoted for a message."""
        run = int(np.searchsorted(self.starts, row, "right")) - 1
        return quote_key(self.keys.row(run))


def quote_key(key: Sequence[str | int]) -> str:
    """Return a key in quotes, for a message."""
    return ", ".join(f'"{printable(str(cell))}"' for cell in key)


def read_text(rows: Rows, column: int) -> pl.Series:
    """Return a column as text without surrounding spaces."""
    return _stripped(rows.read_columns([column]).to_series())


def _stripped(values: pl.Series) -> pl.Series:
    return to_text(values).fill_null("").str.strip_chars()


def read_keys(rows: Rows, columns: Sequence[int]) -> pl.DataFrame:
    """Return columns as text without surrounding spaces, or as the integers that they hold.

    Raises:
        SoftmaxError: for a blank cell.
    """
    read = [rows.read_columns([column]).to_series() for column in columns]
    return pl.DataFrame(
        [
            (
                values
                if values.dtype.is_integer() and not values.null_count()
                else _require_names(_stripped(values), rows, column, "group")
            ).alias(str(place))
            for place, (column, values) in enumerate(zip(columns, read, strict=True))
        ]
    )


def read_classes(rows: Rows, column: int) -> pl.Series:
    """Return the class of each row; raise SoftmaxError for a blank cell."""
    return _require_names(read_text(rows, column), rows, column, "class")


def _require_names(texts: pl.Series, rows: Rows, column: int, what: str) -> pl.Series:
    """Return texts; raise SoftmaxError for a blank one, described by `what`."""
    blank = texts == ""
    if blank.any():
        raise rows.location(int(blank.arg_max() or 0)).error(
            f"blank {what}",
            column=printable(rows.columns.names[column]),
            hint="Fill it in, or remove the row.",
        )
    return texts


def find_runs(keys: pl.DataFrame) -> NDArray[np.intp]:
    """Return the first row of each run of equal keys; `keys` is not empty."""
    changed = np.zeros(keys.height, np.bool_)
    changed[0] = True
    for key in keys.get_columns():
        changed[1:] |= (key[1:] != key[:-1]).to_numpy()
    return np.flatnonzero(changed)
