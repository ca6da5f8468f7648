"""CSV, TSV and other delimited text as a source of rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.columns.inference import add_decision, infer_columns
from softmax_cli.formats.delimited import dialect, small_parser
from softmax_cli.formats.delimited.head import read_head
from softmax_cli.formats.delimited.header import is_header
from softmax_cli.formats.delimited.vector_detection import find_vectors
from softmax_cli.formats.part import Part, split_text
from softmax_cli.formats.read_options import ReadContext, ReadOptions
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams import ranges
from softmax_cli.formats.streams.input import in_memory_stream
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text.numbers import is_finite_number
from softmax_cli.formats.text.printed import is_named, may_be_printed, read_named, read_printed
from softmax_cli.formats.text.records import RecordReader, TextChunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.delimited.head import Head
    from softmax_cli.formats.delimited.polars_parser import PolarsParser
    from softmax_cli.formats.delimited.small_parser import SmallParser
    from softmax_cli.formats.delimited.vector_parser import VectorParser
    from softmax_cli.formats.streams.input import ByteStream


@dataclass(frozen=True)
class HeaderRules:
    """Rules that tell a header from data, and the role of each column."""

    is_header: Callable[[Sequence[str]], bool]
    infer: Callable[..., Columns]
    vectors: bool = False


LOGITS = HeaderRules(is_header, infer_columns, vectors=True)


class DelimitedSource(Source):
    """Rows of delimited text: `columns` at once, then `chunks()`, each for `parse()`."""

    format_name = "csv"
    delimiter: str
    open_state = ("_records", "_head")

    def __init__(
        self,
        stream: ByteStream,
        options: ReadOptions,
        context: ReadContext,
        delimiter: str = "",
        rules: HeaderRules = LOGITS,
    ) -> None:
        self._records = RecordReader(stream, (options.comment or "").encode())
        self._records.skip_lines(options.skip_lines)
        self.source = self._records.source
        self.size = self._records.stream.raw.size
        self._head = read_head(self._records, options, delimiter, rules.is_header)
        self.delimiter = self._head.delimiter
        self.decimal_comma = options.decimal_comma
        record = self._records.peek(len(self._head.skipped) + 1)[-1]
        for skipped in self._head.skipped:
            self._records.skip(skipped)
        self._records.set_chunk_size(record, len(self._head.names))
        # Comments may hold quotes that do not count.
        self._has_ranges = not options.comment and ranges.has_ranges(self._records.stream)
        self._start, self._first_line = self._records.offset, self._records.line
        self._chunk_size = self._records.chunk_size
        self.expects_quotes = b'"' in self._records.pending
        self.parse = self._parser(self._head, options, context, rules)
        self.columns = self.parse.columns

    def _parser(
        self, head: Head, options: ReadOptions, context: ReadContext, rules: HeaderRules
    ) -> SmallParser | PolarsParser | VectorParser:
        dialect_ = self.source, self.delimiter
        vector = _vector_column(head, options, self.source) if rules.vectors else None
        if vector is not None:
            from softmax_cli.formats.delimited.vector_parser import VectorParser

            return VectorParser(head, vector, options, dialect_)
        columns = rules.infer(
            head.names,
            head.rows,
            options,
            self.source,
            header=head.header,
        )
        if head.note:
            columns = add_decision(columns, head.note)
        return self._parser_class(
            columns,
            *dialect_,
            comma=options.decimal_comma,
            passthrough=context.passthrough,
        )

    @cached_property
    def _parser_class(self) -> type[SmallParser | PolarsParser]:
        if len(self._records.pending) <= small_parser.MOST_BYTES:
            return small_parser.SmallParser
        from softmax_cli.formats.delimited.polars_parser import PolarsParser

        return PolarsParser

    def count_lines_from(self, line: int) -> None:
        """Set the number of the line on which the first row is."""
        self._records.line = line

    def close(self) -> None:
        """Close the file."""
        self._records.stream.close()

    def chunks(self) -> Iterator[TextChunk]:
        """Yield the rows as chunks of text, in order."""
        return self._chunks(self._records)

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of bytes, or all of a text that has none."""
        if not self._has_ranges:
            return super().parts(part_size)
        stop = ranges.end_of_text(self.source, self._start)
        return split_text(self._start, stop, part_size, quoting=True)

    def _read_range(self, part: Part) -> Iterator[TextChunk]:
        stream = ranges.open_range(self.source, part, self.size or 0, quoting=True)
        with closing(stream):
            records = RecordReader(stream)
            records.chunk_size = self._chunk_size
            records.line = part.first_line(self._first_line)
            yield from self._chunks(records)
            if records.pending:  # blank lines are not at the end of the text, and are rejected
                yield TextChunk(records.pending, records.line)

    def count_quotes(self, part: Part) -> int:
        """Return the number of quotes between the offsets of a part."""
        return ranges.count_quotes(self.source, part)

    def _chunks(self, records: RecordReader) -> Iterator[TextChunk]:
        for chunk in records.chunks():
            yield dialect.without_padding(chunk, self.delimiter)


