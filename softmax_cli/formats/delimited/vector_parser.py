"""Vectors inside the cells of delimited text: `"[0.1, 0.2]"`, `"[ 0.5 -1.25 3. ]"`.

What Python and NumPy print of a list or an array, and other programs as JSON.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns import inference as parts
from softmax_cli.formats.columns.inference import Columns
from softmax_cli.formats.delimited.polars_parser import PolarsParser
from softmax_cli.formats.delimited.vector_detection import VECTOR, is_number
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.rows import SKIP, Location, Rows, describe_invalid_row
from softmax_cli.formats.text.matrix import matrix_of_lines
from softmax_cli.formats.text.numbers import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.text.records import TextChunk

_TYPED = r"np\.float[0-9]+\(([^()]*)\)"
_CUT = "NumPy cut the vector short with ... when it was printed: most of its numbers are not there"
_WHOLE = "Save the array as .npy, or print it with numpy.set_printoptions(threshold=sys.maxsize)."


class VectorParser:
    """The rows of blocks whose logits are a vector in one column; for many threads at once."""

    def __init__(
        self,
        names: Sequence[str],
        header: bool,
        place: int,
        cell: str,
        read_options: ReadOptions,
        read: tuple[str, str],
    ) -> None:
        source, delimiter = read
        self._place = place
        self.name = names[place]
        self._width = len(_items(_inner(pl.Series([cell])))[0])
        if "..." in cell:
            raise SoftmaxError(_CUT, source=source, column=self.name, hint=_WHOLE)
        if not self._width:
            raise SoftmaxError("the vector is empty", source=source, column=self.name)
        spread = parts.columns_from_list(names, names[place], self._width, read_options, source)
        note = spread.note if header else None
        self.columns = replace(spread, header=header, list_in_cell=True, note=note)
        whole = Columns(tuple(names), header, (), (), ())
        self._texts = PolarsParser(
            whole, source, delimiter, comma=False, passthrough=Passthrough.TEXT
        )

    def __call__(self, chunk: TextChunk) -> Rows:
        """The rows of a block."""
        cells = self._texts.text_columns(chunk, (self._place,)).to_series()
        inner = _inner(cells)
        logits = self._simple_matrix(inner)
        if logits is None:
            items = _items(inner)
            self._require_whole(cells, items, chunk)
            logits = _floats(items, self._width)
        return _VectorRows(logits, chunk, self, inner)

    def location(self, chunk: TextChunk, row: int) -> Location:
        """Return the location of a row of a chunk."""
        return self._texts.location(chunk, row)

    def read(self, chunk: TextChunk, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns, given as indices of `columns`, as text."""
        return self._texts.text_columns(chunk, self._of_file(columns))

    def _simple_matrix(self, inner: pl.Series) -> Floats | None:
        """The numbers of cells that all hold as many; None where one does not."""
        if inner.null_count():
            return None
        text = inner.str.join("\n").item().encode() + b"\n"
        return matrix_of_lines(text, len(inner), self._width)

    def _of_file(self, indices: Sequence[int]) -> list[int]:
        """Columns of the file, where the vector is one."""
        return [i if i < self._place else i - self._width + 1 for i in indices]

    def _require_whole(self, cells: pl.Series, items: pl.Series, chunk: TextChunk) -> None:
        counts = items.list.len().to_numpy()
        wrong = counts != self._width
        if not wrong.any():
            return
        row = int(wrong.argmax())
        location = self.location(chunk, row)
        text = cells[row] or ""
        if "..." in text:
            raise location.error(_CUT, column=self.name, hint=_WHOLE)
        if not VECTOR.fullmatch(text):
            raise location.error("the cell holds no vector, as the first does", column=self.name)
        raise location.error(
            f"a vector of {counts[row]} where {self._width} are expected", column=self.name
        )


class _VectorRows(Rows):
    """Rows of vectors, whose texts are in `inner`."""

    def __init__(
        self, logits: Floats, chunk: TextChunk, parser: VectorParser, inner: pl.Series
    ) -> None:
        super().__init__(logits)
        self._chunk = chunk
        self._parser = parser
        self._inner = inner

    def location(self, i: int) -> Location:
        return self._parser.location(self._chunk, i)

    def row_error(self, i: int) -> SoftmaxError:
        bad = next((text for text in _items(self._inner)[i] if not is_number(text)), None)
        reason = f'"{bad}" is not a number' if bad else describe_invalid_row(self.logits[i])
        return self.location(i).error(reason, column=self._parser.name, hint=SKIP)

    def read_passthrough(self) -> pl.DataFrame:
        return self._parser.read(self._chunk, self._parser.columns.passthrough)

    def read_labels(self) -> pl.DataFrame:
        return self._parser.read(self._chunk, self._parser.columns.labels)


def _inner(cells: pl.Series) -> pl.Series:
    """The numbers in each cell with commas between; null for what is no vector."""
    texts = cells.fill_null("").str.strip_chars()
    if texts.str.contains("np.float", literal=True).any():
        texts = texts.str.replace_all(_TYPED, "$1")
    whole = texts.str.contains(r"^\[[^\[\]]*\]$") & ~texts.str.contains("...", literal=True)
    inner = texts.str.strip_chars("[]").str.strip_chars(" \t\r\n,")
    if inner.str.contains(r"\s").any():
        inner = inner.str.replace_all(r"\s*,\s*|\s+", ",")
    return inner.set(~whole | (inner == ""), None)


def _items(inner: pl.Series) -> pl.Series:
    """The texts of the numbers in each cell, as lists; none for what is no vector."""
    return inner.str.split(",").fill_null([])


def _floats(items: pl.Series, width: int) -> Floats:
    texts = items.explode() if len(items) else pl.Series([], dtype=pl.String)
    values = texts.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy(writable=True)
    infinite = np.isinf(values)
    if infinite.any():
        literal_infinity = texts.str.contains(f"^{INFINITE}$").fill_null(value=False).to_numpy()
        values[infinite & ~literal_infinity] = np.nan
    matrix: Floats = values.reshape(-1, width)
    return matrix
