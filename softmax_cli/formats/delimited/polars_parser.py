"""Blocks of delimited text to rows: parsed by polars, and strictly."""

from __future__ import annotations

from codecs import BOM_UTF8
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.base_parser import TextParser
from softmax_cli.formats.delimited.cell_errors import CHECKED_LINES, require_texts
from softmax_cli.formats.delimited.validation import require_sound_text
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.rows import Rows
from softmax_cli.formats.text import wide
from softmax_cli.formats.text.numbers import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.text.records import Block
    from softmax_cli.formats.text.splice import Edges


class BlockParser(TextParser):
    """The rows of blocks of one source; safe to call from many threads at once."""

    def __init__(
        self,
        columns: Columns,
        source: str,
        delimiter: str,
        *,
        comma: bool,
        passthrough: Passthrough,
    ) -> None:
        super().__init__(columns, source, delimiter, comma=comma, passthrough=passthrough)
        many = len(columns.logits) >= wide.WIDE and not comma
        self._wide = columns.beside if many else None

    @cached_property
    def _schema(self) -> dict[str, type[pl.DataType]]:
        # Made when it is asked for: rows of very many columns, as a rule, do without.
        logits = set(self.columns.logits)
        count = len(self.columns.names)
        return {_name(i): pl.Float64 if i in logits else pl.String for i in range(count)}

    def __call__(self, block: Block) -> Rows:
        """The rows of a block.

        Raises SoftmaxError with the line for what is not sound text or has not the right
        number of fields. Cells that are no numbers are NaN, told by `Rows.fault`.
        """
        require_sound_text(block, self.delimiter, self.source)
        plain = not block.quoted and not block.returned
        rows = self._parse_wide(block, *self._wide) if self._wide and plain else None
        return self._together(block) if rows is None else rows

    def _together(self, block: Block) -> Rows:
        """The rows with what is wanted beside the logits: cut out, if possible, or read at once."""
        edges = self.edges(block) if self.passthrough is Passthrough.TEXT else None
        logits, beside = self.columns.logits, self._wanted if edges is None else ()
        frame = self._whole(block, beside) if edges is None else self.read(block, logits)
        matrix = self._matrix(block, frame.select(map(_name, logits)))

        def others(columns: Sequence[int]) -> pl.DataFrame:
            read = set(columns).issubset(beside)
            return frame.select(map(_name, columns)) if read else self.read(block, columns)

        rows = Rows(
            matrix,
            self.fault_of(block, matrix),
            self.where_of(block),
            lambda: others(self.columns.passing),
            lambda: others(self.columns.labels),
            lambda: edges,
        )
        if self.columns.texts and block.first_line <= CHECKED_LINES:
            require_texts(self.columns, self.structure(block), block.first_line)
        return rows

    @property
    def _wanted(self) -> tuple[int, ...]:
        """The columns that are read with the logits."""
        return (
            self.columns.labels if self.passthrough is Passthrough.LABELS else self.columns.passing
        )

    def _whole(self, block: Block, beside: Sequence[int]) -> pl.DataFrame:
        """The logits and some columns beside them, once all rows have as many fields as there are.

        A row that is too short lacks its last field: where no field read is missing, and the
        last is among them, no row is too short. One that is too long is refused by polars if
        all fields are read, and else makes for too many delimiters.
        """
        count = len(self.columns.names)
        chosen = tuple(dict.fromkeys((*self.columns.logits, *beside, count - 1)))
        frame = self.read(block, chosen)
        odd = len(chosen) < count and self._delimiters(block) != frame.height * (count - 1)
        if odd or _has_null(frame):
            self.structure(block).require_fields(count)
        return frame

    def _delimiters(self, block: Block) -> int:
        """How many there are, those between quotes among them."""
        text = np.frombuffer(block.text, np.uint8)
        return int(np.count_nonzero(text == ord(self.delimiter)))

    def texts(self, block: Block, chosen: Sequence[int]) -> pl.DataFrame:
        """The chosen columns of a block as text, whatever they are."""
        require_sound_text(block, self.delimiter, self.source)
        self.structure(block).require_fields(len(self.columns.names))
        return self.read(block, chosen, as_text=True)

    def _matrix(self, block: Block, frame: pl.DataFrame) -> Floats:
        matrix = frame.to_numpy(order="fortran")
        # polars takes 1.5 for a number beside 1,5 too; which of the two is meant is not clear.
        if not self.comma and not _has_null(frame) and np.isfinite(matrix).all():
            return matrix
        self.structure(block).require_fields(len(self.columns.names))
        return self._read_again(block)

    def _parse_wide(self, block: Block, before: int, behind: int) -> Rows | None:
        """The rows of a block of many columns, if they hold nothing but finite numbers."""
        columns = self.columns
        edges = wide.cut(block.text, self.delimiter, before, behind)
        if edges is None:
            return None
        inside = edges.inside() if columns.passing else block.text
        matrix = wide.matrix(inside, self.delimiter, len(columns.logits))
        if matrix is None:
            return None
        return Rows(
            matrix,
            self.fault_of(block, matrix),
            self.where_of(block),
            lambda: self._around(edges, columns.passing),
            lambda: self._around(edges, columns.labels),
            lambda: edges if columns.passing else None,
        )

    def _around(self, edges: Edges, chosen: Sequence[int]) -> pl.DataFrame:
        """The chosen of the columns around the logits."""
        if not chosen:
            return pl.DataFrame()
        frame = pl.read_csv(
            _as_it_is(edges.outside(self.delimiter)),
            has_header=False,
            schema={_name(i): pl.String for i in self.columns.passing},
            separator=self.delimiter,
            quote_char=None,
        )
        return frame.select(map(_name, chosen))

    def read(self, block: Block, chosen: Sequence[int], *, as_text: bool = False) -> pl.DataFrame:
        """The chosen columns as polars reads them: null for a cell that is no number."""
        names = [_name(i) for i in chosen]
        if not names:
            return pl.DataFrame()
        try:
            frame = pl.scan_csv(
                _as_it_is(block.text),
                has_header=False,
                schema=self._schema | (dict.fromkeys(names, pl.String) if as_text else {}),
                separator=self.delimiter,
                quote_char='"' if block.quoted else None,
                ignore_errors=True,
                decimal_comma=self.comma,
                extra_columns="raise",
                missing_columns="raise",
            )
            return (frame if names == list(self._schema) else frame.select(names)).collect()
        except pl.exceptions.PolarsError as error:
            self.structure(block).require_fields(len(self.columns.names))
            raise SoftmaxError(
                f"the text cannot be read: {str(error).splitlines()[0]}",
                source=self.source,
                line=block.first_line,
            ) from error

    def _read_again(self, block: Block) -> Floats:
        """The logits read as text first: spaces allowed, overflow to infinity refused."""
        frame = self.read(block, self.columns.logits, as_text=True)
        text = pl.all().str.strip_chars(" \t")
        if self.comma:
            text = text.str.replace_all(".", "?", literal=True).str.replace(",", ".", literal=True)
        values = frame.select(text.cast(pl.Float64, strict=False))
        honest = frame.select(text.str.contains(f"^{INFINITE}$").fill_null(value=False))
        matrix = values.fill_null(np.nan).to_numpy(order="fortran", writable=True)
        matrix[np.isinf(matrix) & ~honest.to_numpy()] = np.nan
        return matrix


def _as_it_is(text: bytes) -> bytes:
    """Text for polars, which drops a byte-order mark: one in front of it for one in it."""
    return BOM_UTF8 + text if text.startswith(BOM_UTF8) else text


def _name(index: int) -> str:
    # By position: names in a file may be empty or the same.
    return f"c{index}"


def _has_null(frame: pl.DataFrame) -> bool:
    return any(series.null_count() for series in frame.get_columns())
