"""`.npy`: one array, read block by block, also from a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.array_source import (
    ArraySource,
    LabelArray,
    require_no_dialect,
    require_no_names,
)
from softmax_cli.formats.array_stream import ArrayStream
from softmax_cli.formats.content import closed_on_error, require_magic
from softmax_cli.formats.streams import open_stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.formats import Reading
    from softmax_cli.formats.streams import ByteStream


def open_npy(path: str, reading: Reading) -> ArraySource:
    """The logits of an array at a path, or of standard input for `-`."""
    stream = open_stream(path)
    with closed_on_error(stream):
        require_no_dialect(reading, stream.source, "npy")
        require_no_names(reading, stream.source, "npy")
        logits = _array(stream, upright=reading.independent, truths=False)
        return ArraySource(logits, reading, "npy", stream.raw.close)


def open_label_array(path: str, _reading: Reading, _form: str) -> LabelArray:
    """The labels of an array at a path, or of standard input for `-`."""
    stream = open_stream(path)
    with closed_on_error(stream):
        return LabelArray(_array(stream, upright=True, truths=True), stream.raw.close)


def _array(stream: ByteStream, *, upright: bool, truths: bool) -> ArrayStream:
    require_magic(stream.peek([b"\x93NUMPY"]), "npy", stream.source)
    raw = stream.raw
    # Only of a plain file is it known how long it is, and what is where.
    plain = raw.size is not None and not stream.filtered
    return ArrayStream(
        _reader(stream),
        stream.source,
        upright=upright,
        truths=truths,
        size=raw.size if plain else None,
        descriptor=raw.fileno() if plain else None,
    )


def _reader(stream: ByteStream) -> Callable[[int], bytes]:
    left = b""

    def read(size: int) -> bytes:
        nonlocal left
        data = left or stream.read()
        left = data[size:]
        return data[:size] if left else data

    return read
