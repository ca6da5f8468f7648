"""CSV, TSV and other delimited text: read in blocks, parsed by polars, strictly."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats import columns, dialect, wide
from softmax_cli.formats.numbers import INFINITE, to_float
from softmax_cli.formats.records import Block, RecordReader
from softmax_cli.formats.rows import Rows, row_reason
from softmax_cli.formats.structure import Structure, require_sound_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.kernels import Floats
    from softmax_cli.formats import Reading
    from softmax_cli.formats.edges import Edges
    from softmax_cli.formats.streams import ByteStream

# A column is taken for text by its first cell; so many lines are held to that.
_CHECKED_LINES = 100


class DelimitedSource:
    """A delimited text: `columns` at once, then `blocks()`, each for `parse()` to read."""

    def __init__(self, stream: ByteStream, reading: Reading, delimiter: str = "") -> None:
        self._records = RecordReader(stream)
        self.source = self._records.source
        self.size = self._records.stream.raw.size
        self._comma = reading.decimal_comma
        head = self._records.peek(2)
        if not head:
            raise SoftmaxError("the input is empty", source=self.source)
        first, *second = [dialect.uncommented(head[0]), *head[1:]]
        self.delimiter = reading.delimiter or delimiter or dialect.find_delimiter([first, *second])
        cells = self._split([first, *second])
        header = reading.header
        if header is None:
            header = first != head[0] or dialect.is_header(cells[0])
        names = tuple(cells[0]) if header else _positions(len(cells[0]))
        row = _first_row(cells, header)
        self.columns = columns.assign(names, row, header, reading, self.source)
        if header:
            self._records.skip(head[0])
        self._schema = _schema(self.columns)

    def close(self) -> None:
        """Close the file."""
        self._records.stream.raw.close()

    def blocks(self) -> Iterator[Block]:
        """The rows as blocks of text, in order."""
        for block in self._records.blocks():
            yield dialect.squeeze(block) if self.delimiter == " " else block

    def parse(self, block: Block) -> Rows:
        """The rows of a block; safe to call from many threads at once.

        Raises SoftmaxError with the line for what is not sound text or has not the right
        number of fields. Cells that are no numbers are NaN, told by `Rows.fault`.
        """
        require_sound_text(block, self.delimiter, self.source)
        if (rows := self._parse_wide(block)) is not None:
            return rows
        structure = self._structure(block) if self.columns.passing else None
        if structure:
            structure.require_fields(len(self.columns.names))
        matrix = self._matrix(block)
        rows = Rows(
            matrix,
            lambda row: self._fault(block, row, matrix[row]),
            lambda: self._frame(block, self.columns.passing),
            lambda: self._edges(structure) if structure else None,
        )
        if self.columns.texts and block.first_line <= _CHECKED_LINES:
            self._require_texts(block, rows.passing)
        return rows

    def _matrix(self, block: Block) -> Floats:
        frame = self._frame(block, self.columns.logits)
        matrix = frame.to_numpy(order="fortran")
        if not _has_null(frame) and np.isfinite(matrix).all():
            return matrix
        self._structure(block).require_fields(len(self.columns.names))
        return self._read_again(block)

    def _edges(self, structure: Structure) -> Edges | None:
        beside = self.columns.beside
        return structure.edges(*beside, len(self.columns.names)) if beside else None

    def _parse_wide(self, block: Block) -> Rows | None:
        """The rows of a block of many columns, all logits; None where that cannot be so read."""
        count = len(self.columns.names)
        alike = self.columns.logits == tuple(range(count)) and not (block.quoted or self._comma)
        if count < wide.WIDE or not alike or not wide.are_even(block.text, self.delimiter, count):
            return None
        frame = pl.read_csv(
            wide.one_column(block.text, self.delimiter),
            has_header=False,
            schema={"c0": pl.Float64},
            quote_char=None,
            ignore_errors=True,
        )
        matrix = frame.to_series().to_numpy().reshape(-1, count)
        if frame.null_count().item() or not np.isfinite(matrix).all():
            return None
        return Rows(matrix, lambda row: self._fault(block, row, matrix[row]), pl.DataFrame)

    def _split(self, records: list[bytes]) -> list[list[str]]:
        lines = accumulate((record.count(b"\n") for record in records), initial=self._records.line)
        return [
            dialect.split(record, self.delimiter, self.source, line)
            for record, line in zip(records, lines, strict=False)
        ]

    def _structure(self, block: Block) -> Structure:
        return Structure(block, self.delimiter, self.source)

    def _frame(self, block: Block, chosen: Sequence[int], *, as_text: bool = False) -> pl.DataFrame:
        """The chosen columns as polars reads them: null for a cell that is no number."""
        names = [_name(i) for i in chosen]
        if not names:
            return pl.DataFrame()
        try:
            frame = pl.scan_csv(
                block.text,
                has_header=False,
                schema=self._schema | (dict.fromkeys(names, pl.String) if as_text else {}),
                separator=self.delimiter,
                quote_char='"' if block.quoted else None,
                ignore_errors=True,
                decimal_comma=self._comma,
                extra_columns="raise",
                missing_columns="raise",
            )
            return (frame if names == list(self._schema) else frame.select(names)).collect()
        except pl.exceptions.PolarsError as error:
            self._structure(block).require_fields(len(self.columns.names))
            raise SoftmaxError(
                f"the text cannot be read: {str(error).splitlines()[0]}",
                source=self.source,
                line=block.first_line,
            ) from error

    def _read_again(self, block: Block) -> Floats:
        """The logits read as text first: spaces allowed, overflow to infinity refused."""
        frame = self._frame(block, self.columns.logits, as_text=True)
        text = pl.all().str.strip_chars(" \t")
        if self._comma:
            text = text.str.replace(",", ".", literal=True)
        values = frame.select(text.cast(pl.Float64, strict=False))
        honest = frame.select(text.str.contains(f"^{INFINITE}$").fill_null(value=False))
        matrix = values.fill_null(np.nan).to_numpy(order="fortran", writable=True)
        matrix[np.isinf(matrix) & ~honest.to_numpy()] = np.nan
        return matrix

    def _fault(self, block: Block, row: int, logits: Floats) -> SoftmaxError:
        """What is wrong with a row that has no answer."""
        structure = self._structure(block)
        line = structure.line(row)
        for i in self.columns.logits:
            cell = structure.cell(row, i)
            if problem := self._problem(cell):
                column = self.columns.names[i]
                return SoftmaxError(
                    problem,
                    source=self.source,
                    line=line,
                    column=column,
                    remedy=self._remedy(cell),
                )
        return SoftmaxError(row_reason(logits), source=self.source, line=line)

    def _problem(self, cell: str) -> str | None:
        if not cell.strip():
            return "the cell is empty"
        try:
            to_float(cell.replace(",", ".") if self._comma else cell)
        except ValueError as error:
            return f'"{cell}" {error}'
        return None

    def _remedy(self, cell: str) -> str:
        if "," in cell and not self._comma and cell.replace(",", "", 1).strip("+-").isdigit():
            return "Use --decimal-comma if commas stand for decimal points."
        return "Use --invalid skip to leave such rows out."

    def _require_texts(self, block: Block, passing: pl.DataFrame) -> None:
        """Refuse a column whose first cell is text but which then holds a number."""
        rows = _CHECKED_LINES + 1 - block.first_line
        for i in self.columns.texts:
            cells = passing.get_column(_name(i)).head(rows)
            numbers = cells.cast(pl.Float64, strict=False).is_finite().fill_null(value=False)
            if numbers.any():
                row = int(numbers.arg_max() or 0)
                raise SoftmaxError(
                    f'"{cells[row]}" is a number in a column that began with text',
                    source=self.source,
                    line=self._structure(block).line(row),
                    column=self.columns.names[i],
                    remedy="Say what the column is: --id for one to pass through, or --columns.",
                )


def _first_row(cells: list[list[str]], header: bool) -> list[str]:
    """The first row of data, as wide as the first record; blank if there is none."""
    rows = cells[1:] if header else cells
    width = len(cells[0])
    return ([*rows[0], *[""] * width] if rows else [""] * width)[:width]


def _positions(count: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(1, count + 1))


def _name(index: int) -> str:
    # By position: names in a file may be empty or the same.
    return f"c{index}"


def _schema(table: columns.Columns) -> dict[str, type[pl.DataType]]:
    logits = set(table.logits)
    return {_name(i): pl.Float64 if i in logits else pl.String for i in range(len(table.names))}


def _has_null(frame: pl.DataFrame) -> bool:
    return any(series.null_count() for series in frame.get_columns())
