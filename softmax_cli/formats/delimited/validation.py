"""Checks of the text of a block."""

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
    """Refuse NULs, bytes that are not UTF-8, and quotes that neither open nor close a field."""
    require_characters(chunk, source)
    if chunk.has_quotes:
        _require_valid_quotes(chunk, delimiter, source)
    if chunk.has_carriage_return:
        require_line_ends(chunk, source)


def require_characters(chunk: TextChunk, source: str) -> None:
    """Refuse NULs and bytes that are not UTF-8."""
    if b"\0" in chunk.text:
        raise SoftmaxError(
            "a NUL byte, which text does not hold",
            source=source,
            line=_line_at(chunk, chunk.text.index(b"\0")),
            hint="UTF-16 is read when it begins with a byte-order mark.",
        )
    if not chunk.text.isascii():
        _require_utf8(chunk, source)


def require_line_ends(chunk: TextChunk, source: str) -> None:
    """Refuse a carriage return that is not the end of a line together with a newline."""
    text = np.frombuffer(chunk.text, np.uint8)
    alone = (text[:-1] == _RETURN) & (text[1:] != _NEWLINE)
    if chunk.has_quotes:
        alone &= ~np.logical_xor.accumulate(text == _QUOTE)[:-1]
    if alone.any():
        raise SoftmaxError(
            "a carriage return in the middle of a line",
            source=source,
            line=_line_at(chunk, int(alone.argmax())),
            hint="If lines end in one, convert them first: tr '\\r' '\\n'.",
        )


def _require_valid_quotes(chunk: TextChunk, delimiter: str, source: str) -> None:
    text = np.frombuffer(chunk.text, np.uint8)
    quotes = np.flatnonzero(text == _QUOTE)
    if len(quotes) % 2:
        _reject_quote(chunk, int(quotes[-1]), "a quote is opened and not closed", source)
    opening, closing = quotes[::2], quotes[1::2]
    before = np.where(opening > 0, text[opening - 1], _NEWLINE)
    after = text[closing + 1]
    # Two quotes in a row inside a field stand for one: the first closes, the second reopens.
    doubled = closing[:-1] + 1 == opening[1:]
    bad_opening = ~_among(before, (_NEWLINE, ord(delimiter)))
    bad_opening[1:] &= ~doubled
    bad_closing = ~_among(after, (_NEWLINE, _RETURN, ord(delimiter)))
    bad_closing[:-1] &= ~doubled
    if bad_opening.any():
        place = int(opening[bad_opening.argmax()])
        _reject_quote(chunk, place, "a quote in the middle of a field", source)
    if bad_closing.any():
        place = int(closing[bad_closing.argmax()])
        _reject_quote(chunk, place, "text after a closing quote", source)


def _among(values: NDArray[np.uint8], allowed: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.isin(values, np.array(allowed, np.uint8))


def _reject_quote(chunk: TextChunk, place: int, message: str, source: str) -> None:
    raise SoftmaxError(
        message,
        source=source,
        line=_line_at(chunk, place),
        hint='A field that holds a quote is quoted whole, its quotes doubled: "5"" disk".',
    )


def _require_utf8(chunk: TextChunk, source: str) -> None:
    """Refuse bytes that are not UTF-8, with their line."""
    try:
        chunk.text.decode()
    except UnicodeDecodeError as error:
        raise SoftmaxError(
            f"byte 0x{chunk.text[error.start]:02x} is not UTF-8",
            source=source,
            line=_line_at(chunk, error.start),
            hint="Convert the file first: iconv -f latin1 -t utf-8.",
        ) from error


def _line_at(chunk: TextChunk, place: int) -> int:
    return chunk.first_line + chunk.text.count(b"\n", 0, place)
