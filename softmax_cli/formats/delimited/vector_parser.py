"""Parser of vectors in cells: `"[0.1, 0.2]"`, `"[ 0.5 -1.25 3. ]"`.

Accepts lists and arrays as printed by Python and NumPy, and JSON lists.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.activations.scales import describe_invalid_row
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns import inference
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.delimited.polars_parser import PolarsParser
from softmax_cli.formats.delimited.vector_detection import in_brackets, is_number
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.rows import SKIP, Location, Rows
from softmax_cli.formats.text.matrix import matrix_of_lines
from softmax_cli.formats.text.numbers import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.delimited.head import Head
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.text.records import TextChunk

_NUMPY_SCALAR = r"np\.float[0-9]+\(([^()]*)\)"
_TRUNCATED = "vector was truncated with ... when NumPy printed it"
_FULL_HINT = (
    "Save the array as .npy, or print it with numpy.set_printoptions(threshold=sys.maxsize)."
)


class VectorParser:
    """Parser of chunks with vectors in one column; safe to call from many threads."""

    def __init__(
        self, head: Head, position: int, options: ReadOptions, dialect: tuple[str, str]
    ) -> None:
        source, delimiter = dialect
        cell = head.rows[0][position]
        self._position = position
        self.name = head.names[position]
        self._width = len(_split_items(_vector_text(pl.Series([cell])))[0])
        if "..." in cell:
            raise SoftmaxError(_TRUNCATED, source=source, column=self.name, hint=_FULL_HINT)
        if not self._width:
            raise SoftmaxError("empty vector", source=source, column=self.name)
        columns = inference.columns_from_list(head.names, self.name, self._width, options, source)
        note = columns.note if head.header else None
        self.columns = replace(columns, header=head.header, list_in_cell=True, note=note)
        self._texts = PolarsParser(
            Columns(head.names, head.header, ()),
            source,
            delimiter,
            comma=False,
            passthrough=Passthrough.TEXT,
        )

    def __call__(self, chunk: TextChunk) -> Rows:
        """Parse a chunk."""
        cells = self._texts.text_columns(chunk, (self._position,)).to_series()
        inner = _vector_text(cells)
        logits = self._simple_matrix(inner)
        if logits is None:
            items = _split_items(inner)
            self._require_vectors(cells, items, chunk)
            logits = _parse_items(items, self._width)
        return _VectorRows(logits, chunk, self, inner)

    def location(self, chunk: TextChunk, row: int) -> Location:
        """Return the location of a row of a chunk."""
        return self._texts.location(chunk, row)

    def read(self, chunk: TextChunk, columns: Sequence[int]) -> pl.DataFrame:
        """Read columns, given as indices of `columns`, as text."""
        return self._texts.text_columns(chunk, self._file_columns(columns))

    def _simple_matrix(self, inner: pl.Series) -> Floats | None:
        """Parse cells of `_width` finite numbers each; None for others."""
        if inner.null_count():
            return None
        text = inner.str.join("\n").item().encode() + b"\n"
        return matrix_of_lines(text, len(inner), self._width)

    def _file_columns(self, indices: Sequence[int]) -> list[int]:
        """Return the columns of the file, where the vector is one column."""
        return [i if i < self._position else i - self._width + 1 for i in indices]

    def _require_vectors(self, cells: pl.Series, items: pl.Series, chunk: TextChunk) -> None:
        counts = items.list.len().to_numpy()
        wrong = counts != self._width
        if not wrong.any():
            return
        row = int(wrong.argmax())
        location = self.location(chunk, row)
        text = cells[row] or ""
        if "..." in text:
            raise location.error(_TRUNCATED, column=self.name, hint=_FULL_HINT)
        if not in_brackets(text):
            raise location.error("expected a vector, as in row 1", column=self.name)
        raise location.error(
            f"expected {self._width} values, found {counts[row]}", column=self.name
        )


class _VectorRows(Rows):
    """Rows of vectors, whose texts are in `inner`."""

    def __init__(
        self, logits: Floats, chunk: TextChunk, parser: VectorParser, inner: pl.Series
    ) -> None:
        super().__init__(logits, parser.columns)
        self._chunk = chunk
        self._parser = parser
        self._texts = inner

    def location(self, i: int) -> Location:
        return self._parser.location(self._chunk, i)

    def row_error(self, i: int) -> SoftmaxError:
        bad = next((text for text in _split_items(self._texts)[i] if not is_number(text)), None)
        reason = f'"{bad}" is not a number' if bad else describe_invalid_row(self.logits[i])
        return self.location(i).error(reason, column=self._parser.name, hint=SKIP)

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        return self._parser.read(self._chunk, columns)


def _vector_text(cells: pl.Series) -> pl.Series:
    """Return the comma-separated numbers of each cell; null if it is not a vector."""
    texts = cells.fill_null("").str.strip_chars()
    if texts.str.contains("np.float", literal=True).any():
        texts = texts.str.replace_all(_NUMPY_SCALAR, "$1")
    is_vector = texts.str.contains(r"^\[[^\[\]]*\]$") & ~texts.str.contains("...", literal=True)
    inner = texts.str.strip_chars("[]").str.strip_chars(" \t\r\n,")
    if inner.str.contains(r"\s").any():
        inner = inner.str.replace_all(r"\s*,\s*|\s+", ",")
    return inner.set(~is_vector | (inner == ""), None)


def _split_items(inner: pl.Series) -> pl.Series:
    """Split the numbers of each cell into a list, empty if it is not a vector."""
    return inner.str.split(",").fill_null([])


def _parse_items(items: pl.Series, width: int) -> Floats:
    texts = items.explode() if len(items) else pl.Series([], dtype=pl.String)
    values = texts.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy(writable=True)
    infinite = np.isinf(values)
    if infinite.any():
        literal_infinity = texts.str.contains(f"^{INFINITE}$").fill_null(value=False).to_numpy()
        values[infinite & ~literal_infinity] = np.nan
    matrix: Floats = values.reshape(-1, width)
    return matrix
