"""JSON lines: a record a line, of the shape of the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats import strict_json
from softmax_cli.formats.array_source import require_no_dialect
from softmax_cli.formats.content import closed_on_error, open_text
from softmax_cli.formats.json_shapes import RowMaker, shape_of
from softmax_cli.formats.line_blocks import LineReader
from softmax_cli.formats.rows import Rows, Where

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
        record = _record(first, Where(self.source, line=1))
        try:
            self._maker = RowMaker(shape_of(record, reading, self.source), self.source)
        except ValueError as error:
            raise SoftmaxError(str(error), source=self.source, line=1) from error
        self.columns = self._maker.columns
        self.raw = raw_columns(self._maker, record)

    def close(self) -> None:
        """Close the file."""
        self._lines.stream.raw.close()

    def blocks(self) -> Iterator[Block]:
        """The lines, in order, as blocks of text."""
        return self._lines.blocks()

    def parse(self, block: Block) -> Rows:
        """The rows of a block; blank lines are passed over."""
        lines = block.text.split(b"\n")
        numbered = [(i, line) for i, line in enumerate(lines, block.first_line) if line.strip()]
        records = [_record(line, Where(self.source, line=i)) for i, line in numbered]
        return self._maker.rows(records, lambda row: Where(self.source, line=numbered[row][0]))


def raw_columns(maker: RowMaker, record: Any) -> frozenset[int]:  # noqa: ANN401
    """The columns that held something else than text in the first record."""
    records, _ = maker.shape.expanded([record], lambda _row: Where(maker.source))
    others = maker.shape.others(records[0]) if records else []
    return frozenset(
        i
        for i, value in zip(maker.columns.passing, others, strict=False)
        if value is not None and not isinstance(value, str)
    )


def _record(line: bytes, where: Where) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(line)
    except ValueError as error:
        raise where.error(str(error)) from error
