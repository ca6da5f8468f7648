"""Thread counts."""

from __future__ import annotations

import os
import sys


def default_jobs() -> int:
    """Return one thread per CPU, plus one that may wait for polars if it is used.

    Call it once the inputs are open, because opening them imports polars where needed.
    """
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
