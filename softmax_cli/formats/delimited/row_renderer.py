"""Pieces of rows as lines of delimited text, by polars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from softmax_cli.formats.output_schema import Layout, Numbers, Piece
from softmax_cli.formats.text.rendering import (
    as_text,
    csv_text,
    lines_as_column,
    of_json,
    text_lists,
    text_rows,
)


@dataclass(frozen=True)
class DelimitedRows:
    """Renders pieces of rows side by side; safe to use from many threads."""

    layout: Layout
    delimiter: str
    decimals: int | None

    def lines(self, pieces: Sequence[Piece]) -> bytes:
        """The rows of a piece for each field of the layout."""
        fields = self.layout.fields
        pieces = [
            of_json(piece) if field.raw and not isinstance(piece, Numbers) else piece
            for piece, field in zip(pieces, fields, strict=True)
        ]
        if self.layout.in_cells:
            pieces = [
                self._cell(piece) if isinstance(piece, Numbers) and field.nested else piece
                for piece, field in zip(pieces, fields, strict=True)
            ]
        return self.side_by_side(pieces)

    def side_by_side(self, pieces: Sequence[Piece]) -> bytes:
        """The rows of any pieces."""
        if len(pieces) == 1 and isinstance(pieces[0], Numbers):
            return self._text(pieces[0])
        if self.decimals is None:
            return self._exactly(pieces)
        columns = [
            lines_as_column(self._text(piece))
            if isinstance(piece, Numbers)
            else self._quoted(piece)
            for piece in pieces
        ]
        frame = pl.DataFrame(_numbered(columns))
        line = pl.concat_str(pl.all(), separator=self.delimiter)
        text: str = frame.select(line.str.join("\n")).item()
        return text.encode() + b"\n" if frame.height else b""

    def _text(self, numbers: Numbers) -> bytes:
        return text_rows(numbers, self.decimals, self.delimiter)

    def _cell(self, numbers: Numbers) -> pl.Series:
        """Each row's numbers as a list in one cell."""
        return lines_as_column(text_lists(numbers, self.decimals))

    def _exactly(self, pieces: Sequence[Piece]) -> bytes:
        columns: list[pl.Series] = []
        for piece in pieces:
            if isinstance(piece, Numbers):
                columns += pl.from_numpy(piece.values, orient="row").get_columns()
            else:
                columns.append(_nothing_for_empty(as_text(piece)))
        return csv_text(pl.DataFrame(_numbered(columns)), None, self.delimiter)

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
