"""Thread counts."""

from __future__ import annotations

import os
import sys

# Bytes of an input that is converted before threads have started.
_SMALL = 1 << 15


def default_jobs(size: int | None = None) -> int:
    """Return one thread per CPU, plus one that may wait for polars if it is used.

    None, 0, for an input of so few bytes that they are converted sooner than threads start.
    Call it once the inputs are open, because opening them imports polars where needed.
    """
    if size is not None and size <= _SMALL:
        return 0
    return cpu_count() + ("polars" in sys.modules)


def cpu_count() -> int:
    """Return the number of CPUs available to this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_polars_threads() -> None:
    """Limit polars, which takes about half of the time, to half of the CPUs.

    Contention between its threads and ours costs a tenth of the time on two CPUs. Call it
    before polars is imported; a limit set by the user stays.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, cpu_count() // 2)))
