"""JSON lines: a record a line, of the shape of the first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from softmax_cli.formats.json.detection import shape_of
from softmax_cli.formats.json.fast_path import FastReader
from softmax_cli.formats.json.row_builder import RowMaker
from softmax_cli.formats.json.shape import Places, Record
from softmax_cli.formats.rows import Rows, Where
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.lines import LineReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream
    from softmax_cli.formats.text.records import Block


def open_lines(path: str, reading: ReadOptions, _context: ReadContext) -> JsonLines:
    """The records of a path, or of standard input for `-`."""
    stream = open_text(path, "jsonl")
    with closed_on_error(stream):
        return JsonLines(stream, reading)


class JsonLines(Source):
    """The rows of JSON lines."""

    form = "jsonl"

    def __init__(self, stream: ByteStream, reading: ReadOptions) -> None:
        reading.reject_dialect(stream.source, "jsonl")
        self.source = stream.source
        self.size = stream.raw.size
        self._lines = LineReader(stream)
        first, line = self._lines.first()
        where = Where(self.source, line=line)
        record = _record(first, lambda _: where, 0)
        maker = made_of(record, reading, where)
        self.columns = maker.columns
        self.raw = maker.columns.passing
        self.kinds = maker.kinds(record, lambda _: where)
        self._parse = LineParser(maker, FastReader(maker.shape, record))

    def close(self) -> None:
        """Close the file."""
        self._lines.stream.raw.close()

    def blocks(self) -> Iterator[Block]:
        """The lines, in order, as blocks of text."""
        return self._lines.blocks()

    def parse(self, block: Block) -> Rows:
        """The rows of a block; blank lines are passed over."""
        return self._parse(block.text, lambda i: Where(self.source, line=block.first_line + i))


def made_of(record: Record, reading: ReadOptions, where: Where) -> RowMaker:
    """What makes rows of records like this first one; SoftmaxError if it holds no logits."""
    try:
        return RowMaker(shape_of(record, reading, where.source), where.source)
    except ValueError as error:
        raise where.error(str(error)) from error


@dataclass(frozen=True)
class LineParser:
    """Lines of text as rows: quickly where they are plain, else strictly."""

    maker: RowMaker
    fast: FastReader

    def __call__(self, text: bytes, where: Places) -> Rows:
        """The rows of some lines, whose places `where` tells."""
        text = text if text.endswith(b"\n") else text + b"\n"
        if (plain := self.fast.read(text)) is not None:
            return self.maker.of_parts(plain.logits, plain.others, where)
        lines = [(i, line) for i, line in enumerate(text.split(b"\n")) if line.strip()]
        records = [_record(line, where, i) for i, line in lines]
        return self.maker.rows(records, lambda row: where(lines[row][0]))


def _record(line: bytes, where: Places, i: int) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(line)
    except ValueError as error:
        raise where(i).error(str(error)) from error
