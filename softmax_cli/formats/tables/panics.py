"""Panics of polars, kept from the terminal: Rust prints them to descriptor 2 by itself."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STDERR = 2
_lock = Lock()
_active: list[_Diversion] = []
_depth = 0


class PanicSilencer:
    """Discards what native code writes to standard error, while `sys.stderr` works on.

    Threads of polars may panic at any time, so this spans whole iterations, not single calls. It
    may be closed by another thread than the one that iterates.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._active = self._closed = False

    def start(self) -> None:
        """Start to discard, unless this is closed."""
        with self._lock:
            if not (self._active or self._closed):
                self._active = True
                _enter()

    def stop(self) -> None:
        """Stop to discard, if that was started."""
        with self._lock:
            if self._active:
                self._active = False
                _leave()

    def close(self) -> None:
        """Stop for good."""
        self._closed = True
        self.stop()


@contextmanager
def silenced_panics() -> Iterator[None]:
    """Discard what native code writes to standard error during one call."""
    silencer = PanicSilencer()
    silencer.start()
    try:
        yield
    finally:
        silencer.close()


def _enter() -> None:
    global _depth  # noqa: PLW0603
    with _lock:
        _depth += 1
        if _depth == 1 and not os.environ.get("SOFTMAX_TRACEBACK"):
            try:
                _active.append(_Diversion())
            except OSError:  # standard error is closed
                return


def _leave() -> None:
    global _depth  # noqa: PLW0603
    with _lock:
        _depth -= 1
        if not _depth and _active:
            _active.pop().undo()


class _Diversion:
    """Descriptor 2 sent to the null device, and `sys.stderr` to where that descriptor went."""

    def __init__(self) -> None:
        self._original = sys.stderr
        self._saved = os.dup(_STDERR)
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, _STDERR)
        os.close(null)
        self._replacement = None
        if _descriptor(self._original) == _STDERR:
            self._original.flush()
            self._replacement = open(  # noqa: SIM115
                self._saved,
                "w",
                buffering=1,
                encoding=self._original.encoding,
                errors=self._original.errors,
                closefd=False,
            )
            sys.stderr = self._replacement

    def undo(self) -> None:
        """Restore the descriptor, and `sys.stderr` unless something else has replaced it."""
        os.dup2(self._saved, _STDERR)
        if self._replacement is None:
            os.close(self._saved)
        elif sys.stderr is self._replacement:
            self._replacement.flush()
            sys.stderr = self._original
            os.close(self._saved)
        # Else a progress bar holds the replacement and may write to it yet.


def _descriptor(stream: object) -> int | None:
    try:
        return stream.fileno()  # type: ignore[attr-defined, no-any-return]
    except (AttributeError, OSError, ValueError):
        return None
