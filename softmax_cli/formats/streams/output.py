"""Output streams: standard output, or a file that is replaced only on success."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

from softmax_cli.errors import STDOUT, SoftmaxError, UsageError, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Bytes per write: for 1 MiB or more at once, Linux 6 looks for pages that large, and takes
# two to five times as long.
_WRITE_SIZE = 1 << 19
_STDOUT_PATHS = (None, "-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")


@contextlib.contextmanager
def open_output(path: str | None) -> Iterator[BinaryIO]:
    """Open a binary file for writing: standard output for None and `-`, else the path.

    A regular file is written under a temporary name next to the target. It replaces the
    target if the body succeeds, and is deleted otherwise. Other files (a FIFO, /dev/null)
    are opened directly. A suffix such as .gz compresses.
    """
    if path is None or path in _STDOUT_PATHS:
        yield _Stdout()  # type: ignore[misc]
        return
    from softmax_cli.formats.streams.compression import compression_from_suffix
    from softmax_cli.formats.streams.urls import is_url, write_url

    target = write_url if is_url(path) else _target
    compression = compression_from_suffix(path)
    with wrap_os_errors(path), target(path) as raw:
        if compression is None:
            yield raw
            return
        with compression.writer(raw) as compressed:
            yield compressed


def write_text(text: str) -> None:
    """Write text to standard output, escaping what its encoding lacks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    _Stdout().write(text.encode(encoding, "backslashreplace"))


def write_result(text: str, output: str | None, format_name: str) -> None:
    """Write text to a file, or to standard output for None; only a table in its encoding."""
    if output is None and format_name == "table":
        write_text(text)
        return
    with open_output(output) as file:
        file.write(text.encode())


def require_distinct_output(output: str | None, inputs: Iterable[str | None]) -> None:
    """Raise UsageError if the output would overwrite one of the inputs."""
    if output is None or not os.path.exists(output):  # noqa: PTH110
        return
    for path in inputs:
        if path and os.path.exists(path) and os.path.samefile(path, output):  # noqa: PTH110, PTH121
            raise UsageError("output would overwrite the input", source=output)


class _Stdout:
    """Standard output, flushed on every write so that errors surface at once."""

    def __init__(self) -> None:
        if sys.stdout is None:
            raise SoftmaxError("standard output is closed")
        self._file: Any = sys.stdout.buffer

    def write(self, data: bytes | memoryview) -> int:
        with wrap_os_errors(STDOUT), _wrap_closed_pipes():
            for start in range(0, len(data), _WRITE_SIZE):
                self._file.write(memoryview(data)[start : start + _WRITE_SIZE])
            self._file.flush()
            return len(data)

    def isatty(self) -> bool:
        """Return True if it is a terminal."""
        return bool(self._file.isatty())


@contextlib.contextmanager
def _wrap_closed_pipes() -> Iterator[None]:
    """Raise BrokenPipeError for a pipe that nobody reads, also on Windows."""
    try:
        yield
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL:
            raise BrokenPipeError from error
        raise


class _SmallWrites(io.FileIO):
    """A file that accepts _WRITE_SIZE bytes per write; its buffer sends the rest again."""

    def write(self, data: Any) -> int:  # noqa: ANN401
        """Write the first bytes of `data` and return their number."""
        return super().write(memoryview(data)[:_WRITE_SIZE])


@contextlib.contextmanager
def _target(path: str) -> Iterator[BinaryIO]:
    if os.path.exists(path) and not os.path.isfile(path):  # noqa: PTH110, PTH113
        with open(path, "wb", buffering=0) as file:  # noqa: PTH123
            yield file
        return
    # Replace the file that a symbolic link points to, not the link.
    real = os.path.realpath(path)
    with _temporary_file(real) as (file, temporary):
        yield file
        file.close()  # Windows moves no open file
        os.replace(temporary, real)


@contextlib.contextmanager
def _temporary_file(path: str) -> Iterator[tuple[BinaryIO, str]]:
    folder, name = os.path.split(path)
    # Without tempfile, whose import takes a twentieth of a small conversion.
    # Names may have 255 bytes, and elsewhere than on Linux must be text.
    start = os.fsencode(name)[:200].decode(sys.getfilesystemencoding(), "ignore")
    temporary = os.path.join(folder, f".{start}.{os.urandom(6).hex()}.tmp")  # noqa: PTH118
    raw = _SmallWrites(temporary, "xb", opener=_open_private)
    try:
        with io.BufferedWriter(raw) as file:
            os.chmod(raw.fileno() if os.chmod in os.supports_fd else temporary, _mode(path))  # noqa: PTH101
            yield file, temporary
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)  # noqa: PTH108


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _mode(path: str) -> int:
    """Return the mode of the file to replace, or that of a new file by the umask."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(os.stat(path).st_mode)  # noqa: PTH116
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
