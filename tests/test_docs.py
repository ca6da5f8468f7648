"""The documentation matches the program, and its examples, links and paths are valid."""

import contextlib
import doctest
import gzip
import re
from importlib import import_module

import numpy as np
import polars as pl
import pytest

from softmax_cli.cli import COMMANDS
from tests.docs import (
    DOCUMENTS,
    EXAMPLES,
    IMAGES,
    OPTIONS,
    PICTURES,
    README,
    ROOT,
    copied_folder,
    current,
    current_picture,
    linked_outputs,
)
from tests.each import each
from tests.shell import run_shell

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
IMAGE_SUFFIXES = (".png", ".svg")
PAGES = [*DOCUMENTS, CONTRIBUTING, ROOT / "CHANGELOG.md", ROOT / "tests/benchmarks/README.md"]


def _name(path):
    return str(path.relative_to(ROOT))


def _fences(path, language):
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_command_prints_and_writes_what_is_documented(document):
    outputs = linked_outputs(document)
    with copied_folder(document) as folder:
        for name in outputs:
            (folder / name).unlink(missing_ok=True)
        text = document.read_text(encoding="utf-8")
        assert _rounded(text) == _rounded(current(document, folder))
        for name in outputs:
            assert _same(document.parent / name, folder / name), name


def _same(committed, written):
    """Compare two files; of pictures, only whether there are two: versions draw differently."""
    if committed.suffix in IMAGE_SUFFIXES:
        return committed.exists() and written.exists()
    return _rounded(committed.read_text("utf-8")) == _rounded(written.read_text("utf-8"))


def _rounded(text):
    """Round long numbers to 12 digits, because the last ones differ between processors."""
    return re.sub(r"\d\.\d{13,}", lambda number: f"{float(number[0]):.12g}", text)


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_current(name):
    assert (IMAGES / f"{name}.svg").read_text(encoding="utf-8") == current_picture(name)


def test_every_picture_is_generated_and_shown():
    assert {path.stem for path in IMAGES.iterdir()} == set(PICTURES)
    for name in PICTURES:
        assert f"](examples/images/{name}.svg)" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if _fences(path, "pycon")], ids=_name
)
def test_the_python_examples_work(document):
    with contextlib.chdir(document.parent):
        for session in _fences(document, "pycon"):
            test = doctest.DocTestParser().get_doctest(session, {}, document.name, None, None)
            assert doctest.DocTestRunner().run(test).failed == 0


@pytest.mark.parametrize(
    "module",
    [
        "softmax_cli.activations.functions",
        "softmax_cli.activations.inversion",
        "softmax_cli.activations.sampling",
        "softmax_cli.errors",
    ],
)
def test_the_docstrings_examples_work(module):
    failures, tried = doctest.testmod(import_module(module))
    assert tried > 0
    assert failures == 0


def test_the_shell_examples_of_the_readme_work(tmp_path):
    """Run the ```sh fences in order, in a folder with the files that they name."""
    _write_example_files(tmp_path)
    for script in _fences(README, "sh"):
        if not script.startswith("python3 -m venv"):
            done = run_shell(f"set -e\n{script}", tmp_path)
            assert done.returncode == 0, (script, done.stdout)


def _write_example_files(folder):
    (folder / "examples").symlink_to(EXAMPLES)
    labeled = (EXAMPLES / "validation.csv").read_text(encoding="utf-8")
    for name in ("val.csv", "test.csv"):
        (folder / name).write_text(labeled.replace("label", "y", 1))
    rows = "id,cat,dog\na,2,1\nb,0.5,-0.5\n"
    for name in ("logits.csv", "a.csv", "b.csv"):
        (folder / name).write_text(rows)
    (folder / "logits.csv.gz").write_bytes(gzip.compress(rows.encode()))
    pl.read_csv(rows.encode()).write_parquet(folder / "logits.parquet")
    np.save(folder / "logits.npy", [[2.0, 1.0], [0.5, -0.5]])
    np.save(folder / "labels.npy", [0, 1])
    for i in range(2):
        (folder / f"shard-{i}.jsonl").write_text('{"id": 7, "logits": [2, 1]}\n')


@each("command", COMMANDS)
def test_every_command_is_documented(command):
    assert f"softmax {command}" in README.read_text("utf-8")
    assert f"<!-- help: softmax {command} -->" in OPTIONS.read_text("utf-8")


def test_the_readme_names_the_completion_of_every_shell():
    text = README.read_text(encoding="utf-8")
    shells = re.findall(r"_SOFTMAX_COMPLETE=(\w+)_source softmax", text)
    assert shells == ["bash", "zsh", "fish"]
    for shell in shells:
        done = run_shell(f"_SOFTMAX_COMPLETE={shell}_source softmax", ROOT)
        assert done.returncode == 0
        assert f"_SOFTMAX_COMPLETE={shell}_complete" in done.stdout


def test_the_ci_runs_the_test_command_of_the_readme():
    commands = re.findall(r"```sh\n(python3 -m venv .*?)\n```", README.read_text("utf-8"))
    assert len(commands) == 2
    assert commands[1] in (ROOT / ".ci" / "run").read_text()


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        linked = (page.parent / path) if path else page
        assert linked.exists(), target
        assert not anchor or anchor in _anchors(linked), target


def _anchors(page):
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_contributing_maps_every_package():
    package = ROOT / "softmax_cli"
    text = CONTRIBUTING.read_text(encoding="utf-8")
    for path in [*package.iterdir(), *(package / "formats").iterdir()]:
        if path.suffix in ("", ".py") and not path.name.startswith("__"):
            name = path.stem if path.is_file() else f"{path.stem}/"
            assert re.search(rf"^  +.*\b{name}(?=\W)", text, re.MULTILINE), name


def test_every_path_in_contributing_exists():
    text = CONTRIBUTING.read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:softmax_cli|tests|examples)/[\w/.]*)`", text))
    assert len(paths) > 20
    for path in paths:
        assert (ROOT / path.replace("NAME", "convert")).exists(), path
