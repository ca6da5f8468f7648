"""Checks of the text of a chunk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.delimited.field_index import (
    _NEWLINE,
    _QUOTE,
    _RETURN,
)

if TYPE_CHECKING:
    from softmax_cli.formats.text.records import TextChunk


def require_valid_text(chunk: TextChunk, delimiter: str, source: str) -> None:
    """Raise SoftmaxError for invalid characters, quotes or line ends."""
    require_characters(chunk, source)
    if chunk.has_quotes:
        _require_valid_quotes(chunk, delimiter, source)
    if chunk.has_carriage_return:
        require_line_ends(chunk, source)


def require_characters(chunk: TextChunk, source: str) -> None:
    """Raise SoftmaxError for NULs and bytes that are not UTF-8."""
    if b"\0" in chunk.text:
        raise SoftmaxError(
            "unexpected NUL byte",
            source=source,
            line=_line_at(chunk, chunk.text.index(b"\0")),
            hint="UTF-16 input needs a byte-order mark.",
        )
    if not chunk.text.isascii():
        _require_utf8(chunk, source)


def require_line_ends(chunk: TextChunk, source: str) -> None:
    """Raise SoftmaxError for a carriage return that no newline follows."""
    text = np.frombuffer(chunk.text, np.uint8)
    bare = (text[:-1] == _RETURN) & (text[1:] != _NEWLINE)
    if chunk.has_quotes:
        bare &= ~np.logical_xor.accumulate(text == _QUOTE)[:-1]
    if bare.any():
        raise SoftmaxError(
            "bare carriage return within a line",
            source=source,
            line=_line_at(chunk, int(bare.argmax())),
            hint="Convert CR line endings first: tr '\\r' '\\n'.",
        )


def _require_valid_quotes(chunk: TextChunk, delimiter: str, source: str) -> None:
    text = np.frombuffer(chunk.text, np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes) % 2:
        _reject_quote(chunk, int(quotes[-1]), "unterminated quoted field", source)
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, text[opening - 1], _NEWLINE)
    after = text[closing + 1]
    # A doubled quote inside a field closes and reopens it.
    doubled = closing[:-1] + 1 == opening[1:]
    bad_opening = ~_is_one_of(before, (_NEWLINE, ord(delimiter)))
    bad_opening[1:] &= ~doubled
    bad_closing = ~_is_one_of(after, (_NEWLINE, _RETURN, ord(delimiter)))
    bad_closing[:-1] &= ~doubled
    if bad_opening.any():
        offset = int(opening[bad_opening.argmax()])
        _reject_quote(chunk, offset, "quote inside an unquoted field", source)
    if bad_closing.any():
        offset = int(closing[bad_closing.argmax()])
        _reject_quote(chunk, offset, "text after a closing quote", source)


def _is_one_of(values: NDArray[np.uint8], allowed: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.isin(values, np.array(allowed, np.uint8))


def _reject_quote(chunk: TextChunk, offset: int, message: str, source: str) -> None:
    raise SoftmaxError(
        message,
        source=source,
        line=_line_at(chunk, offset),
        hint='Quote the whole field and double its quotes: "5"" disk".',
    )


def _require_utf8(chunk: TextChunk, source: str) -> None:
    """Raise SoftmaxError for bytes that are not UTF-8."""
    try:
        chunk.text.decode()
    except UnicodeDecodeError as error:
        raise SoftmaxError(
            f"byte 0x{chunk.text[error.start]:02x} is not UTF-8",
            source=source,
            line=_line_at(chunk, error.start),
            hint="Convert the file first: iconv -f latin1 -t utf-8.",
        ) from error


def _line_at(chunk: TextChunk, offset: int) -> int:
    return chunk.first_line + chunk.text.count(b"\n", 0, offset)
