"""Detection of the delimiter of a text, and its records as cells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.field_index import FieldIndex
from softmax_cli.formats.delimited.validation import require_valid_text
from softmax_cli.formats.text.numbers import is_finite_number
from softmax_cli.formats.text.pasted import is_first_line
from softmax_cli.formats.text.records import TextChunk

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELIMITERS = "\t;,|"
_PADDING = rb'(?m)("[^"]*")|(?:^|(?<=%s)) +(?=")'
_DECIMAL_COMMA = rb"\s*[+-]?[0-9]+,[0-9]+\s*"


def reject_json(record: bytes, source: str) -> None:
    """Raise SoftmaxError if a first line is JSON or a printed vector, not delimited text."""
    line = record.strip()
    if line.startswith((b"[", b"{")) and (format_name := _json_format(line)):
        raise SoftmaxError(
            f"expected csv, found {format_name}",
            source=source,
            hint=f"Use --input-format {format_name}.",
        )
    if is_first_line(line.decode(errors="replace")):
        raise SoftmaxError(
            "expected csv, found a printed vector",
            source=source,
            hint="Write one row per line, without brackets.",
        )


def is_printed_vector(line: bytes) -> bool:
    """Return True if a first line begins a printed vector, and is no JSON."""
    text = line.strip()
    bracket = text.startswith((b"[", b"{"))
    return not (bracket and _json_format(text)) and is_first_line(text.decode(errors="replace"))


def _json_format(line: bytes) -> str | None:
    """Return the format of JSON that begins with a line, None for other text."""
    from softmax_cli.formats.text import strict_json

    if line in (b"[", b"{", b"[["):
        return "json"
    rows_follow = line.startswith(b"[[") and line.endswith(b"],")
    try:
        value = strict_json.loads(line[:-1] + b"]" if rows_follow else line)
    except ValueError:
        return None
    if not value:
        return None
    return "json" if rows_follow or _is_table(value) else "jsonl"


def _is_table(value: object) -> bool:
    """Return True for an object that holds rows, as a document does and a record does not."""
    fields = value.values() if isinstance(value, dict) else ()
    return any(
        isinstance(field, list) and field[:1] and isinstance(field[0], list) for field in fields
    )


def detect_delimiter(records: Sequence[bytes], source: str, *, comma: bool = False) -> str:
    """Return the delimiter that the first two records hold equally often.

    A header may be one field short, for row names. With `comma`, a comma is a decimal point.

    Raises SoftmaxError where two delimiters fit, as each would make other numbers of the text.
    """
    marks = _DELIMITERS.replace(",", "") if comma else _DELIMITERS
    fitting = [mark for mark in marks if _fits(records, mark, short=0)]
    if "\t" in fitting:
        return "\t"
    if len(fitting) > 1 or (fitting == [","] and _has_two_numbers(records[-1])):
        raise SoftmaxError(
            f"ambiguous delimiter: {_describe(fitting[0])} or "
            f"{_describe(fitting[1] if fitting[1:] else ' ')}",
            source=source,
            hint="Use --delimiter, plus --decimal-comma if commas are decimal points.",
        )
    if fitting:
        return fitting[0]
    # Runs of spaces align columns: their number may differ from line to line.
    widths = [len(record.split()) for record in records]
    if len(set(widths)) == 1 and widths[0] > 1:
        return " "
    short = [mark for mark in marks if _fits(records, mark, short=1)]
    if short == [","] and re.fullmatch(_DECIMAL_COMMA, records[1]):
        raise SoftmaxError(
            f'ambiguous comma: a delimiter or a decimal point in "{records[1].decode().strip()}"',
            source=source,
            hint="Use --decimal-comma, or --delimiter ,",
        )
    if not short and len(widths) == 2 and widths[1] == widths[0] + 1:
        short = [" "]
    if len(short) == 1 and _is_text(records[0]):
        return short[0]
    return "," if not comma or _quotes_commas(records) else ";"


def _fits(records: Sequence[bytes], mark: str, *, short: int) -> bool:
    first, *others = [_count_unquoted(record, mark) for record in records]
    return first + short > 0 and all(count == first + short for count in others)


def _is_text(record: bytes) -> bool:
    cells = re.split(rb"[\s;,|]+", record.strip())
    return not any(is_finite_number(cell.decode("utf-8", "replace")) for cell in cells)


def _quotes_commas(records: Sequence[bytes]) -> bool:
    """Return True if commas delimit fields although they are decimal points: `"0,5","1,5"`."""
    quoted = any(b"," in part for part in records[-1].split(b'"')[1::2])
    return quoted or (_is_text(records[0]) and _fits(records, ",", short=0))


def _has_two_numbers(record: bytes) -> bool:
    """Return True if something between commas is two numbers: `0,5 1,5`."""
    text = record.decode("utf-8", "replace").strip()
    if len(text.split(maxsplit=1)) < 2:
        return False
    cells = map(str.split, text.split(","))
    return any(len(cell) == 2 and all(map(is_finite_number, cell)) for cell in cells)


def _describe(mark: str) -> str:
    return "a space" if mark == " " else f'"{mark}"'


def collapse_spaces(chunk: TextChunk) -> TextChunk:
    """Return a space-delimited chunk with single spaces, and none at the ends of lines."""
    if chunk.has_quotes:
        return chunk
    lines = [line.removesuffix(b"\r") for line in chunk.text.split(b"\n")]
    text = b"\n".join(b" ".join(filter(None, line.split(b" "))) for line in lines)
    return TextChunk(text, chunk.first_line, chunk.position)


def without_padding(chunk: TextChunk, delimiter: str) -> TextChunk:
    """Return a chunk without blanks before quotes, or with single spaces as delimiters."""
    if delimiter == " ":
        return collapse_spaces(chunk)
    if not chunk.has_quotes or b' "' not in chunk.text:
        return chunk
    # What is in quotes stays: each quoted text, of which a doubled quote makes two, is matched.
    text = re.sub(_PADDING % re.escape(delimiter.encode()), rb"\1", chunk.text)
    return TextChunk(text, chunk.first_line, chunk.position)


def split(record: bytes, delimiter: str, source: str, line: int) -> list[str]:
    """Return the cells of one record."""
    chunk = TextChunk(record.rstrip(b"\r\n") + b"\n", line)
    chunk = without_padding(chunk, delimiter)
    require_valid_text(chunk, delimiter, source)
    if not chunk.has_quotes:
        return chunk.text.decode().rstrip("\r\n").split(delimiter)
    return FieldIndex(chunk, delimiter, source).cells(0)


def _count_unquoted(record: bytes, mark: str) -> int:
    return sum(part.count(mark.encode()) for part in record.split(b'"')[::2])
