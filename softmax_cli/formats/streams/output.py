"""Where results go: standard output, or a file that is whole or untouched."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from softmax_cli.errors import STDOUT, SoftmaxError, UsageError, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Bytes written at a time: for a megabyte or more at once, Linux 6 looks for pages that large,
# and takes two to five times as long.
_WRITE_SIZE = 1 << 19
_STDOUT_PATHS = (None, "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


@contextlib.contextmanager
def open_output(path: str | None) -> Iterator[BinaryIO]:
    """A binary file to write to: standard output for None and `-`, else the path.

    A regular file is written under a temporary name beside the target, which it replaces
    when the block ends well; when it does not, nothing stays of it. What is no regular file
    (a FIFO, /dev/null) is opened as it is. A suffix such as .gz compresses.
    """
    if path is None or path in _STDOUT_PATHS:
        yield _Stdout()  # type: ignore[misc]
        return
    from softmax_cli.formats.streams.compression import compression_from_suffix

    compression = compression_from_suffix(path)
    with wrap_os_errors(path), _target(path) as raw:
        if compression is None:
            yield raw
            return
        with compression.writer(raw) as compressed:
            yield compressed


def write_text(text: str) -> None:
    """Text to standard output, in its encoding; what that lacks is shown escaped."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    _Stdout().write(text.encode(encoding, "backslashreplace"))


def write_result(text: str, output: str | None) -> None:
    """Text to a file, or to standard output for None."""
    if output is None:
        write_text(text)
        return
    with open_output(output) as file:
        file.write(text.encode())


def require_distinct_output(output: str | None, inputs: Iterable[str | None]) -> None:
    """Refuse an output that would replace one of the inputs by something else."""
    if output is None or not os.path.exists(output):  # noqa: PTH110
        return
    for path in inputs:
        if path and os.path.exists(path) and os.path.samefile(path, output):  # noqa: PTH110, PTH121
            raise UsageError("the output would replace the input", source=output)


class _Stdout:
    """Standard output, where every write is seen to arrive."""

    def __init__(self) -> None:
        if sys.stdout is None:
            raise SoftmaxError("standard output is closed")
        self._file: Any = sys.stdout.buffer

    def write(self, data: bytes | memoryview) -> int:
        with wrap_os_errors(STDOUT):
            for start in range(0, len(data), _WRITE_SIZE):
                self._file.write(memoryview(data)[start : start + _WRITE_SIZE])
            self._file.flush()
            return len(data)

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return bool(self._file.isatty())


class _SmallWrites(io.FileIO):
    """A file that takes so much at a time; what buffers it comes again with the rest."""

    def write(self, data: Any) -> int:  # noqa: ANN401
        """Write the first of some bytes."""
        return super().write(memoryview(data)[:_WRITE_SIZE])


@contextlib.contextmanager
def _target(path: str) -> Iterator[BinaryIO]:
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        with open(path, "wb", buffering=0) as file:  # noqa: PTH123
            yield file
        return
    # Through a symbolic link: what is replaced is the file it points to, not the link.
    real = os.path.realpath(path)
    with _temporary_beside(real) as (file, temporary):
        yield file
        file.flush()
        os.replace(temporary, real)


@contextlib.contextmanager
def _temporary_beside(path: str) -> Iterator[tuple[BinaryIO, str]]:
    folder, name = os.path.split(path)
    # Not by tempfile, whose import takes a twentieth of a small conversion.
    start = os.fsdecode(os.fsencode(name)[:200])  # names may have 255 bytes
    temporary = os.path.join(folder, f".{start}.{os.urandom(6).hex()}.tmp")  # noqa: PTH118
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with io.BufferedWriter(_SmallWrites(descriptor, "wb")) as file:
            os.fchmod(descriptor, _mode(path))
            yield file, temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108


def _mode(path: str) -> int:
    """The mode of the file to be replaced, or what the umask gives a new one."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
