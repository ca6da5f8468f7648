"""Temporary copy of a stream, for formats that need random access and for a second pass."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from softmax_cli.errors import STDIN, SoftmaxError, UsageError, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Readable(Protocol):
    """A stream of bytes, b"" at the end."""

    source: str

    def read(self) -> bytes:
        """Return some bytes."""
        ...

    def close(self) -> None:
        """Close the stream."""


_COPY_SIZE = 1 << 20


def spool_to_file(stream: Readable) -> BinaryIO:
    """Copy a stream to a file that has no name, and so never outlives the process; close it."""
    import tempfile

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


def repeatable_input(paths: Sequence[str]) -> Callable[[], None]:
    """Make inputs readable twice, and return the function that goes back to the start.

    A pipe on standard input is copied to a file without a name, which takes its place. Raises
    UsageError for a path that is a pipe.
    """
    for path in paths:
        if path != "-" and os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode):  # noqa: PTH110, PTH116
            raise UsageError(
                "a pipe cannot be read twice",
                source=path,
                hint="Save it as a file, or pipe it to standard input.",
            )
    if "-" not in paths or sys.stdin is None:
        return lambda: None
    with wrap_os_errors(STDIN):
        if not stat.S_ISREG(os.fstat(0).st_mode):
            _replace_standard_input()
        start = os.lseek(0, 0, os.SEEK_CUR)
    return lambda: cast("None", os.lseek(0, start, os.SEEK_SET))


def _replace_standard_input() -> None:
    import tempfile

    with tempfile.TemporaryFile() as file:
        while data := os.read(0, _COPY_SIZE):
            file.write(data)
        file.flush()
        file.seek(0)
        os.dup2(file.fileno(), 0)
