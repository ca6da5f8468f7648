"""Start-up, against Python with the fewest imports."""

from __future__ import annotations

import sys
from functools import partial

from tests.benchmarks.cases import STARTUP_RUNS, STARTUPS
from tests.benchmarks.programs import OURS, SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Cost, Costs, cost, measure_in_turn


def startup() -> Report:
    """Measure each command and its reference in turn, after a run of each that is not counted."""
    facts = [fact for arguments, imports in STARTUPS for fact in _facts(arguments, imports)]
    return Report("startup", f"{STARTUP_RUNS} runs; ratios ours/python", facts)


def _facts(arguments: tuple[str, ...], imports: str) -> list[Fact]:
    programs = {
        " ".join([OURS, *arguments]): partial(cost, [SOFTMAX, *arguments]),
        f"python -c '{imports}'": partial(cost, [sys.executable, "-c", imports]),
    }
    measure_in_turn(programs, 1)
    costs = measure_in_turn(programs, STARTUP_RUNS)
    ours = next(iter(costs.values())).median
    return [_fact(name, taken, ours) for name, taken in costs.items()]


def _fact(name: str, costs: Costs, ours: Cost) -> Fact:
    taken = costs.median
    return {
        "command": name,
        "wall ms": taken.wall * 1e3,
        "CPU ms": taken.cpu * 1e3,
        "peak MB": taken.peak,
        "wall ratio": ours.wall / taken.wall,
        "CPU ratio": ours.cpu / taken.cpu,
        "runs (wall s, CPU s, peak MB)": costs.listed(),
    }
