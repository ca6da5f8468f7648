"""NPY files: one array, streamed, also from a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.arrays.array_layout import ArrayUse
from softmax_cli.formats.arrays.labels import LabelArray
from softmax_cli.formats.arrays.npy_stream import ArrayStream
from softmax_cli.formats.arrays.records import RecordSource
from softmax_cli.formats.arrays.source import ArraySource
from softmax_cli.formats.streams.input import open_stream
from softmax_cli.formats.streams.signatures import SIGNATURES, closed_on_error, require_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream


def open_npy(
    path: str, read_options: ReadOptions, context: ReadContext
) -> ArraySource | RecordSource:
    """Open an array of logits at a path, or standard input for `-`."""
    stream = open_stream(path)
    with closed_on_error(stream):
        read_options.reject_dialect(stream.source, "npy")
        logits = _open_array(stream, ArrayUse(not context.exclusive, read_options.axis))
        if logits.dtype.names is not None:
            return RecordSource(logits, read_options, "npy", stream.close)
        read_options.reject_column_names(stream.source, "npy")
        return ArraySource(logits, read_options, "npy", stream.close)


def open_label_array(
    path: str, read_options: ReadOptions, _context: ReadContext, _classes: Sequence[str]
) -> LabelArray:
    """Open an array of labels at a path, or standard input for `-`."""
    stream = open_stream(path)
    with closed_on_error(stream):
        # Labels of rows from several axes have the same axes, one value each.
        labels = _open_array(
            stream,
            ArrayUse(
                as_column=True,
                as_labels=True,
                flatten=lambda shape: read_options.axis is not None and len(shape) > 1,
            ),
        )
        return LabelArray(labels, stream.close)


def _open_array(stream: ByteStream, use: ArrayUse) -> ArrayStream:
    require_signature(stream.peek([SIGNATURES["npy"]]), "npy", stream.source)
    raw = stream.raw
    # Only an uncompressed file has a known size and random access.
    uncompressed = raw.size is not None and not stream.filtered
    return ArrayStream(
        _make_reader(stream),
        stream.source,
        use,
        size=raw.size if uncompressed else None,
        descriptor=raw.fileno() if uncompressed else None,
    )


def _make_reader(stream: ByteStream) -> Callable[[int], bytes]:
    rest = b""

    def read(size: int) -> bytes:
        nonlocal rest
        data = rest or stream.read()
        rest = data[size:]
        return data[:size] if rest else data

    return read
