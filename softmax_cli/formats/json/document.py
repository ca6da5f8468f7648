"""A JSON document as a whole: a vector, a list of records, or lists of logits and labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.json.fast_path import FastPath
from softmax_cli.formats.json.lines import LineParser, row_builder_for
from softmax_cli.formats.rows import Location, Rows
from softmax_cli.formats.source import Source
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text import strict_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream

_VALUES = 1 << 18  # in a block
_LISTS = re.compile(rb"\s*\[\s*\[[^\[]*\](\s*,\s*\[|\s*\]\s*$)")
_BETWEEN = re.compile(rb"\]\s*,\s*\[")
_LARGEST = 1 << 30


@dataclass(frozen=True)
class RecordChunk:
    """Some records, or lines that are lists, with the number of the first, from 1."""

    records: list[Any] | bytes
    first_row: int
    position: int


def open_document(path: str, read_options: ReadOptions, _context: ReadContext) -> JsonDocument:
    """The records of a path, or of standard input for `-`."""
    stream = open_text(path, "json")
    with closed_on_error(stream):
        return JsonDocument(stream, read_options)


class JsonDocument(Source):
    """The rows of a document, which is read as a whole: for more, there are JSON lines."""

    format_name = "json"

    def __init__(self, stream: ByteStream, read_options: ReadOptions) -> None:
        read_options.reject_dialect(stream.source, "json")
        self.source = stream.source
        self.size = stream.raw.size
        self._close = stream.raw.close
        text = _whole(stream)
        self._lines = _lines(text)
        self._records = [] if self._lines else _records(_document(text, self.source), self.source)
        first = _document(self._lines[0], self.source) if self._lines else self._records[0]
        location = Location(self.source, row=1)
        self._maker = row_builder_for(first, read_options, location)
        self.columns = self._maker.columns
        self.json_encoded = self.columns.passthrough
        self.dtypes = self._maker.dtypes(first, lambda _: location)
        self._parse = LineParser(self._maker, FastPath(self._maker.shape, first))

    def close(self) -> None:
        """Close the file."""
        self._close()

    def chunks(self) -> Iterator[RecordChunk]:
        """The records, in order."""
        count = len(self._lines or self._records)
        step = max(1, _VALUES // len(self.columns.logits))
        for first in range(0, count, step):
            last = min(first + step, count)
            read = (self.size or 0) * last // count
            if self._lines:
                part = b"\n".join(self._lines[first:last]) + b"\n"
                yield RecordChunk(part, first + 1, read)
            else:
                yield RecordChunk(self._records[first:last], first + 1, read)

    def parse(self, chunk: RecordChunk) -> Rows:
        """The rows of some records."""

        def location(row: int) -> Location:
            return Location(self.source, row=chunk.first_row + row)

        if isinstance(chunk.records, bytes):
            return self._parse(chunk.records, location)
        return self._maker.rows(chunk.records, location)


def _whole(stream: ByteStream) -> bytes:
    parts, size = [], 0
    while data := stream.read():
        parts.append(data)
        size += len(data)
        if size > _LARGEST:
            raise SoftmaxError(
                "a JSON document of more than 1 GiB cannot be held in memory",
                source=stream.source,
                hint="Write JSON lines, a record a line: they are streamed.",
            )
    if not size:
        raise SoftmaxError("the input is empty", source=stream.source)
    return b"".join(parts)


def _lines(text: bytes) -> list[bytes]:
    """The lists of a document that is a list of lists of numbers; none for any other.

    Each is then read as a line of JSON lines is.
    """
    if b'"' in text or b"{" in text or not _LISTS.match(text):
        return []
    body = text.strip()[1:-1].strip()
    lines = _BETWEEN.sub(b"]\n[", body).split(b"\n")
    matches = all(line.startswith(b"[") and line.endswith(b"]") for line in lines)
    return lines if matches and body.count(b"[") == len(lines) == body.count(b"]") else []


def _document(text: bytes, source: str) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(text)
    except ValueError as error:
        trailing = isinstance(error, strict_json.TrailingDataError)
        hint = "For one record per line, use --input-format jsonl." if trailing else None
        raise SoftmaxError(str(error), source=source, hint=hint) from error


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
