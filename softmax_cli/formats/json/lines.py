"""JSON lines: a record a line, of the shape of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.fast_path import FastPath
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.json.shape import Locator, Record
from softmax_cli.formats.rows import Location, Rows
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.lines import LineReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream
    from softmax_cli.formats.text.records import TextChunk


def open_lines(path: str, read_options: ReadOptions, _context: ReadContext) -> JsonLines:
    """The records of a path, or of standard input for `-`."""
    stream = open_text(path, "jsonl")
    with closed_on_error(stream):
        return JsonLines(stream, read_options)


class JsonLines(Source):
    """The rows of JSON lines."""

    format_name = "jsonl"

    def __init__(self, stream: ByteStream, read_options: ReadOptions) -> None:
        read_options.reject_dialect(stream.source, "jsonl")
        self.source = stream.source
        self.size = stream.raw.size
        self._lines = LineReader(stream)
        first, line = self._lines.first()
        location = Location(self.source, line=line)
        record = _record(first, lambda _: location, 0)
        maker = row_builder_for(record, read_options, location)
        self.columns = maker.columns
        self.json_encoded = maker.columns.passthrough
        self.dtypes = maker.dtypes(record, lambda _: location)
        self._parse = LineParser(maker, FastPath(maker.shape, record))

    def close(self) -> None:
        """Close the file."""
        self._lines.stream.raw.close()

    def chunks(self) -> Iterator[TextChunk]:
        """The lines, in order, as blocks of text."""
        return self._lines.chunks()

    def parse(self, chunk: TextChunk) -> Rows:
        """The rows of a block; blank lines are passed over."""
        return self._parse(chunk.text, lambda i: Location(self.source, line=chunk.first_line + i))


def row_builder_for(record: Record, read_options: ReadOptions, location: Location) -> RowBuilder:
    """What makes rows of records like this first one; SoftmaxError if it holds no logits."""
    try:
        return RowBuilder(detect_shape(record, read_options, location.source), location.source)
    except ValueError as error:
        raise location.error(str(error)) from error


@dataclass(frozen=True)
class LineParser:
    """Lines of text as rows: quickly where they are plain, else strictly."""

    maker: RowBuilder
    fast: FastPath

    def __call__(self, text: bytes, location: Locator) -> Rows:
        """The rows of some lines, whose places `where` tells."""
        text = text if text.endswith(b"\n") else text + b"\n"
        if (plain := self.fast.read(text)) is not None:
            return self.maker.from_columns(plain.logits, plain.others, location)
        lines = [(i, line) for i, line in enumerate(text.split(b"\n")) if line.strip()]
        records = [_record(line, location, i) for i, line in lines]
        return self.maker.rows(records, lambda row: location(lines[row][0]))


def _record(line: bytes, location: Locator, i: int) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(line)
    except ValueError as error:
        raise location(i).error(str(error)) from error
