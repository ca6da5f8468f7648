"""Rows made of JSON records of one shape; their other values stay JSON, as text."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.rows import SKIP, Location, Rows
from softmax_cli.formats.text.rendering import json_to_text
from softmax_cli.formats.text.strict_json import NonFiniteLiteral

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.json.shape import Locator, Record, Shape

# JSON has no infinities: as text, they are what this program writes.
_INFINITIES = {"inf": math.inf, "-inf": -math.inf, "Infinity": math.inf, "-Infinity": -math.inf}
_KINDS = {int: pl.Int64, float: pl.Float64, bool: pl.Boolean}
_TOO_LARGE = "a number is too large for a 64-bit float"


@dataclass(frozen=True)
class RowBuilder:
    """Rows of records of one shape."""

    shape: Shape
    source: str

    @property
    def columns(self) -> Columns:
        """The columns of the rows."""
        return self.shape.columns

    def dtypes(self, first: Record, location: Locator) -> dict[int, type[pl.DataType]]:
        """The types of the other columns, as the first record has them; text is left out."""
        records, _ = self.shape.explode([first], location)
        others = self.shape.others(records[0]) if records else []
        pairs = zip(self.columns.passthrough, others, strict=False)
        return {i: _KINDS[type(value)] for i, value in pairs if type(value) in _KINDS}

    def rows(self, records: list[Record], location: Locator) -> Rows:
        """The rows of some records, whose places `where` tells."""
        records, location = self.shape.explode(records, location)
        logits, row_errors = self._logits(records, location)
        return _JsonRows(logits, self._others(records), location, self.shape, row_errors)

    def from_columns(self, logits: Floats, others: pl.DataFrame, location: Locator) -> Rows:
        """Return rows of logits with the JSON of their other columns."""
        return _JsonRows(logits, others, location, self.shape, {})

    def _logits(
        self, records: list[Record], location: Locator
    ) -> tuple[Floats, dict[int, SoftmaxError]]:
        logits = np.empty((len(records), len(self.columns.logits)))
        row_errors: dict[int, SoftmaxError] = {}
        for i, record in enumerate(records):
            try:
                values = self.shape.values(record)
            except ValueError as error:
                raise location(i).error(str(error)) from error
            if all(type(value) is float for value in values):
                logits[i] = values
                if np.isinf(logits[i]).any():  # of digits: one that is stated is of another type
                    row_errors[i] = location(i).error(_TOO_LARGE, hint=SKIP)
                    logits[i] = np.nan
            else:
                logits[i], row_error = self._one_by_one(values, location, i)
                row_errors |= {i: row_error} if row_error else {}
        return logits, row_errors

    def _one_by_one(
        self, values: list[Any], location: Locator, i: int
    ) -> tuple[list[float], SoftmaxError | None]:
        """The numbers of a row of which some are no floats, and what is wrong with the first."""
        numbers: list[float] = []
        row_error: SoftmaxError | None = None
        for value, name in zip(values, self.columns.classes, strict=True):
            try:
                numbers.append(_number(value))
            except ValueError as error:
                numbers.append(math.nan)
                row_error = row_error or location(i).error(str(error), column=name, hint=SKIP)
        return numbers, row_error

    def _others(self, records: list[Record]) -> pl.DataFrame:
        """The other columns as JSON, null where that is null."""
        passthrough = self.columns.passthrough
        if not passthrough:
            return pl.DataFrame()
        rows = [self.shape.others(record) for record in records]
        cells: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(passthrough)
        return pl.DataFrame(
            [
                pl.Series(str(i), list(map(_json, column)), pl.String)
                for i, column in zip(passthrough, cells, strict=True)
            ]
        )


class _JsonRows(Rows):
    """Rows of records; `others` holds their other columns as JSON."""

    def __init__(
        self,
        logits: Floats,
        others: pl.DataFrame,
        location: Locator,
        shape: Shape,
        row_errors: Mapping[int, SoftmaxError],
    ) -> None:
        super().__init__(logits)
        self.truncated = shape.truncated
        self._others = others
        self._location = location
        self._columns = shape.columns
        self._row_errors = row_errors

    def location(self, i: int) -> Location:
        return self._location(i)

    def row_error(self, i: int) -> SoftmaxError:
        return self._row_errors.get(i) or super().row_error(i)

    def read_passthrough(self) -> pl.DataFrame:
        return self._others

    def read_labels(self) -> pl.DataFrame:
        positions = map(self._columns.passthrough.index, self._columns.labels)
        return pl.DataFrame([json_to_text(self._others.to_series(i)) for i in positions])

    def passthrough_cells(self, i: int) -> list[str]:
        cells = [json_to_text(column[i : i + 1])[0] for column in self._others.get_columns()]
        return ["" if cell is None else cell for cell in cells]


def _number(value: Any) -> float:  # noqa: ANN401
    """A number as a float, or ValueError with the reason."""
    if isinstance(value, str) and value in _INFINITIES:
        return _INFINITIES[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{printable(json.dumps(value)[:80])} is not a number")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(_TOO_LARGE) from None
    if math.isinf(number) and not isinstance(value, NonFiniteLiteral):
        raise ValueError(_TOO_LARGE)
    return number


def _json(value: Any) -> str | None:  # noqa: ANN401
    """A value as JSON; what is no JSON as this program writes it."""
    if value is None:
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        text.encode()
    except UnicodeEncodeError:  # half of a pair of surrogates stays escaped
        return json.dumps(value, separators=(",", ":"))
    except ValueError:
        return _json(_without_nan(value))
    return text


def _without_nan(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value
