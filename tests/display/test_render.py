"""What was found, as tables or as JSON."""

import json
import math

import pytest
from rich.text import Text

from softmax_cli.display.console import Screen
from softmax_cli.display.render import json_number, json_temperature, render_report, to_json_text


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1.5, 1.5), (-0.0, -0.0), (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, None), (3, 3)],
)
def test_a_number_is_one_that_json_has(value, expected):
    assert json_number(value) == expected
    assert json.loads(json.dumps(json_number(value), allow_nan=False)) == expected


def test_json_number_is_rounded_to_decimals():
    assert [json_number(value, 2) for value in (0.126, math.inf, math.nan)] == [0.13, "inf", None]


@pytest.mark.parametrize(
    ("temperature", "expected"), [(2, 2), ([2.5], 2.5), ([1.0, math.inf], [1.0, "inf"])]
)
def test_json_temperature_is_a_number_or_a_list_of_one_per_class(temperature, expected):
    assert json_temperature(temperature) == expected


def test_facts_are_lines_of_json_as_they_are_written():
    facts = {"name": '虎 "x"\n', "values": [1, 0.1], "none": None}
    text = to_json_text(facts)
    assert json.loads(text) == facts
    assert text.startswith('{\n  "name": "虎 \\"x\\"\\n",\n')
    assert text.endswith("}\n")


def _never(*_given):
    raise AssertionError


def _tables(found, screen):
    yield Text(f"{found} on {screen.width}")
    yield Text("below")


def test_json_is_made_of_the_facts_alone():
    assert (
        render_report(3, "json", _never, lambda n: {"n": n}, Screen(width=9)) == '{\n  "n": 3\n}\n'
    )


@pytest.mark.parametrize("format_name", [None, "table"])
def test_tables_are_for_the_screen_given(format_name):
    assert render_report(3, format_name, _tables, _never, Screen(width=40)) == "3 on 40\nbelow\n"


def test_tables_are_for_standard_output_where_no_screen_is_given(monkeypatch):
    monkeypatch.setattr(Screen, "from_stdout", lambda: Screen(width=77))
    assert render_report(3, None, _tables, _never) == "3 on 77\nbelow\n"
