"""How time would fall with more cores: a simulation of the pipeline with measured parts."""

from __future__ import annotations

import heapq
import json
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cases import FULL, SCALING, SCALING_CORES
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import FailedRunError


@dataclass(frozen=True, slots=True)
class Parts:
    """Seconds of CPU time: to start, and per chunk; `held` of `convert` holds the lock."""

    start: float
    chunks: float
    read: float
    convert: float
    write: float
    held: float

    def limits(self, cores: int) -> dict[str, float]:
        """Return the least seconds per chunk that each part allows."""
        total = self.read + self.convert + self.write
        return {
            "cores": total / cores,
            "reader": self.read,
            "writer": self.write,
            "lock": self.held,
        }


def scaling(folder: Path, scale: float, _runs: int | None) -> Report:
    """Measure the parts of each conversion, and simulate it with more cores."""
    facts: list[Fact] = []
    for case, decimals in SCALING:
        shape = case.scaled(scale)
        measured = _measure(shape.written_to(folder), decimals)
        alone = Pipeline(measured, 1).run()
        facts += [
            _fact(shape.file_name.removesuffix(".csv"), decimals, measured, cores, alone)
            for cores in SCALING_CORES
        ]
    return Report("scaling", "simulated from parts measured on one thread", facts)


class Pipeline:
    """Chunks read in order by one thread, converted by any, and written in order by one.

    A conversion first waits for the lock of the interpreter and holds it for its share. As in
    the program, there are at most two chunks more under way than cores.
    """

    def __init__(self, parts: Parts, cores: int) -> None:
        self._parts = parts
        self._cores = cores
        self._count = max(1, round(parts.chunks))
        self._read = self._written = 0
        self._locking: deque[int] = deque()
        self._ready: deque[int] = deque()
        self._converted: set[int] = set()
        self._busy: set[str] = set()

    def run(self) -> float:
        """Return the seconds until the last chunk is written."""
        now = self._parts.start
        running: list[tuple[float, str, int]] = []
        while self._written < self._count:
            while len(running) < self._cores and (task := self._next()):
                name, chunk, duration = task
                heapq.heappush(running, (now + duration, name, chunk))
            now, name, chunk = heapq.heappop(running)
            self._end(name, chunk)
        return now

    def _next(self) -> tuple[str, int, float] | None:
        """Start the next task: its name, chunk and duration; None if all have to wait."""
        parts = self._parts
        if "write" not in self._busy and self._written in self._converted:
            self._busy.add("write")
            return "write", self._written, parts.write
        room = self._read < min(self._count, self._written + self._cores + 2)
        if "read" not in self._busy and room:
            self._busy.add("read")
            return "read", self._read, parts.read
        if "lock" not in self._busy and self._locking:
            self._busy.add("lock")
            return "lock", self._locking.popleft(), parts.held
        if self._ready:
            return "convert", self._ready.popleft(), parts.convert - parts.held
        return None

    def _end(self, name: str, chunk: int) -> None:
        self._busy.discard(name)
        match name:
            case "read":
                self._read += 1
                self._locking.append(chunk)
            case "lock":
                self._ready.append(chunk)
            case "convert":
                self._converted.add(chunk)
            case "write":
                self._written += 1


def _measure(path: Path, decimals: str) -> Parts:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.parts", str(path), decimals],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise FailedRunError(done.stderr.strip().splitlines()[-1])
    return Parts(**json.loads(done.stdout))


def _fact(name: str, decimals: str, parts: Parts, cores: int, alone: float) -> Fact:
    taken = Pipeline(parts, cores).run()
    limits = parts.limits(cores)
    return {
        "input": name,
        "decimals": "all" if decimals == FULL else decimals,
        "cores": cores,
        "time s": taken,
        "speedup ratio": alone / taken,
        "limit": max(limits, key=limits.__getitem__),
        **{f"{part} ms": value * 1e3 for part, value in limits.items() if part != "cores"},
    }
