"""Shell commands of the documentation, with `softmax` run in this process where that is possible.

A separate process spends a third of a second on imports for each `softmax`. Pipelines of simple
words run here; everything else (variables, globs, lists of commands) runs in a shell.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from tests.runner import softmax

# Programs of some recipes: where one is not installed, its commands are not run.
OPTIONAL = ("duckdb", "jq", "xan")

_HIDDEN = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")
_QUOTED = r"""'[^']*'|"[^"$`\\]*\""""
# What a shell passes on as it is.
_WORD = rf"""(?:[\w.,:/@%+=!^-]|{_QUOTED})+"""
_STAGE = re.compile(rf"\s*({_WORD}(?:\s+{_WORD})*)\s*(?:(?<=\s)>\s*({_WORD})\s*)?")
_PROGRAM = re.compile(rf"(?:^|\|)\s*({'|'.join(OPTIONAL)})\s")


@dataclass(frozen=True)
class Stage:
    """A command of a pipeline."""

    text: str
    target: str | None

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)


def is_runnable(command: str) -> bool:
    """Return True unless the command needs a program that is optional and not installed."""
    path = _environment()["PATH"]
    return all(shutil.which(name, path=path) for name in _PROGRAM.findall(command))


def run(command: str, folder: Path) -> str:
    """Run a command in a folder and return what it writes, its errors included."""
    stages = _pipeline(command.replace("\\\n", " "))
    if stages is None or all(stage.words[0] != "softmax" for stage in stages):
        return run_shell(command, folder).stdout
    with contextlib.chdir(folder), mock.patch.dict(os.environ, _environment(), clear=True):
        return _run_pipeline(stages)


def run_shell(
    command: str, folder: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a folder, with this environment's `softmax` first on the path."""
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=_environment() | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )


def _environment() -> dict[str, str]:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    kept = {name: value for name, value in os.environ.items() if name not in _HIDDEN}
    return kept | {"PATH": path, "PYTHONUTF8": "1"}


def _pipeline(command: str) -> list[Stage] | None:
    """Return the stages of a pipeline of simple words, or None."""
    texts = re.split(rf"\|(?=(?:[^'\"]|{_QUOTED})*$)", command)
    matches = [_STAGE.fullmatch(text) for text in texts]
    if not all(matches) or any(match[2] for match in matches[:-1]):
        return None
    return [Stage(match[1], match[2]) for match in matches]


def _run_pipeline(stages: list[Stage]) -> str:
    log, data = "", ""
    for stage in stages:
        shown = stage is stages[-1] and stage.target is None
        run_stage = _run_softmax if stage.words[0] == "softmax" else _run_other
        data, errors = run_stage(stage, data, shown)
        log += errors
    if stages[-1].target is None:
        return log + data
    Path(*shlex.split(stages[-1].target)).write_text(data, encoding="utf-8")
    return log


def _run_softmax(stage: Stage, data: str, shown: bool) -> tuple[str, str]:
    ran = softmax(*stage.words[1:], stdin=data, merged=shown)
    return ran.out, ran.err


def _run_other(stage: Stage, data: str, shown: bool) -> tuple[str, str]:
    done = subprocess.run(
        ["sh", "-c", stage.text],
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if shown else subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    return done.stdout, done.stderr or ""
