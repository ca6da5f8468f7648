"""The head of delimited text: what stands above the rows, the header, and the first rows."""

from __future__ import annotations

import contextlib
import re
from itertools import accumulate
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.sample import (
    MANY_ROWS,
    SAMPLE_ROWS,
    rows_in_sample,
    without_middle,
)
from softmax_cli.formats.delimited import dialect
from softmax_cli.formats.delimited.header import (
    detect_header,
    has_row_names,
    names_classes,
    require_width,
)
from softmax_cli.formats.delimited.validation import require_characters, require_line_ends
from softmax_cli.formats.text.numbers import is_finite_number
from softmax_cli.formats.text.records import TextChunk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.text.records import RecordReader

_LONG_ROW, _SAMPLE_BYTES = 1 << 16, 1 << 22
# Excel's own line: sep=;
_SEPARATOR_LINE = rb"(?i:sep)=(.)"
_GUESS = "first row read as header (use --header no if it is data)"


@dataclass(frozen=True)
class Head:
    """The head of a text.

    Attributes:
        delimiter: the delimiter of its fields.
        names: names of the columns, or positions from 1 where there is no header.
        header: True if the columns have names.
        rows: cells of the first rows of data; none if there is no row.
        skipped: the records above the rows.
        note: a decision about the header, for the user.
    """

    delimiter: str
    names: tuple[str, ...]
    header: bool
    rows: list[list[str]]
    skipped: list[bytes]
    note: str | None = None


def read_head(
    reader: RecordReader,
    options: ReadOptions,
    delimiter: str,
    is_header: Callable[[Sequence[str]], bool],
) -> Head:
    """Read the head of a text; its records stay to be read.

    Raises SoftmaxError for an empty input, and for one whose head is ambiguous.
    """
    return _HeadReader(reader, options, delimiter, is_header).read()


