"""A temperature fitted and judged: ours beside scikit-learn, from the same CSV file."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl

from tests.benchmarks.cases import TRUST, TRUST_RUNS, TRUST_TEMPERATURE
from tests.benchmarks.inputs import SEED, SLICE_VALUES, Input
from tests.benchmarks.programs import OURS, SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import Costs, cost, costs_in_turn

_SKLEARN = "scikit-learn"
_PEER = str(Path(__file__).with_name("peers") / "sklearn_temperature.py")


def trust(folder: Path, scale: float, runs: int | None) -> Report:
    """Whole processes: read, fit on all rows, NLL before and after."""
    shape, runs = TRUST.scaled(scale), runs or TRUST_RUNS
    source = str(_made_in(folder, shape))
    commands = {
        OURS: [SOFTMAX, "calibrate", "-q", source, "--holdout", "0", "-f", "json"],
        _SKLEARN: [sys.executable, _PEER, source],
    }
    if find_spec("sklearn") is None:
        del commands[_SKLEARN]
    problems = _problems(commands)
    costs = costs_in_turn({name: partial(cost, words) for name, words in commands.items()}, runs)
    facts = [_fact(name, theirs, costs[OURS]) for name, theirs in costs.items()]
    title = f"{shape.rows:,} x {shape.classes:,}, runs: {runs}; ratios ours/peer"
    notes = [] if _SKLEARN in commands else [f"{_SKLEARN} is left out: no sklearn"]
    return Report("trust", title, facts, problems, notes)


def _made_in(folder: Path, shape: Input) -> Path:
    """Normal logits whose labels are drawn at a known temperature."""
    path = folder / f"{shape.rows}x{shape.classes}-labelled.csv"
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


def _problems(commands: dict[str, list[str]]) -> list[str]:
    """The peer, if it found another temperature or another likelihood than ours."""
    found = {name: _figures(name, words) for name, words in commands.items()}
    return [
        f"trust, {name}: {theirs} where ours are {found[OURS]}"
        for name, theirs in found.items()
        if not np.allclose(theirs, found[OURS], rtol=1e-6)
    ]


def _figures(name: str, command: list[str]) -> list[float]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    facts = json.loads(done.stdout)
    if name != OURS:
        return list(facts.values())
    return [facts["temperature"], *(facts[when]["metrics"]["nll"] for when in ("before", "after"))]


def _fact(name: str, theirs: Costs, ours: Costs) -> Fact:
    taken = theirs.median
    return {
        "program": name,
        "wall s": taken.wall,
        "CPU s": taken.cpu,
        "peak MB": taken.peak,
        "wall ratio": ours.median.wall / taken.wall,
        "CPU ratio": ours.median.cpu / taken.cpu,
        "peak ratio": ours.median.peak / taken.peak,
        "runs (wall s, CPU s, peak MB)": theirs.listed(),
    }
