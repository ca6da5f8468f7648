"""One vector under several activations."""

import math

import numpy as np
import pytest

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.comparison import VectorInfo, compare_vector
from softmax_cli.activations.functions import sigmoid
from tests.each import each

INF, NAN = math.inf, math.nan


def _compare(logits, *activations, temperatures=(1.0,)):
    info = VectorInfo("f.csv", 1, [f"c{i}" for i in range(len(logits))])
    return compare_vector(info, np.array(logits, float), activations, temperatures)


@each(
    ("activation", "logits", "predicted"),
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
def test_each_activation_predicts_by_its_own_rule(activation, logits, predicted):
    (result,) = _compare(logits, activation).results
    assert result.predicted.tolist() == [bool(flag) for flag in predicted]


def test_results_keep_the_order_of_the_activations_and_have_sums():
    comparison = _compare([1, 2, -3], *reversed(ACTIVATIONS))
    assert comparison.activations == list(reversed(ACTIVATIONS))
    for result in comparison.results:
        expected = ACTIVATIONS[result.activation](comparison.logits)
        assert result.values.tolist() == expected.tolist()
        assert result.total == pytest.approx(math.fsum(expected), rel=1e-14)
        assert type(result.total) is float


def test_a_per_class_temperature_divides_the_logit_of_its_class():
    (result,) = _compare([1, 2], "sigmoid", temperatures=[[2.0, 0.5]]).results
    assert result.values.tolist() == sigmoid(np.array([0.5, 4.0])).tolist()


@each(
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
def test_a_comparison_is_invalid_if_any_activation_has_no_answer(logits, activations, invalid):
    assert _compare(logits, *activations).invalid is invalid


def test_several_temperatures_give_one_result_each_grouped_by_activation():
    comparison = _compare([1, 2], "sigmoid", "softmax", temperatures=[0.5, 2.0])
    assert [(result.activation, result.temperature) for result in comparison.results] == [
        ("sigmoid", 0.5), ("sigmoid", 2.0), ("softmax", 0.5), ("softmax", 2.0),
    ]  # fmt: skip
    assert comparison.activations == ["sigmoid", "softmax"]
    assert comparison.results[1].values.tolist() == sigmoid(np.array([0.5, 1.0])).tolist()
