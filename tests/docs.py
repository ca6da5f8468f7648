"""The generated parts of the documentation: command output, option pages and pictures.

`python -m tests.docs` writes them, or only those of the pages that it names as arguments;
`tests/test_docs.py` fails if one is out of date.
"""

from __future__ import annotations

import contextlib
import io
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.shell import is_runnable, run, run_shell

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
EXAMPLES = ROOT / "examples"
OPTIONS = EXAMPLES / "options.md"
# The commands of each are run in a copy of its folder, one after the other.
DOCUMENTS = (README, *sorted(EXAMPLES.rglob("*.md")))
IMAGES = EXAMPLES / "images"
# Each picture shows the output of a command.
PICTURES = {
    "compare": "softmax -0.5 1.2 -0.1 2.4",
    "evaluate": "softmax evaluate -q examples/validation.csv",
}

_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
# A command, which a backslash continues on the next line, and its output.
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_OUTPUT = re.compile(r"(?:--plot|--output|-o|>) (\S+)")
_HELP = re.compile(r"<!-- help: ([\w ]+) -->\n```text\n.*?```", re.DOTALL)
# Web pages do not let a picture load the fonts that Rich refers to.
_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)


@contextlib.contextmanager
def copied_folder(document: Path) -> Iterator[Path]:
    """Yield a copy of a document's folder, which its commands can write to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / document.parent.name
        if document == README:
            shutil.copytree(EXAMPLES, folder / EXAMPLES.name)
        else:
            shutil.copytree(document.parent, folder)
        yield folder


def linked_outputs(document: Path) -> list[str]:
    """Return the names of the files that commands of a document write and its text links to."""
    text = document.read_text(encoding="utf-8")
    names = [name for chunk in _CONSOLE.findall(text) for name in _OUTPUT.findall(chunk)]
    return [name for name in dict.fromkeys(names) if f"]({name})" in text]


def current(document: Path, folder: Path) -> str:
    """Return the document with all its output regenerated, its commands run in a folder."""
    text = document.read_text(encoding="utf-8")
    text = _CONSOLE.sub(lambda match: f"```console\n{_session(match[1], folder)}```", text)
    return _HELP.sub(lambda match: _help(match[1]), text)


def current_picture(name: str) -> str:
    """Return a picture of a command and its output in a terminal, as SVG exported by Rich."""
    command = PICTURES[name]
    output = run_shell(command, ROOT, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}).stdout
    screen = Text.from_ansi(output.rstrip("\n"))
    console = Console(
        record=True, file=io.StringIO(), width=max(map(len, screen.plain.splitlines())),
        force_terminal=True, color_system="standard", legacy_windows=False, _environ={},
    )  # fmt: skip
    console.print(screen, highlight=False)
    return _FONT_FACE.sub("", console.export_svg(title=command, unique_id=name))


def _session(chunk: str, folder: Path) -> str:
    return "".join(
        f"$ {command}\n{run(command, folder) if is_runnable(command) else output}"
        for command, output in _COMMAND.findall(chunk)
    )


def _help(command: str) -> str:
    return f"<!-- help: {command} -->\n```text\n{run(f'{command} --help', ROOT)}```"


def _regenerate(document: Path) -> None:
    with copied_folder(document) as folder:
        document.write_text(current(document, folder), encoding="utf-8")
        for name in linked_outputs(document):
            shutil.copy(folder / name, document.parent / name)


def _regenerate_pictures() -> None:
    IMAGES.mkdir(exist_ok=True)
    for name in PICTURES:
        (IMAGES / f"{name}.svg").write_text(current_picture(name), encoding="utf-8")


if __name__ == "__main__":
    for _document in [Path(_name).resolve() for _name in sys.argv[1:]] or DOCUMENTS:
        _regenerate(_document)
    if not sys.argv[1:]:
        _regenerate_pictures()
