"""A JSON document as a whole: a vector, a list of records, or lists of logits and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats import strict_json
from softmax_cli.formats.array_source import require_no_dialect
from softmax_cli.formats.content import closed_on_error, open_text
from softmax_cli.formats.json_lines import raw_columns
from softmax_cli.formats.json_shapes import RowMaker, shape_of
from softmax_cli.formats.rows import Rows, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats import Reading
    from softmax_cli.formats.streams import ByteStream

_RECORDS = 10_000  # in a block
_LARGEST = 1 << 30


@dataclass(frozen=True)
class RecordBlock:
    """Some records, with the number of the first, from 1."""

    records: list[Any]
    first_row: int
    position: int


def open_document(path: str, reading: Reading) -> JsonDocument:
    """The records of a path, or of standard input for `-`."""
    stream = open_text(path, "json")
    with closed_on_error(stream):
        return JsonDocument(stream, reading)


class JsonDocument:
    """The rows of a document, which is read as a whole: for more, there are JSON lines."""

    form = "json"
    delimiter = None
    single = False
    flat = False
    kinds: ClassVar[dict[int, Any]] = {}

    def __init__(self, stream: ByteStream, reading: Reading) -> None:
        require_no_dialect(reading, stream.source, "json")
        self.source = stream.source
        self.size = stream.raw.size
        self._close = stream.raw.close
        self._records = _records(_document(stream), self.source)
        try:
            self._maker = RowMaker(shape_of(self._records[0], reading, self.source), self.source)
        except ValueError as error:
            raise SoftmaxError(str(error), source=self.source, row=1) from error
        self.columns = self._maker.columns
        self.raw = raw_columns(self._maker, self._records[0])

    def close(self) -> None:
        """Close the file."""
        self._close()

    def blocks(self) -> Iterator[RecordBlock]:
        """The records, in order."""
        for first in range(0, len(self._records), _RECORDS):
            part = self._records[first : first + _RECORDS]
            read = (self.size or 0) * (first + len(part)) // len(self._records)
            yield RecordBlock(part, first + 1, read)

    def parse(self, block: RecordBlock) -> Rows:
        """The rows of some records."""
        where = lambda row: Where(self.source, row=block.first_row + row)  # noqa: E731
        return self._maker.rows(block.records, where)


def _document(stream: ByteStream) -> Any:  # noqa: ANN401
    parts, size = [], 0
    while data := stream.read():
        parts.append(data)
        size += len(data)
        if size > _LARGEST:
            raise SoftmaxError(
                "a JSON document of more than 1 GiB cannot be held in memory",
                source=stream.source,
                remedy="Write JSON lines, a record a line: they are streamed.",
            )
    if not size:
        raise SoftmaxError("the input is empty", source=stream.source)
    try:
        return strict_json.loads(b"".join(parts))
    except ValueError as error:
        remedy = "Records on lines of their own are --input-format jsonl."
        hint = remedy if "Extra data" in str(error) else None
        raise SoftmaxError(str(error), source=stream.source, remedy=hint) from error


def _records(document: Any, source: str) -> list[Any]:  # noqa: ANN401
    """The records of a document: one, a list of them, or columns of lists."""
    if isinstance(document, dict):
        return _of_columns(document, source)
    if not isinstance(document, list) or not document:
        raise SoftmaxError("the document holds no logits", source=source)
    if all(isinstance(item, list) for item in document):
        return document
    if all(isinstance(item, dict) for item in document):
        # Labels with scores are one row; other objects are a row each.
        return [document] if all(set(item) == {"label", "score"} for item in document) else document
    return [document]


def _of_columns(document: dict[str, Any], source: str) -> list[Any]:
    """`{"logits": [[...], ...], "labels": [...]}` as records; any other object is one."""
    lists = {name: value for name, value in document.items() if _holds_rows(value)}
    if not lists:
        return [document]
    rows = len(next(iter(lists.values())))
    columns = {name: value for name, value in document.items() if isinstance(value, list)}
    for name, values in columns.items():
        if len(values) != rows:
            raise SoftmaxError(
                f'"{name}" is a list of {len(values)}, where there are {rows} rows', source=source
            )
    if len(columns) != len(document):
        other = next(name for name in document if name not in columns)
        raise SoftmaxError(f'"{other}" is not a list of {rows}, one a row', source=source)
    if list(columns) == ["logits"]:
        return columns["logits"]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _holds_rows(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and bool(value) and all(isinstance(v, list) for v in value)
