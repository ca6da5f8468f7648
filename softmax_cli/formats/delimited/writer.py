"""Writer of delimited text."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.output_schema import ColumnData, OutputSchema
from softmax_cli.formats.text import small_rendering, wide

if TYPE_CHECKING:
    from softmax_cli.formats.delimited.row_renderer import DelimitedRows
    from softmax_cli.formats.text.splice import SpliceTemplate


def delimited_writer(schema: OutputSchema, decimals: int | None, delimiter: str) -> DelimitedWriter:
    """Return a writer of delimited text."""
    return DelimitedWriter(schema, delimiter, decimals)


@dataclass(frozen=True)
class DelimitedWriter:
    """Renderer of delimited text; `decimals` None writes exact round trips."""

    schema: OutputSchema
    delimiter: str
    decimals: int | None = None
    dropped: Sequence[str] = ()

    def can_splice(self, delimiter: str | None, count: int) -> bool:
        """Return True if `count` logits can be spliced into text with this delimiter.

        Not many short rows at full precision: their widths differ, and splicing each costs
        twice as much as writing columns.
        """
        if delimiter != self.delimiter or self.schema.list_in_cell:
            return False
        fast = self.decimals is not None or len(self.schema.names) >= wide.WIDE
        return fast or count <= small_rendering.MOST_VALUES

    def write(self, file: BinaryIO, chunks: Iterable[Sequence[bytes | memoryview]]) -> None:
        """Write the header, if there is one, and all rows."""
        file.write(self.header())
        for chunk in chunks:
            for part in chunk:
                file.write(part)

    def header(self) -> bytes:
        """Return the header line; empty if the schema has none."""
        if not self.schema.header:
            return b""
        names: list[str] = []
        for field in self.schema.fields:
            in_cell = field.nested is not None and self.schema.list_in_cell
            names += [field.nested or ""] if in_cell else field.names
        if self.delimiter != "_" and "".join(names).replace("_", "").isalnum():
            return f"{self.delimiter.join(names)}\n".encode()  # no quotes, and no import
        import csv

        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="\n").writerow(names)
        return line.getvalue().encode()

    def render(
        self, column_data: Sequence[ColumnData], template: SpliceTemplate | None = None
    ) -> Sequence[bytes | memoryview]:
        """Render columns of N rows as lines, in consecutive parts; safe to call from many threads.

        Parts of several megabytes are not joined, because that copies all of the output.
        """
        lines = None
        if not self.schema.list_in_cell:
            lines = small_rendering.render_small(column_data, self.decimals, self.delimiter)
        if lines is not None and self._comma:
            lines = lines.replace(b".", b",")
        if template is None:
            return self._renderer.render(column_data) if lines is None else [lines]
        if lines is None:
            lines = b"".join(self._renderer.render_columns(column_data))
        return [template.splice(lines)]

    @property
    def _comma(self) -> bool:
        return self.schema.decimal_comma and self.delimiter != ","

    @cached_property
    def _renderer(self) -> DelimitedRows:
        from softmax_cli.formats.delimited.row_renderer import DelimitedRows

        return DelimitedRows(self.schema, self.delimiter, self.decimals, self._comma)
