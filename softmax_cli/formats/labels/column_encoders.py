"""Encoder of label text to class indices."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.columns.short_names import short_names
from softmax_cli.formats.labels.codes import MISSING, UNKNOWN, Codes, first_row, parse_index
from softmax_cli.formats.text.numbers import is_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from softmax_cli.formats.rows import Location

_NUMBER_AT_END = re.compile(r"([0-9]{1,9})(?:\.0+)?$")
# A code is a class index with at most one flag: of a label that can only be a name, or only an
# index. Code -1 is no label.
_NAME_FLAG, _INDEX_FLAG = 1 << 29, 1 << 28
_INDEX_MASK = _INDEX_FLAG - 1


@dataclass(frozen=True)
class ClassIndices:
    """Classes of a column of labels. A stream may have `named` or `numbered`, not both.

    Attributes:
        classes: class index of each row, shape (N,); -1 if the row has no label.
        named: first row whose label can only be the name of a class, if any.
        numbered: first row whose label can only be the index of a class, if any.
    """

    classes: NDArray[np.int32]
    named: int | None
    numbered: int | None


class ClassEncoder:
    """Encoder of labels of exclusive classes.

    A label is the name of a class, its name without what all names share (`cat` of `logit_cat`),
    or its index from `base` on. Where all names end in numbers, these are what a number means,
    unless `base` is given.
    """

    def __init__(self, classes: Sequence[str], column: str | None = None, base: int = 0) -> None:
        self._classes = classes
        self._column = column
        self._base = base
        self._indices: dict[str, int] = {}
        self._duplicates: set[str] = set()
        short = short_names(classes)
        for names in ([name.strip() for name in classes], short):
            for i, name in enumerate(names):
                if self._indices.setdefault(name, i) != i:
                    self._duplicates.add(name)
        self._numbered = all(map(str.isdigit, short))
        numbers = map(str, range(len(classes)))
        self._codes = Codes(self._code, [*self._indices, *numbers, *MISSING])

    # Of very many classes, only if there are labels that ask for it.
    @cached_property
    def _folded(self) -> set[str]:
        """The names of the classes in lower case."""
        return {name.lower() for name in self._indices}

    @cached_property
    def _numbers(self) -> dict[int, int]:
        """The index of each class by the number at the end of its name."""
        return _numbers_at_end(self._classes)

    @cached_property
    def _counting(self) -> bool:
        """True if the classes are called as their indices."""
        return self._numbered and self._numbers == {i: i for i in range(len(self._classes))}

    def match(self, cells: pl.Series, location: Callable[[int], Location]) -> ClassIndices:
        """Return the classes of a column of labels.

        Raises:
            SoftmaxError: for the first unknown label, with its location.
        """
        codes = self._codes.encode(cells)
        if (codes == UNKNOWN).any():
            row = int((codes == UNKNOWN).argmax())
            text = cells.cast(pl.String)[row].strip()
            raise location(row).error(
                f'unknown label "{text}"',
                column=self._column,
                hint=self._hint(text),
            )
        labeled = codes >= 0
        named, numbered = labeled & (codes & _NAME_FLAG > 0), labeled & (codes & _INDEX_FLAG > 0)
        classes = np.where(labeled, codes & _INDEX_MASK, -1)
        return ClassIndices(classes, first_row(named), first_row(numbered))

    def conflict(self, location: Location) -> SoftmaxError:
        """Return the error for labels that are names in some rows and indices in others."""
        return location.error(
            "labels mix class names and class indices",
            column=self._column,
            hint="Use one or the other.",
        )

    def _code(self, text: str) -> int:
        """Return the code of a label."""
        # Empty text is no label, even if a class has an empty name.
        if not text:
            return -1
        number = parse_index(text)
        if number is not None and self._base and self._is_index(number):
            return number - self._base | _INDEX_FLAG
        name = text if text in self._indices or number is None else str(number)
        if name in self._indices:
            return self._name_code(name, number)
        if number in (-1, -100) or (is_missing(text) and text.lower() not in self._folded):
            return -1
        return UNKNOWN if number is None else self._index_code(number)

    def _name_code(self, name: str, number: int | None) -> int:
        index = self._indices[name]
        if name in self._duplicates or (self._base and self._counting and number is not None):
            return UNKNOWN
        return index if number is not None and number - self._base == index else index | _NAME_FLAG

    def _index_code(self, number: int) -> int:
        index = number - self._base
        known = self._is_index(number) and not self._numbered
        known &= self._numbers.get(number, index) == index
        return index | _INDEX_FLAG if known else UNKNOWN

    def _is_index(self, number: int) -> bool:
        return 0 <= number - self._base < len(self._classes)

    def _hint(self, text: str) -> str:
        count, number = len(self._classes), parse_index(text)
        first, last = self._base, self._base + count - 1
        if text in self._duplicates:
            return "Several classes have this name."
        if number is None:
            return f"Classes: {quote_names(self._classes)}."
        by_index = self._counting or not self._numbered
        if not first and by_index and (number == count or self._numbers.get(number) == number - 1):
            return (
                f"Class indices go from 0 to {last}. Use --label-base 1 for labels "
                f"that count from 1 to {count}."
            )
        if not by_index or self._is_index(number):
            return f"Classes: {quote_names(self._classes)}."
        return f"Class indices go from {first} to {last}."


def _numbers_at_end(names: Sequence[str]) -> dict[int, int]:
    """Return the index of each name by the number at its end, if all end in different ones."""
    matches = [_NUMBER_AT_END.search(name.strip()) for name in names]
    numbers = {int(match[1]): i for i, match in enumerate(matches) if match}
    return numbers if len(numbers) == len(names) else {}
