"""Rows of logits as every reader gives them, whatever the format."""

from __future__ import annotations

from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations import scales
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.roles import Columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.text.splice import SpliceTemplate

SKIP = "Use --invalid skip to skip such rows."


@dataclass(frozen=True)
class Location:
    """The location of a row: its line, or where a source has no lines, its 1-based number."""

    source: str
    line: int | None = None
    row: int | None = None

    def error(
        self, message: str, *, column: str | None = None, hint: str | None = None
    ) -> SoftmaxError:
        """Return an error about this row."""
        return SoftmaxError(
            message, source=self.source, line=self.line, row=self.row, column=column, hint=hint
        )


class Rows:
    """A chunk of N whole rows; each reader has a subclass that says where they come from.

    Attributes:
        logits: shape (N, C), float64, NaN where a cell holds no number.
        inputs: the values that the logits were made from: probabilities, or the logits.
        columns: the columns of the source.
        truncated: True if the classes are the most likely of more, so that probabilities
            need not sum to 1.
        warnings: doubts about the rows, each with the number of rows or records.
    """

    truncated = False
    warnings: Mapping[str, int] = MappingProxyType({})
    invalid_hint: str | None = SKIP

    def __init__(self, logits: Floats, columns: Columns, inputs: Floats | None = None) -> None:
        self.logits = logits
        self.inputs = logits if inputs is None else inputs
        self.columns = columns

    def __len__(self) -> int:
        return len(self.logits)

    def location(self, i: int) -> Location:
        """Return the location of row i."""
        raise NotImplementedError

    def row_error(self, i: int) -> SoftmaxError:
        """Return what is wrong with row i."""
        return self.location(i).error(
            scales.describe_invalid_row(self.logits[i]), hint=self.invalid_hint
        )

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns other than logits, N high, given as indices of the source's columns."""
        raise NotImplementedError

    def read_passthrough(self) -> pl.DataFrame:
        """Read the passthrough columns, N high, in the order of the file."""
        return self.read_columns(self.columns.passthrough)

    @cached_property
    def class_names(self) -> Sequence[str] | NDArray[np.object_]:
        """The name of each class; of shape (N, C) where each row has its own classes."""
        if not self.columns.class_columns:
            return self.columns.classes
        return np.asarray(self.read_columns(self.columns.class_columns).to_numpy(), object)

    def row_classes(self, i: int) -> tuple[str, ...]:
        """Return the name of each class of row i."""
        if not self.columns.class_columns:
            return self.columns.classes
        return tuple("" if name is None else str(name) for name in self.class_names[i])

    def read_logits_as_given(self) -> pl.DataFrame | None:
        """Read the logits as the input has them: text, JSON text or values; None if unknown."""
        return None

    def read_labels(self) -> pl.DataFrame:
        """Read the columns of labels, N high."""
        return self.read_columns(self.columns.labels)

    def splice_template(self) -> SpliceTemplate | None:
        """Return the text around the logits, where it can be passed through as it is."""
        return None

    @cached_property
    def passthrough(self) -> pl.DataFrame:
        """The columns that are not logits."""
        return self.read_passthrough()

    def passthrough_cells(self, i: int) -> Sequence[str]:
        """Return the passthrough columns of row i as text."""
        return ["" if cell is None else str(cell) for cell in self.passthrough.row(i)]

    def apply(self, function: Callable[[Floats, int], Floats], first_row: int) -> Floats:
        """Return a function of logits, shape (N, C), and the number of the first row."""
        return function(self.logits, first_row)

    def look_like_probabilities(self) -> bool:
        """Return True if all logits are in [0, 1] and rows sum to 1, or to less if truncated."""
        return scales.look_like_probabilities(self.logits, exclusive=True, truncated=self.truncated)

    def select(self, kept: NDArray[np.bool_]) -> Rows:
        """Return the rows for which `kept`, of shape (N,), is true."""
        return _SelectedRows(self, kept)

    def require_independent(self, hint: str = "Use -a softmax.") -> None:
        """Raise UsageError for shares of one distribution, of which sigmoid has no meaning."""
        if self.truncated and len(self):
            problem = "the input holds shares of one distribution, not independent logits"
            if self.columns.named_scores:
                problem = "classes that --candidates masks have no logit, which sigmoid needs"
            raise UsageError(problem, source=self.location(0).source, hint=hint)

    def as_logits(self, input_scale: str, *, exclusive: bool) -> Rows:
        """Return the same rows with logits made from another scale of SCALES."""
        if input_scale == "logits":
            if not exclusive:
                self.require_independent()
            return self
        return _ConvertedRows(self, input_scale, exclusive=exclusive)


