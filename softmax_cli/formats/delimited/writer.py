"""Converted rows as delimited text: the same columns again, with other numbers in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from softmax_cli.formats.output_schema import Layout, Piece
from softmax_cli.formats.text import small_rendering as few_texts
from softmax_cli.formats.text import wide

if TYPE_CHECKING:
    from softmax_cli.formats.delimited.row_renderer import DelimitedRows
    from softmax_cli.formats.text.splice import Edges


def delimited_writer(layout: Layout, decimals: int | None, delimiter: str) -> DelimitedWriter:
    """What writes delimited text."""
    return DelimitedWriter(layout, delimiter, decimals)


@dataclass(frozen=True)
class DelimitedWriter:
    """Renders pieces of rows side by side; `decimals` None writes what reads back exactly."""

    layout: Layout
    delimiter: str
    decimals: int | None = None
    left_out: Sequence[str] = ()

    def accepts(self, delimiter: str | None, count: int) -> bool:
        """Whether the text around so many logits stays as it is: if it is delimited alike.

        Not around many in short rows at full precision: they differ in width, and laying bytes
        around each costs twice what writing them as columns does.
        """
        if delimiter != self.delimiter or self.layout.in_cells:
            return False
        even = self.decimals is not None or len(self.layout.names) >= wide.WIDE
        return even or count <= few_texts.MOST_VALUES

    def write(self, file: BinaryIO, parts: Iterable[bytes | memoryview]) -> None:
        """The line of names, where there are any, and all rows."""
        file.write(self.header())
        for part in parts:
            file.write(part)

    def header(self) -> bytes:
        """The line of names."""
        if not self.layout.header:
            return b""
        names: list[str] = []
        for field in self.layout.fields:
            in_cell = field.nested is not None and self.layout.in_cells
            names += [field.nested or ""] if in_cell else field.names
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="\n").writerow(names)
        return line.getvalue().encode()

    def render(self, pieces: Sequence[Piece], edges: Edges | None = None) -> bytes | memoryview:
        """The rows as lines; every piece is N high. Safe to call from many threads."""
        lines = None
        if not self.layout.in_cells:
            lines = few_texts.few_lines(pieces, self.decimals, self.delimiter)
        if lines is None:
            rows = self._rows
            lines = rows.lines(pieces) if edges is None else rows.side_by_side(pieces)
        return lines if edges is None else edges.around(lines)

    @cached_property
    def _rows(self) -> DelimitedRows:
        from softmax_cli.formats.delimited.row_renderer import DelimitedRows

        return DelimitedRows(self.layout, self.delimiter, self.decimals)
