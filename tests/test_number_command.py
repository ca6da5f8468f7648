"""Numbers as arguments, duplicate options, and help pages in groups."""

import click
import pytest

from softmax_cli import options
from softmax_cli.cli import COMMANDS, cli
from softmax_cli.number_command import NumberCommand, option
from tests.each import each
from tests.option_parsing import parse_options, usage_error
from tests.runner import softmax


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
    values = parse_options(options.temperature, arguments, NumberCommand)
    assert values == {"tokens": tuple(tokens), "temperature": temperature}


@pytest.mark.parametrize("token", ["-1x", "-x", "--1", "-i"])
def test_token_that_only_starts_like_a_number_is_an_option(token):
    with pytest.raises(click.NoSuchOption):
        parse_options(options.temperature, [token], NumberCommand)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["-t", "1", "-t", "2"], "'-t' / '--temperature'"),
        (["-t1", "3", "--temperature=1", "-4"], "'-t' / '--temperature'"),
        (["--from", "logits", "--from", "logits"], "'--from'"),
        (["-qo", "a", "-oa"], "'-o' / '--output'"),
        (["-q", "--output=a", "-o", "b", "--no-such"], "'-o' / '--output'"),
    ],
)
def test_single_valued_option_given_twice_is_a_usage_error(arguments, name):
    def decorate(function):
        for decorator in (options.temperature, options.input_scale, options.output, options.quiet):
            function = decorator(function)
        return function

    assert usage_error(decorate, arguments, NumberCommand) == f"Duplicate option {name}."


def test_flags_and_multiple_options_may_be_repeated():
    assert parse_options(options.quiet, ["-q", "-qq"], NumberCommand)["quiet"] is True
    arguments = ["-a", "softmax", "-a", "softmax"]
    values = parse_options(options.activations, arguments, NumberCommand)
    assert values["activations"] == ("softmax", "softmax")


@pytest.mark.parametrize(
    ("arguments", "stdin", "err"),
    [
        (
            ["convert", "-t", ".5", "-t", "2"],
            "1,2\n",
            "Error: Duplicate option '-t' / '--temperature'.\n",
        ),
        (
            ["convert", "-o", "a", "-o", "b"],
            "a\n1\n",
            "Error: Duplicate option '-o' / '--output'.\n",
        ),
        (["evaluate", "--bins", "9", "--bins=8"], "", "Error: Duplicate option '--bins'.\n"),
        (
            ["calibrate", "--labels", "x", "--labels", "x"],
            "",
            "Error: Duplicate option '--labels'.\n",
        ),
    ],
)
def test_every_command_rejects_duplicate_options(arguments, stdin, err):
    ran = softmax(*arguments, stdin=stdin)
    assert (ran.out, ran.code) == ("", 2)
    assert ran.err.endswith(err)


HELP = """\
Usage: example [OPTIONS]

Input:
  --a-long-name [first|second|third]
                             Choose.  [default: first]

Own:
  --rows N                   Number of rows.  [default: all]

Output:
  -o, --output OUT           Write to OUT, replaced only on success.

Run:
  -h, --help                 Show this message and exit.
"""


def test_options_are_listed_in_groups_with_defaults_and_without_ranges():
    @click.command("example", cls=NumberCommand)
    @options.output
    @option(
        "Input",
        "--a-long-name",
        type=click.Choice(["first", "second", "third"]),
        default="first",
        show_default=True,
        help="Choose.",
    )
    @option("Own", "--rows", type=click.IntRange(1), metavar="N", show_default="all",
            help="Number of rows.")  # fmt: skip
    def command(**_values):
        pass

    assert command.get_help(click.Context(command, info_name="example")) + "\n" == HELP


@each("name", COMMANDS)
def test_help_pages_are_plain_narrow_and_in_groups(name):
    text = softmax(name, "--help", env={"COLUMNS": "200", "FORCE_COLOR": "1"}).out
    headings = [line[:-1] for line in text.splitlines() if line.endswith(":") and line[0] != " "]
    assert headings[:3] == ["Input", "Columns", "Computation"]
    assert headings[-2:] == ["Output", "Run"]
    assert text.index("\n  Examples:\n    softmax ") < text.index(f"\n{headings[0]}:\n")
    assert max(map(len, text.splitlines())) <= 80
    unwanted = ("\x1b", "INTEGER", "FLOAT", "RANGE", "TEXT", "<=", "default: (")
    assert not [part for part in unwanted if part in text]


@each("name", COMMANDS)
def test_every_option_has_help_a_metavar_and_a_group(name):
    command = cli.get_command(click.Context(cli), name)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help.endswith(".")
            assert parameter.group
            assert "[default" not in parameter.help
