"""Memory management for a stream: its blocks come and go, what was imported stays."""

from __future__ import annotations

import ctypes
import gc
import mmap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc


def tune_for_streaming() -> None:
    """Collect garbage again, of what is made from now on, and keep freed memory for it."""
    gc.freeze()
    gc.enable()
    _raise_malloc_thresholds()


def copy_to_mmap(array: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A copy of an array in pages of its own."""
    import numpy as np

    copy = np.frombuffer(mmap.mmap(-1, array.nbytes), array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def _raise_malloc_thresholds() -> None:
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
