"""Rows of logits as every reader gives them, whatever the format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.scales import scale_reason, to_logits
from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.text.splice import Edges


SKIP = "Use --invalid skip to leave such rows out."


@dataclass(frozen=True)
class Where:
    """The place of a row: its line, or where a source has no lines, its number from 1."""

    source: str
    line: int | None = None
    row: int | None = None

    def error(
        self, message: str, *, column: str | None = None, remedy: str | None = None
    ) -> SoftmaxError:
        """An error about this row."""
        return SoftmaxError(
            message,
            source=self.source,
            line=self.line,
            row=self.row,
            column=column,
            remedy=remedy,
        )


@dataclass(frozen=True)
class Rows:
    """A run of N whole rows.

    `logits` has shape (N, C), float64, NaN where a cell holds no number; `fault(i)` tells
    what is wrong with row i, and `where(i)` its place. The other columns are read when they
    are asked for: as text by `read_passing()`, those of labels by `read_labels()`, or as the
    bytes around the logits by `read_edges()`, where possible, or for row i alone by
    `texts_beside(i)`, where that is quicker. `partial` says that the classes are only the
    likeliest of more, so that probabilities need not sum to 1.
    """

    logits: Floats
    fault: Callable[[int], SoftmaxError]
    where: Callable[[int], Where]
    read_passing: Callable[[], pl.DataFrame]
    read_labels: Callable[[], pl.DataFrame]
    read_edges: Callable[[], Edges | None] = lambda: None
    partial: bool = False
    texts_beside: Callable[[int], Sequence[str]] | None = None

    def __len__(self) -> int:
        return len(self.logits)

    @cached_property
    def passing(self) -> pl.DataFrame:
        """The columns passed through, N high, in the order of the file."""
        return self.read_passing()

    def only(self, kept: NDArray[np.bool_]) -> Rows:
        """The rows for which `kept`, of shape (N,), is true."""
        places = np.flatnonzero(kept)
        # A frame without columns has no rows to choose from either.
        passing = self.passing[places] if self.passing.width else self.passing
        return Rows(
            self.logits[kept],
            lambda i: self.fault(int(places[i])),
            lambda i: self.where(int(places[i])),
            lambda: passing,
            lambda: self.read_labels()[places],
        )

    def as_logits(self, scale: str, *, normalised: bool) -> Rows:
        """The same rows with logits made of what was given in another scale."""
        if scale == "logits":
            return self

        whole = normalised and not self.partial

        def fault(i: int) -> SoftmaxError:
            reason = scale_reason(self.logits[i], scale, normalised=whole)
            return self.where(i).error(reason, remedy=SKIP) if reason else self.fault(i)

        return replace(
            self,
            logits=to_logits(self.logits, scale, normalised=normalised, partial=self.partial),
            fault=fault,
        )


def given_rows(vector: Floats, source: str, row: int) -> Rows:
    """A vector that has no columns beside it, as one row."""

    def nothing() -> pl.DataFrame:
        raise NotImplementedError("a vector given has no columns beside it")

    where = Where(source, row=row)
    fault = partial(row_fault, vector, source, row)
    return Rows(vector[None], lambda _: fault(), lambda _: where, nothing, nothing)


def row_fault(logits: Floats, source: str, row: int) -> SoftmaxError:
    """What is wrong with a vector of numbers that has no answer, told by its row."""
    return SoftmaxError(row_reason(logits), source=source, row=row)


def row_reason(logits: Floats) -> str:
    """Why a row of numbers has no probabilities."""
    if np.isnan(logits).any():
        return "a logit is NaN"
    if (logits == np.inf).any():
        return "a logit is +inf, which softmax has no answer for"
    return "every logit is -inf, so that no class is left"


def array_rows(
    logits: Floats,
    source: str,
    first_row: int,
    others: Callable[[], pl.DataFrame] | None = None,
    labels: Callable[[], pl.DataFrame] | None = None,
) -> Rows:
    """Rows that are told by their number, with the columns beside them."""

    def fault(i: int) -> SoftmaxError:
        return where(i).error(row_reason(logits[i]), remedy=SKIP)

    def where(i: int) -> Where:
        return Where(source, row=first_row + i)

    beside = others or _no_columns
    return Rows(logits, fault, where, beside, labels or beside)


def _no_columns() -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame()
