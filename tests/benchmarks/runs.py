"""Processes run in turn, with their time and memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

from tests.benchmarks.reports import Fact

_LAUNCHER = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]


class FailedRunError(Exception):
    """A program that ended with an error; its last line is the message."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU time in seconds, peak memory in MB."""

    wall: float
    cpu: float
    peak: float


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of one program's runs."""

    runs: tuple[Cost, ...]

    @property
    def median(self) -> Cost:
        """The median of each cost by itself."""
        return Cost(
            median(run.wall for run in self.runs),
            median(run.cpu for run in self.runs),
            median(run.peak for run in self.runs),
        )

    def margins(self, ours: Costs) -> Fact:
        """Return the medians, the ratios of ours to them, and every run."""
        taken, our = self.median, ours.median
        return {
            "wall s": taken.wall,
            "CPU s": taken.cpu,
            "peak MB": taken.peak,
            "wall ratio": our.wall / taken.wall,
            "CPU ratio": our.cpu / taken.cpu,
            "peak ratio": our.peak / taken.peak,
            "runs (wall s, CPU s, peak MB)": self.listed(),
        }

    def listed(self) -> list[list[float]]:
        """Return wall time, CPU time and peak memory of each run."""
        return [[round(run.wall, 4), round(run.cpu, 4), run.peak] for run in self.runs]


def cost(command: list[str], stdin: IO[bytes] | None = None) -> Cost:
    """Run a command once; raises FailedRunError unless its exit status is 0."""
    done = subprocess.run(
        [*_LAUNCHER, *command],
        stdin=stdin or subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    last_line = (done.stderr.strip().splitlines() or ["no message"])[-1]
    if done.returncode:
        raise FailedRunError(last_line)
    status, wall, cpu, peak = map(float, done.stdout.split())
    if status:
        raise FailedRunError(f"exit status {status:.0f}: {last_line}")
    return Cost(wall, cpu, peak / 1e6)


def measure_in_turn(programs: Mapping[str, Callable[[], Cost]], runs: int) -> dict[str, Costs]:
    """Run every program in turn, several times, so that all meet the machine in the same state."""
    rounds = [{name: program() for name, program in programs.items()} for _ in range(runs)]
    return {name: Costs(tuple(costs[name] for costs in rounds)) for name in programs}
