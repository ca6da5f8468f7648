"""Rows made of JSON records of one shape; their other values stay JSON, as text."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.rows import SKIP, Rows, array_rows
from softmax_cli.formats.text.rendering import of_json
from softmax_cli.formats.text.strict_json import Stated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.json.shape import Places, Record, Shape

# JSON has no infinities: as text, they are what this program writes.
_INFINITIES = {"inf": math.inf, "-inf": -math.inf, "Infinity": math.inf, "-Infinity": -math.inf}
_KINDS = {int: pl.Int64, float: pl.Float64, bool: pl.Boolean}
_TOO_LARGE = "a number is too large for a 64-bit float"


@dataclass(frozen=True)
class RowMaker:
    """Rows of records of one shape."""

    shape: Shape
    source: str

    @property
    def columns(self) -> Columns:
        """The columns of the rows."""
        return self.shape.columns

    def kinds(self, first: Record, where: Places) -> dict[int, type[pl.DataType]]:
        """The types of the other columns, as the first record has them; text is left out."""
        records, _ = self.shape.expanded([first], where)
        others = self.shape.others(records[0]) if records else []
        pairs = zip(self.columns.passing, others, strict=False)
        return {i: _KINDS[type(value)] for i, value in pairs if type(value) in _KINDS}

    def rows(self, records: list[Record], where: Places) -> Rows:
        """The rows of some records, whose places `where` tells."""
        records, where = self.shape.expanded(records, where)
        logits, faults = self._logits(records, where)
        frame = self._others(records)
        rows = self.of_parts(logits, frame, where)

        def fault(i: int) -> SoftmaxError:
            return faults.get(i) or rows.fault(i)

        return replace(rows, fault=fault)

    def of_parts(self, logits: Floats, others: pl.DataFrame, where: Places) -> Rows:
        """Rows of logits with the JSON of their other columns."""
        places = [self.columns.passing.index(i) for i in self.columns.labels]
        rows = array_rows(
            logits,
            self.source,
            1,
            lambda: others,
            lambda: pl.DataFrame([of_json(others.to_series(place)) for place in places]),
        )

        def fault(i: int) -> SoftmaxError:
            told = rows.fault(i)
            return where(i).error(told.message, remedy=told.remedy)

        return replace(rows, fault=fault, where=where, partial=self.shape.partial)

    def _logits(
        self, records: list[Record], where: Places
    ) -> tuple[Floats, dict[int, SoftmaxError]]:
        logits = np.empty((len(records), len(self.columns.logits)))
        faults: dict[int, SoftmaxError] = {}
        for i, record in enumerate(records):
            try:
                values = self.shape.values(record)
            except ValueError as error:
                raise where(i).error(str(error)) from error
            if all(type(value) is float for value in values):
                logits[i] = values
                if np.isinf(logits[i]).any():  # of digits: one that is stated is of another type
                    faults[i] = where(i).error(_TOO_LARGE, remedy=SKIP)
                    logits[i] = np.nan
            else:
                logits[i], fault = self._one_by_one(values, where, i)
                faults |= {i: fault} if fault else {}
        return logits, faults

    def _one_by_one(
        self, values: list[Any], where: Places, i: int
    ) -> tuple[list[float], SoftmaxError | None]:
        """The numbers of a row of which some are no floats, and what is wrong with the first."""
        numbers: list[float] = []
        fault: SoftmaxError | None = None
        for value, name in zip(values, self.columns.classes, strict=True):
            try:
                numbers.append(_number(value))
            except ValueError as error:
                numbers.append(math.nan)
                fault = fault or where(i).error(str(error), column=name, remedy=SKIP)
        return numbers, fault

    def _others(self, records: list[Record]) -> pl.DataFrame:
        """The other columns as JSON, null where that is null."""
        passing = self.columns.passing
        if not passing:
            return pl.DataFrame()
        rows = [self.shape.others(record) for record in records]
        cells: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) or [()] * len(passing)
        return pl.DataFrame(
            [
                pl.Series(str(i), list(map(_json, column)), pl.String)
                for i, column in zip(passing, cells, strict=True)
            ]
        )


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
    if math.isinf(number) and not isinstance(value, Stated):
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
