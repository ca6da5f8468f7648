"""JSON lines: a record a line, of the shape of the first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats import strict_json
from softmax_cli.formats.array_source import array_rows, require_no_dialect
from softmax_cli.formats.content import closed_on_error, open_text
from softmax_cli.formats.json_fast import FastReader, PlainLines
from softmax_cli.formats.json_shapes import Places, RowMaker, shape_of
from softmax_cli.formats.line_blocks import LineReader
from softmax_cli.formats.rows import SKIP, Rows, Where, row_reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats import Reading
    from softmax_cli.formats.records import Block
    from softmax_cli.formats.streams import ByteStream


def open_lines(path: str, reading: Reading) -> JsonLines:
    """The records of a path, or of standard input for `-`."""
    stream = open_text(path, "jsonl")
    with closed_on_error(stream):
        return JsonLines(stream, reading)


class JsonLines:
    """The rows of JSON lines."""

    form = "jsonl"
    delimiter = None
    single = False
    flat = False
    kinds: ClassVar[dict[int, Any]] = {}

    def __init__(self, stream: ByteStream, reading: Reading) -> None:
        require_no_dialect(reading, stream.source, "jsonl")
        self.source = stream.source
        self.size = stream.raw.size
        self._lines = LineReader(stream)
        first = self._lines.first()
        record = _record(first, lambda _: Where(self.source, line=1), 0)
        try:
            self._maker = RowMaker(shape_of(record, reading, self.source), self.source)
        except ValueError as error:
            raise SoftmaxError(str(error), source=self.source, line=1) from error
        self.columns = self._maker.columns
        self.raw = raw_columns(self._maker, record)
        self._parse = LineParser(self._maker, FastReader(self._maker.shape, record))

    def close(self) -> None:
        """Close the file."""
        self._lines.stream.raw.close()

    def blocks(self) -> Iterator[Block]:
        """The lines, in order, as blocks of text."""
        return self._lines.blocks()

    def parse(self, block: Block) -> Rows:
        """The rows of a block; blank lines are passed over."""
        return self._parse(block.text, lambda i: Where(self.source, line=block.first_line + i))


@dataclass(frozen=True)
class LineParser:
    """Lines of text as rows: quickly where they are plain, else strictly."""

    maker: RowMaker
    fast: FastReader

    def __call__(self, text: bytes, where: Places) -> Rows:
        """The rows of some lines, whose places `where` tells."""
        text = text if text.endswith(b"\n") else text + b"\n"
        if (plain := self.fast.read(text)) is not None:
            return self._rows(plain, where)
        lines = [(i, line) for i, line in enumerate(text.split(b"\n")) if line.strip()]
        records = [_record(line, where, i) for i, line in lines]
        return self.maker.rows(records, lambda row: where(lines[row][0]))

    def _rows(self, plain: PlainLines, where: Places) -> Rows:
        columns = self.maker.columns
        labels = [columns.passing.index(i) for i in columns.labels]
        rows = array_rows(
            plain.logits,
            self.maker.source,
            1,
            lambda: plain.others,
            lambda: plain.others[:, labels],
        )
        return replace(
            rows,
            where=where,
            fault=lambda i: where(i).error(row_reason(plain.logits[i]), remedy=SKIP),
        )


def raw_columns(maker: RowMaker, record: Any) -> frozenset[int]:  # noqa: ANN401
    """The columns that held something else than text in the first record."""
    records, _ = maker.shape.expanded([record], lambda _row: Where(maker.source))
    others = maker.shape.others(records[0]) if records else []
    return frozenset(
        i
        for i, value in zip(maker.columns.passing, others, strict=False)
        if value is not None and not isinstance(value, str)
    )


def _record(line: bytes, where: Places, i: int) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(line)
    except ValueError as error:
        raise where(i).error(str(error)) from error
