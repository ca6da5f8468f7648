"""Options that commands share, records of options, and notices."""

import importlib.util
from dataclasses import dataclass, fields

import click
import pytest

from softmax_cli import options
from softmax_cli.errors import Notice, UsageError
from softmax_cli.formats.read_options import GroupOptions, ReadOptions
from tests.option_parsing import parse_options, usage_error


@pytest.mark.parametrize(
    ("arguments", "read_options"),
    [
        ([], ReadOptions()),
        (["--header", "auto"], ReadOptions(header=None)),
        (["--header", "yes", "--decimal-comma"], ReadOptions(header=True, decimal_comma=True)),
        (["--header", "no", "--input-format", "npy"], ReadOptions("npy", header=False)),
        (["--columns", "b", "--columns", "a", "--id", "x", "--label", "y", "--label", "z"],
         ReadOptions(columns=("b", "a"), ids=("x",), labels=("y", "z"))),
    ],
)  # fmt: skip
def test_read_options_arrive_as_one_record(arguments, read_options):
    assert parse_options(options.read_options, arguments) == {
        "read_options": read_options,
        "tokens": (),
    }


@pytest.mark.parametrize(
    ("option", "read_options"),
    [
        ("--input-format", ReadOptions(input_format="csv")),
        ("--columns", ReadOptions(columns=("a",))),
        ("--drop", ReadOptions(drop=("a",))),
        ("--id", ReadOptions(ids=("a",))),
        ("--label", ReadOptions(labels=("a",))),
        ("--header", ReadOptions(header=False)),
        ("--delimiter", ReadOptions(delimiter=";")),
        ("--decimal-comma", ReadOptions(decimal_comma=True)),
        ("--axis", ReadOptions(axis=0)),
        ("--skip-lines", ReadOptions(skip_lines=1)),
        ("--comment", ReadOptions(comment="#")),
        ("--position", ReadOptions(position=0)),
        ("--candidates", ReadOptions(candidates=("Yes", "No"))),
        ("--normalize", ReadOptions(normalize="bytes")),
        ("--group", ReadOptions(grouping=GroupOptions(("q",)))),
    ],
)
def test_options_about_files_are_rejected_for_arguments(option, read_options):
    with pytest.raises(UsageError, match=f"^{option} applies to files, not to numbers given"):
        read_options.reject_for_arguments()


def test_every_read_option_is_rejected_for_arguments():
    ReadOptions().reject_for_arguments()
    parameters = test_options_about_files_are_rejected_for_arguments.pytestmark[0].args[1]
    named = {field.name for field in fields(ReadOptions)} - {"id_options", "mass_scale"}  # follow
    assert len(parameters) == len(named)


@pytest.mark.parametrize(
    ("arguments", "temperatures"),
    [([], (1.0,)), (["-t", "2"], (2.0,)), (["-t", "0.5", "-t", "2"], (0.5, 2.0))],
)
def test_temperatures_are_repeatable_where_several_can_be_shown(arguments, temperatures):
    assert parse_options(options.temperatures, arguments)["temperatures"] == temperatures


@dataclass(frozen=True)
class _Record:
    low: int
    high: int = 9


def test_record_takes_its_own_options_and_leaves_the_others():
    def function(**values):
        """Do something."""
        received.update(values)

    received = {}
    decorate = options.options_as_record(
        _Record, "both", [click.option("--low", type=int, default=1)]
    )
    decorated = decorate(function)
    assert (decorated.__name__, decorated.__doc__) == ("function", "Do something.")
    assert [option.name for option in decorated.__click_params__] == ["low"]
    decorated(low=4, other="x")
    assert received == {"both": _Record(4, 9), "other": "x"}


def test_options_of_a_record_are_listed_in_their_order():
    flags = [click.option(f"--{name}") for name in ("low", "high")]
    command = click.command()(options.options_as_record(_Record, "both", flags)(lambda **_: None))
    assert [option.name for option in command.params] == ["low", "high"]


@pytest.mark.parametrize(
    ("notice", "quiet", "err"),
    [
        (Notice("a note"), False, "softmax: a note\n"),
        (Notice("a note"), True, ""),
        (Notice("a warning", warning=True), False, "softmax: warning: a warning\n"),
        (Notice("a warning", warning=True), True, "softmax: warning: a warning\n"),
        (Notice("\x1b[31m\n"), False, "softmax: \\x1b[31m\\n\n"),
    ],
)
def test_a_notice_is_a_printable_line_and_quiet_hides_notes_only(notice, quiet, err, capsys):
    options.print_notices([notice], quiet=quiet)
    assert capsys.readouterr() == ("", err)


def test_a_notice_is_wrapped_between_words_on_a_terminal_only(monkeypatch, capsys):
    notice = Notice("a-long-word " * 12, warning=True)
    options.print_notices([notice])
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    options.print_notices([notice])
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 1
    assert max(map(len, lines)) <= 50
    assert " ".join(" ".join(lines).split()) == f"softmax: warning: {notice.text}".strip()


@pytest.mark.parametrize("path", ["r.png", "r.SVG", "a.b/c.pdf"])
def test_plot_paths_have_the_suffix_of_a_picture(path):
    pytest.importorskip("matplotlib")
    assert parse_options(options.plot, ["--plot", path])["plot"] == path


@pytest.mark.parametrize("path", ["r.jpg", "png", "r.png.gz", ""])
def test_other_plot_suffixes_are_usage_errors(path):
    assert "use a .png, .svg or .pdf file." in usage_error(options.plot, ["--plot", path])


def test_matplotlib_is_required_only_with_plot(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert parse_options(options.plot, [])["plot"] is None
    with pytest.raises(UsageError, match=r"Install it: pip install '\.\[plot\]'"):
        parse_options(options.plot, ["--plot", "r.png"])
