"""Whether a file holds what its name says, by how it begins."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.input import open_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.streams.input import ByteStream

# First bytes of the binary formats that are read, by name.
SIGNATURES = {
    "npy": b"\x93NUMPY",
    "npz": b"PK\x03\x04",
    "parquet": b"PAR1",
    "arrow": b"ARROW1",
}
# Signatures of unsupported formats.
_UNSUPPORTED_SIGNATURES = {
    b"\x89HDF\r\n\x1a\n": "HDF5",
    b"\x80\x02": "a pickle",
    b"\x80\x03": "a pickle",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
    b"\xd0\xcf\x11\xe0": "an Excel workbook",
    b"ORC": "ORC",
}


def open_text(path: str, name: str) -> ByteStream:
    """The text of a path, or of standard input for `-`, that is to be of a text format.

    Raises SoftmaxError where it begins as a binary format does.
    """
    stream = open_stream(path)
    with closed_on_error(stream):
        require_text(
            stream.peek([*SIGNATURES.values(), *_UNSUPPORTED_SIGNATURES]), name, stream.source
        )
    return stream


@contextmanager
def closed_on_error(stream: ByteStream) -> Iterator[None]:
    """Close a stream that turns out not to be of use."""
    try:
        yield
    except BaseException:
        stream.raw.close()
        raise


def require_text(head: bytes, name: str, source: str) -> None:
    """Refuse the first bytes of a binary format where text of format `name` was expected."""
    for found, magic in SIGNATURES.items():
        if head.startswith(magic):
            raise SoftmaxError(
                f"read as {name}, but the content is {found}",
                source=source,
                hint=f"Use --input-format {found}.",
            )
    for magic, found in _UNSUPPORTED_SIGNATURES.items():
        if head.startswith(magic):
            raise SoftmaxError(
                f"read as {name}, but the content is {found}, which is not supported",
                source=source,
                hint="Save the logits as .npy, CSV or Parquet.",
            )


def require_signature(head: bytes, name: str, source: str) -> None:
    """Refuse first bytes that are not those of the binary format `name`."""
    if head.startswith(SIGNATURES[name]):
        return
    if not head:
        raise SoftmaxError("the file is empty", source=source)
    require_text(head, name, source)
    raise SoftmaxError(
        f"read as {name}, but the content is not",
        source=source,
        hint="If it is text, use --input-format csv or jsonl.",
    )
