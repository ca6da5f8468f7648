"""Converted rows as delimited text: the same columns again, with other numbers in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from softmax_cli.formats.output_schema import ColumnData, OutputSchema
from softmax_cli.formats.text import small_rendering as few_texts
from softmax_cli.formats.text import wide

if TYPE_CHECKING:
    from softmax_cli.formats.delimited.row_renderer import DelimitedRows
    from softmax_cli.formats.text.splice import SpliceTemplate


def delimited_writer(schema: OutputSchema, decimals: int | None, delimiter: str) -> DelimitedWriter:
    """What writes delimited text."""
    return DelimitedWriter(schema, delimiter, decimals)


@dataclass(frozen=True)
class DelimitedWriter:
    """Renders pieces of rows side by side; `decimals` None writes what reads back exactly."""

    schema: OutputSchema
    delimiter: str
    decimals: int | None = None
    dropped: Sequence[str] = ()

    def can_splice(self, delimiter: str | None, count: int) -> bool:
        """Whether the text around so many logits stays as it is: if it is delimited alike.

        Not around many in short rows at full precision: they differ in width, and laying bytes
        around each costs twice what writing them as columns does.
        """
        if delimiter != self.delimiter or self.schema.list_in_cell:
            return False
        even = self.decimals is not None or len(self.schema.names) >= wide.WIDE
        return even or count <= few_texts.MOST_VALUES

    def write(self, file: BinaryIO, parts: Iterable[bytes | memoryview]) -> None:
        """The line of names, where there are any, and all rows."""
        file.write(self.header())
        for part in parts:
            file.write(part)

    def header(self) -> bytes:
        """The line of names."""
        if not self.schema.header:
            return b""
        names: list[str] = []
        for field in self.schema.fields:
            in_cell = field.nested is not None and self.schema.list_in_cell
            names += [field.nested or ""] if in_cell else field.names
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="\n").writerow(names)
        return line.getvalue().encode()

    def render(
        self, column_data: Sequence[ColumnData], template: SpliceTemplate | None = None
    ) -> bytes | memoryview:
        """The rows as lines; every piece is N high. Safe to call from many threads."""
        lines = None
        if not self.schema.list_in_cell:
            lines = few_texts.render_small(column_data, self.decimals, self.delimiter)
        if lines is None:
            rows = self._rows
            lines = rows.lines(column_data) if template is None else rows.side_by_side(column_data)
        return lines if template is None else template.splice(lines)

    @cached_property
    def _rows(self) -> DelimitedRows:
        from softmax_cli.formats.delimited.row_renderer import DelimitedRows

        return DelimitedRows(self.schema, self.delimiter, self.decimals)
