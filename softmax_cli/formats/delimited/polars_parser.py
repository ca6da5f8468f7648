"""Blocks of delimited text to rows: parsed by polars, and strictly."""

from __future__ import annotations

from codecs import BOM_UTF8
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.base_parser import BaseParser, TextRows
from softmax_cli.formats.delimited.cell_errors import CHECKED_LINES, require_text_columns
from softmax_cli.formats.delimited.validation import require_valid_text
from softmax_cli.formats.read_options import Passthrough
from softmax_cli.formats.text import wide
from softmax_cli.formats.text.numbers import INFINITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.text.records import TextChunk
    from softmax_cli.formats.text.splice import SpliceTemplate


class PolarsParser(BaseParser):
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
        self._wide = columns.margins if many else None

    @cached_property
    def _schema(self) -> dict[str, type[pl.DataType]]:
        # Made when it is asked for: rows of very many columns, as a rule, do without.
        logits = set(self.columns.logits)
        count = len(self.columns.names)
        return {_column_name(i): pl.Float64 if i in logits else pl.String for i in range(count)}

    def __call__(self, chunk: TextChunk) -> Rows:
        """The rows of a block.

        Raises SoftmaxError with the line for what is not sound text or has not the right
        number of fields. Cells that are no numbers are NaN, told by `Rows.fault`.
        """
        require_valid_text(chunk, self.delimiter, self.source)
        plain = not chunk.has_quotes and not chunk.has_carriage_return
        rows = self._parse_wide(chunk, *self._wide) if self._wide and plain else None
        return self._parse_chunk(chunk) if rows is None else rows

    def _parse_chunk(self, chunk: TextChunk) -> Rows:
        """The rows with what is wanted beside the logits: cut out, if possible, or read at once."""
        template = self.template(chunk) if self.passthrough is Passthrough.TEXT else None
        logits = self.columns.logits
        frame = self._whole(chunk) if template is None else self.read(chunk, logits)
        matrix = self._matrix(chunk, frame.select(map(_column_name, logits)))
        rows = _FrameRows(matrix, chunk, self, frame, template)
        if self.columns.text_columns and chunk.first_line <= CHECKED_LINES:
            require_text_columns(self.columns, self.field_index(chunk), chunk.first_line)
        return rows

    @property
    def _needed(self) -> tuple[int, ...]:
        """The columns that are read with the logits."""
        return (
            self.columns.labels
            if self.passthrough is Passthrough.LABELS
            else self.columns.passthrough
        )

    def _whole(self, chunk: TextChunk) -> pl.DataFrame:
        """The logits and some columns beside them, once all rows have as many fields as there are.

        A row that is too short lacks its last field: where no field read is missing, and the
        last is among them, no row is too short. One that is too long is refused by polars if
        all fields are read, and else makes for too many delimiters.
        """
        count = len(self.columns.names)
        chosen = tuple(dict.fromkeys((*self.columns.logits, *self._needed, count - 1)))
        frame = self.read(chunk, chosen)
        odd = len(chosen) < count and self._delimiters(chunk) != frame.height * (count - 1)
        if odd or _has_null(frame):
            self.field_index(chunk).require_fields(count)
        return frame

    def _delimiters(self, chunk: TextChunk) -> int:
        """How many there are, those between quotes among them."""
        text = np.frombuffer(chunk.text, np.uint8)
        return int(np.count_nonzero(text == ord(self.delimiter)))

    def text_columns(self, chunk: TextChunk, chosen: Sequence[int]) -> pl.DataFrame:
        """The chosen columns of a block as text, whatever they are."""
        require_valid_text(chunk, self.delimiter, self.source)
        self.field_index(chunk).require_fields(len(self.columns.names))
        return self.read(chunk, chosen, as_text=True)

    def _matrix(self, chunk: TextChunk, frame: pl.DataFrame) -> Floats:
        matrix = frame.to_numpy(order="fortran")
        # polars takes 1.5 for a number beside 1,5 too; which of the two is meant is not clear.
        if not self.comma and not _has_null(frame) and np.isfinite(matrix).all():
            return matrix
        self.field_index(chunk).require_fields(len(self.columns.names))
        return self._read_again(chunk)

    def _parse_wide(self, chunk: TextChunk, before: int, behind: int) -> Rows | None:
        """The rows of a block of many columns, if they hold nothing but finite numbers."""
        columns = self.columns
        template = wide.locate_logits(chunk.text, self.delimiter, before, behind)
        if template is None:
            return None
        inside = template.logits_text() if columns.passthrough else chunk.text
        matrix = wide.matrix(inside, self.delimiter, len(columns.logits))
        if matrix is None:
            return None
        return _WideRows(matrix, chunk, self, template)

    def read_around(self, template: SpliceTemplate, chosen: Sequence[int]) -> pl.DataFrame:
        """The chosen of the columns around the logits."""
        if not chosen:
            return pl.DataFrame()
        frame = pl.read_csv(
            _keep_byte_order_mark(template.passthrough_text(self.delimiter)),
            has_header=False,
            schema={_column_name(i): pl.String for i in self.columns.passthrough},
            separator=self.delimiter,
            quote_char=None,
        )
        return frame.select(map(_column_name, chosen))

    def read(
        self, chunk: TextChunk, chosen: Sequence[int], *, as_text: bool = False
    ) -> pl.DataFrame:
        """The chosen columns as polars reads them: null for a cell that is no number."""
        names = [_column_name(i) for i in chosen]
        if not names:
            return pl.DataFrame()
        try:
            frame = pl.scan_csv(
                _keep_byte_order_mark(chunk.text),
                has_header=False,
                schema=self._schema | (dict.fromkeys(names, pl.String) if as_text else {}),
                separator=self.delimiter,
                quote_char='"' if chunk.has_quotes else None,
                ignore_errors=True,
                decimal_comma=self.comma,
                extra_columns="raise",
                missing_columns="raise",
            )
            return (frame if names == list(self._schema) else frame.select(names)).collect()
        except pl.exceptions.PolarsError as error:
            self.field_index(chunk).require_fields(len(self.columns.names))
            raise SoftmaxError(
                f"the text cannot be read: {str(error).splitlines()[0]}",
                source=self.source,
                line=chunk.first_line,
            ) from error

    def _read_again(self, chunk: TextChunk) -> Floats:
        """The logits read as text first: spaces allowed, overflow to infinity refused."""
        frame = self.read(chunk, self.columns.logits, as_text=True)
        text = pl.all().str.strip_chars(" \t")
        if self.comma:
            text = text.str.replace_all(".", "?", literal=True).str.replace(",", ".", literal=True)
        values = frame.select(text.cast(pl.Float64, strict=False))
        literal_infinity = frame.select(text.str.contains(f"^{INFINITE}$").fill_null(value=False))
        matrix = values.fill_null(np.nan).to_numpy(order="fortran", writable=True)
        matrix[np.isinf(matrix) & ~literal_infinity.to_numpy()] = np.nan
        return matrix


