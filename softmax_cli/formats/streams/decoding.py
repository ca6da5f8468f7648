"""Text in other encodings of Unicode, named by a byte-order mark, as UTF-8."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from collections.abc import Callable

# Longest first, because the mark of UTF-32 begins with that of UTF-16.
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decoded(read: Callable[[], bytes], encoding: str, source: str) -> Callable[[], bytes]:
    """Return a function that reads UTF-8 without a byte-order mark, for one that reads `encoding`.

    It raises SoftmaxError for text that cannot be decoded.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    started = False

    def pull() -> bytes:
        nonlocal started
        while data := read():
            text = _decode(decoder, data, source)
            while not started and text.startswith(codecs.BOM_UTF8):
                text = text[len(codecs.BOM_UTF8) :]  # programs that add a second mark
            if text:
                started = True
                return text
        return _decode(decoder, b"", source)

    return pull


def _decode(decoder: codecs.IncrementalDecoder, data: bytes, source: str) -> bytes:
    try:
        return decoder.decode(data, final=not data).encode()
    except UnicodeError as error:
        raise SoftmaxError(f"cannot decode text: {error}", source=source) from error
