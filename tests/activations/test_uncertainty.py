"""Picks, confidence, entropy and margin, against values worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.activations.uncertainty import confidence, entropy, margin, predicted_classes
from tests.each import each

LN2 = 0.6931471805599453
LN3 = 1.0986122886681098
NAN = math.nan
WORKED = np.array([[-0.5, 1.2, -0.1, 2.4]])
modest = settings(max_examples=60)
probability = st.floats(0, 1)


def distributions(seed=0, rows=50, classes=6):
    return softmax(np.random.RandomState(seed).normal(0, 3, (rows, classes)))


@each(
    ("row", "expected"),
    [
        ([0.1, 0.7, 0.2], [0, 1, 0]),
        ([0.4, 0.2, 0.4], [1, 0, 0]),
        ([0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]),
        ([0.1, 0.45, 0.45], [0, 1, 0]),
        ([1.0], [1]),
        ([-3.0, -0.1, -2.4], [0, 1, 0]),
        ([-math.inf, 0.0], [0, 1]),
    ],
)
def test_one_class_is_picked_the_first_of_the_largest(row, expected):
    chosen = predicted_classes(np.array([row]), exclusive=True)
    assert chosen.dtype == bool
    assert chosen.tolist() == [[bool(x) for x in expected]]


@each(
    ("row", "half", "expected"),
    [
        ([0.1, 0.7, 0.5], 0.5, [0, 1, 1]),
        ([0.1, 0.2, 0.4], 0.5, [0, 0, 0]),
        ([0.9, 1.0, 0.6], 0.5, [1, 1, 1]),
        ([math.nextafter(0.5, 0), 0.5], 0.5, [0, 1]),
        ([-0.3, 0.0, 0.3], 0.0, [0, 1, 1]),
        ([-LN2, -0.7, -0.6], -LN2, [1, 0, 1]),
        ([NAN, 0.6], 0.5, [0, 1]),
        ([0.5], 0.5, [1]),
    ],
)
def test_each_class_by_itself_is_picked_from_halfway_up(row, half, expected):
    chosen = predicted_classes(np.array([row]), exclusive=False, threshold=half)
    assert chosen.tolist() == [[bool(x) for x in expected]]


def test_halfway_is_one_half_by_default():
    assert predicted_classes(np.array([[0.49, 0.5]]), exclusive=False).tolist() == [[False, True]]


def test_the_worked_example_picks_one_class_or_two():
    assert predicted_classes(softmax(WORKED), exclusive=True).tolist() == [
        [False, False, False, True]
    ]
    assert predicted_classes(sigmoid(WORKED), exclusive=False).tolist() == [
        [False, True, False, True]
    ]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.1, 0.7, 0.2], 0.7),
        ([0.5, 0.5], 0.5),
        ([1.0], 1.0),
        ([0.0, 1.0, 0.0], 1.0),
        ([0.0, 0.0], 0.0),
    ],
)
def test_confidence_is_the_largest_probability(row, expected):
    assert confidence(np.array([row])).tolist() == [expected]


@each(
    ("row", "expected"),
    [
        ([0.5, 0.5], LN2),
        ([1 / 3, 1 / 3, 1 / 3], LN3),
        ([0.25, 0.25, 0.25, 0.25], 2 * LN2),
        ([0.5, 0.25, 0.25], 1.5 * LN2),
        ([0.5, 0.0, 0.5], LN2),
        ([0.9, 0.1], 0.3250829733914482),
        ([0.7, 0.2, 0.1], 0.8018185525433372),
        ([1e-300, 1.0], 6.907755278982137e-298),
    ],
)
def test_entropy_of_a_distribution_is_in_nats(row, expected):
    np.testing.assert_allclose(entropy(np.array([row])), [expected], rtol=1e-14)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ([0.5], LN2),
        ([0.5, 0.5], 2 * LN2),
        ([0.9], 0.3250829733914482),
        ([0.1], 0.3250829733914482),
        ([0.9, 0.5, 1.0, 0.0], 0.3250829733914482 + LN2),
    ],
)
def test_entropies_of_single_classes_are_added(row, expected):
    np.testing.assert_allclose(entropy(np.array([row]), exclusive=False), [expected], rtol=1e-14)


@each("exclusive", [True, False])
@each("row", [[1.0], [0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0]])
def test_the_entropy_of_certainty_is_zero_without_a_minus(row, exclusive):
    value = entropy(np.array([row]), exclusive=exclusive)
    assert value.tolist() == [0.0]
    assert f"{value[0]:.1f}" == "0.0"


@each(
    ("row", "expected"),
    [
        ([0.125, 0.625, 0.25], 0.375),
        ([0.25, 0.75], 0.5),
        ([0.75, 0.25], 0.5),
        ([0.4, 0.2, 0.4], 0.0),
        ([0.25, 0.25, 0.25, 0.25], 0.0),
        ([0.0, 1.0, 0.0], 1.0),
        ([0.0, 0.0], 0.0),
        ([1.0, 1.0, 0.0], 0.0),
        ([1.0], 1.0),
        ([0.25], 0.25),
    ],
)
def test_margin_is_the_largest_less_the_second(row, expected):
    assert margin(np.array([row])).tolist() == [expected]


def test_the_worked_example_has_these_figures():
    values = softmax(WORKED)
    assert confidence(values).round(4).tolist() == [0.6953]
    assert margin(values).round(4).tolist() == [0.4859]
    assert entropy(values).round(4).tolist() == [0.8684]
    assert entropy(sigmoid(WORKED), exclusive=False).round(4).tolist() == [2.1822]


@pytest.mark.parametrize("function", [confidence, entropy, margin])
def test_a_row_of_nan_has_a_nan_and_leaves_the_others_alone(function):
    values = function(np.array([[NAN, NAN], [0.5, 0.5], [NAN, NAN]]))
    assert np.isnan(values).tolist() == [True, False, True]
    assert values[1] == function(np.array([[0.5, 0.5]]))[0]


@each("function", [confidence, entropy, margin])
@each("rows", [0, 1, 7])
@each("classes", [1, 2, 300])
def test_each_row_has_one_figure(function, rows, classes):
    values = function(distributions(0, rows, classes))
    assert values.shape == (rows,)
    assert values.dtype == np.float64


@each("rows", [0, 1, 7])
@each("exclusive", [True, False])
def test_picks_have_the_shape_of_the_rows(rows, exclusive):
    values = distributions(0, rows, 4)
    assert predicted_classes(values, exclusive=exclusive).shape == (rows, 4)


@pytest.mark.parametrize(
    "function",
    [confidence, entropy, margin, lambda p: predicted_classes(p, exclusive=True)],
    ids=["confidence", "entropy", "margin", "predicted"],
)
def test_the_rows_are_not_changed_and_their_layout_does_not_show(function):
    values = distributions()
    before = values.copy()
    expected = function(values)
    np.testing.assert_array_equal(values, before)
    np.testing.assert_allclose(function(np.asfortranarray(values)), expected, rtol=1e-15)
    values.flags.writeable = False
    np.testing.assert_array_equal(function(values), expected)


@pytest.mark.parametrize("classes", [2, 3, 10, 1000])
def test_entropy_is_largest_where_all_classes_are_equal(classes):
    even = np.full((1, classes), 1 / classes)
    most = entropy(even)[0]
    assert most == pytest.approx(math.log(classes), rel=1e-14)
    assert (entropy(distributions(1, 50, classes)) < most).all()


def test_the_order_of_the_classes_does_not_matter():
    values = distributions()
    backwards = values[:, ::-1]
    np.testing.assert_array_equal(confidence(backwards), confidence(values))
    np.testing.assert_array_equal(margin(backwards), margin(values))
    np.testing.assert_allclose(entropy(backwards), entropy(values), rtol=1e-14)


def test_the_pick_has_the_confidence_and_the_margin_over_every_other():
    values = distributions()
    chosen = predicted_classes(values, exclusive=True)
    assert (chosen.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(values[chosen], confidence(values))
    others = np.where(chosen, 0, values)
    np.testing.assert_array_equal(values[chosen] - others.max(axis=1), margin(values))


def test_two_classes_are_as_unsure_as_one_by_itself():
    logits = np.random.RandomState(0).normal(0, 3, (50, 1))
    pair = softmax(np.hstack([logits, np.zeros_like(logits)]))
    np.testing.assert_allclose(entropy(pair), entropy(sigmoid(logits), exclusive=False), rtol=1e-12)


def test_a_class_that_cannot_be_adds_no_entropy():
    values = distributions()
    with_nothing = np.insert(values, 2, 0.0, axis=1)
    np.testing.assert_allclose(entropy(with_nothing), entropy(values), rtol=1e-14)


@modest
@given(st.lists(probability, min_size=1, max_size=8))
def test_figures_are_the_textbook_formulas(row):
    values = np.array([row])
    ordered = sorted(row, reverse=True)
    rest = sum((p - 1) * math.log1p(-p) for p in row if p < 1)
    naive = sum(-p * math.log(p) for p in row if p > 0)
    assert confidence(values)[0] == ordered[0]
    assert margin(values)[0] == ordered[0] - (ordered[1] if len(row) > 1 else 0)
    assert entropy(values)[0] == pytest.approx(naive, rel=1e-14, abs=1e-300)
    assert entropy(values, exclusive=False)[0] == pytest.approx(naive + rest, rel=1e-14, abs=1e-300)
    assert predicted_classes(values, exclusive=True)[0].tolist().index(True) == row.index(
        ordered[0]
    )
    assert predicted_classes(values, exclusive=False)[0].tolist() == [p >= 0.5 for p in row]


@modest
@given(st.lists(probability, min_size=1, max_size=8))
def test_figures_keep_to_their_ranges(row):
    values = np.array([row]) / max(1.0, math.fsum(row))
    assert 0 <= margin(values)[0] <= confidence(values)[0] <= 1
    assert entropy(values)[0] >= 0
    assert 0 <= entropy(values, exclusive=False)[0] <= len(row) * LN2 * (1 + 1e-14)


def test_a_tiny_independent_probability_still_has_its_entropy():
    p = 1e-20
    expected = p - p * np.log(p)
    assert entropy(np.array([[p]]), exclusive=False)[0] == pytest.approx(expected, rel=1e-12)
