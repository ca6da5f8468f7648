"""Notes and warnings on standard error: what -q hides, and where lines break."""

import os
import pty
import subprocess
import sys

import pytest

from softmax_cli import options
from softmax_cli.errors import Notice
from tests.each import each
from tests.runner import softmax

ONE_CLASS = "id,a,b,y\nu,1,0.5,b\nv,2.5,0,b\n"
WARNING = 'softmax: warning: <stdin>: every label is "b": the other classes never occur\n'
NOTE = 'softmax: <stdin>: 2 logits: "a", "b"; passthrough: "id"; label: "y"\n'


IN_SAMPLE = ["calibrate", "--holdout", "0"]


@pytest.mark.parametrize("command", [["evaluate"], IN_SAMPLE])
def test_notes_and_warnings_go_to_standard_error(command):
    ran = softmax(*command, stdin=ONE_CLASS)
    assert NOTE in ran.err
    assert WARNING in ran.err
    assert "passthrough" not in ran.out


@pytest.mark.parametrize("command", [["evaluate"], IN_SAMPLE])
def test_quiet_hides_notes_but_no_warning(command):
    ran = softmax(*command, "-q", stdin=ONE_CLASS)
    assert NOTE not in ran.err
    assert ran.err.startswith(WARNING)


@each(
    ("arguments", "text", "warning"),
    [
        (["convert"], "a,b\n0.33,0.67\n0.25,0.74\n", "rows look like probabilities"),
        (["compare"], "a,b\n0.33,0.67\n0.25,0.74\n", "rows look like probabilities"),
        (["sample", "0.2,0.3,0.5"], "", "rows look like probabilities"),
        (["explain"], "a,b\n0.33,0.67\n", "Use their logits, from softmax invert, if they are."),
        (["convert", "--invalid", "nan"], "a,b\n1,inf\n0.5,1\n", "1 of 2 rows written as NaN"),
        (["convert", "--invalid", "skip"], "a,b\n1,inf\n0.5,1\n", "1 of 2 rows skipped"),
        (["evaluate"], "a,b,y\n0.33,0.67,a\n0.25,0.74,b\n", "rows look like probabilities"),
        (["evaluate"], ONE_CLASS, "the other classes never occur"),
        (["evaluate", "-a", "sigmoid", "--label", "t*"], "a,b,t1,t2\n1.5,2,1,0\n3.5,1,0,1\n",
         "label columns matched to classes by position"),
        (["evaluate"], "a,b,y\n" + "1.5,0.25,1\n" * 8, "use --label-base 1"),
    ],
)  # fmt: skip
@each("quiet", [[], ["-q"]])
def test_warnings_are_shown_with_and_without_quiet(arguments, text, warning, quiet):
    ran = softmax(*arguments, *quiet, stdin=text)
    lines = [line for line in ran.err.splitlines() if warning in line]
    assert len(lines) == 1
    assert lines[0].startswith("softmax: warning: ")
    assert ran.code == 0


@pytest.mark.parametrize(
    "arguments",
    [["0.5", "0.6"], ["0", "1"], ["0.5,0.5", "1,2"], ["0.2", "0.8", "-a", "sigmoid"],
     ["0.2", "0.8", "-a", "softmax", "--from", "probabilities"]],
)  # fmt: skip
def test_logits_that_may_be_so_are_compared_without_a_warning(arguments):
    assert softmax(*arguments).err == ""


def test_labels_from_a_file_are_a_note(tmp_path):
    (tmp_path / "x.csv").write_text("id,a,b\nu,1,0.5\nv,2.5,0\n")
    (tmp_path / "y.csv").write_text("id,y\nv,a\nu,b\n")
    paths = str(tmp_path / "x.csv"), "--labels", str(tmp_path / "y.csv")
    note = f'softmax: labels read from {tmp_path / "y.csv"}, joined by "id"\n'
    assert note in softmax("evaluate", *paths).err
    assert softmax("evaluate", *paths, "-q").err == ""


NOTICES = [Notice("a note"), Notice("a doubt", warning=True), Notice("a\x1b[31mb")]


def test_notices_are_lines_with_escaped_text(capsys):
    options.print_notices(NOTICES)
    assert capsys.readouterr().err == (
        "softmax: a note\nsoftmax: warning: a doubt\nsoftmax: a\\x1b[31mb\n"
    )
    options.print_notices(NOTICES, quiet=True)
    assert capsys.readouterr().err == "softmax: warning: a doubt\n"


def _in_a_terminal(columns, text):
    main, terminal = pty.openpty()
    code = (
        "from softmax_cli import options; from softmax_cli.errors import Notice\n"
        f"options.print_notices([Notice({text!r})])"
    )
    env = {**os.environ, "COLUMNS": str(columns)}
    subprocess.run([sys.executable, "-c", code], stderr=terminal, env=env, check=True)
    os.close(terminal)
    shown = os.read(main, 10_000).decode().replace("\r\n", "\n")
    os.close(main)
    return shown


LONG = 'x.csv: 3 logits: "cat", "dog", "bird"; passthrough: "image-id"; label: "true-label" ' * 2


@pytest.mark.parametrize("columns", [40, 60, 100])
def test_notices_break_between_words_in_a_terminal(columns):
    lines = _in_a_terminal(columns, LONG).splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= columns
    assert " ".join(line.strip() for line in lines) == f"softmax: {LONG.strip()}"
    assert all(line.startswith("  ") for line in lines[1:])


def test_a_word_longer_than_a_line_stays_whole():
    path = "/".join(["folder"] * 20)
    assert path in _in_a_terminal(40, f"labels read from {path}, by position")


def test_notices_stay_on_one_line_outside_a_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    options.print_notices([Notice(LONG)])
    assert capsys.readouterr().err == f"softmax: {LONG}\n"
