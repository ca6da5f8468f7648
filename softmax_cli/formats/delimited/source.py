"""CSV, TSV and other delimited text as a source of rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns import inference as columns
from softmax_cli.formats.columns.names import is_sequential
from softmax_cli.formats.delimited import dialect
from softmax_cli.formats.delimited import small_parser as few
from softmax_cli.formats.delimited.validation import require_characters, require_line_ends
from softmax_cli.formats.delimited.vector_detection import is_vector, vector_column
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.input import in_memory_stream
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text.records import RecordReader, TextChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.columns.inference import Columns
    from softmax_cli.formats.delimited.polars_parser import PolarsParser
    from softmax_cli.formats.delimited.vector_parser import VectorParser
    from softmax_cli.formats.streams.input import ByteStream


@dataclass(frozen=True)
class HeaderRules:
    """Whether a first row is a header, and what each column is."""

    is_header: Callable[[Sequence[str]], bool]
    assign: Callable[[Sequence[str], Sequence[str], bool, ReadOptions, str], Columns]


LOGITS = HeaderRules(dialect.is_header, columns.infer_columns)


class DelimitedSource(Source):
    """`columns` at once, then `blocks()`, each for `parse()`, which any thread may call."""

    format_name = "csv"
    delimiter: str

    def __init__(
        self,
        stream: ByteStream,
        read_options: ReadOptions,
        context: ReadContext,
        delimiter: str = "",
        rules: HeaderRules = LOGITS,
    ) -> None:
        self._records = RecordReader(stream)
        self.source = self._records.source
        self.size = self._records.stream.raw.size
        head = self._records.peek(2)
        if not head:
            raise SoftmaxError("the input is empty", source=self.source)
        for record, line in zip(head, self._lines(head), strict=False):
            require_characters(TextChunk(record, line), self.source)
            require_line_ends(TextChunk(record, line), self.source)
        dialect.reject_json(head[0], self.source)
        first, *second = [dialect.strip_comment_mark(head[0]), *head[1:]]
        self.delimiter = (
            read_options.delimiter
            or delimiter
            or dialect.detect_delimiter(
                [first, *second], self.source, comma=read_options.decimal_comma
            )
        )
        cells = self._split([first, *second])
        header = read_options.header
        if header is None:
            # A first row that holds a vector has no names.
            comma = read_options.decimal_comma
            plain = [cell.replace(",", ".") if comma else cell for cell in cells[0]]
            named = not any(map(is_vector, cells[0])) and rules.is_header(plain)
            # Numbers that just count up name columns, unless they are all there is.
            named = named and not (len(cells) == 1 and is_sequential(cells[0]))
            header = first != head[0] or named
        names = tuple(cells[0]) if header else _positions(len(cells[0]))
        row = _first_row(cells, header)
        if header:
            self._records.skip(head[0])
        self._records.set_chunk_size(head[-1], len(names))
        self.parse = self._parser(names, row, header, read_options, context.passthrough, rules)
        self.columns = self.parse.columns

    def _parser(
        self,
        names: Sequence[str],
        row: Sequence[str],
        header: bool,
        read_options: ReadOptions,
        passthrough: Passthrough,
        rules: HeaderRules,
    ) -> few.SmallParser | PolarsParser | VectorParser:
        read = self.source, self.delimiter
        if rules is LOGITS and (place := vector_column(names, row, read_options)) is not None:
            from softmax_cli.formats.delimited.vector_parser import VectorParser

            return VectorParser(names, header, place, row[place], read_options, read)
        return self._parser_of_cells()(
            rules.assign(names, row, header, read_options, self.source),
            *read,
            comma=read_options.decimal_comma,
            passthrough=passthrough,
        )

    def _parser_of_cells(self) -> type[few.SmallParser | PolarsParser]:
        if self._records.pending <= few.MOST_BYTES:
            return few.SmallParser
        from softmax_cli.formats.delimited.polars_parser import PolarsParser

        return PolarsParser

    def close(self) -> None:
        """Close the file."""
        self._records.stream.raw.close()

    def chunks(self) -> Iterator[TextChunk]:
        """The rows as blocks of text, in order."""
        for chunk in self._records.chunks():
            yield dialect.collapse_spaces(chunk) if self.delimiter == " " else chunk

    def _lines(self, records: list[bytes]) -> Iterator[int]:
        """The line on which each of the first records begins."""
        return accumulate((record.count(b"\n") for record in records), initial=self._records.line)

    def _split(self, records: list[bytes]) -> list[list[str]]:
        return [
            dialect.split(record, self.delimiter, self.source, line)
            for record, line in zip(records, self._lines(records), strict=False)
        ]


def open_delimited(path: str, read_options: ReadOptions, context: ReadContext) -> DelimitedSource:
    """The logits of delimited text at a path, or of standard input for `-`."""
    stream = open_text(path, context.format_name)
    with closed_on_error(stream):
        delimiter = "\t" if context.format_name == "tsv" else ""
        return DelimitedSource(stream, read_options, context, delimiter)


def open_vectors(vectors: Sequence[Sequence[float]]) -> DelimitedSource:
    """Vectors given as arguments, as if they came from a file without a header."""
    text = "".join(",".join(map(repr, vector)) + "\n" for vector in vectors)
    return DelimitedSource(
        in_memory_stream(text.encode()), ReadOptions(header=False), ReadContext(), ","
    )


def _first_row(cells: list[list[str]], header: bool) -> list[str]:
    """The first row of data, as wide as the first record; blank if there is none."""
    rows = cells[1:] if header else cells
    width = len(cells[0])
    return ([*rows[0], *[""] * width] if rows else [""] * width)[:width]


def _positions(count: int) -> tuple[str, ...]:
    return tuple(str(i) for i in range(1, count + 1))
