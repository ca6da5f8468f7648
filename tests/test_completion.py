"""Shell completion, called as shells call it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.each import each
from tests.runner import softmax

SCRIPT = Path(sys.executable).parent / "softmax"
FILE = "file"


def _request(words, shell="bash"):
    """Return the variables with which a shell asks for completions of the last word."""
    return {
        "_SOFTMAX_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "\n".join(["softmax", *words]),
        "COMP_CWORD": str(len(words)),
    }


def _items(words):
    """Return the completions of the last word: values, or FILE for any file."""
    items = [line.split(",", 1) for line in softmax(env=_request(words)).out.split()]
    return [value if category == "plain" else category for category, value in items]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("t.json", "test.csv", "other.csv"):
        (tmp_path / name).touch()


@pytest.mark.usefixtures("folder")
@each(
    ("words", "items"),
    [
        (["conv"], [FILE, "convert"]),
        (["c"], [FILE, "compare", "convert", "calibrate"]),
        (["lo"], [FILE]),
        (["--ver"], ["--version"]),
        (["--he"], ["--help", "--header"]),
        (["--temp"], ["--temperature"]),
        (["-t", "2", "lo"], [FILE]),
        (["1", "2", ""], [FILE]),
        (["convert", ""], [FILE]),
        (["convert", "a.csv", "b"], [FILE]),
        (["convert", "--to"], ["--top"]),
        (["convert", "-a", "sig"], ["sigmoid"]),
        (["convert", "--activation=sig"], ["sigmoid"]),
        (["convert", "--activation", "=", "sig"], ["sigmoid"]),
        (["convert", "-o", ""], [FILE]),
        (["convert", "--output", "=", "p"], [FILE]),
        (["evaluate", "l"], [FILE]),
        (["evaluate", "l.csv", "--labels", "l"], [FILE]),
        (["evaluate", "l.csv", "--plot", ""], [FILE]),
        (["calibrate", "l.csv", "-o", "t"], [FILE]),
        (["convert", "-t", "1."], []),
        (["convert", "-t", ""], ["@other.csv", "@t.json", "@test.csv"]),
        (["convert", "-t", "@"], ["@other.csv", "@t.json", "@test.csv"]),
        (["convert", "-t", "@", "t"], ["@t.json", "@test.csv"]),
        (["convert", "-t", "@te"], ["@test.csv"]),
        (["evaluate", "l.csv", "--temperature", "=@", "te"], ["@test.csv"]),
        (["convert", "-t", "@t.json", "--te"], []),
        (["convert", "-t", "@missing.json", "--to"], ["--top"]),
        (["convert", "--no-such-option", "--to"], ["--top"]),
        (["help", "--to"], []),
    ],
)
def test_bash_completes_the_last_word(words, items):
    assert sorted(_items(words)) == sorted(items)


@pytest.mark.usefixtures("folder")
def test_zsh_completes_commands_with_their_summaries_and_files_after_an_at():
    out = softmax(env=_request(["conv"], "zsh")).out
    assert out == "file\nconv\n_\nplain\nconvert\nConvert each row of logits to probabilities.\n"
    assert softmax(env=_request(["convert", "-t", "@te"], "zsh")).out == "plain\n@test.csv\n_\n"


@each(
    "words",
    [["c"], ["-"], ["convert", ""], ["compare", "-t", "@"], ["evaluate", "--"], ["calibrate", "x", "--labels", ""]],
)  # fmt: skip
def test_completion_imports_nothing_heavy(words, tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", SCRIPT],
        env=os.environ | _request(words), cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    trace = done.stderr.splitlines()
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in trace}
    assert "click" in imported
    assert not imported & {"numpy", "rich", "polars", "scipy", "json", "csv"}
