"""One vector under several activations."""

import math

import numpy as np
import pytest

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.comparison import VectorInfo, compare_vector
from softmax_cli.activations.functions import sigmoid

INF, NAN = math.inf, math.nan


def _compared(logits, *activations, temperature=1.0):
    place = VectorInfo("f.csv", 1, [f"c{i}" for i in range(len(logits))])
    return compare_vector(place, np.array(logits, float), activations, temperature)


@pytest.mark.parametrize(
    ("activation", "logits", "picked"),
    [
        ("softmax", [1, 3, 3], [0, 1, 0]),
        ("log-softmax", [-INF, -5, -6], [0, 1, 0]),
        ("sigmoid", [0, -1e-15, 2], [1, 0, 1]),
        ("log-sigmoid", [0, -1e-15, 2], [1, 0, 1]),
        ("tanh", [0, -1e-300, 2], [1, 0, 1]),
        ("softmax", [-7], [1]),
        ("sigmoid", [-7], [0]),
    ],
)
def test_classes_are_picked_as_each_activation_does(activation, logits, picked):
    (result,) = _compared(logits, activation).results
    assert result.predicted.tolist() == [bool(yes) for yes in picked]


def test_results_come_in_the_order_asked_for_and_have_their_sums():
    found = _compared([1, 2, -3], *reversed(ACTIVATIONS), "softmax")
    assert [result.activation for result in found.results] == [*reversed(ACTIVATIONS), "softmax"]
    for result in found.results:
        expected = ACTIVATIONS[result.activation](found.logits)
        assert result.values.tolist() == expected.tolist()
        assert result.total == pytest.approx(math.fsum(expected), rel=1e-14)
        assert type(result.total) is float


def test_a_temperature_for_each_class_divides_its_own_logit():
    (result,) = _compared([1, 2], "sigmoid", temperature=[2.0, 0.5]).results
    assert result.values.tolist() == sigmoid(np.array([0.5, 4.0])).tolist()


@pytest.mark.parametrize(
    ("logits", "activations", "invalid"),
    [
        ([1, 2], ["softmax", "sigmoid"], False),
        ([INF, 2], ["sigmoid", "softmax"], True),
        ([INF, -INF], ["sigmoid", "tanh", "log-sigmoid"], False),
        ([-INF, 0], ["log-softmax"], False),
        ([-INF, -INF], ["softmax"], True),
        ([NAN, 1], ["tanh"], True),
        ([INF], [], False),
    ],
)
def test_a_comparison_is_invalid_where_one_activation_has_no_answer(logits, activations, invalid):
    assert _compared(logits, *activations).invalid is invalid