class _FrameRows(TextRows):
    """Rows whose other columns are in a frame, or are read again."""

    def __init__(
        self,
        logits: Floats,
        chunk: TextChunk,
        parser: PolarsParser,
        frame: pl.DataFrame,
        template: SpliceTemplate | None,
    ) -> None:
        super().__init__(logits, chunk, parser)
        self._polars = parser
        self._frame = frame
        self._template = template

    def read_passthrough(self) -> pl.DataFrame:
        return self._columns(self._polars.columns.passthrough)

    def read_labels(self) -> pl.DataFrame:
        return self._columns(self._polars.columns.labels)

    def splice_template(self) -> SpliceTemplate | None:
        return self._template

    def _columns(self, columns: Sequence[int]) -> pl.DataFrame:
        names = [_column_name(i) for i in columns]
        if set(names).issubset(self._frame.columns):
            return self._frame.select(names)
        return self._polars.read(self._chunk, columns)


class _WideRows(TextRows):
    """Rows of many columns, whose other columns are in the text around the logits."""

    def __init__(
        self, logits: Floats, chunk: TextChunk, parser: PolarsParser, template: SpliceTemplate
    ) -> None:
        super().__init__(logits, chunk, parser)
        self._polars = parser
        self._template = template

    def read_passthrough(self) -> pl.DataFrame:
        return self._polars.read_around(self._template, self._polars.columns.passthrough)

    def read_labels(self) -> pl.DataFrame:
        return self._polars.read_around(self._template, self._polars.columns.labels)

    def splice_template(self) -> SpliceTemplate | None:
        return self._template if self._polars.columns.passthrough else None


def _keep_byte_order_mark(text: bytes) -> bytes:
    """Text for polars, which drops a byte-order mark: one in front of it for one in it."""
    return BOM_UTF8 + text if text.startswith(BOM_UTF8) else text


def _column_name(index: int) -> str:
    # By position: names in a file may be empty or the same.
    return f"c{index}"


def _has_null(frame: pl.DataFrame) -> bool:
    return any(series.null_count() for series in frame.get_columns())
