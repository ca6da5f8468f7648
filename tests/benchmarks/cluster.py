"""Ours on a Dask cluster of this machine: workers, the client as the data grows, cost of a task."""

from __future__ import annotations

import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from softmax_cli.runtime.cluster import open_cluster
from softmax_cli.runtime.ordered_map import executor_map
from tests.benchmarks.inputs import Input
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import cost
from tests.dask_cluster import started

_CLIENT = str(Path(__file__).with_name("cluster_client.py"))
_SMALL, _LARGE = Input(400_000, 10, digits=6), Input(4_000_000, 10, digits=6)
# The workers, the input, and the bytes of a part.
_RUNS = ((1, _LARGE, 8 << 20), (2, _LARGE, 8 << 20), (4, _LARGE, 8 << 20),
         (2, _SMALL, 8 << 20), (2, _LARGE, 1 << 20))  # fmt: skip
_TASKS = 2_000


def cluster(folder: Path, scale: float, runs: int | None) -> Report:
    """Conversions in parts, and empty tasks; the client's traffic is counted on its way."""
    if find_spec("distributed") is None:
        return Report("cluster", "", [], notes=["cluster: distributed is not installed"])
    facts = []
    for workers, source, part_size in _RUNS:
        given = source.scaled(scale)
        path = given.written_to(folder)
        with started(workers) as (_, address):
            facts += [
                _converted(path, given, workers, part_size, address) for _ in range(runs or 1)
            ]
    with started(2) as (_, address):
        facts.append(_empty_tasks(address))
    return Report("cluster", "conversions with --decimals 6, then empty tasks", facts)


def _converted(path: Path, source: Input, workers: int, part_size: int, address: str) -> Fact:
    out = Path(tempfile.mkdtemp(dir=path.parent))
    before = _cpu_seconds(address)
    with _counted(address) as (proxy, traffic):
        own = ["convert", str(path), "-q", "--decimals", "6", "--cluster", proxy, "-o", f"{out}/"]
        taken = cost([sys.executable, _CLIENT, str(part_size), *own])
    parts = len(list(out.glob("*.csv")))
    shutil.rmtree(out)
    fact = _fact(f"{source.rows:,} rows", workers, parts, taken.wall, taken.cpu)
    return fact | _shares(address, before, traffic, parts) | {"client peak MB": taken.peak}


def _empty_tasks(address: str) -> Fact:
    before = _cpu_seconds(address)
    with _counted(address) as (proxy, traffic), open_cluster(proxy) as workers:
        began, cpu = time.perf_counter(), time.process_time()
        for _ in executor_map(abs, range(_TASKS), workers, 1000):
            pass
        taken = time.perf_counter() - began
        own = time.process_time() - cpu
    fact = _fact("empty tasks", 2, _TASKS, taken, own)
    return fact | _shares(address, before, traffic, _TASKS) | {"client peak MB": None}


def _cpu_seconds(address: str) -> tuple[float, float]:
    """Return the CPU time of the scheduler, and of all workers."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        workers = client.run(time.process_time).values()
        return client.run_on_scheduler(time.process_time), sum(workers)


def _shares(address: str, before: tuple[float, float], traffic: list[int], tasks: int) -> Fact:
    scheduler, workers = (
        after - then for after, then in zip(_cpu_seconds(address), before, strict=True)
    )
    return {
        "workers CPU s": workers,
        "scheduler CPU per task ms": scheduler / tasks * 1e3,
        "client bytes per task": round(sum(traffic) / tasks),
    }


def _fact(what: str, workers: int, tasks: int, wall: float, cpu: float) -> Fact:
    return {
        "input": what,
        "workers": workers,
        "tasks": tasks,
        "wall s": wall,
        "client CPU s": cpu,
    }


@contextmanager
def _counted(address: str) -> Iterator[tuple[str, list[int]]]:
    """An address that leads to a scheduler, and the bytes sent and received by way of it."""
    host, _, port = address.removeprefix("tcp://").partition(":")
    traffic = [0, 0]
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                target = socket.create_connection((host, int(port)))
                for way, (source, sink) in enumerate(((client, target), (target, client))):
                    threading.Thread(
                        target=_forward, args=(source, sink, traffic, way), daemon=True
                    ).start()

        threading.Thread(target=accept, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}", traffic


def _forward(source: socket.socket, sink: socket.socket, traffic: list[int], way: int) -> None:
    try:
        while data := source.recv(1 << 16):
            traffic[way] += len(data)
            sink.sendall(data)
    except OSError:
        pass
    finally:
        sink.close()
