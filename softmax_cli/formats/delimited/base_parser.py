"""What parsers of delimited text have in common: where things stand in a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.delimited.cell_errors import cell_fault
from softmax_cli.formats.delimited.field_index import Structure
from softmax_cli.formats.rows import Where

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.activations.exact import Floats
    from softmax_cli.errors import SoftmaxError
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.read_options import Passthrough
    from softmax_cli.formats.text.records import Block
    from softmax_cli.formats.text.splice import Edges


class TextParser:
    """The fields of blocks of one source; safe to use from many threads at once.

    `passthrough` says what is needed next to the logits; `comma` that commas stand
    for decimal points.
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

    def structure(self, block: Block) -> Structure:
        """Where the fields of a block stand."""
        return Structure(block, self.delimiter, self.source)

    def where_of(self, block: Block) -> Callable[[int], Where]:
        """The place of each row of a block."""
        return lambda row: Where(self.source, line=self.structure(block).line(row))

    def fault_of(self, block: Block, matrix: Floats) -> Callable[[int], SoftmaxError]:
        """What is wrong with each row of a block."""

        def fault(row: int) -> SoftmaxError:
            structure = self.structure(block)
            return cell_fault(self.columns, structure, row, matrix[row], comma=self.comma)

        return fault

    def edges(self, block: Block) -> Edges | None:
        """The text around the logits, where there is any and it can be cut out."""
        columns = self.columns
        if block.quoted or block.returned or not columns.passing or columns.beside is None:
            return None
        return self.structure(block).edges(len(columns.names), *columns.beside)
