"""Strict parser of chunks of delimited text, by polars."""

from __future__ import annotations

from codecs import BOM_UTF8
from contextlib import suppress
from functools import cached_property, partial
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
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.text.records import TextChunk
    from softmax_cli.formats.text.splice import SpliceTemplate


class PolarsParser(BaseParser):
    """Parser of the chunks of one source by polars; safe to call from many threads."""

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
        self._expects_errors = False  # until a cell is no number: polars takes longer then

    @cached_property
    def _schema(self) -> dict[str, type[pl.DataType]]:
        # Lazy, because rows of very many columns usually do without.
        as_text = self.passthrough is Passthrough.ALL_AS_TEXT
        logits = () if as_text else set(self.columns.logits)
        count = len(self.columns.names)
        return {_column_name(i): pl.Float64 if i in logits else pl.String for i in range(count)}

    def __call__(self, chunk: TextChunk) -> Rows:
        """Parse a chunk; cells that are not numbers are NaN, explained by `row_error`.

        Raises:
            SoftmaxError: for invalid text or a wrong number of fields, with the line.
        """
        require_valid_text(chunk, self.delimiter, self.source)
        simple = not chunk.has_quotes and not chunk.has_carriage_return
        rows = self._parse_wide(chunk, *self._wide) if self._wide and simple else None
        return self._parse_chunk(chunk) if rows is None else rows

    def _parse_chunk(self, chunk: TextChunk) -> Rows:
        """Parse the logits, and their passthrough columns unless the text can be spliced."""
        template = self.template(chunk) if self.passthrough is Passthrough.TEXT else None
        logits = self.columns.logits
        frame = self._read_complete(chunk) if template is None else self.read(chunk, logits)
        numbers = frame[[_column_name(i) for i in logits]]
        if self.passthrough is Passthrough.ALL_AS_TEXT:  # to cast takes less than to read both
            numbers = numbers.cast(pl.Float64, strict=False)
        matrix = self._matrix(chunk, numbers)
        rows = _FrameRows(matrix, chunk, self, frame, template)
        if self.columns.text_columns and chunk.first_line <= CHECKED_LINES:
            require_text_columns(self.columns, self.field_index(chunk), chunk.first_line)
        return rows

    @property
    def _needed(self) -> tuple[int, ...]:
        """The columns that are read along with the logits."""
        only_labels = self.passthrough is Passthrough.LABELS
        return self.columns.labels if only_labels else self.columns.passthrough

    def _read_complete(self, chunk: TextChunk) -> pl.DataFrame:
        """Read the logits and the needed columns, and require complete rows.

        A short row lacks its last field, so no row is short if the last field is read and no
        field is null. A long row is rejected by polars if all fields are read; otherwise the
        chunk has too many delimiters.
        """
        count = len(self.columns.names)
        chosen = tuple(dict.fromkeys((*self.columns.logits, *self._needed, count - 1)))
        frame = self.read(chunk, chosen)
        ragged = len(chosen) < count and self._count_delimiters(chunk) != frame.height * (count - 1)
        if ragged or _has_null(frame):
            self.field_index(chunk).require_fields(count)
        return frame

    def _count_delimiters(self, chunk: TextChunk) -> int:
        """Return the number of delimiters, including those inside quotes."""
        text = np.frombuffer(chunk.text, np.uint8)
        return int(np.count_nonzero(text == ord(self.delimiter)))

    def text_columns(self, chunk: TextChunk, chosen: Sequence[int]) -> pl.DataFrame:
        """Return the chosen columns of a chunk as text, whatever their role."""
        require_valid_text(chunk, self.delimiter, self.source)
        self.field_index(chunk).require_fields(len(self.columns.names))
        return self.read(chunk, chosen, as_text=True)

    def _matrix(self, chunk: TextChunk, frame: pl.DataFrame) -> Floats:
        matrix = frame.to_numpy(order="fortran")
        # With decimal commas, polars still reads 1.5 as a number, which is ambiguous.
        if not self.comma and not _has_null(frame) and np.isfinite(matrix).all():
            return matrix
        self.field_index(chunk).require_fields(len(self.columns.names))
        return self._parse_strictly(chunk)

    def _parse_wide(self, chunk: TextChunk, before: int, after: int) -> Rows | None:
        """Parse a chunk of many columns; None unless all logits are finite numbers."""
        template = wide.locate_logits(chunk.text, self.delimiter, before, after)
        if template is None:
            return None
        logits_text = template.logits_text() if self.columns.passthrough else chunk.text
        matrix = wide.matrix(logits_text, self.delimiter, len(self.columns.logits))
        if matrix is None:
            return None
        return _WideRows(matrix, chunk, self, template)

    def read_around(self, template: SpliceTemplate, chosen: Sequence[int]) -> pl.DataFrame:
        """Read the chosen columns from the text around the logits."""
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
        """Read the chosen columns; a cell that is not a number is null."""
        names = [_column_name(i) for i in chosen]
        if not names:
            return pl.DataFrame()
        schema = self._schema | (dict.fromkeys(names, pl.String) if as_text else {})
        scan = partial(
            pl.scan_csv,
            _keep_byte_order_mark(chunk.text),
            has_header=False,
            schema=schema,
            separator=self.delimiter,
            quote_char='"' if chunk.has_quotes else None,
            decimal_comma=self.comma,
            extra_columns="raise",
            missing_columns="raise",
        )
        wanted = None if names == list(schema) else names
        if not self._expects_errors:
            with suppress(pl.exceptions.PolarsError):
                return _collect(scan(), wanted)
            self._expects_errors = True
        try:
            return _collect(scan(ignore_errors=True), wanted)
        except pl.exceptions.PolarsError as error:
            self.field_index(chunk).require_fields(len(self.columns.names))
            raise SoftmaxError(
                f"cannot parse text: {str(error).splitlines()[0]}",
                source=self.source,
                line=chunk.first_line,
            ) from error

    def _parse_strictly(self, chunk: TextChunk) -> Floats:
        """Parse the logits from text: spaces are allowed, overflow to infinity is not."""
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
    """Rows whose other columns are in a frame, or are read on demand."""

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

    def splice_template(self) -> SpliceTemplate | None:
        return self._template

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
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

    def read_columns(self, columns: Sequence[int]) -> pl.DataFrame:
        return self._polars.read_around(self._template, columns)

    def splice_template(self) -> SpliceTemplate | None:
        return self._template if self.columns.passthrough else None


def _keep_byte_order_mark(text: bytes) -> bytes:
    """Double a leading byte-order mark, because polars drops one."""
    return BOM_UTF8 + text if text.startswith(BOM_UTF8) else text


def _column_name(index: int) -> str:
    # By position, because names in a file may be empty or duplicate.
    return f"c{index}"


def _collect(frame: pl.LazyFrame, names: list[str] | None) -> pl.DataFrame:
    return (frame if names is None else frame.select(names)).collect()


def _has_null(frame: pl.DataFrame) -> bool:
    return any(series.null_count() for series in frame.get_columns())
