"""Texts of labels to the classes they mean, and to yes or no."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from softmax_cli.formats.rows import Location

_MISSING = frozenset({"", "-1", "-100", "-1.0", "-100.0"})
_WHOLE = re.compile(r"([+-]?[0-9]{1,9})(?:\.0*)?")
_TRUTHS = {"1": 1, "0": 0, "1.0": 1, "0.0": 0, "true": 1, "false": 0}
# Codes of texts: a class, perhaps with one of the marks; -1 where there is no label.
_UNKNOWN, _MISSED = -2, -3
_NAMED, _NUMBERED = 1 << 29, 1 << 28
_PLACE = _NUMBERED - 1


@dataclass(frozen=True)
class ClassIndices:
    """The class of each row, shape (N,), -1 where there is no label.

    `named` and `numbered` are a row each whose label can only be the name of a class, or
    only its number, if there is one: a stream may have but one of them.
    """

    classes: NDArray[np.int32]
    named: int | None
    numbered: int | None


class _Codes:
    """The code of each text of a column.

    The texts that are expected are looked up by polars, as categories of an enumeration, in a
    table of codes; others are coded one by one.
    """

    def __init__(self, code: Callable[[str], int], expected: Iterable[str]) -> None:
        self._code = code
        self._texts = pl.Series(list(dict.fromkeys(expected)), dtype=pl.String)
        self._enum = pl.Enum(self._texts)
        self._table = np.array([*map(code, self._texts), _MISSED], np.int32)

    def of(self, cells: pl.Series) -> NDArray[np.int32]:
        """The code of each cell; a missing one is that of an empty text."""
        cells = cells.cast(pl.String).fill_null("")
        places = cells.cast(self._enum, strict=False).to_physical().fill_null(len(self._texts))
        codes: NDArray[np.int32] = self._table[places.to_numpy()]
        if (missed := codes == _MISSED).any():
            texts = cells.filter(pl.Series(missed))
            distinct = texts.unique().to_list()
            known = [self._code(text.strip()) for text in distinct]
            codes[missed] = texts.replace_strict(distinct, known, return_dtype=pl.Int32).to_numpy()
        return codes


class ClassEncoder:
    """Labels of classes that exclude each other: names of classes, else numbers from 0."""

    def __init__(self, classes: Sequence[str], column: str | None = None) -> None:
        self._classes = classes
        self._column = column
        self._places: dict[str, int] = {}
        self._twice: set[str] = set()
        for i, name in enumerate(classes):
            if self._places.setdefault(name.strip(), i) != i:
                self._twice.add(name.strip())
        numbers = map(str, range(len(classes)))
        self._codes = _Codes(self._code, [*self._places, *numbers, *_MISSING])

    def match(self, cells: pl.Series, location: Callable[[int], Location]) -> ClassIndices:
        """The classes of a column of labels.

        Raises SoftmaxError for the first label that names no class, with its place.
        """
        codes = self._codes.of(cells)
        if (codes == _UNKNOWN).any():
            row = int((codes == _UNKNOWN).argmax())
            text = cells.cast(pl.String)[row].strip()
            raise location(row).error(
                f'label "{text}" names no class',
                column=self._column,
                hint=self._hint(text),
            )
        known = codes >= 0
        named, numbered = known & (codes & _NAMED > 0), known & (codes & _NUMBERED > 0)
        return ClassIndices(
            np.where(codes < 0, -1, codes & _PLACE), _first(named), _first(numbered)
        )

    def conflict(self, location: Location) -> SoftmaxError:
        """The error for a stream whose labels are names in one row and numbers in another."""
        return location.error(
            "some labels are names of classes and some are numbers, so that it is not clear "
            "what a number means",
            column=self._column,
            hint="Write all labels in one way.",
        )

    def _code(self, text: str) -> int:
        """A class, marked if only its name or only its number was meant; or a code below 0."""
        if not text:  # also where a class has no name
            return -1
        number = _number(text)
        if text in self._twice:
            return _UNKNOWN
        if text in self._places:
            place = self._places[text]
            return place if number == place else place | _NAMED
        if text in _MISSING or text.lower() == "nan":
            return -1
        if number is not None and 0 <= number < len(self._classes):
            return number | _NUMBERED
        return _UNKNOWN

    def _hint(self, text: str) -> str:
        count = len(self._classes)
        number = _number(text)
        if text in self._twice:
            return "More than one class has this name."
        if number == count:
            return (
                f"Numbers of classes go from 0 to {count - 1}. If these labels count from 1, "
                "subtract 1, or give the columns of classes their numbers as names."
            )
        if number is not None:
            return f"Numbers of classes go from 0 to {count - 1}."
        return f"The classes are {quote_names(self._classes)}."


class BinaryEncoder:
    """Labels of independent classes: a column for each, with 1 for yes and 0 for no."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = columns
        self._codes = _Codes(_truth, [*_TRUTHS, *_MISSING])

    def match(self, frame: pl.DataFrame, location: Callable[[int], Location]) -> NDArray[np.int8]:
        """1, 0, or -1 where there is no label, shape (N, C)."""
        columns = [
            self._column(series, name, location)
            for series, name in zip(frame.get_columns(), self._columns, strict=True)
        ]
        return np.column_stack(columns)

    def _column(
        self, cells: pl.Series, name: str, location: Callable[[int], Location]
    ) -> NDArray[np.int8]:
        codes = self._codes.of(cells)
        if (codes == _UNKNOWN).any():
            row = int((codes == _UNKNOWN).argmax())
            raise location(row).error(
                f'label "{cells[row]}" is neither 1 (yes) nor 0 (no)',
                column=name,
                hint="Labels of independent classes are 1, 0, or nothing where it is not known.",
            )
        return codes.astype(np.int8)


def _truth(text: str) -> int:
    text = text.lower()
    if text in _MISSING or text == "nan":
        return -1
    return _TRUTHS.get(text, _UNKNOWN)


def _number(text: str) -> int | None:
    match = _WHOLE.fullmatch(text)
    return int(match[1]) if match else None


def _first(which: NDArray[np.bool_]) -> int | None:
    return int(which.argmax()) if which.any() else None
