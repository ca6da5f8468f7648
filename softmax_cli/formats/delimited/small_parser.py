"""Polars-free parser for small chunks: importing polars takes longer."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.delimited.base_parser import BaseParser, TextRows
from softmax_cli.formats.delimited.cell_errors import require_text_columns
from softmax_cli.formats.delimited.validation import require_valid_text
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.text.numbers import cell_to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.delimited.field_index import FieldIndex
    from softmax_cli.formats.delimited.polars_parser import PolarsParser
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.text.records import TextChunk
    from softmax_cli.formats.text.splice import SpliceTemplate

# A few thousand cells, at 2 µs each; importing polars takes 0.2 s.
MOST_BYTES = 1 << 15


class SmallParser(BaseParser):
    """Parser of small chunks that leaves larger ones to PolarsParser."""

    @cached_property
    def polars(self) -> PolarsParser:
        """The parser of larger chunks."""
        from softmax_cli.formats.delimited.polars_parser import PolarsParser

        return PolarsParser(
            self.columns,
            self.source,
            self.delimiter,
            comma=self.comma,
            passthrough=self.passthrough,
        )

    def __call__(self, chunk: TextChunk) -> Rows:
        """Parse a chunk, with the results and errors of PolarsParser."""
        if len(chunk.text) > MOST_BYTES:
            return self.polars(chunk)
        require_valid_text(chunk, self.delimiter, self.source)
        field_index = self.field_index(chunk)
        field_index.require_fields(len(self.columns.names))
        matrix = self._matrix(field_index)
        require_text_columns(self.columns, field_index, chunk.first_line)
        return _SmallRows(matrix, chunk, self)

    def text_columns(self, chunk: TextChunk, chosen: Sequence[int]) -> pl.DataFrame:
        """Return the chosen columns of a chunk as text, whatever their role."""
        return self.polars.text_columns(chunk, chosen)

    def _matrix(self, field_index: FieldIndex) -> Floats:
        rows = (field_index.cells(row) for row in range(field_index.height))
        values = [[self._parse_cell(cells[i]) for i in self.columns.logits] for cells in rows]
        return np.array(values, np.float64, order="F").reshape(-1, len(self.columns.logits))

    def _parse_cell(self, cell: str) -> float:
        try:
            return cell_to_float(cell, comma=self.comma)
        except ValueError:
            return math.nan


class _SmallRows(TextRows):
    """Rows whose other columns polars reads on demand."""

    def __init__(self, logits: Floats, chunk: TextChunk, parser: SmallParser) -> None:
        super().__init__(logits, chunk, parser)
        self._small = parser

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        return self._small.polars.read(self._chunk, columns)

    def splice_template(self) -> SpliceTemplate | None:
        if self._small.passthrough is Passthrough.LABELS:
            return None
        return self._small.template(self._chunk)

    def passthrough_cells(self, i: int) -> list[str]:
        field_index = self._small.field_index(self._chunk)
        return [field_index.cell(i, column) for column in self.columns.passthrough]
