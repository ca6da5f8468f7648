"""JSON read strictly."""

import math

import pytest

from softmax_cli.formats.text.strict_json import TrailingDataError, loads
from tests.each import each


@each(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, "x", null, true]}', {"a": [1, 2.5, "x", None, True]}),
        ("3", 3),
        (b'"\xc3\xa9"', "é"),
        ("{}", {}),
        ("-Infinity", -math.inf),
        ('{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
    ],
)
def test_valid_json_is_parsed(text, value):
    assert loads(text) == value


def test_nan_is_parsed_as_a_float():
    assert math.isnan(loads("NaN"))


@each(
    ("text", "reason"),
    [
        ("", "invalid JSON: Expecting value at character 1"),
        ("[1, 2", "invalid JSON: Expecting ',' delimiter at character 6"),
        ("1 2", "invalid JSON: Extra data at character 3"),
        ("{'a': 1}", "invalid JSON: "),
        ('{"a": 1, "b": 2, "a": 3}', 'duplicate field "a"'),
        ('[{"x": {"q": 1, "q": 1}}]', 'duplicate field "q"'),
        ("[" * 200_000, "JSON is nested too deeply"),
        ('{"a":' * 200_000, "JSON is nested too deeply"),
        ("9" * 5000, "number has too many digits"),
        (b'"\xe9"', "invalid UTF-8: "),
    ],
)
def test_invalid_json_is_rejected_with_a_reason(text, reason):
    with pytest.raises(ValueError, match=r".") as caught:
        loads(text)
    assert type(caught.value) in (ValueError, TrailingDataError)
    assert str(caught.value).startswith(reason)
