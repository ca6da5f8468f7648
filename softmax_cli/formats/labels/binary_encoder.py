"""Encoder of label text to binary labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.labels.codes import MISSING, UNKNOWN, Codes, first_row, parse_index
from softmax_cli.formats.text.numbers import is_missing, is_number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from softmax_cli.errors import SoftmaxError
    from softmax_cli.formats.rows import Location

_BOOLEANS = {
    **dict.fromkeys(("1", "true", "yes", "pos", "positive", "t", "y"), 1),
    **dict.fromkeys(("0", "false", "no", "neg", "negative", "f", "n"), 0),
}
# The code of -1, which is a label in some files and none in others.
_MINUS_ONE = -4


@dataclass(frozen=True)
class BinaryLabels:
    """Binary labels of columns.

    Attributes:
        classes: 1, 0, or -1 if there is no label, shape (N, C).
        minus_one: first row with a -1 that is read as no label, if any.
    """

    classes: NDArray[np.int8]
    minus_one: int | None


class BinaryEncoder:
    """Encoder of binary labels of independent classes, one column per class.

    Labels are 1 and 0, or words such as yes and no; of a single class also its name, and one
    other word for no. -1 is no label, unless the first rows hold 1 and -1 and no 0.
    """

    def __init__(self, columns: Sequence[str], classes: Sequence[str] = ()) -> None:
        self._columns, self._classes = columns, classes
        self._words = dict(_BOOLEANS)
        name = classes[0].strip().lower() if len(classes) == 1 else ""
        self._positive = None if is_number_text(name) else name or None
        self._signed = False
        self._codes = self._make_codes()

    def _make_codes(self) -> Codes:
        return Codes(self._code, [*_BOOLEANS, "1.0", "0.0", "True", "False", *MISSING])

    def study(self, frame: pl.DataFrame) -> None:
        """Learn from the first rows whether -1 is a label, and the word for no."""
        texts = {
            text.strip().lower()
            for column in frame.get_columns()
            for text in column.cast(pl.String).drop_nulls().unique().to_list()
        }
        codes = {self._code(text) for text in texts}
        self._signed = {_MINUS_ONE, 1} <= codes and 0 not in codes
        if self._positive is not None and self._positive in texts:
            others = [text for text in texts - {self._positive} if self._code(text) != -1]
            # The class may be called "no": then that is its label, and "yes" is the other.
            swapped = self._words.get(self._positive) == 0
            if len(others) == 1 and (swapped or self._code(others[0]) == UNKNOWN):
                self._words[others[0]] = 0
            self._words[self._positive] = 1
            self._codes = self._make_codes()

    def match(self, frame: pl.DataFrame, location: Callable[[int], Location]) -> BinaryLabels:
        """Return the labels of columns, one for each class.

        Raises:
            SoftmaxError: for the first label that is neither 1 nor 0, with its location.
        """
        columns = [
            self._encode_column(series, name, location)
            for series, name in zip(frame.get_columns(), self._columns, strict=True)
        ]
        codes = np.column_stack(columns)
        negative = codes == _MINUS_ONE
        classes = np.where(negative, 0 if self._signed else -1, codes).astype(np.int8)
        return BinaryLabels(classes, None if self._signed else first_row(negative.any(1)))

    def _encode_column(
        self, cells: pl.Series, name: str, location: Callable[[int], Location]
    ) -> NDArray[np.int32]:
        codes = self._codes.encode(cells)
        if (codes == UNKNOWN).any():
            row = int((codes == UNKNOWN).argmax())
            raise self._error(str(cells[row]), name, location(row))
        if self._signed and (codes == 0).any():
            raise location(int((codes == 0).argmax())).error(
                "label 0 after labels 1 and -1: -1 means no in one reading, no label in the other",
                column=name,
                hint="Use 1 and 0, and blank for no label.",
            )
        return codes

    def _error(self, text: str, name: str, location: Location) -> SoftmaxError:
        if is_number_text(text) and 0 < float(text) < 1:
            return location.error(
                f'label "{text}" is a probability (soft label), not 0 or 1',
                column=name,
                hint="Use the label itself: 1 for the class that was observed, 0 for the others.",
            )
        return location.error(
            f'label "{text}" is not 0 or 1',
            column=name,
            hint=f"Use 1 or 0, yes or no, or blank if unknown{self._renaming(text)}.",
        )

    def _renaming(self, text: str) -> str:
        """Return the advice to name the single column of logits after its class."""
        if len(self._classes) != 1 or is_number_text(text):
            return ""
        return f'; or name the logit column after the class it is for, such as "{text.strip()}"'

    def _code(self, text: str) -> int:
        text = text.strip().lower()
        number = parse_index(text)
        if number == -1:
            return _MINUS_ONE
        if number == -100 or is_missing(text):
            return -1
        return self._words.get(text if number is None else str(number), UNKNOWN)
