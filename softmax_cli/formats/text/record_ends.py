"""Ends of records in text whose fields may hold newlines in quotes."""

from __future__ import annotations


def first_end(text: bytes, start: int, *, quoting: bool) -> int:
    """Return the end of the record that begins at `start`; 0 if it is incomplete."""
    end = text.find(b"\n", start) + 1
    quotes = text.count(b'"', start, end) if end and quoting else 0
    while end and quotes % 2:
        after = text.find(b"\n", end) + 1
        quotes += text.count(b'"', end, after) if after else 0
        end = after
    return end


def last_end(text: bytes) -> int:
    """Return the end of the last whole record; 0 if there is none."""
    end = text.rfind(b"\n") + 1
    if b'"' not in text:
        return end
    quotes = text.count(b'"', 0, end)
    while end and quotes % 2:
        before = text.rfind(b"\n", 0, end - 1) + 1
        quotes -= text.count(b'"', before, end)
        end = before
    return end
