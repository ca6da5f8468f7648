"""softmax-cli and its peers on one input: whole processes in turn."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.cases import FULL, Case
from tests.benchmarks.programs import OURS, PEERS, command
from tests.benchmarks.reports import Report
from tests.benchmarks.runs import Cost, FailedRunError, cost, measure_in_turn


def measure_conversions(case: Case, folder: Path, scale: float, runs: int | None) -> Report:
    """Warm up, check that all write the same numbers, then measure those that ran."""
    shape = case.input.scaled(scale)
    source = shape.written_to(folder)
    runs = runs or case.runs
    missing = {name: needs for name in case.peers if (needs := PEERS[name].missing())}
    with TemporaryDirectory(dir=folder) as outputs:
        problems = _problems(case, source, Path(outputs), set(case.peers) - set(missing))
        valid = [name for name in (OURS, *case.peers) if name not in {*missing, *problems}]
        programs = {
            name: partial(conversion_cost, name, source, Path(outputs), case.decimals, case.suffix)
            for name in valid
        }
        costs = measure_in_turn(programs, runs)
    size = f"{shape.rows:,} x {shape.classes:,}, {source.stat().st_size / 1e6:,.0f} MB"
    return Report(
        case.name,
        f"{size}, decimals {case.decimals}, runs: {runs}; ratios ours/peer",
        [{"program": name} | theirs.margins(costs[OURS]) for name, theirs in costs.items()],
        [f"{case.name}, {name}: {problem}" for name, problem in problems.items()],
        [f"{name} is left out: no {', '.join(needs)}" for name, needs in missing.items()],
    )


def conversion_cost(
    program: str, source: Path, outputs: Path, decimals: str, suffix: str = ".csv"
) -> Cost:
    """Return the cost of one conversion, whose output is deleted."""
    target = outputs / f"measured{suffix}"
    try:
        return cost(command(program, source, target, decimals))
    finally:
        target.unlink(missing_ok=True)


def _problems(case: Case, source: Path, outputs: Path, peers: set[str]) -> dict[str, str]:
    """Return the problem of each peer that fails or whose output differs from ours."""
    ours = outputs / f"ours{case.suffix}"
    cost(command(OURS, source, ours, case.decimals))
    problems = {name: _problem(name, source, ours, case.decimals) for name in sorted(peers)}
    ours.unlink()
    return {name: problem for name, problem in problems.items() if problem}


def _problem(peer: str, source: Path, ours: Path, decimals: str) -> str | None:
    target = ours.with_name(ours.name.replace("ours", "peer"))
    try:
        cost(command(peer, source, target, decimals))
        return _difference(ours, target, decimals)
    except FailedRunError as error:
        return str(error)
    finally:
        target.unlink(missing_ok=True)


def _difference(ours: Path, theirs: Path, decimals: str) -> str | None:
    """Return the first difference of two outputs, or None."""
    # A separate process, whose memory is free before anything is measured.
    places = [] if decimals == FULL else [decimals]
    script = str(Path(__file__).with_name("checks.py"))
    done = subprocess.run(
        [sys.executable, script, str(ours), str(theirs), *places],
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout or done.stderr).strip() if done.returncode else None
