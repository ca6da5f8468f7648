"""Types of option values: temperatures, delimiters."""

import math

import pytest

from softmax_cli import options
from softmax_cli.calibration.fitted_file import FittedTemperature
from tests.each import each
from tests.option_parsing import parse_options, usage_error


@pytest.mark.parametrize(
    ("text", "value"), [("0", 0), ("-0", 0), ("+.5", 0.5), ("inf", math.inf), ("5e-324", 5e-324)]
)
def test_a_temperature_is_a_number_from_0_to_infinity(text, value):
    assert parse_options(options.temperature, ["-t", text])["temperature"] == value


@each(
    ("text", "message"),
    [
        ("-1e-9", "temperature must be >= 0, not -1e-9"),
        ("-inf", "temperature must be >= 0, not -inf"),
        ("nan", '"nan" is not a number'),
        ("", '"" is not a number'),
        ("1,5", '"1,5" is not a number'),
        ("1e400", '"1e400" is out of range for float64'),
    ],
)
def test_invalid_temperature_is_a_usage_error(text, message):
    assert message in usage_error(options.temperature, [f"--temperature={text}"])


def test_temperature_is_read_from_a_file(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('{"temperature": 2.5}')
    values = parse_options(options.temperature, ["-t", f"@{path}"])["temperature"]
    assert values == FittedTemperature(str(path), (2.5,))


@each(
    ("text", "character"),
    [("tab", "\t"), ("\\t", "\t"), ("\t", "\t"), ("space", " "), ("comma", ","), ("semicolon", ";"),
     ("pipe", "|"), (":", ":"), ("#", "#")],
)  # fmt: skip
def test_a_delimiter_is_a_character_or_its_name(text, character):
    assert (
        parse_options(options.read_options, ["--delimiter", text])["read_options"].delimiter
        == character
    )


@each("text", ["", ";;", "Tab", "a", "7", "é", "；", '"', "+", "-", ".", "\n", "\0"])
def test_invalid_delimiter_is_a_usage_error(text):
    assert "is not a valid delimiter" in usage_error(options.read_options, [f"--delimiter={text}"])
