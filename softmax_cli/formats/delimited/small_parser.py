"""Small blocks of delimited text, parsed without polars: its import takes longer than they do."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.formats.delimited.base_parser import TextParser
from softmax_cli.formats.delimited.cell_errors import require_texts
from softmax_cli.formats.delimited.validation import require_sound_text
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.rows import Rows
from softmax_cli.formats.text.numbers import cell_to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.delimited.field_index import Structure
    from softmax_cli.formats.delimited.polars_parser import BlockParser
    from softmax_cli.formats.text.records import Block

# Some thousands of cells, at 2 microseconds each; polars takes 0.2 s to be imported.
MOST_BYTES = 1 << 15


class FewParser(TextParser):
    """The rows of blocks as `BlockParser` gives them, which does the work on larger ones."""

    @cached_property
    def _many(self) -> BlockParser:
        from softmax_cli.formats.delimited.polars_parser import BlockParser

        return BlockParser(
            self.columns,
            self.source,
            self.delimiter,
            comma=self.comma,
            passthrough=self.passthrough,
        )

    def __call__(self, block: Block) -> Rows:
        """The rows of a block, or SoftmaxError, as of `BlockParser`."""
        if len(block.text) > MOST_BYTES:
            return self._many(block)
        require_sound_text(block, self.delimiter, self.source)
        structure = self.structure(block)
        structure.require_fields(len(self.columns.names))
        matrix = self._matrix(structure)
        require_texts(self.columns, structure, block.first_line)
        return Rows(
            matrix,
            self.fault_of(block, matrix),
            self.where_of(block),
            lambda: self._many.read(block, self.columns.passing),
            lambda: self._many.read(block, self.columns.labels),
            lambda: None if self.passthrough is Passthrough.LABELS else self.edges(block),
            texts_beside=lambda row: [structure.cell(row, i) for i in self.columns.passing],
        )

    def texts(self, block: Block, chosen: Sequence[int]) -> pl.DataFrame:
        """The chosen columns of a block as text, whatever they are."""
        return self._many.texts(block, chosen)

    def _matrix(self, structure: Structure) -> Floats:
        rows = (structure.cells(row) for row in range(structure.height))
        values = [[self._number(cells[i]) for i in self.columns.logits] for cells in rows]
        return np.array(values, np.float64, order="F").reshape(-1, len(self.columns.logits))

    def _number(self, cell: str) -> float:
        try:
            return cell_to_float(cell, comma=self.comma)
        except ValueError:
            return math.nan
