"""The generated parts of the documentation: command output, option pages and pictures.

`python -m tests.docs` writes them; `tests/test_docs.py` fails if one is out of date.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
EXAMPLES = ROOT / "examples" / "README.md"
OPTIONS = ROOT / "examples" / "options.md"
DOCUMENTS = (README, EXAMPLES, OPTIONS)
IMAGES = ROOT / "examples" / "images"
# Each picture shows the output of a command.
PICTURES = {
    "compare": "softmax -0.5 1.2 -0.1 2.4",
    "evaluate": "softmax evaluate -q examples/validation.csv",
}

_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_HELP = re.compile(r"<!-- help: ([\w ]+) -->\n```text\n.*?```", re.DOTALL)
# Web pages do not let a picture load the fonts that Rich refers to.
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


def current(document: Path) -> str:
    """Return the document with all its output regenerated."""
    text = document.read_text(encoding="utf-8")
    text = _CONSOLE.sub(lambda match: f"```console\n{_session(match[1], document.parent)}```", text)
    return _HELP.sub(lambda match: _help(match[1]), text)


def current_picture(name: str) -> str:
    """Return a picture of a command and its output in a terminal, as SVG exported by Rich."""
    command = PICTURES[name]
    output = _run(command, ROOT, {"FORCE_COLOR": "1", "TERM": "xterm-256color"})
    screen = Text.from_ansi(output.rstrip("\n"))
    console = Console(
        record=True, file=io.StringIO(), width=max(map(len, screen.plain.splitlines())),
        force_terminal=True, color_system="standard", legacy_windows=False, _environ={},
    )  # fmt: skip
    console.print(screen, highlight=False)
    return _FONT_FACE.sub("", console.export_svg(title=command, unique_id=name))


def run_shell(
    command: str, folder: Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a folder, with this environment's `softmax` first on the path."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    hidden = ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        ["sh", "-c", command],
        cwd=folder,
        env=kept | {"PATH": path, "PYTHONUTF8": "1"} | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )


def _run(command: str, folder: Path, env: dict[str, str] | None = None) -> str:
    return run_shell(command, folder, env).stdout


def _session(chunk: str, folder: Path) -> str:
    commands = [line for line in chunk.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{_run(line[2:], folder)}" for line in commands)


def _help(command: str) -> str:
    return f"<!-- help: {command} -->\n```text\n{_run(f'{command} --help', ROOT)}```"


if __name__ == "__main__":
    for _document in DOCUMENTS:
        _document.write_text(current(_document), encoding="utf-8")
    IMAGES.mkdir(exist_ok=True)
    for _name in PICTURES:
        (IMAGES / f"{_name}.svg").write_text(current_picture(_name), encoding="utf-8")
