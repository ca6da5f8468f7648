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
from tests.benchmarks.cluster import cluster
from tests.benchmarks.conversions import measure_conversions
from tests.benchmarks.formats import formats
from tests.benchmarks.growth import growth
from tests.benchmarks.imports import imports
from tests.benchmarks.programs import SOFTMAX
from tests.benchmarks.readers import readers
from tests.benchmarks.reports import Report, save, table
from tests.benchmarks.runs import FailedRunError
from tests.benchmarks.scaling import scaling
from tests.benchmarks.startup import startup
from tests.benchmarks.trust import measure_calibration, measure_evaluation
from tests.benchmarks.wide import wide


def benchmarks(arguments: argparse.Namespace) -> dict[str, Callable[[], Report]]:
    """Return every case by its name, ready to run."""
    size = (arguments.folder, arguments.scale, arguments.runs)
    return {
        "startup": startup,
        "imports": imports,
        **{case.name: partial(measure_conversions, case, *size) for case in CASES},
        "wide": partial(wide, *size),
        "arrays": partial(arrays, *size),
        "evaluate": partial(measure_evaluation, *size),
        "trust": partial(measure_calibration, *size),
        "formats": partial(formats, *size),
        "readers": partial(readers, *size),
        "growth": partial(growth, *size, long=arguments.long),
        "cluster": partial(cluster, *size),
        "scaling": partial(scaling, *size),
    }


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
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
        help="folder of the inputs, which are made once and kept (default: next to this program)",
    )
    return options


def run_with_title(name: str, run: Callable[[], Report]) -> Report:
    """Return the report of a case, also if a program fails."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    try:
        return run()
    except FailedRunError as error:
        return Report(name, "failed", [], [f"{name}: {error}"])


def show(console: Console, report: Report) -> None:
    """Print the table, the notes and the problems."""
    if report.facts:
        console.print(table(report))
    for note in report.notes:
        console.print(note, markup=False, highlight=False)
    for problem in report.problems:
        console.print(problem, markup=False, highlight=False, style="red")


def main() -> int:
    """Run the selected cases; return 1 if a program failed or its output differs from ours."""
    options = parser()
    arguments = options.parse_args()
    chosen = {
        name: run for name, run in benchmarks(arguments).items() if fnmatch(name, arguments.only)
    }
    if not chosen:
        options.error(
            f"no case is named {arguments.only}; there are {', '.join(benchmarks(arguments))}"
        )
    arguments.folder.mkdir(parents=True, exist_ok=True)
    # An installed program has its bytecode; one that runs from sources must be allowed to write it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["SOFTMAX"] = SOFTMAX  # for peers that have it in a pipe
    console = Console(width=None if sys.stdout.isatty() else 110)
    reports = []
    for name, run in chosen.items():
        reports.append(run_with_title(name, run))
        show(console, reports[-1])
    if arguments.json:
        save(arguments.json, reports, arguments.scale)
    return 1 if any(report.problems for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
