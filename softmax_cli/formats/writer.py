"""What a row of output is made of, and what a writer offers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from softmax_cli.formats.output_schema import ColumnData

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate


class Writer(Protocol):
    """Pieces of rows to a file: rendered on any thread, written in order.

    `left_out` names the columns that the format has no place for.
    """

    @property
    def dropped(self) -> Sequence[str]:
        """Names of columns."""
        ...

    def render(
        self, column_data: Sequence[ColumnData], template: SpliceTemplate | None = None
    ) -> Any:  # noqa: ANN401
        """What `write` takes for some rows; with `edges`, these stand around the pieces."""
        ...

    def can_splice(self, delimiter: str | None, count: int) -> bool:
        """Whether the text around so many logits of such an input can be written as it is."""
        ...

    def write(self, file: BinaryIO, parts: Iterable[Any]) -> None:
        """Write all rows, with what goes before and behind them."""
        ...
