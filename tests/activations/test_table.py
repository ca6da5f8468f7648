"""The table of activations matches the functions it names."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import softmax_cli
from softmax_cli.activations import ACTIVATIONS, functions
from softmax_cli.activations.uncertainty import predicted_classes
from tests.each import each

ROWS = np.random.RandomState(0).normal(0, 3, (50, 5))

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
by_class = pytest.mark.parametrize(
    "activation", [a for a in ACTIVATIONS.values() if not a.exclusive], ids=lambda a: a.function
)


@each(
    ("name", "function", "output_kind", "exclusive"),
    [
        ("softmax", functions.softmax, "probability", True),
        ("sigmoid", functions.sigmoid, "probability", False),
        ("log-softmax", functions.log_softmax, "log_probability", True),
        ("log-sigmoid", functions.log_sigmoid, "log_probability", False),
        ("tanh", functions.tanh, "tanh", False),
    ],
)
@each("temperature", [1.0, 0.3, 0.0, np.inf])
def test_a_name_computes_its_function(name, function, output_kind, exclusive, temperature):
    activation = ACTIVATIONS[name]
    assert (activation.output_kind, activation.exclusive) == (output_kind, exclusive)
    np.testing.assert_array_equal(activation(ROWS, temperature), function(ROWS, temperature))


def test_the_table_names_five_functions_in_order():
    assert list(ACTIVATIONS) == ["softmax", "sigmoid", "log-softmax", "log-sigmoid", "tanh"]


@every_activation
def test_the_temperature_is_one_by_default(activation):
    np.testing.assert_array_equal(activation(ROWS), activation(ROWS, 1.0))


@every_activation
def test_normalized_means_that_rows_sum_to_one(activation):
    values = activation(ROWS)
    chances = np.exp(values) if activation.output_kind == "log_probability" else values
    sums_to_one = np.allclose(chances.sum(axis=1), 1, rtol=0, atol=1e-14)
    assert sums_to_one == activation.exclusive


@every_activation
def test_probabilities_are_those_in_zero_to_one(activation):
    values = activation(ROWS)
    assert activation.probabilities == bool(((values >= 0) & (values <= 1)).all())


@by_class
@each("temperature", [0.0, 1e-300, 0.3, 1.0, 7.3, np.inf])
def test_halfway_is_exactly_the_value_of_a_logit_of_zero(activation, temperature):
    assert activation(np.array([0.0, -0.0]), temperature).tolist() == [activation.threshold] * 2


@by_class
@each("temperature", [1e-300, 0.3, 1.0, 7.3])
def test_all_functions_of_single_classes_pick_the_same(activation, temperature):
    logits = np.vstack([ROWS, [0.0, -0.0, 5e-324, 1e-9, -1e-9]])
    values = activation(logits, temperature)
    chosen = predicted_classes(values, exclusive=False, threshold=activation.threshold)
    np.testing.assert_array_equal(chosen, logits >= 0)


@every_activation
def test_the_meaning_is_a_phrase_without_a_full_stop(activation):
    assert activation.definition
    assert activation.definition == activation.definition.strip(" .\n")


@pytest.mark.parametrize("name", [a.function for a in ACTIVATIONS.values()])
def test_the_package_offers_the_function_by_name(name):
    assert name in softmax_cli.__all__
    assert getattr(softmax_cli, name) is getattr(functions, name)


def test_the_package_has_no_other_names():
    with pytest.raises(AttributeError, match="softplus"):
        softmax_cli.softplus  # noqa: B018


def test_reading_the_table_does_not_import_numpy():
    code = (
        "import sys; from softmax_cli.activations import ACTIVATIONS; "
        "[a.threshold for a in ACTIVATIONS.values()]; sys.exit('numpy' in sys.modules)"
    )
    root = Path(softmax_cli.__file__).parents[1]
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, check=False, cwd=root).returncode == 0