class NumberedRows(Rows):
    """Rows without lines, located by their number; `frame` has their other columns, if any."""

    def __init__(
        self,
        logits: Floats,
        columns: Columns,
        source: str,
        first_row: int,
        frame: pl.DataFrame | None = None,
    ) -> None:
        super().__init__(logits, columns)
        self._source, self._first_row = source, first_row
        self._frame = frame

    def location(self, i: int) -> Location:
        """Return the location of row i."""
        return Location(self._source, row=self._first_row + i)

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns by their place among the columns that are not logits."""
        import polars as pl

        if self._frame is None:
            return pl.DataFrame()
        places = map(self.columns.passthrough.index, columns)
        return self._frame[:, list(places)]


class ArgumentRow(NumberedRows):
    """A vector of the command line, of which nothing is left if it is skipped."""

    invalid_hint = None

    def __init__(
        self, logits: Floats, source: str, row: int, names: tuple[str, ...] | None = None
    ) -> None:
        width = logits.shape[1]
        shown = names or tuple(str(i + 1) for i in range(width))
        columns = Columns(shown, names is not None, tuple(range(width)))
        super().__init__(logits, columns, source, row)


class _SelectedRows(Rows):
    """Some of the rows of a chunk."""

    def __init__(self, rows: Rows, kept: NDArray[np.bool_]) -> None:
        super().__init__(rows.logits[kept], rows.columns)
        self._rows = rows
        self._indices = np.flatnonzero(kept)

    def location(self, i: int) -> Location:
        return self._rows.location(int(self._indices[i]))

    def row_error(self, i: int) -> SoftmaxError:
        return self._rows.row_error(int(self._indices[i]))

    def read_passthrough(self) -> pl.DataFrame:
        # A frame without columns has no rows to select from either.
        frame = self._rows.passthrough
        return frame[self._indices] if frame.width else frame

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        return self._rows.read_columns(columns)[self._indices]


class _ConvertedRows(Rows):
    """Rows whose logits were made from probabilities or log-probabilities."""

    def __init__(self, rows: Rows, input_scale: str, *, exclusive: bool) -> None:
        self.truncated, self.invalid_hint = rows.truncated, rows.invalid_hint
        self._rows, self._input_scale = rows, input_scale
        self._kind = {"exclusive": exclusive, "truncated": self.truncated}
        inputs = scales.normalize(rows.logits, input_scale, **self._kind)
        logits = scales.to_logits(inputs, input_scale, **self._kind)
        super().__init__(logits, rows.columns, inputs)

    def location(self, i: int) -> Location:
        return self._rows.location(i)

    def row_error(self, i: int) -> SoftmaxError:
        values = self._rows.logits[i]
        reason = scales.describe_invalid_input(values, self._input_scale, **self._kind)
        if reason is None:
            return self._rows.row_error(i)
        suggestion = ""
        if self.columns.named_scores:
            suggestion = scales.suggest_reading(values, self._input_scale, **self._kind)
        return self.location(i).error(reason, hint=suggestion or self.invalid_hint)

    def read_passthrough(self) -> pl.DataFrame:
        return self._rows.passthrough

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        return self._rows.read_columns(columns)

    def splice_template(self) -> SpliceTemplate | None:
        return self._rows.splice_template()

    def passthrough_cells(self, i: int) -> Sequence[str]:
        return self._rows.passthrough_cells(i)
