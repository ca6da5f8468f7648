"""Garbage collector and allocator settings for streams of short-lived chunks."""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_OBJECTS = 20_000  # more than there are in the modules of a small conversion
# Polars' own allocator, jemalloc, gives memory back after this time, not after 0.5 s.
_JEMALLOC = "dirty_decay_ms:10000"
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8  # malloc.h of glibc


def tune_for_streaming() -> None:
    """Freeze existing objects, enable garbage collection and retain freed memory.

    Collections are rare, because a reader still has modules to import, and chunks have no cycles.
    Call this before polars is imported, whose allocator reads its settings then.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS)
    gc.enable()
    _raise_malloc_thresholds()
    os.environ.setdefault("_RJEM_MALLOC_CONF", _JEMALLOC)


def copy_to_mmap(array: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return a copy of an array in separate pages, outside the heap."""
    import numpy as np

    try:
        from mmap import mmap

        pages = mmap(-1, array.nbytes)
    except (ImportError, OSError):  # not everywhere, and not without limit
        return array.copy()
    copy = np.frombuffer(pages, array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def _raise_malloc_thresholds() -> None:
    """Reuse freed memory for the next chunk instead of returning it to the system.

    By default glibc maps each large array anew and unmaps it when freed; the page faults
    took a third of the time of a conversion. One arena for all threads keeps less of it: with
    one each, what a thread frees is lost to the others. Other C libraries are left as they are.
    """
    try:
        import ctypes

        mallopt = ctypes.CDLL(None).mallopt
    except (ImportError, OSError, AttributeError, TypeError):  # TypeError on Windows
        return
    mallopt(_M_ARENA_MAX, 1)
    mallopt(_M_MMAP_THRESHOLD, 32 << 20)
    mallopt(_M_TRIM_THRESHOLD, 512 << 20)
