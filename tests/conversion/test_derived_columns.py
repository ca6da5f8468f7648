"""Derived columns, against rows computed one by one."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.conversion.derived_columns import DERIVED_COLUMNS, top_columns, top_names
from softmax_cli.formats.output_schema import NumericColumns

NAN = math.nan
SOFTMAX, SIGMOID = ACTIVATIONS["softmax"], ACTIVATIONS["sigmoid"]
modest = settings(max_examples=60)
# Few values, so that many are equal.
shares = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1)


@st.composite
def tables(draw):
    width = draw(st.integers(1, 5))
    rows = draw(st.lists(st.lists(shares, min_size=width, max_size=width), max_size=6))
    return np.array(rows, float).reshape(-1, width)


def _listed(piece):
    if isinstance(piece, NumericColumns):
        assert not piece.exact
        assert piece.values.shape == (len(piece.values), 1)
        return piece.values[:, 0].tolist()
    return piece.to_list()


def _added(name, values, activation, classes=None):
    values = np.array(values, float)
    classes = classes or [f"c{k}" for k in range(values.shape[1])]
    return _listed(DERIVED_COLUMNS[name](values, classes, activation))


def _entropy(row, exclusive):
    terms = [p for p in row if p > 0] + ([] if exclusive else [1 - p for p in row if p < 1])
    return math.fsum(-p * math.log(p) for p in terms)


@modest
@given(tables())
@pytest.mark.parametrize("activation", [SOFTMAX, SIGMOID], ids=["softmax", "sigmoid"])
def test_numbers_are_those_of_each_row_alone(activation, values):
    rows = values.tolist()
    ordered = [[*sorted(row, reverse=True), 0.0] for row in rows]
    assert _added("confidence", values, activation) == [row[0] for row in ordered]
    assert _added("margin", values, activation) == [row[0] - row[1] for row in ordered]
    assert _added("entropy", values, activation) == pytest.approx(
        [_entropy(row, activation.exclusive) for row in rows], rel=1e-12, abs=1e-15
    )


@modest
@given(tables())
def test_predictions_are_those_of_each_row_alone(values):
    rows, classes = values.tolist(), [f"c{k}" for k in range(values.shape[1])]
    first = [classes[row.index(max(row))] for row in rows]
    each = ["|".join(c for c, p in zip(classes, row, strict=True) if p >= 0.5) for row in rows]
    assert _added("prediction", values, SOFTMAX) == first
    assert _added("prediction", values, SIGMOID) == each
    assert _added("prediction", np.asfortranarray(values), SIGMOID) == each


@modest
@given(tables(), st.data())
def test_top_classes_are_those_of_each_row_alone(values, data):
    rows, width = values.tolist(), values.shape[1]
    count = data.draw(st.integers(1, width))
    classes = [f"c{k}" for k in range(width)]
    pieces = [*map(_listed, top_columns(values, classes, count))]
    orders = [sorted(range(width), key=lambda k: (-row[k], k)) for row in rows]
    for i in range(count):
        assert pieces[2 * i] == [classes[order[i]] for order in orders]
        assert pieces[2 * i + 1] == [row[order[i]] for row, order in zip(rows, orders, strict=True)]
    assert len(pieces) == len(top_names(count, SOFTMAX)) == 2 * count


@pytest.mark.parametrize(
    ("activation", "names"),
    [
        ("softmax", ["class_1", "probability_1", "class_2", "probability_2"]),
        ("log-sigmoid", ["class_1", "log_probability_1", "class_2", "log_probability_2"]),
        ("tanh", ["class_1", "tanh_1", "class_2", "tanh_2"]),
    ],
)
def test_top_columns_are_named_after_the_output(activation, names):
    assert top_names(2, ACTIVATIONS[activation]) == names


@pytest.mark.parametrize(
    ("activation", "row", "expected"),
    [
        (SOFTMAX, [1.0], ["c0", 1.0, 0.0, 1.0]),
        (SIGMOID, [0.25], ["", 0.25, 0.5623351446188083, 0.25]),
        (SIGMOID, [0.75], ["c0", 0.75, 0.5623351446188083, 0.75]),
        (SIGMOID, [0.5, 0.5], ["c0|c1", 0.5, 2 * math.log(2), 0.0]),
        (SOFTMAX, [0.5, 0.5], ["c0", 0.5, math.log(2), 0.0]),
    ],
)
def test_one_class_and_equal_values(activation, row, expected):
    found = [_added(name, [row], activation)[0] for name in DERIVED_COLUMNS if name != "prediction"]
    assert _added("prediction", [row], activation) == expected[:1]
    assert found == pytest.approx(expected[1:], abs=1e-15)


def test_a_row_of_nan_has_no_names_or_numbers_and_changes_no_other():
    values = np.array([[NAN, NAN], [0.25, 0.75], [NAN, NAN]])
    assert _added("prediction", values, SOFTMAX) == [None, "c1", None]
    for name in ("confidence", "entropy", "margin"):
        assert np.isnan(_added(name, values, SOFTMAX)).tolist() == [True, False, True]
    names, numbers, second, _ = map(_listed, top_columns(values, ["a", "b"], 2))
    assert (names, second) == ([None, "b", None], [None, "a", None])
    assert np.isnan(numbers).tolist() == [True, False, True]


@pytest.mark.parametrize("classes", [["a", "a"], ["0", "1"], ["", "|"], ["é", "literal"]])
def test_names_of_any_kind_are_written_as_they_are(classes):
    values = np.array([[0.75, 0.5]])
    assert _added("prediction", values, SIGMOID, classes) == ["|".join(classes)]
    assert _added("prediction", values, SOFTMAX, classes) == classes[:1]


@pytest.mark.parametrize("activation", [SOFTMAX, SIGMOID], ids=["softmax", "sigmoid"])
def test_no_rows_have_empty_columns(activation):
    for name in DERIVED_COLUMNS:
        assert _added(name, np.empty((0, 3)), activation) == []


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_a_row_of_nan_has_no_prediction(activation):
    values = np.array([[NAN, NAN], [0.9, 0.1]])
    assert _added("prediction", values, ACTIVATIONS[activation], ("a", "b")) == [None, "a"]
