"""Contract of label readers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeAlias

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import polars as pl

    from softmax_cli.formats.rows import Location

LabelChunk: TypeAlias = "tuple[pl.DataFrame, Callable[[int], Location]]"


class LabelSource(ABC):
    """Labels of a stream of rows, taken along with these.

    Attributes:
        source: name for error messages.
        names: names of the label columns.
        id_names: names of the columns of identifiers that follow them.
    """

    source: str
    names: Sequence[str]
    id_names: Sequence[str] = ()
    taken = 0

    @abstractmethod
    def take_up_to(self, count: int) -> LabelChunk:
        """Return the next rows, at most `count`, and the location of each."""

    @abstractmethod
    def close(self) -> None:
        """Close the file."""

    def take(self, count: int, *, ids: bool = False) -> LabelChunk:
        """Return the labels of the next `count` rows, and the location of each.

        Columns of identifiers follow those of labels only if `ids`.

        Raises:
            SoftmaxError: if the file has fewer rows.
        """
        frame, location = self.take_up_to(count)
        self.taken += frame.height
        if frame.height < count:
            raise SoftmaxError(
                f"{self.taken} labels for at least {self.taken - frame.height + count} rows",
                source=self.source,
                hint=self.count_hint(missing=True),
            )
        return frame if ids else frame[:, : len(self.names)], location

    def require_end(self) -> None:
        """Raise SoftmaxError if labels remain."""
        if self.take_up_to(1)[0].height:
            raise SoftmaxError(
                f"more labels than the {self.taken} rows",
                source=self.source,
                hint=self.count_hint(missing=False),
            )

    def count_hint(self, *, missing: bool) -> str | None:  # noqa: ARG002
        """Return what may be wrong, if labels are `missing` or too many."""
        return None
