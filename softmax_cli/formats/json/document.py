"""JSON documents: a list of records, which is streamed, or a vector or table, which is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.lists import OTHER_LISTS
from softmax_cli.formats.columns.names import kind_of_name
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.json.document_tables import LABEL_AND_SCORE, RECORDS_HINT, to_records
from softmax_cli.formats.json.elements import (
    TRAILING_DATA_HINT,
    begins_list_of_records,
    split_records,
)
from softmax_cli.formats.json.lines import SAMPLE_RECORDS, JsonLines, row_builder_for
from softmax_cli.formats.json.named_scores import SCORE_FIELDS
from softmax_cli.formats.json.record_shapes import is_cell, is_number
from softmax_cli.formats.rows import Location, Rows
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.lines import LineReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream

_VALUES = 1 << 18  # per chunk
_MAX_BYTES = 1 << 30


@dataclass(frozen=True)
class RecordChunk:
    """A run of records of a document.

    Attributes:
        records: parsed records.
        first_row: 1-based number of the first record.
        position: bytes of the input up to the end of the chunk, in proportion to its rows.
    """

    records: list[Any]
    first_row: int
    position: int


def open_document(
    path: str, read_options: ReadOptions, _context: ReadContext
) -> JsonDocument | StreamedRecords:
    """Open the records of a path, or of standard input for `-`."""
    stream = open_text(path, "json")
    with closed_on_error(stream):
        read_options.reject_dialect(stream.source, "json")
        if not begins_list_of_records(stream):
            text = _join(iter(stream.read, b""), stream.source)
            return JsonDocument(text, stream, read_options)
        lines = LineReader(split_records(stream))
        if not _is_label_and_score(lines.first()[0]):
            return StreamedRecords(lines, read_options)
        texts = (chunk.text.replace(b"\n", b",") for chunk in lines.chunks())
        text = b"[" + _join(texts, stream.source)[:-1] + b"]"
        return JsonDocument(text, stream, read_options)


class StreamedRecords(JsonLines):
    """The records of a list, one per line of a stream made from the document."""

    format_name = "json"

    def locate(self, line: int) -> Location:
        """Return the location of a record, by its number."""
        return Location(self.source, row=line)


class JsonDocument(Source):
    """The rows of a JSON document that is held in memory."""

    format_name = "json"
    open_state = ("_records", "_close")

    def __init__(self, text: bytes, stream: ByteStream, read_options: ReadOptions) -> None:
        self.source = stream.source
        self.size = stream.raw.size
        self._close = stream.close
        document = _load(text, self.source)
        self._records = to_records(document, self.source)
        if self._records == [document] and not read_options.columns:
            _require_one_list(document, self.source)
        location = Location(self.source, row=1)
        self._row_builder = row_builder_for(self._records[:SAMPLE_RECORDS], read_options, location)
        self.columns = self._row_builder.columns
        self.json_encoded = self.columns.passthrough
        self.dtypes = self._row_builder.dtypes(self._records[0], lambda _: location)

    def close(self) -> None:
        """Close the file."""
        self._close()

    def chunks(self) -> Iterator[RecordChunk]:
        """Yield chunks of records, in order."""
        count = len(self._records)
        step = max(1, _VALUES // len(self.columns.logits))
        for first in range(0, count, step):
            last = min(first + step, count)
            position = (self.size or 0) * last // count
            yield RecordChunk(self._records[first:last], first + 1, position)

    def parse(self, chunk: RecordChunk) -> Rows:
        """Return the rows of a chunk."""
        return self._row_builder.rows(
            chunk.records, lambda row: Location(self.source, row=chunk.first_row + row)
        )


def _require_one_list(document: Any, source: str) -> None:  # noqa: ANN401
    """Raise SoftmaxError for lists of numbers that may be the columns of a table, not one row.

    They are of one length, and none of them has the name of scores: pandas' orient list.
    """
    lists = {
        name: value
        for name, value in (document.items() if isinstance(document, dict) else ())
        if isinstance(value, list) and any(map(is_number, value)) and all(map(is_cell, value))
    }
    names = [name for name in lists if name not in OTHER_LISTS and kind_of_name(name) is None]
    if len(names) < 2 or any(name in SCORE_FIELDS for name in document):
        return
    if len({len(lists[name]) for name in names}) == 1:
        raise SoftmaxError(
            f"ambiguous document: lists in {quote_names(names)} are columns, or one of them is "
            "a row",
            source=source,
            hint=f"For a row, use --columns; for columns, w{RECORDS_HINT[1:]}",
        )


def _join(pieces: Iterable[bytes], source: str) -> bytes:
    """Return all text of a document; raise SoftmaxError if it is empty or too long."""
    kept, size = [], 0
    for data in pieces:
        kept.append(data)
        size += len(data)
        if size > _MAX_BYTES:
            raise SoftmaxError(
                "JSON document exceeds 1 GiB",
                source=source,
                hint="Use a list of records or JSON Lines, which are streamed.",
            )
    if not size:
        raise SoftmaxError("empty input", source=source)
    return b"".join(kept)


def _is_label_and_score(record: bytes) -> bool:
    """Return True for a {label, score} object: a list of them is one row."""
    try:
        parsed = strict_json.loads(record)
    except ValueError:
        return False
    return isinstance(parsed, dict) and set(parsed) == LABEL_AND_SCORE


def _load(text: bytes, source: str) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(text)
    except ValueError as error:
        trailing = isinstance(error, strict_json.TrailingDataError)
        hint = TRAILING_DATA_HINT if trailing else None
        raise SoftmaxError(str(error), source=source, hint=hint) from error
