"""Columns of labeled rows that are neither logits nor labels: a weight, and groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import printable
from softmax_cli.formats.columns.selection import resolve_column
from softmax_cli.metrics.validation import WEIGHT_RANGE, invalid_weights

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source

GroupName = tuple[str, ...]


@dataclass(frozen=True)
class RowGroups:
    """The group of each of N rows: names of the groups, and indices of them, shape (N,)."""

    names: tuple[GroupName, ...]
    codes: NDArray[np.intp]

    def select(self, kept: NDArray[np.bool_]) -> RowGroups:
        """Return the groups of the rows that are kept; a group may then have no rows."""
        return RowGroups(self.names, self.codes[kept])


class RowColumns:
    """The columns of weights and groups of a source, by name or 1-based number."""

    def __init__(
        self,
        source: Source,
        *,
        weight: str | None,
        groups: Sequence[str],
        comma: bool,
    ) -> None:
        names = source.columns.names

        def resolve(spec: str, option: str) -> int:
            name = source.spec_names.get(spec, spec)
            return resolve_column(names, name, option, source.source)

        self._weight = None if weight is None else resolve(weight, "--weight")
        self._groups = [resolve(spec, "--by") for spec in groups]
        self._comma = comma
        self.weight_name = None if self._weight is None else names[self._weight]
        self.group_names = tuple(names[i] for i in self._groups)

    def read_weights(self, rows: Rows) -> Floats | None:
        """Return the weight of each row, shape (N,); None without a column of weights.

        Raises:
            SoftmaxError: for a weight that is no finite number >= 0, or of an unusual size.
        """
        if self._weight is None:
            return None
        series = rows.read_columns([self._weight]).to_series()
        text = series.cast(pl.String).str.strip_chars()
        parsed = (text.str.replace(",", ".") if self._comma else text).cast(
            pl.Float64, strict=False
        )
        weights = parsed.fill_null(float("nan")).to_numpy()
        invalid = invalid_weights(weights)
        if invalid.any():
            i = int(invalid.argmax())
            usual = "" if not 0 < weights[i] < np.inf else f", {WEIGHT_RANGE}"
            raise rows.location(i).error(
                f'invalid weight "{printable(text[i] or "")}"',
                hint=f"Weights are numbers >= 0{usual}.",
            )
        return weights

    def read_groups(self, rows: Rows) -> RowGroups | None:
        """Return the group of each row; None without columns of groups."""
        if not self._groups:
            return None
        frame = rows.read_columns(self._groups)
        texts = [
            series.cast(pl.String).fill_null("").str.strip_chars() for series in frame.get_columns()
        ]
        return group_by(texts)


def group_by(texts: Sequence[pl.Series]) -> RowGroups:
    """Return the groups of rows by columns of text, in the order of their first rows."""
    distinct = [text.unique(maintain_order=True) for text in texts]
    codes = np.zeros(len(texts[0]), np.int64)
    for text, values in zip(texts, distinct, strict=True):
        place = text.cast(pl.Enum(values)).to_physical().to_numpy()
        codes = codes * len(values) + place
    if len(texts) == 1:
        return RowGroups(tuple((name,) for name in distinct[0]), codes.astype(np.intp))
    used, codes = np.unique(codes, return_inverse=True)
    names = []
    for code in used.tolist():
        name: GroupName = ()
        rest = code
        for values in reversed(distinct):
            rest, place = divmod(rest, len(values))
            name = (values[place], *name)
        names.append(name)
    return RowGroups(tuple(names), codes)
