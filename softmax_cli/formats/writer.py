"""Contract of the writers of all formats."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from softmax_cli.formats.output_schema import ColumnData

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate


class Writer(Protocol):
    """Writer of rows to a file: chunks are rendered on any thread and written in order."""

    @property
    def dropped(self) -> Sequence[str]:
        """Names of the columns that the format cannot hold."""
        ...

    def render(
        self, column_data: Sequence[ColumnData], template: SpliceTemplate | None = None
    ) -> Any:  # noqa: ANN401
        """Return a chunk for `write`, with the column data spliced into a template if given."""
        ...

    def can_splice(self, delimiter: str | None, count: int) -> bool:
        """Return True if text around `count` logits per row can be written unchanged."""
        ...

    def write(self, file: BinaryIO, chunks: Iterable[Any]) -> None:
        """Write all rendered chunks, with a header and a footer if the format has them."""
        ...
