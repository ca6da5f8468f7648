"""Run the benchmarks: `python -m tests.benchmarks --help`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

from rich.console import Console

from tests.benchmarks.arrays import arrays
from tests.benchmarks.cases import CASES
from tests.benchmarks.conversions import compared
from tests.benchmarks.formats import formats
from tests.benchmarks.growth import growth
from tests.benchmarks.imports import imports
from tests.benchmarks.reports import Report, save, table
from tests.benchmarks.runs import FailedRunError
from tests.benchmarks.startup import startup
from tests.benchmarks.trust import evaluated, trust
from tests.benchmarks.wide import wide


def benchmarks(asked: argparse.Namespace) -> dict[str, Callable[[], Report]]:
    """Every case by its name, ready to run as asked."""
    size = (asked.folder, asked.scale, asked.runs)
    return {
        "startup": startup,
        "imports": imports,
        **{case.name: partial(compared, case, *size) for case in CASES},
        "wide": partial(wide, *size),
        "arrays": partial(arrays, *size),
        "evaluate": partial(evaluated, *size),
        "trust": partial(trust, *size),
        "formats": partial(formats, *size),
        "growth": partial(growth, *size, long=asked.long),
    }


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser("python -m tests.benchmarks", description=__doc__)
    add = options.add_argument
    add("--scale", type=float, default=1.0, help="multiply the rows of every input (default 1)")
    add("--only", default="*", metavar="PATTERN", help="cases by name, such as 'narrow-*'")
    add("--runs", type=int, help="runs of each program (default: 5, fewer of slow ones)")
    add("--long", action="store_true", help="growth up to 64 million rows")
    add("--json", type=Path, metavar="OUT", help="write all facts to OUT")
    add(
        "--folder",
        type=Path,
        default=Path(__file__).with_name("inputs"),
        help="where inputs are made, and kept (default: beside this program)",
    )
    return options


def told(name: str, run: Callable[[], Report]) -> Report:
    """A case's report, also when a program fails in the middle of it."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    try:
        return run()
    except FailedRunError as error:
        return Report(name, "failed", [], [f"{name}: {error}"])


def show(console: Console, report: Report) -> None:
    """Print the table, what was left out and what went wrong."""
    if report.facts:
        console.print(table(report))
    for note in report.notes:
        console.print(note, markup=False, highlight=False)
    for problem in report.problems:
        console.print(problem, markup=False, highlight=False, style="red")


def main() -> int:
    """Run the cases asked for; 1 when a program failed or wrote other numbers than ours."""
    options = parser()
    asked = options.parse_args()
    chosen = {name: run for name, run in benchmarks(asked).items() if fnmatch(name, asked.only)}
    if not chosen:
        options.error(f"no case is named {asked.only}; there are {', '.join(benchmarks(asked))}")
    asked.folder.mkdir(parents=True, exist_ok=True)
    # An installed program has its bytecode; one run from its sources must be let keep it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    console = Console(width=None if sys.stdout.isatty() else 110)
    reports = []
    for name, run in chosen.items():
        reports.append(told(name, run))
        show(console, reports[-1])
    if asked.json:
        save(asked.json, reports, asked.scale)
    return 1 if any(report.problems for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
