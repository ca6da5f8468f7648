"""Shell completion, run as the shells run it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(sys.executable).parent / "softmax"
FILE = "file"


def _complete(words, folder, shell="bash", options=()):
    """Run completion of the last word; return the process."""
    env = os.environ | {
        "_SOFTMAX_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "\n".join(["softmax", *words]),
        "COMP_CWORD": str(len(words)),
    }
    return subprocess.run(
        [sys.executable, *options, SCRIPT],
        env=env, cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip


def _items(words, folder):
    """Return the completions of the last word: values, or FILE for any file."""
    items = [line.split(",", 1) for line in _complete(words, folder).stdout.split()]
    return [value if category == "plain" else category for category, value in items]


@pytest.fixture
def folder(tmp_path):
    for name in ("t.json", "test.csv", "other.csv"):
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
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
def test_bash_completes_the_last_word(words, items, folder):
    assert sorted(_items(words, folder)) == sorted(items)


def test_zsh_completes_commands_with_their_summaries_and_files_after_an_at(folder):
    out = _complete(["conv"], folder, "zsh").stdout
    assert out == "file\nconv\n_\nplain\nconvert\nConvert each row of logits to probabilities.\n"
    assert _complete(["convert", "-t", "@te"], folder, "zsh").stdout == "plain\n@test.csv\n_\n"


@pytest.mark.parametrize(
    "words",
    [["c"], ["-"], ["convert", ""], ["compare", "-t", "@"], ["evaluate", "--"], ["calibrate", "x", "--labels", ""]],
)  # fmt: skip
def test_completion_imports_nothing_heavy(words, folder):
    trace = _complete(words, folder, options=["-X", "importtime"]).stderr
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in trace.splitlines()}
    assert "click" in imported
    assert not imported & {"numpy", "rich", "polars", "scipy", "json", "csv"}
