"""Common base of the parsers of delimited text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.delimited.cell_errors import cell_error
from softmax_cli.formats.delimited.field_index import FieldIndex
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.rows import Location, Rows

if TYPE_CHECKING:
    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.text.records import TextChunk
    from softmax_cli.formats.text.splice import SpliceTemplate


class BaseParser:
    """Parser of the chunks of one source; safe to use from many threads.

    `passthrough` selects what is needed besides the logits; `comma` enables decimal commas.
    """

    def __init__(
        self,
        columns: Columns,
        source: str,
        delimiter: str,
        *,
        comma: bool,
        passthrough: Passthrough,
    ) -> None:
        self.columns = columns
        self.source = source
        self.delimiter = delimiter
        self.comma = comma
        self.passthrough = passthrough

    def field_index(self, chunk: TextChunk) -> FieldIndex:
        """Return the index of the fields of a chunk."""
        return FieldIndex(chunk, self.delimiter, self.source)

    def location(self, chunk: TextChunk, row: int) -> Location:
        """Return the location of a row of a chunk."""
        return Location(self.source, line=self.field_index(chunk).line(row))

    def template(self, chunk: TextChunk) -> SpliceTemplate | None:
        """Return the text around the logits; None if there is none or it has quotes."""
        columns = self.columns
        if (
            chunk.has_quotes
            or chunk.has_carriage_return
            or not columns.passthrough
            or columns.margins is None
        ):
            return None
        return self.field_index(chunk).template(len(columns.names), *columns.margins)


class TextRows(Rows):
    """Rows of a chunk of delimited text."""

    def __init__(self, logits: Floats, chunk: TextChunk, parser: BaseParser) -> None:
        super().__init__(logits, parser.columns)
        self._chunk = chunk
        self._parser = parser

    def read_logits_as_given(self) -> pl.DataFrame | None:
        """Read the columns of logits as text, if the parser reads them so."""
        as_text = self._parser.passthrough is Passthrough.ALL_AS_TEXT
        return self.read_columns(self.columns.logits) if as_text else None

    def location(self, i: int) -> Location:
        """Return the location of row i."""
        return self._parser.location(self._chunk, i)

    def row_error(self, i: int) -> SoftmaxError:
        """Return what is wrong with row i: its first invalid cell, if there is one."""
        parser = self._parser
        field_index = parser.field_index(self._chunk)
        return cell_error(parser.columns, field_index, i, self.logits[i], comma=parser.comma)
