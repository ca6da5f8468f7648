"""Columns of maps or of lists of {label, score}: scores with the names of their classes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.activations.scales import total_probability
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns.class_order import (
    ClassOrder,
    InvalidRecordError,
    Scores,
    label_and_score,
)
from softmax_cli.formats.columns.mass import MASS, score_warnings
from softmax_cli.formats.output_schema import first_duplicate
from softmax_cli.formats.rows import SKIP, Location
from softmax_cli.formats.tables.rows import TableRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.tables.rows import TableChunk

_KEY, _VALUE = "key", "value"


def numbers_with_names(dtype: Any) -> Any:  # noqa: ANN401
    """Return the dtype of the scores in maps or lists of {label, score}; None for other dtypes."""
    fields = _entry_fields(dtype)
    names = (_KEY, _VALUE) if _is_map(dtype) else label_and_score(fields)
    if names is None or fields[names[0]] != pl.String or not fields[names[1]].is_numeric():
        return None
    return fields[names[1]]


@dataclass(frozen=True)
class NamedColumn:
    """A column of scores with names, in the order of the classes of its first rows.

    With `candidates`, these are the classes, which have a mass on `mass_scale`, if there is one.
    """

    name: str
    classes: ClassOrder
    source: str
    candidates: bool
    mass_scale: str | None

    @classmethod
    def from_sample(
        cls, sample: pl.Series, others: Sequence[str], source: str, options: ReadOptions
    ) -> NamedColumn:
        """Return the column with these first rows, next to other columns."""
        rows = [scores for scores in _read(sample) if scores]
        if not rows:
            raise SoftmaxError("no scores in the first rows", source=source, column=sample.name)
        try:
            classes = ClassOrder(rows, options.candidates)
        except ValueError as error:
            raise SoftmaxError(str(error), source=source, column=sample.name) from error
        if (duplicate := first_duplicate([*others, *classes.names])) is not None:
            raise SoftmaxError(
                f'"{printable(duplicate)}" is a column and a class',
                source=source,
                column=sample.name,
            )
        masked = bool(options.candidates)
        return cls(sample.name, classes, source, masked, options.mass_scale)

    def rows(self, chunk: TableChunk, columns: Columns) -> TableRows:
        """Return the rows of a chunk, with the mass as a column if there is one."""
        column = chunk.frame.get_column(self.name)
        logits = self._regular(column)
        row_errors: dict[int, SoftmaxError] = {}
        if logits is None:
            logits, row_errors = self._row_by_row(column, chunk.first_row)
        if self.mass_scale is not None:
            assert isinstance(chunk.frame, pl.DataFrame)
            mass = pl.Series(MASS, total_probability(logits, self.mass_scale), nan_to_null=True)
            chunk = replace(chunk, frame=chunk.frame.with_columns(mass))
        rows = TableRows(logits, columns, self.source, chunk)
        rows.row_errors = row_errors
        rows.truncated = self.candidates
        rows.warnings = score_warnings(logits, self.mass_scale, candidates=self.candidates)
        return rows

    def _regular(self, column: pl.Series) -> Floats | None:
        """Return scores, shape (N, C), in one pass; None if some row has an error, or nothing."""
        entries, label, score = _entries(column)
        lengths = entries.list.len()
        if lengths.null_count() or not lengths.min():
            return None
        width, fields = len(self.classes.names), entries.explode().struct
        rows = np.repeat(np.arange(len(column)), lengths.to_numpy())
        labels = pl.DataFrame({"row": rows, "label": fields.field(label)})
        order = {name: place for place, name in enumerate(self.classes.names)}
        places = labels["label"].replace_strict(order, default=None, return_dtype=pl.Int64)
        known = places.is_not_null().to_numpy()
        found = np.bincount(rows[known], minlength=len(column))
        complete = found.all() if self.candidates else known.all() and (found == width).all()
        if not complete or labels.is_duplicated().any():
            return None
        values = np.full((len(column), width), -np.inf)
        scores = fields.field(score).cast(pl.Float64).fill_null(np.nan).to_numpy()
        values[rows[known], places.drop_nulls().to_numpy()] = scores[known]
        return values

    def _row_by_row(
        self, column: pl.Series, first_row: int
    ) -> tuple[Floats, dict[int, SoftmaxError]]:
        """Return the scores of some rows, shape (N, C), NaN where there are none, and why."""
        values = np.full((len(column), len(self.classes.names)), np.nan)
        row_errors: dict[int, SoftmaxError] = {}
        for i, scores in enumerate(_read(column)):
            if scores is None:
                continue
            place = Location(self.source, row=first_row + i)
            try:
                ordered = self.classes.order(scores)
            except InvalidRecordError as error:
                row_errors[i] = place.error(str(error), column=self.name, hint=SKIP)
                continue
            except ValueError as error:
                raise place.error(str(error), column=self.name) from error
            values[i] = [np.nan if score is None else score for score in ordered]
        return values, row_errors


def _is_map(dtype: Any) -> bool:  # noqa: ANN401
    return hasattr(pl, "Map") and isinstance(dtype, pl.Map)


def _entry_fields(dtype: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the fields of the entries of a map, or of structs in lists."""
    if _is_map(dtype):
        return {_KEY: dtype.key, _VALUE: dtype.value}
    inner = dtype.inner if isinstance(dtype, pl.List | pl.Array) else None
    return {each.name: each.dtype for each in inner.fields} if isinstance(inner, pl.Struct) else {}


def _entries(column: pl.Series) -> tuple[pl.Series, str, str]:
    """Return lists of structs, and the fields of the name and the score."""
    fields = _entry_fields(column.dtype)
    label, score = label_and_score(fields) or (_KEY, _VALUE)
    return column.cast(pl.List(pl.Struct(fields))), label, score


def _read(column: pl.Series) -> list[Scores | None]:
    """Return the names and scores of each row, None for null."""
    entries, label, score = _entries(column)
    return [
        None if row is None else [(str(entry[label]), entry[score]) for entry in row]
        for row in entries.to_list()
    ]
