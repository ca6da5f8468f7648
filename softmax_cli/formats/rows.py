"""Rows of logits as every reader gives them, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    import polars as pl

    from softmax_cli.activations.kernels import Floats


@dataclass(frozen=True)
class Rows:
    """A run of N whole rows.

    `logits` has shape (N, C), float64, NaN where a cell holds no number; `passing` has the
    other columns as text, N high, in the order of the file; `fault(i)` tells what is wrong
    with a cell of row i, or is None if each of its logits reads as a number.
    """

    logits: Floats
    passing: pl.DataFrame
    fault: Callable[[int], SoftmaxError]

    def __len__(self) -> int:
        return len(self.logits)


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
