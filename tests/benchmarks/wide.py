"""Time per value of a file of many columns, against one of few."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.cases import FULL, WIDE, WIDE_PROGRAMS, WIDE_RUNS
from tests.benchmarks.conversions import conversion_cost
from tests.benchmarks.inputs import Input
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Costs, measure_in_turn


def wide(folder: Path, scale: float, runs: int | None) -> Report:
    """Measure nanoseconds per value, start-up included, in both shapes."""
    few, many = (shape.scaled(scale) for shape in WIDE)
    runs = runs or WIDE_RUNS
    with TemporaryDirectory(dir=folder) as outputs:
        programs = {
            f"{name} {shape.classes}": partial(
                conversion_cost, name, shape.written_to(folder), Path(outputs), FULL
            )
            for name in WIDE_PROGRAMS
            for shape in (few, many)
        }
        costs = measure_in_turn(programs, runs)
    title = f"{few.rows:,} x {few.classes:,} and {many.rows:,} x {many.classes:,}, runs: {runs}"
    return Report("wide", title, [_fact(name, costs, few, many) for name in WIDE_PROGRAMS])


def _fact(name: str, costs: dict[str, Costs], few: Input, many: Input) -> Fact:
    narrow, broad = costs[f"{name} {few.classes}"].median, costs[f"{name} {many.classes}"].median
    per_value, per_value_wide = narrow.wall / few.values, broad.wall / many.values
    return {
        "program": name,
        f"at {few.classes:,} ns": per_value * 1e9,
        f"at {many.classes:,} ns": per_value_wide * 1e9,
        "wall ratio": per_value_wide / per_value,
        "CPU ratio": (broad.cpu / many.values) / (narrow.cpu / few.values),
        f"at {few.classes:,} MB": narrow.peak,
        f"at {many.classes:,} MB": broad.peak,
    }
