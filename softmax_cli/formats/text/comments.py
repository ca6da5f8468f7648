"""Comment lines within delimited text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def comment_spans(text: bytes, comment: bytes) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line that is a comment; `text` begins with a record."""
    start, quoted = 0, False
    for match in re.finditer(rb"(?m)^" + re.escape(comment) + rb".*\n?", text):
        quoted ^= text.count(b'"', start, match.start()) % 2 == 1
        start = match.start() if quoted else match.end()
        if not quoted:
            yield match.span()


def without_quotes(text: bytes, comment: bytes) -> bytes:
    """Return a text of the same length, with blanks for the quotes in its comments."""
    for start, end in comment_spans(text, comment):
        text = text[:start] + text[start:end].replace(b'"', b" ") + text[end:]
    return text
