"""Results as flat facts, shown as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.table import Table

Fact = dict[str, str | int | float | list[list[float]] | None]

_FORMATS = {"s": "{:.2f}", "ms": "{:.0f}", "MB": "{:.0f}", "ns": "{:.0f}", "ratio": "{:.2f}"}
_PACKAGES = ("softmax-cli", "polars", "numpy", "pandas", "scipy", "duckdb", "click", "rich")


@dataclass(frozen=True, slots=True)
class Report:
    """One case: facts with the same keys, which end with the unit; problems; notes."""

    name: str
    title: str
    facts: list[Fact]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def table(report: Report) -> Table:
    """Return the facts as rows; single runs are in the JSON only."""
    view = Table(title=f"{report.name}: {report.title}", title_justify="left")
    keys = [key for key, value in report.facts[0].items() if not isinstance(value, list)]
    for key in keys:
        text = isinstance(report.facts[0][key], str)
        view.add_column(key, justify="left" if text else "right", overflow="fold")
    for fact in report.facts:
        view.add_row(*(_cell(key, fact[key]) for key in keys))
    return view


def save(path: Path, reports: Iterable[Report], scale: float) -> None:
    """Write all facts as JSON, with the machine and the versions."""
    document = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "scale": scale,
        "cases": {
            report.name: {
                "title": report.title,
                "facts": report.facts,
                "problems": report.problems,
                "notes": report.notes,
            }
            for report in reports
        },
    }
    path.write_text(json.dumps(document, indent=1) + "\n")


def _cell(key: str, value: object) -> str:
    if value is None:
        return ""
    return _FORMATS.get(key.rpartition(" ")[2], "{}").format(value)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
