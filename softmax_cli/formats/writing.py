"""Converted rows as delimited text: the same columns again, with other numbers in them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from softmax_cli.activations.exact import Floats
from softmax_cli.formats import decimals as fixed
from softmax_cli.formats import wide


@dataclass(frozen=True)
class Numbers:
    """A run of number columns: `values` has shape (N, K); `exact` ones are never rounded."""

    values: Floats
    exact: bool = False


Piece = Numbers | pl.Series


@dataclass(frozen=True)
class DelimitedWriter:
    """Renders pieces of rows side by side; `decimals` None writes what reads back exactly."""

    delimiter: str
    decimals: int | None

    def header(self, names: Sequence[str]) -> bytes:
        """The line of names."""
        line = io.StringIO()
        csv.writer(line, delimiter=self.delimiter, lineterminator="\n").writerow(names)
        return line.getvalue().encode()

    def render(self, pieces: Sequence[Piece]) -> bytes:
        """The rows as lines; every piece is N high. Safe to call from many threads."""
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

    def _exactly(self, pieces: Sequence[Piece]) -> bytes:
        columns: list[pl.Series] = []
        for piece in pieces:
            if isinstance(piece, Numbers):
                columns += pl.from_numpy(piece.values, orient="row").get_columns()
            else:
                # An empty text would be written as two quotes.
                columns.append(piece.replace("", None))
        return self._written(pl.DataFrame(_numbered(columns)), None)

    def _column(self, numbers: Numbers) -> pl.Series:
        """Each row's numbers as one text."""
        # \x01 does not occur in numbers: a line is a cell.
        frame = pl.read_csv(
            self._lines(numbers),
            has_header=False,
            separator="\x01",
            quote_char=None,
            schema={"line": pl.String},
        )
        return frame.get_column("line")

    def _lines(self, numbers: Numbers) -> bytes:
        values = numbers.values
        places = None if numbers.exact else self.decimals
        if places is not None and places <= fixed.MOST_DECIMALS and _are_shares(values):
            return fixed.text_of_rows(values, places, self.delimiter)
        if values.shape[1] < wide.WIDE:
            return self._written(pl.from_numpy(values, orient="row"), places)
        flat = pl.from_numpy(values.reshape(-1, 1), orient="row")
        return wide.rows_of(self._written(flat, places), values.shape[1], self.delimiter)

    def _written(self, frame: pl.DataFrame, places: int | None) -> bytes:
        text = frame.write_csv(
            include_header=False,
            separator=self.delimiter,
            float_precision=places,
            batch_size=8192,
        )
        return text.encode()

    def _quoted(self, texts: pl.Series) -> pl.Series:
        texts = texts.fill_null("")
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


def _are_shares(values: Floats) -> bool:
    # NaN fails both comparisons.
    return bool(values.size) and bool(values.min() >= 0.0) and bool(values.max() <= 1.0)
