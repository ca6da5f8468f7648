"""JSON documents: a vector, a list of records, or lists of logits and labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.json.document_tables import to_records
from softmax_cli.formats.json.fast_path import FastPath
from softmax_cli.formats.json.lines import SAMPLE_RECORDS, LineParser, row_builder_for
from softmax_cli.formats.rows import Location, Rows
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream

_VALUES = 1 << 18  # per chunk
_LIST_OF_LISTS = re.compile(rb"\s*\[\s*\[[^\[]*\](\s*,\s*\[|\s*\]\s*$)")
_LIST_SEPARATOR = re.compile(rb"\]\s*,\s*\[")
_MAX_BYTES = 1 << 30


@dataclass(frozen=True)
class RecordChunk:
    """A run of records of a document.

    Attributes:
        records: parsed records, or text with a list of numbers on each line.
        first_row: 1-based number of the first record.
        position: bytes of the input up to the end of the chunk, in proportion to its rows.
    """

    records: list[Any] | bytes
    first_row: int
    position: int


def open_document(path: str, read_options: ReadOptions, _context: ReadContext) -> JsonDocument:
    """Open the records of a path, or of standard input for `-`."""
    stream = open_text(path, "json")
    with closed_on_error(stream):
        return JsonDocument(stream, read_options)


class JsonDocument(Source):
    """The rows of a JSON document, which is held in memory; JSON Lines are streamed."""

    format_name = "json"

    def __init__(self, stream: ByteStream, read_options: ReadOptions) -> None:
        read_options.reject_dialect(stream.source, "json")
        self.source = stream.source
        self.size = stream.raw.size
        self._close = stream.close
        text = _read_all(stream)
        self._lines = _split_lists(text)
        self._records = [] if self._lines else to_records(_load(text, self.source), self.source)
        first = _load(self._lines[0], self.source) if self._lines else self._records[0]
        location = Location(self.source, row=1)
        records = [first] if self._lines else self._records[:SAMPLE_RECORDS]
        self._row_builder = row_builder_for(records, read_options, location)
        self.columns = self._row_builder.columns
        self.json_encoded = self.columns.passthrough
        self.dtypes = self._row_builder.dtypes(first, lambda _: location)
        self._parse = LineParser(self._row_builder, FastPath(self._row_builder.shape, first))

    def close(self) -> None:
        """Close the file."""
        self._close()

    def chunks(self) -> Iterator[RecordChunk]:
        """Yield chunks of records, in order."""
        count = len(self._lines or self._records)
        step = max(1, _VALUES // len(self.columns.logits))
        for first in range(0, count, step):
            last = min(first + step, count)
            position = (self.size or 0) * last // count
            if self._lines:
                lines = b"\n".join(self._lines[first:last]) + b"\n"
                yield RecordChunk(lines, first + 1, position)
            else:
                yield RecordChunk(self._records[first:last], first + 1, position)

    def parse(self, chunk: RecordChunk) -> Rows:
        """Return the rows of a chunk."""

        def location(row: int) -> Location:
            return Location(self.source, row=chunk.first_row + row)

        if isinstance(chunk.records, bytes):
            return self._parse(chunk.records, location)
        return self._row_builder.rows(chunk.records, location)


def _read_all(stream: ByteStream) -> bytes:
    pieces, size = [], 0
    while data := stream.read():
        pieces.append(data)
        size += len(data)
        if size > _MAX_BYTES:
            raise SoftmaxError(
                "JSON document exceeds 1 GiB",
                source=stream.source,
                hint="Use JSON Lines, which is streamed.",
            )
    if not size:
        raise SoftmaxError("empty input", source=stream.source)
    return b"".join(pieces)


def _split_lists(text: bytes) -> list[bytes]:
    """Return the lists in a list of lists of numbers, to parse as JSON Lines; [] otherwise."""
    if b'"' in text or b"{" in text or not _LIST_OF_LISTS.match(text):
        return []
    body = text.strip()[1:-1].strip()
    lines = _LIST_SEPARATOR.sub(b"]\n[", body).split(b"\n")
    matches = all(line.startswith(b"[") and line.endswith(b"]") for line in lines)
    return lines if matches and body.count(b"[") == len(lines) == body.count(b"]") else []


def _load(text: bytes, source: str) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(text)
    except ValueError as error:
        trailing = isinstance(error, strict_json.TrailingDataError)
        hint = "For one record per line, use --input-format jsonl." if trailing else None
        raise SoftmaxError(str(error), source=source, hint=hint) from error
