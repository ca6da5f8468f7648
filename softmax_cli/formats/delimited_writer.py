"""Converted rows as delimited text: the same columns again, with other numbers in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import polars as pl

from softmax_cli.formats import wide
from softmax_cli.formats.layout import Layout, Numbers, Piece
from softmax_cli.formats.texts import (
    as_text,
    csv_text,
    lines_as_column,
    of_json,
    text_lists,
    text_rows,
)

if TYPE_CHECKING:
    from softmax_cli.formats.edges import Edges


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

    def accepts(self, delimiter: str | None) -> bool:
        """Whether the text around the logits stays as it is: if it is delimited alike.

        Not short rows at full precision: they differ in width, and laying bytes around each
        costs twice what writing them as columns does.
        """
        alike = delimiter == self.delimiter and not self.layout.in_cells
        return alike and (self.decimals is not None or len(self.layout.names) >= wide.WIDE)

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
        if edges is not None:
            return edges.around(self._rows(pieces))
        pieces = [
            of_json(piece) if field.raw and not isinstance(piece, Numbers) else piece
            for piece, field in zip(pieces, self.layout.fields, strict=True)
        ]
        if self.layout.in_cells:
            pieces = [
                self._cell(piece) if isinstance(piece, Numbers) and field.nested else piece
                for piece, field in zip(pieces, self.layout.fields, strict=True)
            ]
        return self._rows(pieces)

    def _rows(self, pieces: Sequence[Piece]) -> bytes:
        if len(pieces) == 1 and isinstance(pieces[0], Numbers):
            return self._lines(pieces[0])
        if self.decimals is None:
            return self._exactly(pieces)
        columns = [
            self._column(piece) if isinstance(piece, Numbers) else self._quoted(piece)
            for piece in pieces
        ]
        frame = pl.DataFrame(_numbered(columns))
        line = pl.concat_str(pl.all(), separator=self.delimiter)
        text: str = frame.select(line.str.join("\n")).item()
        return text.encode() + b"\n" if frame.height else b""

    def _cell(self, numbers: Numbers) -> pl.Series:
        """Each row's numbers as a list in one cell."""
        lists = text_lists(numbers, self.decimals)
        return lines_as_column(lists)

    def _exactly(self, pieces: Sequence[Piece]) -> bytes:
        columns: list[pl.Series] = []
        for piece in pieces:
            if isinstance(piece, Numbers):
                columns += pl.from_numpy(piece.values, orient="row").get_columns()
            else:
                columns.append(_nothing_for_empty(as_text(piece)))
        return self._written(pl.DataFrame(_numbered(columns)), None)

    def _column(self, numbers: Numbers) -> pl.Series:
        """Each row's numbers as one text."""
        return lines_as_column(self._lines(numbers))

    def _lines(self, numbers: Numbers) -> bytes:
        return text_rows(numbers, self.decimals, self.delimiter)

    def _written(self, frame: pl.DataFrame, places: int | None) -> bytes:
        return csv_text(frame, places, self.delimiter)

    def _quoted(self, texts: pl.Series) -> pl.Series:
        texts = as_text(texts).fill_null("")
        special = texts.str.contains_any(['"', "\n", "\r", self.delimiter])
        if not special.any():
            return texts
        quoted = '"' + texts.str.replace_all('"', '""', literal=True) + '"'
        return (
            texts.to_frame("text")
            .select(pl.when(special).then(quoted).otherwise(texts))
            .to_series()
        )


def _numbered(columns: Sequence[pl.Series]) -> list[pl.Series]:
    # Names in a file may be the same, those of a frame may not.
    return [column.alias(str(i)) for i, column in enumerate(columns)]


def _nothing_for_empty(texts: pl.Series) -> pl.Series:
    """Null for an empty text, which would be written as two quotes."""
    empty = texts == ""
    return texts.set(empty, None) if empty.any() else texts