class _HeadReader:
    def __init__(
        self,
        reader: RecordReader,
        options: ReadOptions,
        delimiter: str,
        is_header: Callable[[Sequence[str]], bool],
    ) -> None:
        self._reader = reader
        self._source = reader.source
        self._options = options
        self._delimiter = options.delimiter or delimiter
        self._is_header = is_header
        self._records = reader.peek(2)
        if not self._records:
            raise SoftmaxError("empty input", source=self._source)
        self._require_text(self._records)

    def read(self) -> Head:
        above = self._separator_line()
        comments = self._count_comments(above)
        dialect.reject_json(self._records[above], self._source)
        body = self._records[above + comments :]
        comment = self._records[above + comments - 1]
        self._delimiter = self._delimiter or dialect.detect_delimiter(
            (body or [self._strip(comment)])[:2], self._source, comma=self._options.decimal_comma
        )
        while comments and self._is_data(self._records[above + comments - 1], [*body, comment][0]):
            comments -= 1
            body = self._records[above + comments :]
        names = (
            self._commented_names(self._records[above + comments - 1], body) if comments else None
        )
        return self._head(above + comments, names, self._split(body))

    def _head(self, above: int, names: list[str] | None, rows: list[list[str]]) -> Head:
        header, guessed = self._detect_header(names, rows)
        if names is None and header:
            names, rows = rows[0], rows[1:]
            above += 1
            if has_row_names(names, self._plain(rows)):
                names = ["", *names]
            require_width(names, rows, self._source)
        width = len(names if names is not None else rows[0])
        columns = names if header and names else map(str, range(1, width + 1))
        return Head(
            self._delimiter,
            tuple(map(str.strip, columns)),
            header,
            [row[:width] for row in rows if len(row) >= width],
            self._records[:above],
            _GUESS if guessed and self._options.header is None else None,
        )

    def _detect_header(self, names: list[str] | None, rows: list[list[str]]) -> tuple[bool, bool]:
        if names is None and not rows:
            raise SoftmaxError("no rows below the comments", source=self._source)
        if self._options.header is not None:
            return self._options.header, False
        if names is not None:
            return True, False
        return detect_header(self._plain(rows), self._is_header)

    def _plain(self, rows: list[list[str]]) -> list[list[str]]:
        comma = self._options.decimal_comma
        return [[cell.replace(",", ".") for cell in row] for row in rows] if comma else rows

    def _separator_line(self) -> int:
        """Return 1 if the first line only states the delimiter, as Excel writes it, else 0."""
        match = re.fullmatch(_SEPARATOR_LINE, self._records[0].strip(b"\r\n"))
        if match is None:
            return 0
        self._delimiter = self._options.delimiter or match[1].decode()
        self._peek(3)
        if len(self._records) == 1:
            raise SoftmaxError("no rows below the line sep=", source=self._source)
        return 1

    def _count_comments(self, above: int) -> int:
        count = 0
        while len(self._records) > above + count:
            if not self._records[above + count].startswith(b"#"):
                break
            count += 1
            if count == SAMPLE_ROWS:  # not comments but cells: #1, #2, ...
                break
            self._peek(above + count + 2)
        return count

    def _peek(self, count: int) -> None:
        known = len(self._records)
        self._records = self._reader.peek(count)
        self._require_text(self._records[known:])

    def _strip(self, record: bytes) -> bytes:
        return record[1:].lstrip(b" ")

    def _commented_names(self, comment: bytes, body: list[bytes]) -> list[str] | None:
        """Return the names in a last comment, as numpy.savetxt writes them; None for prose."""
        if self._options.header is False:
            return None
        names = self._cells(self._strip(comment))
        width = len(self._cells(body[0])) if body else len(names)
        return names if len(names) == width and names_classes(names) else None

    def _is_data(self, comment: bytes, record: bytes) -> bool:
        """Return True if a line begins with # because its first cell does."""
        cells = self._cells(self._strip(comment))
        numbers = [is_finite_number(cell.strip()) for cell in cells]
        # numpy.savetxt sets its mark off from a first number.
        mark = comment.startswith(b"# ") and numbers[0]
        return len(cells) == len(self._cells(record)) and any(numbers[1:]) and not mark

    def _require_text(self, records: Sequence[bytes]) -> None:
        for record, line in zip(records, self._lines(records), strict=False):
            require_characters(TextChunk(record, line), self._source)
            require_line_ends(TextChunk(record, line), self._source)

    def _lines(self, records: Sequence[bytes]) -> list[int]:
        """Return the line on which each of the records begins."""
        counts = (record.count(b"\n") for record in records)
        return list(accumulate(counts, initial=self._reader.line))

    def _split(self, body: list[bytes]) -> list[list[str]]:
        """Return the cells of the first rows: two with all checks, more as they come."""
        above = len(self._records) - len(body)
        lines = self._lines(self._records)[above:]
        rows = [
            dialect.split(record, self._delimiter, self._source, line)
            for record, line in zip(body[:2], lines, strict=False)
        ]
        if not rows:
            return rows
        most = 1 + rows_in_sample(len(rows[0]))  # the first may be a header
        count, length = len(rows), len(body[0])
        # Of long rows, few have been read; a pipe may not have more of them yet.
        if length > _LONG_ROW and self._reader.stream.raw.size is not None:
            count = min(1 + MANY_ROWS, max(3, _SAMPLE_BYTES // length))
        more = self._reader.peek(above + count, most=above + most)[above + len(rows) :]
        return rows + [without_middle(self._cells(record)) for record in more]

    def _cells(self, record: bytes) -> list[str]:
        text = record.decode("utf-8", "replace").rstrip("\r\n")
        if '"' in text:
            # Of a record with invalid quotes, which its chunk will reject, any cells will do.
            with contextlib.suppress(SoftmaxError):
                return dialect.split(record, self._delimiter, self._source, self._reader.line)
        return text.split() if self._delimiter == " " else text.split(self._delimiter)
