"""`evaluate` and `calibrate` against scripts, from the same CSV file."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from tests.benchmarks.cases import JUDGED, TRUST, TRUST_RUNS, TRUST_TEMPERATURE
from tests.benchmarks.inputs import SEED, SLICE_VALUES, Input
from tests.benchmarks.programs import OURS, SOFTMAX
from tests.benchmarks.reports import Report
from tests.benchmarks.runs import cost, measure_in_turn

_PEERS = Path(__file__).with_name("peers")
Figures = list[float]


@dataclass(frozen=True, slots=True)
class Task:
    """Commands of ours and of a script for one file, and the figures that must agree."""

    arguments: tuple[str, ...]
    figures: Callable[[dict[str, Any]], Figures]
    peer: str
    script: str
    needs: str


_JUDGE = Task(
    ("evaluate", "-q", "-f", "json"),
    lambda facts: [facts["metrics"][name] for name in ("accuracy", "nll", "brier", "ece")],
    "polars + numpy",
    "polars_metrics.py",
    "polars",
)
_FIT = Task(
    ("calibrate", "-q", "--holdout", "0", "-f", "json"),
    lambda facts: [
        facts["temperature"],
        *(facts[w]["metrics"]["nll"] for w in ("before", "after")),
    ],
    "scikit-learn",
    "sklearn_temperature.py",
    "sklearn",
)


def measure_evaluation(folder: Path, scale: float, runs: int | None) -> Report:
    """Measure whole processes: read, and print accuracy, NLL, Brier score and ECE."""
    shape = JUDGED.scaled(scale)
    return _report("evaluate", _JUDGE, shape, shape.written_to(folder), runs or TRUST_RUNS)


def measure_calibration(folder: Path, scale: float, runs: int | None) -> Report:
    """Measure whole processes: read, fit on all rows, print NLL before and after."""
    shape = TRUST.scaled(scale)
    return _report("trust", _FIT, shape, _written_to(folder, shape), runs or TRUST_RUNS)


def _report(name: str, task: Task, shape: Input, source: Path, runs: int) -> Report:
    commands = {
        OURS: [SOFTMAX, *task.arguments, str(source)],
        task.peer: [sys.executable, str(_PEERS / task.script), str(source)],
    }
    if find_spec(task.needs) is None:
        del commands[task.peer]
    problems = _problems(name, task, commands)
    costs = measure_in_turn({name: partial(cost, words) for name, words in commands.items()}, runs)
    ours = costs[OURS]
    facts = [{"program": program} | theirs.margins(ours) for program, theirs in costs.items()]
    title = f"{shape.rows:,} x {shape.classes:,}, runs: {runs}; ratios ours/peer"
    notes = [] if task.peer in commands else [f"{task.peer} is left out: no {task.needs}"]
    return Report(name, title, facts, problems, notes)


def _written_to(folder: Path, shape: Input) -> Path:
    """Write normal logits with labels drawn at a known temperature; return the path."""
    path = folder / f"{shape.rows}x{shape.classes}-labeled.csv"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng(SEED)
        step = max(1, SLICE_VALUES // shape.classes)
        partial_path = path.with_suffix(".part")
        with partial_path.open("wb") as file:
            for start in range(0, shape.rows, step):
                size = (min(step, shape.rows - start), shape.classes)
                logits = random.normal(0, 3, size)
                labels = (logits / TRUST_TEMPERATURE + random.gumbel(size=size)).argmax(1)
                names = [f"class_{i}" for i in range(shape.classes)]
                table = pl.from_numpy(logits, names, orient="row")
                table = table.with_columns(label=pl.Series(labels))
                file.write(table.write_csv(include_header=start == 0).encode())
        partial_path.rename(path)
    return path


def _problems(name: str, task: Task, commands: dict[str, list[str]]) -> list[str]:
    """Return the peer if its figures differ from ours."""
    found = {program: _printed(words) for program, words in commands.items()}
    ours = task.figures(found.pop(OURS))
    return [
        f"{name}, {program}: {list(theirs.values())} where ours are {ours}"
        for program, theirs in found.items()
        if not np.allclose(list(theirs.values()), ours, rtol=1e-6)
    ]


def _printed(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    facts: dict[str, Any] = json.loads(done.stdout)
    return facts
