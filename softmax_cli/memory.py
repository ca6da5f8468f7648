"""Memory management for a stream: its blocks come and go, what was imported stays."""

from __future__ import annotations

import ctypes
import gc

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc


def collect_again() -> None:
    """Turn the garbage collector on, for what was made from now on."""
    gc.freeze()
    gc.enable()


def keep_freed_memory() -> None:
    """Let freed memory serve the next block instead of going back to the system.

    By default glibc maps each large array anew and gives it back at once; the page faults
    of that took a third of the time of a conversion. Elsewhere this does nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(_M_MMAP_THRESHOLD, 32 << 20)
    mallopt(_M_TRIM_THRESHOLD, 512 << 20)
