"""The contract of every reader of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.formats.rows import Location

    LabelChunk = tuple[pl.DataFrame, Callable[[int], Location]]


class LabelSource(Protocol):
    """Labels for a stream of rows, taken as these come."""

    source: str
    names: Sequence[str]

    def take(self, count: int) -> tuple[pl.DataFrame, Callable[[int], Location]]:
        """The labels of the next `count` rows, and the place of each."""
        ...

    def require_end(self) -> None:
        """Raise SoftmaxError if there are labels left."""
        ...

    def close(self) -> None:
        """Close the file."""
        ...
