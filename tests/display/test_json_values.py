"""Numbers and records as JSON."""

import json
import math

import pytest

from softmax_cli.display.json_values import json_number, json_temperature, to_json_text
from tests.each import each


@each(
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


def test_records_are_indented_json_with_text_as_it_is():
    facts = {"name": '虎 "x"\n', "values": [1, 0.1], "none": None}
    text = to_json_text(facts)
    assert json.loads(text) == facts
    assert text.startswith('{\n  "name": "虎 \\"x\\"\\n",\n')
    assert text.endswith("}\n")
