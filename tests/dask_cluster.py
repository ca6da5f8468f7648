"""A Dask cluster of processes, until standard input ends: `python -m tests.dask_cluster WORKERS`."""

import contextlib
import os
import signal
import subprocess
import sys


@contextlib.contextmanager
def started(workers):
    """A scheduler with workers, as the process that runs them and its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.dask_cluster", str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        text=True,
    )
    try:
        yield process, process.stdout.readline().strip()
        process.communicate(timeout=30)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        process.stdin.close()
        process.stdout.close()


def _run(workers):
    from distributed import LocalCluster

    options = {"threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(n_workers=workers, **options) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _run(int(sys.argv[1]))
