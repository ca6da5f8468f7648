"""How a delimited text is written: its delimiter, and whether it begins with a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.names import (
    LABEL_NAMES,
    is_id_name,
    is_sequential,
)
from softmax_cli.formats.delimited.field_index import FieldIndex
from softmax_cli.formats.delimited.validation import require_valid_text
from softmax_cli.formats.text.numbers import is_finite_number
from softmax_cli.formats.text.records import TextChunk

if TYPE_CHECKING:
    from collections.abc import Sequence

_DELIMITERS = "\t;,|"


def strip_comment_mark(record: bytes) -> bytes:
    """A first record without the `# ` that numpy.savetxt puts before its header."""
    return record[1:].lstrip(b" ") if record.startswith(b"#") else record


def reject_json(record: bytes, source: str) -> None:
    """Refuse a first line that is JSON where delimited text was expected."""
    line = record.strip()
    if not line.startswith((b"[", b"{")):
        return
    from softmax_cli.formats.text import strict_json

    format_name = "json" if line in (b"[", b"{", b"[[") else "jsonl"
    try:
        value = None if format_name == "json" else strict_json.loads(line)
    except ValueError:
        return
    if value or format_name == "json":
        raise SoftmaxError(
            f"read as csv, but the content is {format_name}",
            source=source,
            hint=f"Use --input-format {format_name}.",
        )


def detect_delimiter(records: list[bytes], source: str, *, comma: bool = False) -> str:
    """The delimiter of the first records (two will do): one that they hold equally often.

    With `comma`, a comma is a decimal point. Raises SoftmaxError where two would do: a guess
    could make other numbers of the text.
    """
    marks = _DELIMITERS.replace(",", "") if comma else _DELIMITERS
    fitting = [mark for mark in marks if _fits(records, mark)]
    if "\t" in fitting:
        return "\t"
    if len(fitting) > 1 or (fitting == [","] and _two_numbers(records[-1])):
        raise SoftmaxError(
            f"{_named(fitting[0])} and {_named(fitting[1] if fitting[1:] else ' ')} "
            "could both stand between the columns",
            source=source,
            hint="Say which: --delimiter, with --decimal-comma if commas are decimal points.",
        )
    if fitting:
        return fitting[0]
    # Runs of spaces align columns: their number may differ from line to line.
    widths = {len(record.split()) for record in records}
    return " " if len(widths) == 1 and widths != {1} else ","


def _fits(records: list[bytes], mark: str) -> bool:
    counts = {_outside_quotes(record, mark) for record in records}
    return len(counts) == 1 and counts != {0}


def _two_numbers(record: bytes) -> bool:
    """Whether something between commas is two numbers: `0,5 1,5`."""
    cells = (cell.decode("utf-8", "replace").split() for cell in record.split(b","))
    return any(len(cell) == 2 and all(map(is_finite_number, cell)) for cell in cells)


def _named(mark: str) -> str:
    return "a space" if mark == " " else f'"{mark}"'


def collapse_spaces(chunk: TextChunk) -> TextChunk:
    """A space-delimited block with single spaces and none at the ends of its lines."""
    if chunk.has_quotes:
        return chunk
    lines = [line.removesuffix(b"\r") for line in chunk.text.split(b"\n")]
    text = b"\n".join(b" ".join(filter(None, line.split(b" "))) for line in lines)
    return TextChunk(text, chunk.first_line, chunk.position)


def split(record: bytes, delimiter: str, source: str, line: int) -> list[str]:
    """The cells of one record."""
    chunk = TextChunk(record.rstrip(b"\r\n") + b"\n", line)
    if delimiter == " ":
        chunk = collapse_spaces(chunk)
    require_valid_text(chunk, delimiter, source)
    if not chunk.has_quotes:
        return chunk.text.decode().rstrip("\r\n").split(delimiter)
    return FieldIndex(chunk, delimiter, source).cells(0)


def is_header(cells: Sequence[str]) -> bool:
    """Whether a first row names columns rather than being the first row of logits.

    It does if no cell is a number, if one is called like an identifier or a label, or if
    its numbers just count 0..C-1 or 1..C, as pandas names columns.
    """
    numbers = [cell for cell in cells if is_finite_number(cell.strip())]
    texts = [cell.strip() for cell in cells if not is_finite_number(cell.strip())]
    if not numbers:
        return any(not _infinite(text) for text in texts)
    if any(text and (is_id_name(text) or text.lower() in LABEL_NAMES) for text in texts):
        return True
    return len(cells) > 1 and is_sequential(numbers)


def _outside_quotes(record: bytes, mark: str) -> int:
    return sum(part.count(mark.encode()) for part in record.split(b'"')[::2])


def _infinite(text: str) -> bool:
    return text.lower().lstrip("+-") in ("", "inf", "infinity", "nan")
