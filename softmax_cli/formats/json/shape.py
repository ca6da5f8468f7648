"""The contract of every shape that logits have in a JSON record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from softmax_cli.formats.columns.inference import Columns
from softmax_cli.formats.rows import Location

if TYPE_CHECKING:
    pass


Record = Any


Locator = Callable[[int], Location]


class Shape:
    """How a record holds its logits; the first record tells it for all."""

    columns: Columns
    truncated = False

    def values(self, record: Record) -> list[Any]:
        """The logits of a record as they are, or ValueError with the reason."""
        raise NotImplementedError

    def others(self, _record: Record) -> list[Any]:
        """The other columns' values, in their order."""
        return []

    def explode(self, records: list[Record], location: Locator) -> tuple[list[Record], Locator]:
        """Records that are rows, where one may hold several."""
        return records, location
