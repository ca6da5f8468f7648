"""Checks of file content against the expected format."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.input import open_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.streams.input import ByteStream

# First bytes of the supported binary formats, by name.
SIGNATURES = {
    "npy": b"\x93NUMPY",
    "npz": b"PK\x03\x04",
    "parquet": b"PAR1",
    "arrow": b"ARROW1",
}
# First bytes of an Arrow IPC stream, which has no signature: the mark of a message.
ARROW_STREAM = b"\xff\xff\xff\xff"
# Signatures of unsupported formats.
_UNSUPPORTED_SIGNATURES = {
    b"FEA1": "Feather version 1",
    b"PARE": "encrypted Parquet",
    b"Obj\x01": "Avro",
    b"SQLite format 3\0": "SQLite database",
    b"\x89HDF\r\n\x1a\n": "HDF5",
    b"\x80\x02": "pickle",
    b"\x80\x03": "pickle",
    b"\x80\x04": "pickle",
    b"\x80\x05": "pickle",
    b"\xd0\xcf\x11\xe0": "Excel workbook",
    b"ORC": "ORC",
}

# Formats in zip archives, by the name of the first member, without its folder.
_ZIP_MEMBERS = {
    b"[Content_Types].xml": "Excel workbook",
    b"mimetype": "OpenDocument",
    b"data.pkl": "PyTorch file",
}


def open_text(path: str, name: str) -> ByteStream:
    """Open a path, or standard input for `-`, as text of format `name`.

    Raises:
        SoftmaxError: for content that begins with the signature of a binary format.
    """
    stream = open_stream(path)
    with closed_on_error(stream):
        require_text(
            stream.peek([*SIGNATURES.values(), ARROW_STREAM, *_UNSUPPORTED_SIGNATURES]),
            name,
            stream.source,
        )
    return stream


@contextmanager
def closed_on_error(stream: ByteStream) -> Iterator[None]:
    """Close the stream if the body raises."""
    try:
        yield
    except BaseException:
        stream.close()
        raise


def require_text(head: bytes, name: str, source: str) -> None:
    """Raise SoftmaxError if the first bytes are those of a binary format."""
    for actual, magic in (*SIGNATURES.items(), ("arrow", ARROW_STREAM)):
        if head.startswith(magic):
            if what := _ZIP_MEMBERS.get(_first_member(head)):
                raise _unsupported(what, name, source)
            raise SoftmaxError(
                f"expected {name}, found {actual}",
                source=source,
                hint=f"Use --input-format {actual}.",
            )
    for magic, actual in _UNSUPPORTED_SIGNATURES.items():
        if head.startswith(magic):
            raise _unsupported(actual, name, source)


def _unsupported(actual: str, name: str, source: str) -> SoftmaxError:
    return SoftmaxError(
        f"expected {name}, found {actual} (unsupported)",
        source=source,
        hint="Save the logits as .npy, CSV or Parquet.",
    )


def _first_member(head: bytes) -> bytes:
    """Return the name of the first member of a zip archive."""
    size = int.from_bytes(head[26:28], "little")
    return head[30 : 30 + size].rpartition(b"/")[2] if head.startswith(SIGNATURES["npz"]) else b""


def require_signature(head: bytes, name: str, source: str) -> None:
    """Raise SoftmaxError if the first bytes are not those of binary format `name`."""
    if head.startswith(SIGNATURES[name]):
        return
    if not head:
        raise SoftmaxError("empty file", source=source)
    require_text(head, name, source)
    raise SoftmaxError(
        f"not a valid {name} file",
        source=source,
        hint="Use --input-format csv or jsonl if it is text.",
    )
