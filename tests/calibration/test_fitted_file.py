"""Calibration files, and what they may be used for."""

import json

import pytest

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.calibration.fitted_file import (
    FittedTemperature,
    read_temperature,
    resolve_temperature,
)
from softmax_cli.errors import SoftmaxError
from tests.each import each

CLASSES = ("cat", "dog")


def _written(tmp_path, content):
    path = tmp_path / "t.json"
    text = content if isinstance(content, str | bytes) else json.dumps(content)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


@each(
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


NONE = '"temperature" is missing or not a number >= 0'


@each(
    ("content", "message"),
    [
        ("", "no temperature in file: invalid JSON"),
        ("abc", "invalid JSON: Expecting value at character 1"),
        ("a,b\n1,2\n", "invalid JSON"),
        (b"\xff\xfe\xfd", "no temperature in file: invalid UTF-8"),
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
        ('{"temperature": 1, "temperature": 2}', 'duplicate field "temperature"'),
        ({"temperature": 2, "activation": 3}, '"activation" must be text'),
        ({"temperature": 2, "classes": "ab"}, '"classes" must be a list of names'),
        ({"temperature": 2, "classes": [1]}, '"classes" must be a list of names'),
        ({"temperature": 2, "map": "matrix"}, 'unknown map "matrix"'),
        ({"temperature": 2, "map": 3}, '"map" must be text'),
        ({"temperature": 2, "map": "bias"}, '"bias" is missing'),
        ({"temperature": 2, "bias": [1, 2]}, '"bias" needs "map": "bias"'),
        ({"temperature": 2, "map": "bias", "bias": "1"}, '"bias" must be a list of numbers'),
        ({"temperature": 2, "map": "bias", "bias": [True]}, '"bias" must be a list of numbers'),
        (
            {"temperature": 2, "map": "bias", "bias": [1, 2], "classes": ["a"]},
            "2 biases for 1 classes",
        ),
        ({"temperature": 0, "map": "bias", "bias": [1, 2]}, 'needs a "temperature" above 0'),
        ({"temperature": 2, "floor": 1}, '"floor" must be in [0, 1)'),
        ({"temperature": 2, "floor": None}, '"floor" must be a list of numbers'),
        ({"temperature": 2, "class_shares": 3}, '"class_shares" must be a list of numbers'),
        ({"temperature": 2, "input_scale": 3}, '"input_scale" must be text'),
    ],
)
def test_what_holds_no_temperature_is_refused(tmp_path, content, message):
    path = _written(tmp_path, content)
    with pytest.raises(SoftmaxError) as caught:
        read_temperature(path)
    assert str(caught.value).startswith(path)
    assert message in str(caught.value)


BIASED = {"temperature": 2, "map": "bias", "bias": [0.5, -0.5], "activation": "softmax",
          "classes": ["cat", "dog"], "class_shares": [0.3, 0.7], "input_scale": "logits"}  # fmt: skip


def test_a_map_with_biases_is_read(tmp_path):
    fitted = read_temperature(_written(tmp_path, BIASED))
    assert (fitted.bias, fitted.class_shares) == ((0.5, -0.5), (0.3, 0.7))
    found = resolve_temperature(fitted, "softmax", CLASSES, named=True)
    assert found == CalibrationMap(2.0, (0.5, -0.5))
    found = resolve_temperature(fitted, "log-softmax", CLASSES, named=True)
    assert found.exclusive


def test_a_floor_is_part_of_a_map(tmp_path):
    content = {"temperature": 2, "floor": 1e-6, "input_scale": "probabilities"}
    fitted = read_temperature(_written(tmp_path, content))
    found = resolve_temperature(fitted, "sigmoid", CLASSES, named=True)
    assert found == CalibrationMap(2.0, (), False, 1e-6, True)


@pytest.mark.parametrize("more", [{"map": "none"}, {"map": "temperature"}, {"floor": 0}, {}])
def test_a_map_that_is_a_temperature_resolves_to_a_number(tmp_path, more):
    fitted = read_temperature(_written(tmp_path, {"temperature": 2, **more}))
    assert resolve_temperature(fitted, "softmax", CLASSES, named=True) == 2.0


def test_biases_of_0_resolve_to_a_number(tmp_path):
    fitted = read_temperature(_written(tmp_path, {**BIASED, "bias": [0.0, 0.0]}))
    assert resolve_temperature(fitted, "softmax", CLASSES, named=True) == 2.0


@pytest.mark.parametrize(
    ("classes", "message"),
    [(("cat", "cow"), 'class 2 was "dog", now "cow"'), (("a", "b", "c"), "2 classes, not 3")],
)
def test_biases_are_refused_for_other_classes(tmp_path, classes, message):
    fitted = read_temperature(_written(tmp_path, BIASED))
    with pytest.raises(SoftmaxError, match=message):
        resolve_temperature(fitted, "softmax", classes, named=True)
    with pytest.raises(SoftmaxError, match="for softmax, not sigmoid"):
        resolve_temperature(fitted, "sigmoid", CLASSES, named=True)


def test_a_number_of_very_many_digits_is_refused(tmp_path):
    with pytest.raises(SoftmaxError):
        read_temperature(_written(tmp_path, "1" + "0" * 400))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SoftmaxError, match="No such file"):
        read_temperature(str(tmp_path / "none"))


@each(
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


@each(
    ("fitted", "activation", "named", "message"),
    [
        (FittedTemperature("t", (2.0,), "sigmoid"), "softmax", True,
         "t: temperature was fitted for sigmoid, not softmax. Use -a sigmoid."),
        (FittedTemperature("t", (2.0,), "softmax"), "sigmoid", True,
         "t: temperature was fitted for softmax, not sigmoid. Use -a softmax."),
        (FittedTemperature("t", (2.0,), "sigmoid"), "tanh", True, "fitted for sigmoid, not tanh"),
        (FittedTemperature("t", (2.0,), None, ("a", "b", "c")), "softmax", True,
         "t: temperature was fitted for 3 classes, not 2."),
        (FittedTemperature("t", (2.0,), None, ("a", "b", "c")), "softmax", False,
         "fitted for 3 classes, not 2."),
        (FittedTemperature("t", (2.0, 3.0, 4.0)), "sigmoid", True, "fitted for 3 classes, not 2."),
        (FittedTemperature("t", (2.0,), None, ("cat", "dig")), "softmax", True,
         't: temperature was fitted for other classes: class 2 was "dig", now "dog".'),
        (FittedTemperature("t", (2.0,), None, ("dog", "cat")), "softmax", True,
         'class 1 was "dog", now "cat".'),
    ],
)  # fmt: skip
def test_a_temperature_is_refused_where_it_was_not_fitted_for(fitted, activation, named, message):
    with pytest.raises(SoftmaxError) as caught:
        fitted.resolve(activation, CLASSES, named=named)
    assert message in str(caught.value)


def test_a_plain_number_is_used_as_it_is():
    assert resolve_temperature(2.5, "softmax", CLASSES, named=True) == 2.5
