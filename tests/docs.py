"""The commands and help texts in the documentation: what they print today.

`python -m tests.docs` writes it into the documents; `tests/test_docs.py` compares.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "examples" / "README.md")

_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_HELP = re.compile(r"<!-- help: (\w+) -->\n```text\n.*?```", re.DOTALL)


def current(document: Path) -> str:
    """The document with every output as it is now."""
    text = document.read_text(encoding="utf-8")
    text = _CONSOLE.sub(lambda match: f"```console\n{_session(match[1], document.parent)}```", text)
    return _HELP.sub(lambda match: _help(match[1]), text)


def _session(chunk: str, folder: Path) -> str:
    commands = [line for line in chunk.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{_run(line[2:], folder)}" for line in commands)


def _help(command: str) -> str:
    return f"<!-- help: {command} -->\n```text\n{_run(f'softmax {command} --help', ROOT)}```"


def _run(command: str, folder: Path) -> str:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    hidden = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=kept | {"PATH": path, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    return done.stdout.decode("utf-8")


if __name__ == "__main__":
    for _document in DOCUMENTS:
        _document.write_text(current(_document), encoding="utf-8")
