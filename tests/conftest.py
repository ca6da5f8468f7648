"""Tests run in parallel, a process for each CPU, and with the same examples from hypothesis."""

import os

from hypothesis import settings

from softmax_cli.runtime.threads import cpu_count

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")

# Programs that tests start would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_auto_num_workers() -> int:
    """Run a worker for each CPU."""
    return cpu_count()


def _keep_to_one_cpu(worker: str) -> None:
    """Keep a worker, and what it starts, to a CPU, or threads of all would compete for all."""
    if worker and hasattr(os, "sched_setaffinity"):
        cpus = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cpus[int(worker.removeprefix("gw")) % len(cpus)]})


_keep_to_one_cpu(os.environ.get("PYTEST_XDIST_WORKER", ""))
