"""Temperatures in files, and what they are good for."""

import json

import pytest

from softmax_cli.calibration.fitted_file import (
    FittedTemperature,
    read_temperature,
    resolve_temperature,
)
from softmax_cli.errors import SoftmaxError

CLASSES = ("cat", "dog")


def _written(tmp_path, content):
    path = tmp_path / "t.json"
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


@pytest.mark.parametrize(
    ("content", "temperatures", "activation", "classes"),
    [
        ({"temperature": 2.5}, (2.5,), None, None),
        ({"temperature": 2}, (2.0,), None, None),
        ({"temperature": 0}, (0.0,), None, None),
        ({"temperature": [1.5, 2]}, (1.5, 2.0), None, None),
        ({"temperature": 2, "activation": "sigmoid", "classes": ["a"]}, (2.0,), "sigmoid", ("a",)),
        ({"temperature": 2, "activation": None, "classes": None, "more": [1]}, (2.0,), None, None),
        ("1.25", (1.25,), None, None),
        (" 3\n", (3.0,), None, None),
        ("[1, 2]", (1.0, 2.0), None, None),
        ('\n{"temperature": 1e-3}\n', (0.001,), None, None),
    ],
)
def test_a_temperature_is_read(tmp_path, content, temperatures, activation, classes):
    path = _written(tmp_path, content)
    assert read_temperature(path) == FittedTemperature(path, temperatures, activation, classes)


NONE = 'the file holds no "temperature" that is a number of 0 or more'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file holds no temperature: not valid JSON"),
        ("abc", "not valid JSON: Expecting value at character 1"),
        ("a,b\n1,2\n", "not valid JSON"),
        (b"\xff\xfe\xfd", "the file holds no temperature: not "),
        ("{}", NONE),
        ("null", NONE),
        ("true", NONE),
        ('"2"', NONE),
        ("[]", NONE),
        ("[1, null]", NONE),
        ("-1", NONE),
        ("NaN", NONE),
        ("Infinity", NONE),
        ("1e400", NONE),
        ({"temperature": "2"}, NONE),
        ({"temperature": [[1]]}, NONE),
        ({"temperature": {"a": 1}}, NONE),
        ({"t": 2}, NONE),
        ('{"temperature": 1, "temperature": 2}', "stands twice in one object"),
        ({"temperature": 2, "activation": 3}, '"activation" is not a text'),
        ({"temperature": 2, "classes": "ab"}, '"classes" is not a list of names'),
        ({"temperature": 2, "classes": [1]}, '"classes" is not a list of names'),
    ],
)
def test_what_holds_no_temperature_is_refused(tmp_path, content, message):
    path = _written(tmp_path, content)
    with pytest.raises(SoftmaxError) as caught:
        read_temperature(path)
    assert str(caught.value).startswith(path)
    assert message in str(caught.value)


def test_a_number_of_very_many_digits_is_refused(tmp_path):
    with pytest.raises(SoftmaxError):
        read_temperature(_written(tmp_path, "1" + "0" * 400))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SoftmaxError, match="No such file"):
        read_temperature(str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("fitted", "activation", "named", "expected"),
    [
        (FittedTemperature("t", (2.0,)), "softmax", True, [2.0]),
        (FittedTemperature("t", (2.0,)), "tanh", True, [2.0]),
        (FittedTemperature("t", (2.0,), "softmax"), "log-softmax", True, [2.0]),
        (FittedTemperature("t", (2.0,), "sigmoid"), "log-sigmoid", True, [2.0]),
        (FittedTemperature("t", (2.0,), "softmax", CLASSES), "softmax", True, [2.0]),
        (FittedTemperature("t", (2.0,), "softmax", ("x", "y")), "softmax", False, [2.0]),
        (FittedTemperature("t", (2.0, 3.0), "sigmoid", CLASSES), "sigmoid", True, [2.0, 3.0]),
        (FittedTemperature("t", (2.0, 3.0)), "sigmoid", True, [2.0, 3.0]),
    ],
)
def test_a_temperature_is_used_where_it_was_fitted_for(fitted, activation, named, expected):
    assert fitted.resolve(activation, CLASSES, named=named) == expected
    found = resolve_temperature(fitted, activation, CLASSES, named=named)
    assert found == (expected if len(expected) > 1 else expected[0])


@pytest.mark.parametrize(
    ("fitted", "activation", "named", "message"),
    [
        (FittedTemperature("t", (2.0,), "sigmoid"), "softmax", True,
         "t: the temperature was fitted for sigmoid, not for softmax. Use -a sigmoid."),
        (FittedTemperature("t", (2.0,), "softmax"), "sigmoid", True,
         "t: the temperature was fitted for softmax, not for sigmoid. Use -a softmax."),
        (FittedTemperature("t", (2.0,), "sigmoid"), "tanh", True, "fitted for sigmoid, not for tanh"),
        (FittedTemperature("t", (2.0,), None, ("a", "b", "c")), "softmax", True,
         "t: the temperature was fitted for 3 classes, not 2."),
        (FittedTemperature("t", (2.0,), None, ("a", "b", "c")), "softmax", False,
         "fitted for 3 classes, not 2."),
        (FittedTemperature("t", (2.0, 3.0, 4.0)), "sigmoid", True, "fitted for 3 classes, not 2."),
        (FittedTemperature("t", (2.0,), None, ("cat", "dig")), "softmax", True,
         't: the temperature was fitted for other classes: number 2 was "dig" and is "dog".'),
        (FittedTemperature("t", (2.0,), None, ("dog", "cat")), "softmax", True,
         'number 1 was "dog" and is "cat".'),
    ],
)  # fmt: skip
def test_a_temperature_is_refused_where_it_was_not_fitted_for(fitted, activation, named, message):
    with pytest.raises(SoftmaxError) as caught:
        fitted.resolve(activation, CLASSES, named=named)
    assert message in str(caught.value)


def test_a_plain_number_is_used_as_it_is():
    assert resolve_temperature(2.5, "softmax", CLASSES, named=True) == 2.5
