"""Modules that each command imports and their time, by `python -X importtime`."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

from tests.benchmarks.cases import IMPORT_RUNS, IMPORTS
from tests.benchmarks.programs import OURS, SOFTMAX
from tests.benchmarks.reports import Fact, Report
from tests.benchmarks.runs import FailedRunError

_MOST = 6
_STANDARD = "standard library"


def imports() -> Report:
    """Measure the fastest of several runs of each command, with modules summed by package."""
    facts = [_fact(arguments, stdin) for arguments, stdin in IMPORTS]
    return Report("imports", f"least of {IMPORT_RUNS} runs; importtime itself slows them", facts)


def _fact(arguments: tuple[str, ...], stdin: str) -> Fact:
    runs = [_packages(arguments, stdin) for _ in range(IMPORT_RUNS)]
    modules, packages = min(runs, key=lambda run: run[1].total())
    top = (f"{name} {spent / 1e3:.0f}" for name, spent in packages.most_common(_MOST))
    return {
        "command": " ".join([OURS, *arguments]),
        "modules": modules,
        "total ms": packages.total() / 1e3,
        "most (ms)": ", ".join(top),
    }


def _packages(arguments: tuple[str, ...], stdin: str) -> tuple[int, Counter[str]]:
    """Return the number of imported modules, and microseconds by package."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", SOFTMAX, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise FailedRunError(f"{' '.join(arguments)}: {done.stderr.splitlines()[-1]}")
    packages: Counter[str] = Counter()
    lines = [line.split("|") for line in done.stderr.splitlines() if line.count("|") == 2]
    for own, _, module in lines[1:]:  # the first is the heading
        package = module.strip().partition(".")[0]
        name = _STANDARD if package in sys.stdlib_module_names else package
        packages[name] += int(own.rpartition(":")[2])
    return len(lines) - 1, packages
