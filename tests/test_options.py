"""Options that commands share, and arguments that look like options."""

import importlib.util
import math
from dataclasses import dataclass

import click
import pytest

from softmax_cli import options
from softmax_cli.calibration.fitted_file import FittedTemperature
from softmax_cli.errors import UsageError
from softmax_cli.formats.read_options import ReadOptions


def _given(decorator, arguments, kind=click.Command):
    """What a command with that option is called with."""

    @click.command(cls=kind)
    @click.argument("tokens", nargs=-1)
    @decorator
    def command(**values):
        found.update(values)

    found = {}
    command.main(arguments, standalone_mode=False)
    return found


def _refused(decorator, arguments):
    with pytest.raises(click.UsageError) as caught:
        _given(decorator, arguments)
    return caught.value.format_message()


@pytest.mark.parametrize(
    ("arguments", "tokens", "temperature"),
    [
        (["-1", "-t", "2", "-.5e3"], ["-1", "-.5e3"], 2),
        (["-inf", "-nan"], ["-inf", "-nan"], 1),
        (["-t", "3", "-1,-2", "--", "-t"], ["-1,-2", "-t"], 3),
        (["-1,"], ["-1,"], 1),
        (["-", "-t2"], ["-"], 2),
    ],
)
def test_negative_numbers_are_arguments_among_options(arguments, tokens, temperature):
    found = _given(options.temperature, arguments, options.NumberCommand)
    assert found == {"tokens": tuple(tokens), "temperature": temperature}


@pytest.mark.parametrize("token", ["-1x", "-x", "--1", "-i"])
def test_what_only_begins_like_a_number_is_an_option(token):
    with pytest.raises(click.NoSuchOption):
        _given(options.temperature, [token], options.NumberCommand)


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-0", 0), ("+.5", 0.5), ("inf", math.inf), ("5e-324", 5e-324)]
)
def test_a_temperature_is_a_number_from_0_to_infinity(text, value):
    assert _given(options.temperature, ["-t", text])["temperature"] == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-1e-9", "a temperature is 0 or more, not -1e-9"),
        ("-inf", "a temperature is 0 or more, not -inf"),
        ("nan", '"nan" is not a number'),
        ("", '"" is not a number'),
        ("1,5", '"1,5" is not a number'),
        ("1e400", '"1e400" is too large for a 64-bit float'),
    ],
)
def test_another_temperature_is_refused(text, message):
    assert message in _refused(options.temperature, [f"--temperature={text}"])


def test_a_temperature_may_be_that_of_a_file(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('{"temperature": 2.5}')
    found = _given(options.temperature, ["-t", f"@{path}"])["temperature"]
    assert found == FittedTemperature(str(path), (2.5,))


@pytest.mark.parametrize(
    ("text", "character"),
    [("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), ("space", " "), ("comma", ","), ("semicolon", ";"),
     ("pipe", "|"), (":", ":"), ("#", "#")],
)  # fmt: skip
def test_a_delimiter_is_a_character_or_its_name(text, character):
    assert (
        _given(options.read_options, ["--delimiter", text])["read_options"].delimiter == character
    )


@pytest.mark.parametrize(
    "text", ["", ";;", "Tab", "a", "7", "é", "；", '"', "+", "-", ".", "\n", "\0"]
)
def test_what_cannot_stand_between_numbers_is_no_delimiter(text):
    assert "cannot delimit numbers" in _refused(options.read_options, [f"--delimiter={text}"])


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
def test_what_is_said_about_reading_is_one_record(arguments, read_options):
    assert _given(options.read_options, arguments) == {"read_options": read_options, "tokens": ()}


@dataclass(frozen=True)
class _Record:
    low: int
    high: int = 9


def test_a_bundle_takes_its_own_options_and_leaves_the_others():
    def function(**values):
        """What it does."""
        found.update(values)

    found = {}
    bundled = options.options_as_record(
        _Record, "both", [click.option("--low", type=int, default=1)]
    )
    decorated = bundled(function)
    assert (decorated.__name__, decorated.__doc__) == ("function", "What it does.")
    assert [option.name for option in decorated.__click_params__] == ["low"]
    decorated(low=4, other="x")
    assert found == {"both": _Record(4, 9), "other": "x"}


def test_options_of_a_bundle_are_listed_in_their_order():
    flags = [click.option(f"--{name}") for name in ("low", "high")]
    command = click.command()(options.options_as_record(_Record, "both", flags)(lambda **_: None))
    assert [option.name for option in command.params] == ["low", "high"]


@pytest.mark.parametrize(
    ("text", "quiet", "err"),
    [("a note", False, "softmax: a note\n"), ("a note", True, ""), ("\x1b[31m\n", False, "softmax: \\x1b[31m\\n\n")],
)  # fmt: skip
def test_a_note_is_a_printable_line_on_standard_error(text, quiet, err, capsys):
    options.print_note(text, quiet=quiet)
    assert capsys.readouterr() == ("", err)


@pytest.mark.parametrize("path", ["r.png", "r.SVG", "a.b/c.pdf"])
def test_a_picture_is_known_by_its_suffix(path):
    pytest.importorskip("matplotlib")
    assert _given(options.plot, ["--plot", path])["plot"] == path


@pytest.mark.parametrize("path", ["r.jpg", "png", "r.png.gz", ""])
def test_another_suffix_is_refused_at_once(path):
    assert "a picture ends in .png, .svg or .pdf." in _refused(options.plot, ["--plot", path])


def test_a_picture_needs_matplotlib_only_where_it_is_asked_for(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert _given(options.plot, [])["plot"] is None
    with pytest.raises(UsageError, match=r"Install it: pip install 'softmax-cli\[plot\]'"):
        _given(options.plot, ["--plot", "r.png"])
