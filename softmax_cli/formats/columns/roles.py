"""The columns of a table by their roles."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Columns:
    """The columns of a table by their roles; numbers are indices from 0.

    Attributes:
        names: names of all columns; positions from 1 where there is no header.
        header: True if the columns have names.
        logits: the columns of logits, one for each class.
        labels: the label column, or one for each class; empty if there is none.
        ids: the columns of identifiers, by option, metadata or name.
        text_columns: columns that pass through only because they begin with text.
        dropped: columns left out of the output.
        note: the roles that were inferred, if any were.
        warnings: doubts about the roles that few rows leave open.
        nested: the column or field that holds the logits as a list, where one does; `names` then
            has a name for each of its items.
        list_in_cell: True if that list is text in a cell.
        label_score_list: True if each row is a list of labels with scores.
        named_scores: True if each score comes with the name of its class.
        class_columns: the columns with the names of a row's own classes, one for each logit, where
            rows differ in them; empty elsewhere.
        computed: passthrough columns of numbers that the reader computes, which are not in the
            input.
    """

    names: tuple[str, ...]
    header: bool
    logits: tuple[int, ...]
    labels: tuple[int, ...] = ()
    ids: tuple[int, ...] = ()
    text_columns: tuple[int, ...] = ()
    dropped: tuple[int, ...] = ()
    note: str | None = None
    warnings: tuple[str, ...] = ()
    nested: str | None = None
    list_in_cell: bool = False
    label_score_list: bool = False
    named_scores: bool = False
    class_columns: tuple[int, ...] = ()
    computed: tuple[int, ...] = ()

    def matches(self, other: Columns) -> bool:
        """Return True if another source has the same columns."""
        ours = (self.names, self.header, self.logits, self.nested)
        return ours == (other.names, other.header, other.logits, other.nested)

    def notices(self, source: str) -> Iterator[Notice]:
        """Yield what was inferred, and what is in doubt."""
        if self.note:
            yield Notice(f"{source}: {self.note}")
        for warning in self.warnings:
            yield Notice(f"{source}: {warning}", warning=True)

    # Cached: with 128,000 columns each costs as much as a row or two.
    @cached_property
    def classes(self) -> tuple[str, ...]:
        """A name for each logit: its column's, or 0..C-1 where there is no header."""
        if not self.header:
            return tuple(map(str, range(len(self.logits))))
        return tuple(map(self.names.__getitem__, self.logits))

    @cached_property
    def passthrough(self) -> tuple[int, ...]:
        """All columns but logits and dropped ones, in the order of the file."""
        return tuple(sorted(set(range(len(self.names))).difference(self.logits, self.dropped)))

    @cached_property
    def margins(self) -> tuple[int, int] | None:
        """Numbers of columns before and behind the logits, if the text there can be kept."""
        first, last = self.logits[0], self.logits[-1]
        if self.dropped or self.logits != tuple(range(first, last + 1)):
            return None
        return first, len(self.names) - 1 - last

    @property
    def passthrough_names(self) -> tuple[str, ...]:
        """The names of the passthrough columns."""
        prefix = "" if self.header else "column_"
        return tuple(prefix + self.names[i] for i in self.passthrough)
