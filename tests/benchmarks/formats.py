"""Time per value of each format, read into an array and written from one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.arrays import written_to as array_in
from tests.benchmarks.cases import FORMAT_RUNS, FORMAT_SHAPES
from tests.benchmarks.inputs import Input
from tests.benchmarks.programs import SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Cost, cost, measure_in_turn

# Suffixes of formats written from an array and read again, and files of other shapes.
_WRITTEN = ("csv", "jsonl", "json", "npy", "parquet", "arrow")


def formats(folder: Path, scale: float, runs: int | None) -> Report:
    """Measure nanoseconds per value, start-up included, in both directions."""
    facts: list[Fact] = []
    for shape in FORMAT_SHAPES:
        facts += _of_shape(folder, shape.scaled(scale), runs or FORMAT_RUNS)
    return Report("formats", f"runs: {runs or FORMAT_RUNS}; in: to npy, out: from npy", facts)


def _of_shape(folder: Path, shape: Input, runs: int) -> list[Fact]:
    array = array_in(folder, shape, "float64")
    named = shape.written_to(folder)
    with TemporaryDirectory(dir=folder) as outputs:
        files = {kind: Path(outputs, f"given.{kind}") for kind in _WRITTEN}
        for path in files.values():
            cost([SOFTMAX, "convert", "-q", str(array), "-o", str(path)])
        files["jsonl, objects"] = Path(outputs, "objects.jsonl")
        cost([SOFTMAX, "convert", "-q", str(named), "-o", str(files["jsonl, objects"])])
        target = Path(outputs, "out")
        reads = {
            f"in {kind}": partial(_converted, path, target.with_suffix(".npy"))
            for kind, path in files.items()
        }
        writes = {
            f"out {kind}": partial(_converted, array, target.with_suffix(f".{kind}"))
            for kind in _WRITTEN
        }
        costs = measure_in_turn(reads | writes, runs)
    return [
        {
            "shape": f"{shape.rows:,} x {shape.classes:,}",
            "format": kind,
            **{
                f"{way} {what} {unit}": _figure(costs.get(f"{way} {kind}"), what, shape)
                for way in ("in", "out")
                for what, unit in (("wall", "ns"), ("CPU", "ns"), ("peak", "MB"))
            },
        }
        for kind in files
    ]


def _figure(costs, what: str, shape: Input) -> float | None:
    if costs is None:
        return None
    taken = costs.median
    per_value = {"wall": taken.wall, "CPU": taken.cpu}
    return taken.peak if what == "peak" else per_value[what] / shape.values * 1e9


def _converted(source: Path, target: Path) -> Cost:
    try:
        return cost([SOFTMAX, "convert", "-q", str(source), "-o", str(target)])
    finally:
        target.unlink(missing_ok=True)
