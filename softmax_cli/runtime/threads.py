"""Numbers of threads."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def default_jobs() -> int:
    """One thread for each processor, and where polars is used, one that may wait for it.

    To be called when the inputs are open.
    """
    return cpu_count() + ("polars" in sys.modules)


def cpu_count() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def limit_polars_threads() -> None:
    """Keep polars, which takes about half of the time, to half of the processors.

    Its threads would otherwise contend with ours for them: a tenth of the time on two. To
    be called before polars is imported; a setting of the user's stays.
    """
    os.environ.setdefault("POLARS_MAX_THREADS", str(max(1, cpu_count() // 2)))
