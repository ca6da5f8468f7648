"""Rows of logits as every reader gives them, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.edges import Edges


@dataclass(frozen=True)
class Rows:
    """A run of N whole rows.

    `logits` has shape (N, C), float64, NaN where a cell holds no number; `fault(i)` tells
    what is wrong with row i. The other columns are read when they are asked for: as text by
    `read_passing()`, or as the bytes around the logits by `read_edges()`, where possible.
    """

    logits: Floats
    fault: Callable[[int], SoftmaxError]
    read_passing: Callable[[], pl.DataFrame]
    read_edges: Callable[[], Edges | None] = lambda: None

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
        return Rows(self.logits[kept], lambda i: self.fault(int(places[i])), lambda: passing)


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
