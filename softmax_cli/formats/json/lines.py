"""JSON Lines: one record per line, each of the shape of the first."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.fast_path import FastPath
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.json.shape import Locator, Record
from softmax_cli.formats.part import Part, split_text
from softmax_cli.formats.rows import Location, Rows
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams import ranges
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.lines import LineReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.text.records import TextChunk

# Records that are looked at to tell the types of fields.
SAMPLE_RECORDS = 200


def open_lines(path: str, read_options: ReadOptions, _context: ReadContext) -> JsonLines:
    """Open the records of a path, or of standard input for `-`."""
    stream = open_text(path, "jsonl")
    with closed_on_error(stream):
        read_options.reject_dialect(stream.source, "jsonl")
        lines = LineReader(stream)
        first, line = lines.first()
        if first in (b"[", b"{", b"[["):
            raise Location(stream.source, line=line).error(
                "expected one record per line, found a JSON document",
                hint="Use --input-format json.",
            )
        if first.startswith(b"data:"):
            raise Location(stream.source, line=line).error(
                "server-sent events, not JSON Lines",
                hint="Extract the records: sed -n 's/^data: *{/{/p' FILE.",
            )
        return JsonLines(lines, read_options)


class JsonLines(Source):
    """The rows of JSON Lines."""

    format_name = "jsonl"
    open_state = ("_lines",)

    def __init__(self, lines: LineReader, read_options: ReadOptions) -> None:
        self.source = lines.stream.source
        self.size = lines.stream.raw.size
        # A document that is read as lines is text made from it.
        self._has_ranges = self.format_name == "jsonl" and ranges.has_ranges(lines.stream)
        self._lines = lines
        first, line = lines.first()
        location = self.locate(line)
        record = _load(first, lambda _: location, 0)
        records = [record, *_load_some(self._lines.peek(SAMPLE_RECORDS)[1:])]
        row_builder = row_builder_for(records, read_options, location)
        self.columns = row_builder.columns
        self.json_encoded = row_builder.columns.passthrough
        self.dtypes = row_builder.dtypes(record, lambda _: location)
        self._parse = LineParser(row_builder, FastPath(row_builder.shape, record))

    def locate(self, line: int) -> Location:
        """Return the location of a line."""
        return Location(self.source, line=line)

    def close(self) -> None:
        """Close the file."""
        self._lines.stream.close()

    def chunks(self) -> Iterator[TextChunk]:
        """Yield chunks of lines, in order."""
        return self._lines.chunks()

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of bytes, or all of a text that has none."""
        if not self._has_ranges:
            return super().parts(part_size)
        return split_text(0, self.size or 0, part_size, quoting=False)

    def _read_range(self, part: Part) -> Iterator[TextChunk]:
        with closing(ranges.open_range(self.source, part, self.size or 0, quoting=False)) as stream:
            yield from LineReader(stream, part.first_line()).chunks()

    def parse(self, chunk: TextChunk) -> Rows:
        """Return the rows of a chunk; blank lines are ignored."""
        return self._parse(chunk.text, lambda i: self.locate(chunk.first_line + i))


def row_builder_for(
    records: Sequence[Record], read_options: ReadOptions, location: Location
) -> RowBuilder:
    """Return a row builder for records shaped like the first ones."""
    try:
        return RowBuilder(detect_shape(records, read_options, location.source), location.source)
    except ValueError as error:
        raise location.error(str(error)) from error


@dataclass(frozen=True)
class LineParser:
    """Parser of chunks of lines: the fast path if they are simple, else the strict one."""

    row_builder: RowBuilder
    fast_path: FastPath

    def __call__(self, text: bytes, location: Locator) -> Rows:
        """Return the rows of some lines, where `location(i)` is that of line i."""
        text = text if text.endswith(b"\n") else text + b"\n"
        if (rows := self.fast_path.read(text)) is not None:
            return self.row_builder.from_columns(rows.logits, rows.others, location, rows.given)
        lines = [(i, line) for i, line in enumerate(text.split(b"\n")) if line.strip()]
        records = [_load(line, location, i) for i, line in lines]
        return self.row_builder.rows(records, lambda row: location(lines[row][0]))


def _load_some(lines: Sequence[bytes]) -> Iterator[Record]:
    """Yield the values of lines up to the first invalid one, whose error comes with its row."""
    for line in lines:
        if line.strip():
            try:
                yield strict_json.loads(line)
            except ValueError:
                return


def _load(line: bytes, location: Locator, i: int) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(line)
    except ValueError as error:
        raise location(i).error(str(error)) from error
