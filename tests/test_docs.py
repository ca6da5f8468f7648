"""The documentation says what the program does."""

import doctest
import re
from importlib import import_module

import pytest

from softmax_cli.cli import COMMANDS
from tests.docs import DOCUMENTS, ROOT, current

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_prints_what_is_written(document):
    assert _settled(document.read_text(encoding="utf-8")) == _settled(current(document))


def _settled(text):
    """With 12 digits of numbers that have more: the last ones differ between processors."""
    return re.sub(r"\d\.\d{13,}", lambda number: f"{float(number[0]):.12g}", text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_python_examples_work(document):
    sessions = re.findall(r"```pycon\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL)
    assert sessions
    for session in sessions:
        test = doctest.DocTestParser().get_doctest(session, {}, document.name, None, None)
        assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize("module", ["softmax_cli.activations.functions", "softmax_cli.errors"])
def test_the_docstrings_examples_work(module):
    failures, tried = doctest.testmod(import_module(module))
    assert tried > 0
    assert failures == 0


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"softmax {command}" in README or f"## {command.capitalize()}" in README


def test_the_ci_runs_the_test_command_of_the_readme():
    commands = re.findall(r"```sh\n(python3 -m venv .*?)\n```", README)
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text()
