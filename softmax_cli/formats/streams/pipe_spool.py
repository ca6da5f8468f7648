"""Temporary copy of a stream, for formats that need random access."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, BinaryIO, cast

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from softmax_cli.formats.streams.input import ByteStream


def has_random_access(stream: ByteStream, path: str) -> bool:
    """Return True if a path can be opened again, at any offset: not a pipe, nor compressed."""
    return path != "-" and stream.raw.size is not None and not stream.filtered


def spool_to_file(stream: ByteStream) -> BinaryIO:
    """Copy a stream to a file that has no name, and so never outlives the process; close it."""
    try:
        file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115
        file.writelines(iter(stream.read, b""))
        file.flush()
        file.seek(0)
    except OSError as error:
        raise SoftmaxError(
            f"cannot copy the pipe to a temporary file: {error.strerror or error}",
            source=stream.source,
            hint="Save it as a file first.",
        ) from error
    finally:
        stream.close()
    return file
