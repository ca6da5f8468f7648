"""Time and memory as the rows of a stream grow."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.benchmarks.cases import (
    GROWTH_BLOCK,
    GROWTH_LONG,
    GROWTH_MILLIONS,
    GROWTH_RUNS,
)
from tests.benchmarks.programs import SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Cost, Costs, cost, measure_in_turn

_REPEAT = str(Path(__file__).with_name("repeat.py"))


def growth(folder: Path, scale: float, runs: int | None, *, long: bool) -> Report:
    """Measure ours reading from a pipe, its output discarded; ratios are to the fewest rows."""
    chunk = GROWTH_BLOCK.scaled(scale)
    source = chunk.written_to(folder)
    blocks_per_million = 1_000_000 // GROWTH_BLOCK.rows
    millions = (*GROWTH_MILLIONS, GROWTH_LONG) if long else GROWTH_MILLIONS
    runs = runs or GROWTH_RUNS
    streams = {
        str(million): partial(_streamed, source, million * blocks_per_million)
        for million in millions
    }
    costs = measure_in_turn(streams, runs)
    first = costs[str(millions[0])].median
    facts = [
        _fact(million * blocks_per_million * chunk.rows, costs[str(million)], first)
        for million in millions
    ]
    return Report("growth", f"rows x {chunk.classes} through a pipe, runs: {runs}", facts)


def _streamed(source: Path, times: int) -> Cost:
    generator = subprocess.Popen(
        [sys.executable, _REPEAT, str(source), str(times)], stdout=subprocess.PIPE
    )
    with generator:
        return cost([SOFTMAX, "convert", "-", "-q"], generator.stdout)


def _fact(rows: int, costs: Costs, first: Cost) -> Fact:
    taken = costs.median
    return {
        "rows": f"{rows:,}",
        "wall s": taken.wall,
        "CPU s": taken.cpu,
        "wall per million s": taken.wall / rows * 1e6,
        "peak MB": taken.peak,
        "peak ratio": taken.peak / first.peak,
        "runs (wall s, CPU s, peak MB)": costs.listed(),
    }