def open_delimited(path: str, options: ReadOptions, context: ReadContext) -> DelimitedSource:
    """Open the logits of delimited text at a path, or of standard input for `-`."""
    stream = open_text(path, context.format_name)
    with closed_on_error(stream):
        if may_be_printed(stream.peek([])) and dialect.is_printed_vector(stream.peek_line()):
            return _open_printed(stream, options, context)
        if b"=" in stream.peek_line() and is_named(stream.peek_lines(2)):
            return _open_named(stream, options, context)
        delimiter = "\t" if context.format_name == "tsv" else ""
        return DelimitedSource(stream, options, context, delimiter)


def open_vectors(vectors: Sequence[Sequence[float]]) -> DelimitedSource:
    """Open vectors given as arguments, like a file of them without a header."""
    import csv

    names = getattr(vectors[0], "names", None)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *vectors] if names else vectors)
    stream = in_memory_stream(text.getvalue().encode())
    rules = HeaderRules(is_header, infer_columns)
    options = ReadOptions(header=names is not None, columns=("*",))
    return DelimitedSource(stream, options, ReadContext(), ",", rules)


def _open_printed(
    stream: ByteStream, options: ReadOptions, context: ReadContext
) -> DelimitedSource:
    """Open vectors in a text as Python, NumPy and PyTorch print them, one row each."""
    options.reject_dialect(stream.source, "printed vectors")
    rows = read_printed(stream)
    stream.close()
    text = "".join(f"{','.join(cells)}\n" for cells in rows)
    rows_stream = in_memory_stream(text.encode(), stream.source)
    return DelimitedSource(rows_stream, replace(options, header=False), context, ",")


def _open_named(stream: ByteStream, options: ReadOptions, context: ReadContext) -> DelimitedSource:
    """Open lines of named values as rows, all of them classes unless options say otherwise."""
    import csv

    options.reject_dialect(stream.source, "named values")
    names, rows = read_named(stream)
    stream.close()
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    rows_stream = in_memory_stream(text.getvalue().encode(), stream.source)
    roles = options.columns or options.ids or options.labels
    options = replace(options, header=True, columns=options.columns if roles else ("*",))
    source = DelimitedSource(rows_stream, options, context, ",")
    source.count_lines_from(1)  # the names are on no line of their own
    return source


def _vector_column(head: Head, options: ReadOptions, source: str) -> int | None:
    """Return the index of the column whose cells are the vectors of logits, or None."""
    row = head.rows[0] if head.rows else []
    lists = {head.names[i]: "." not in row[i] for i in find_vectors(row)}
    if not lists:
        return None
    from softmax_cli.formats.columns.lists import select_list

    numbers = [
        name for name, cell in zip(head.names, row, strict=False) if is_finite_number(cell.strip())
    ]
    name = select_list(lists, numbers, options, source, head.names)
    return None if name is None else head.names.index(name)
