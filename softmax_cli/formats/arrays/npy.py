"""`.npy`: one array, read block by block, also from a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.arrays.npy_stream import ArrayStream
from softmax_cli.formats.arrays.source import ArraySource, LabelArray
from softmax_cli.formats.streams.input import open_stream
from softmax_cli.formats.streams.signatures import SIGNATURES, closed_on_error, require_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream


def open_npy(path: str, read_options: ReadOptions, context: ReadContext) -> ArraySource:
    """The logits of an array at a path, or of standard input for `-`."""
    stream = open_stream(path)
    with closed_on_error(stream):
        read_options.reject_dialect(stream.source, "npy")
        read_options.reject_column_names(stream.source, "npy")
        logits = _array(stream, as_column=not context.exclusive, allow_bool=False)
        return ArraySource(logits, read_options, "npy", stream.raw.close)


def open_label_array(
    path: str, _reading: ReadOptions, _context: ReadContext, _classes: Sequence[str]
) -> LabelArray:
    """The labels of an array at a path, or of standard input for `-`."""
    stream = open_stream(path)
    with closed_on_error(stream):
        return LabelArray(_array(stream, as_column=True, allow_bool=True), stream.raw.close)


def _array(stream: ByteStream, *, as_column: bool, allow_bool: bool) -> ArrayStream:
    require_signature(stream.peek([SIGNATURES["npy"]]), "npy", stream.source)
    raw = stream.raw
    # Only of a plain file is it known how long it is, and what is where.
    plain = raw.size is not None and not stream.filtered
    return ArrayStream(
        _reader(stream),
        stream.source,
        as_column=as_column,
        allow_bool=allow_bool,
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
