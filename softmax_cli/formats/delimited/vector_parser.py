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
from softmax_cli.formats.delimited.polars_parser import BlockParser
from softmax_cli.formats.delimited.vector_detection import VECTOR, is_number
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.rows import SKIP, Rows, row_reason
from softmax_cli.formats.text.matrix import matrix_of_lines
from softmax_cli.formats.text.numbers import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.text.records import Block

_TYPED = r"np\.float[0-9]+\(([^()]*)\)"
_CUT = "NumPy cut the vector short with ... when it was printed: most of its numbers are not there"
_WHOLE = "Save the array as .npy, or print it with numpy.set_printoptions(threshold=sys.maxsize)."


class CellParser:
    """The rows of blocks whose logits are a vector in one column; for many threads at once."""

    def __init__(
        self,
        names: Sequence[str],
        header: bool,
        place: int,
        cell: str,
        reading: ReadOptions,
        read: tuple[str, str],
    ) -> None:
        source, delimiter = read
        self._place = place
        self._name = names[place]
        self._width = len(_items(_inner(pl.Series([cell])))[0])
        if "..." in cell:
            raise SoftmaxError(_CUT, source=source, column=self._name, remedy=_WHOLE)
        if not self._width:
            raise SoftmaxError("the vector is empty", source=source, column=self._name)
        spread = parts.nested(names, names[place], self._width, reading, source)
        note = spread.note if header else None
        self.columns = replace(spread, header=header, in_cells=True, note=note)
        whole = Columns(tuple(names), header, (), (), ())
        self._texts = BlockParser(
            whole, source, delimiter, comma=False, passthrough=Passthrough.TEXT
        )

    def __call__(self, block: Block) -> Rows:
        """The rows of a block."""
        where = self._texts.where_of(block)
        cells = self._texts.texts(block, (self._place,)).to_series()
        inner = _inner(cells)
        logits = self._plainly(inner)
        if logits is None:
            items = _items(inner)
            self._require_whole(cells, items, block)
            logits = _floats(items, self._width)

        def fault(i: int) -> SoftmaxError:
            bad = next((text for text in _items(inner)[i] if not is_number(text)), None)
            reason = row_reason(logits[i]) if bad is None else f'"{bad}" is not a number'
            return where(i).error(reason, column=self._name, remedy=SKIP)

        return Rows(
            logits,
            fault,
            where,
            lambda: self._texts.texts(block, self._of_file(self.columns.passing)),
            lambda: self._texts.texts(block, self._of_file(self.columns.labels)),
        )

    def _plainly(self, inner: pl.Series) -> Floats | None:
        """The numbers of cells that all hold as many; None where one does not."""
        if inner.null_count():
            return None
        text = inner.str.join("\n").item().encode() + b"\n"
        return matrix_of_lines(text, len(inner), self._width)

    def _of_file(self, indices: Sequence[int]) -> list[int]:
        """Columns of the file, where the vector is one."""
        return [i if i < self._place else i - self._width + 1 for i in indices]

    def _require_whole(self, cells: pl.Series, items: pl.Series, block: Block) -> None:
        counts = items.list.len().to_numpy()
        wrong = counts != self._width
        if not wrong.any():
            return
        row = int(wrong.argmax())
        where = self._texts.where_of(block)(row)
        text = cells[row] or ""
        if "..." in text:
            raise where.error(_CUT, column=self._name, remedy=_WHOLE)
        if not VECTOR.fullmatch(text):
            raise where.error("the cell holds no vector, as the first does", column=self._name)
        raise where.error(
            f"a vector of {counts[row]} where {self._width} are expected", column=self._name
        )


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
        honest = texts.str.contains(f"^{INFINITE}$").fill_null(value=False).to_numpy()
        values[infinite & ~honest] = np.nan
    matrix: Floats = values.reshape(-1, width)
    return matrix
