"""Contract of the shapes of logits in JSON records."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.rows import Location

if TYPE_CHECKING:
    from typing import Self

    from softmax_cli.formats.read_options import ReadOptions

Record = Any
Locator = Callable[[int], Location]


class Shape:
    """Shape of the records of a source, detected from the first.

    Attributes:
        kind: name of such records in messages.
        own_options: options that apply to this shape only.
        columns: columns of the rows.
        truncated: True if the classes are the most likely of more.
        types: types of the passthrough columns by index; None if the first record decides.
        names_fields: True if the classes are fields of the records.
        mass_scale: scale of the values whose total probability is a computed column, if there is
            one; `others` has NaN in its place.
        candidates: True if the classes are those of --candidates.
    """

    kind = "these records"
    own_options: Collection[str] = ()
    columns: Columns
    truncated = False
    types: Mapping[int, type] | None = None
    names_fields = False
    mass_scale: str | None = None
    candidates = False

    @property
    def takes_candidates(self) -> bool:
        """True if scores come with the names of their classes."""
        return "--candidates" in self.own_options

    @classmethod
    def detect(cls, records: Sequence[Record], options: ReadOptions, source: str) -> Self | None:
        """Return the shape of these first records, None if they have another one.

        Raises:
            ValueError: with the reason, if they have this shape, but no logits.
            SoftmaxError: if more than one reading is left, or an option does not apply.
        """
        raise NotImplementedError

    def values(self, record: Record) -> list[Any]:
        """Return the logits of a record, not yet checked; raise ValueError with the reason."""
        raise NotImplementedError

    def others(self, _record: Record) -> list[Any]:
        """Return the values of the passthrough columns, in order."""
        return []

    def explode(self, records: list[Record], location: Locator) -> tuple[list[Record], Locator]:
        """Split records that may hold several rows into one record per row."""
        return records, location

    def warnings(self, _records: list[Record], _rows: list[Record]) -> Mapping[str, int]:
        """Return doubts about records and the rows made of them, each with a count."""
        return MappingProxyType({})
