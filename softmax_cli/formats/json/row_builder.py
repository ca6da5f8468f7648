"""Rows from JSON records of one shape; values other than logits stay JSON text."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.activations.scales import total_probability
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns.class_order import InvalidRecordError
from softmax_cli.formats.columns.mass import score_warnings
from softmax_cli.formats.rows import SKIP, Location, Rows
from softmax_cli.formats.text.numbers import is_number_text, to_float
from softmax_cli.formats.text.rendering import json_to_text
from softmax_cli.formats.text.strict_json import NonFiniteLiteral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.json.shape import Locator, Record, Shape

_DTYPES = {int: pl.Int64, float: pl.Float64, bool: pl.Boolean}
_OUT_OF_RANGE = "number is out of range for float64"


@dataclass(frozen=True)
class RowBuilder:
    """Builder of rows from records of one shape."""

    shape: Shape
    source: str

    @property
    def columns(self) -> Columns:
        """The columns of the rows."""
        return self.shape.columns

    def dtypes(self, first: Record, location: Locator) -> dict[int, type[pl.DataType]]:
        """Return the dtypes of the passthrough columns in the first record, except of text."""
        if (types := self.shape.types) is not None:
            return {i: _DTYPES[kind] for i, kind in types.items() if kind in _DTYPES}
        records, _ = self.shape.explode([first], location)
        others = self.shape.others(records[0]) if records else []
        pairs = zip(self.columns.passthrough, others, strict=False)
        return {i: _DTYPES[type(value)] for i, value in pairs if type(value) in _DTYPES}

    def rows(self, records: list[Record], location: Locator) -> Rows:
        """Return the rows of some records, where `location(i)` is that of record i."""
        rows, location = self.shape.explode(records, location)
        logits, row_errors = self._logits(rows, location)
        others = self._others(rows, logits, location)
        made = _JsonRows(logits, others, location, self.shape, row_errors)
        made.warnings = self.shape.warnings(records, rows)
        if self.shape.takes_candidates:
            scale, candidates = self.shape.mass_scale, self.shape.candidates
            counts = score_warnings(logits, scale, candidates=candidates)
            made.warnings = {**made.warnings, **counts}
        made.given = self._logits_as_given(rows)
        return made

    def from_columns(
        self,
        logits: Floats,
        others: pl.DataFrame,
        location: Locator,
        given: Sequence[str] | None = None,
    ) -> Rows:
        """Return rows of logits with the JSON of their other columns, and their own if `given`."""
        made = _JsonRows(logits, others, location, self.shape, {})
        if given is not None and len(given) == len(logits):
            made.given = pl.DataFrame({"0": given})
        return made

    def _logits_as_given(self, records: Sequence[Record]) -> pl.DataFrame | None:
        """Return a single column of logits as JSON text; None if there are more."""
        if not self.shape.names_fields or len(self.columns.logits) > 1:
            return None
        return json_columns(self.columns.logits, [self.shape.values(record) for record in records])

    def _logits(
        self, records: list[Record], location: Locator
    ) -> tuple[Floats, dict[int, SoftmaxError]]:
        logits = np.empty((len(records), len(self.columns.logits)))
        row_errors: dict[int, SoftmaxError] = {}
        for i, record in enumerate(records):
            try:
                values = self.shape.values(record)
            except InvalidRecordError as error:
                row_errors[i] = location(i).error(str(error), hint=error.hint or SKIP)
                logits[i] = np.nan
                continue
            except ValueError as error:
                raise location(i).error(str(error)) from error
            if all(type(value) is float for value in values):
                logits[i] = values
                # A literal Infinity has another type: this float has digits out of range.
                if np.isinf(logits[i]).any():
                    row_errors[i] = location(i).error(_OUT_OF_RANGE, hint=SKIP)
                    logits[i] = np.nan
            else:
                logits[i], row_error = self._parse_values(values, location, i)
                row_errors |= {i: row_error} if row_error else {}
        return logits, row_errors

    def _parse_values(
        self, values: list[Any], location: Locator, i: int
    ) -> tuple[list[float], SoftmaxError | None]:
        """Parse values that are not all floats; also return the error of the first invalid one."""
        numbers: list[float] = []
        row_error: SoftmaxError | None = None
        for value, name in zip(values, self.columns.classes, strict=True):
            try:
                numbers.append(_parse_number(value))
            except ValueError as error:
                numbers.append(math.nan)
                row_error = row_error or location(i).error(str(error), column=name, hint=SKIP)
        return numbers, row_error

    def _others(self, records: list[Record], logits: Floats, location: Locator) -> pl.DataFrame:
        """Return the passthrough columns as JSON text, null where a value is null."""
        passthrough = self.columns.passthrough
        if not passthrough:
            return pl.DataFrame()
        rows = []
        for i, record in enumerate(records):
            try:
                rows.append(self.shape.others(record))
            except ValueError as error:
                raise location(i).error(str(error)) from error
        if self.shape.mass_scale is not None:
            (place,) = self.columns.computed
            totals = total_probability(logits, self.shape.mass_scale).tolist()
            for row, total in zip(rows, totals, strict=True) if place in passthrough else ():
                row[passthrough.index(place)] = total
        return json_columns(passthrough, rows)


def json_columns(passthrough: Sequence[int], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Return the values of the passthrough columns of rows as JSON text, null where one is null."""
    cells: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(passthrough)
    return pl.DataFrame(
        [
            pl.Series(str(i), list(map(_to_json, column)), pl.String)
            for i, column in zip(passthrough, cells, strict=True)
        ]
    )


class _JsonRows(Rows):
    """Rows of records; `others` holds the passthrough columns as JSON text, `given` the logits."""

    given: pl.DataFrame | None = None

    def __init__(
        self,
        logits: Floats,
        others: pl.DataFrame,
        location: Locator,
        shape: Shape,
        row_errors: Mapping[int, SoftmaxError],
    ) -> None:
        super().__init__(logits, shape.columns)
        self.truncated = shape.truncated
        self._others = others
        self._location = location
        self._row_errors = row_errors

    def location(self, i: int) -> Location:
        return self._location(i)

    def read_logits_as_given(self) -> pl.DataFrame | None:
        return self.given

    def row_error(self, i: int) -> SoftmaxError:
        return self._row_errors.get(i) or super().row_error(i)

    def read_passthrough(self) -> pl.DataFrame:
        return self._others

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        positions = map(self.columns.passthrough.index, columns)
        return pl.DataFrame([json_to_text(self._others.to_series(i)) for i in positions])

    def passthrough_cells(self, i: int) -> list[str]:
        cells = [json_to_text(column[i : i + 1])[0] for column in self._others.get_columns()]
        return ["" if cell is None else cell for cell in cells]


def _parse_number(value: Any) -> float:  # noqa: ANN401
    """Return a JSON number as a float; raise ValueError with the reason if it is none."""
    if isinstance(value, str) and is_number_text(value):
        return to_float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{printable(json.dumps(value)[:80])} is not a number")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(_OUT_OF_RANGE) from None
    if math.isinf(number) and not isinstance(value, NonFiniteLiteral):
        raise ValueError(_OUT_OF_RANGE)
    return number


def _to_json(value: Any) -> str | None:  # noqa: ANN401
    """Return a value as JSON text, None for null; NaN becomes null, infinities strings."""
    if value is None:
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate is not valid UTF-8, so it stays escaped
        return json.dumps(value, separators=(",", ":"))
    except ValueError:
        return _to_json(_replace_non_finite(value))
    return text


def _replace_non_finite(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {name: _replace_non_finite(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_replace_non_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
