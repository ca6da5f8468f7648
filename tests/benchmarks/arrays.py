"""Arrays from file to file, against a copy in the same blocks, NumPy and PyTorch."""

from __future__ import annotations

import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.benchmarks.cases import ARRAY_PEERS, ARRAY_RUNS, ARRAYS
from tests.benchmarks.inputs import SEED, SLICE_VALUES, Input
from tests.benchmarks.programs import OURS, SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Cost, cost, measure_in_turn

_PEERS = Path(__file__).with_name("peers")
# PyTorch computes in the type of its input, ours and NumPy in float64.
_CLOSE = {"float64": 1e-12, "float32": 2e-6}


def arrays(folder: Path, scale: float, runs: int | None) -> Report:
    """Measure every shape and type in turn; ratios are ours / peer."""
    facts: list[Fact] = []
    problems: list[str] = []
    peers = {name: script for name, (script, needs) in ARRAY_PEERS.items() if find_spec(needs)}
    for shape, kind in ARRAYS:
        source = written_to(folder, shape.scaled(scale), kind)
        with TemporaryDirectory(dir=folder) as outputs:
            target = Path(outputs, "out.npy")
            commands = {OURS: [SOFTMAX, "convert", "-q", str(source), "-o", str(target)]} | {
                name: [sys.executable, str(_PEERS / script), str(source), str(target)]
                for name, script in peers.items()
            }
            problems += _problems(commands, target, kind)
            programs = {name: partial(_measured, words, target) for name, words in commands.items()}
            costs = measure_in_turn(programs, runs or ARRAY_RUNS)
        title = f"{shape.scaled(scale).rows:,} x {shape.classes:,} {kind}"
        facts += [
            {"array": title, "program": name} | theirs.margins(costs[OURS])
            for name, theirs in costs.items()
        ]
    notes = [f"{name} is left out" for name in ARRAY_PEERS if name not in peers]
    return Report("arrays", f".npy to .npy, runs: {runs or ARRAY_RUNS}", facts, problems, notes)


def written_to(folder: Path, shape: Input, kind: str) -> Path:
    path = folder / f"{shape.rows}x{shape.classes}-{kind}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial_path = path.with_suffix(".part")
        random = np.random.default_rng(SEED)
        array = np.lib.format.open_memmap(
            partial_path, "w+", np.dtype(kind), (shape.rows, shape.classes)
        )
        step = max(1, SLICE_VALUES // shape.classes)
        for start in range(0, shape.rows, step):
            part = array[start : start + step]
            part[...] = random.normal(0, 3, part.shape)
        array.flush()
        partial_path.rename(path)
    return path


def _measured(command: list[str], target: Path) -> Cost:
    try:
        return cost(command)
    finally:
        target.unlink(missing_ok=True)


def _problems(commands: dict[str, list[str]], target: Path, kind: str) -> list[str]:
    """Return the peers, except the copy, whose first or last rows differ from ours."""
    ends: dict[str, np.ndarray] = {}
    for name, command in commands.items():
        cost(command)
        array = np.load(target, mmap_mode="r")
        ends[name] = np.concatenate((array[:1000], array[-1000:]))
        del array
        target.unlink()
    return [
        f"arrays, {kind}, {name}: other numbers than ours"
        for name, values in ends.items()
        if "copy" not in name and not np.allclose(values, ends[OURS], rtol=_CLOSE[kind], atol=0)
    ]
