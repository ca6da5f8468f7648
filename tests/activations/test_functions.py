"""The activations to the last digit: exact tables, constants, properties, textbook formulas."""

import math
import warnings

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations import functions
from softmax_cli.activations.functions import log_sigmoid, log_softmax, sigmoid, softmax, tanh
from tests.activations import BARS, cases, errors_of, logits_of, noise
from tests.each import each

INF = math.inf
NAN = math.nan
LN2 = 0.6931471805599453
WORKED = [-0.5, 1.2, -0.1, 2.4]
FUNCTIONS = [softmax, log_softmax, sigmoid, log_sigmoid, tanh]
BY_ROW = [softmax, log_softmax]
BY_CLASS = [sigmoid, log_sigmoid, tanh]
TEMPERATURES = [1.0, 0.25, 0.3, 7.3, 1e-310, 1e300, 0.0, INF]
CASES = cases()

every_function = each("function", FUNCTIONS)
every_temperature = each("temperature", TEMPERATURES)


def same(first, second):
    """Equal in every bit; any NaN equals any NaN."""
    one, other = np.asarray(first), np.asarray(second)
    return np.array_equal(one, other, equal_nan=True) and np.array_equal(
        np.signbit(one)[one == 0], np.signbit(other)[other == 0]
    )


def random_rows(rows=40, classes=6, scale=4.0, seed=0):
    return np.random.RandomState(seed).normal(0, scale, (rows, classes))


# Exact tables


@each(
    ("function", "expected", "total"),
    [
        (sigmoid, [0.3775, 0.7685, 0.4750, 0.9168], 2.5379),
        (softmax, [0.0383, 0.2094, 0.0571, 0.6953], 1.0),
        (log_softmax, [-3.2635, -1.5635, -2.8635, -0.3635], -8.0539),
        (log_sigmoid, [-0.9741, -0.2633, -0.7444, -0.0868], -2.0686),
        (tanh, [-0.4621, 0.8337, -0.0997, 0.9837], 1.2555),
    ],
)
def test_the_worked_example_comes_out_to_four_decimals(function, expected, total):
    values = function(WORKED)
    assert values.round(4).tolist() == expected
    assert round(float(values.sum()), 4) == total


@each(
    ("function", "logits", "expected"),
    [
        (softmax, WORKED, [0, 0, 0, 1]),
        (softmax, [2.0, 1.0, 2.0], [0.5, 0, 0.5]),
        (softmax, [5e-324, 0.0], [1, 0]),
        (softmax, [1e308, -1e308], [1, 0]),
        (softmax, [-INF, -3.0, -3.0, -3.0, -3.0], [0, 0.25, 0.25, 0.25, 0.25]),
        (log_softmax, WORKED, [-INF, -INF, -INF, 0]),
        (log_softmax, [2.0, 1.0, 2.0], [-LN2, -INF, -LN2]),
        (sigmoid, [-2.0, -5e-324, -0.0, 0.0, 5e-324, 3.0], [0, 0, 0.5, 0.5, 1, 1]),
        (sigmoid, [-INF, INF], [0, 1]),
        (log_sigmoid, [-2.0, 0.0, 3.0, -INF, INF], [-INF, -LN2, 0, -INF, 0]),
        (tanh, [-2.0, 0.0, 3.0, -INF, INF], [-1, 0, 1, -1, 1]),
    ],
)
@each("zero", [0, 0.0, -0.0])
def test_at_temperature_zero_the_argmax_or_the_sign_decides(function, logits, expected, zero):
    assert function(logits, zero).tolist() == expected


@each(
    ("function", "logits", "expected"),
    [
        (softmax, WORKED, [0.25] * 4),
        (softmax, [1e308, -1e308], [0.5, 0.5]),
        (softmax, [-INF, 3.0, -INF, -1.0], [0, 0.5, 0, 0.5]),
        (log_softmax, [9.0, -9.0], [-LN2, -LN2]),
        (log_softmax, [9.0, -INF], [0, -INF]),
        (sigmoid, [-1e308, -1.0, 0.0, 1e308], [0.5] * 4),
        (sigmoid, [-INF, INF], [0, 1]),
        (log_sigmoid, [-1e308, 0.0, 7.0], [-LN2] * 3),
        (tanh, [-1e308, 0.0, 7.0], [0] * 3),
    ],
)
def test_at_infinite_temperature_all_chances_are_even(function, logits, expected):
    assert function(logits, INF).tolist() == expected


@each(
    ("function", "logits", "expected"),
    [
        (softmax, [-INF, 7.0], [0, 1]),
        (softmax, [1.0, -INF, 1.0], [0.5, 0, 0.5]),
        (log_softmax, [-INF, 7.0], [-INF, 0]),
        (sigmoid, [-INF, 0.0], [0, 0.5]),
        (log_sigmoid, [-INF, 0.0], [-INF, -LN2]),
        (tanh, [-INF, 0.0], [-1, 0]),
    ],
)
@each("temperature", [1, 0.3, 1e-310, 1e300])
def test_a_mask_gets_probability_zero(function, logits, expected, temperature):
    assert function(logits, temperature).tolist() == expected


@every_temperature
def test_a_mask_leaves_the_other_classes_as_they_are_without_it(temperature):
    rows = random_rows(classes=2)
    masked = np.insert(rows, 1, -INF, axis=1)
    for function in BY_ROW:
        assert same(function(masked, temperature)[:, [0, 2]], function(rows, temperature))


@each("temperature", [1, 0.3, 1e-310, 1e300])
def test_plus_infinity_is_certain_where_each_class_stands_alone(temperature):
    for function, expected in ((sigmoid, 1), (log_sigmoid, 0), (tanh, 1)):
        assert function([INF, 0.0], temperature)[0] == expected


@each(
    "row",
    [
        [NAN, 1.0, 2.0],
        [1.0, NAN, -INF],
        [NAN, NAN, NAN],
        [-INF, -INF, -INF],
        [INF, 0.0, 1.0],
        [0.0, 1.0, INF],
        [INF, INF, 0.0],
        [INF, -INF, 0.0],
        [INF, NAN, 0.0],
    ],
)
@every_temperature
@each("function", BY_ROW)
def test_a_row_without_an_answer_is_nan_throughout(function, temperature, row):
    assert np.isnan(function(row, temperature)).all()
    wide = row + row[-1:] * 300
    assert np.isnan(function(wide, temperature)).all()


@every_temperature
@each("function", BY_CLASS)
def test_a_nan_stays_with_its_class_where_each_stands_alone(function, temperature):
    values = function([1.0, NAN, -2.0], temperature)
    assert np.isnan(values).tolist() == [False, True, False]
    assert same(values[[0, 2]], function([1.0, -2.0], temperature))


@each(
    ("function", "logits", "temperature", "expected"),
    [
        (softmax, [1e308, -1e308], 1, [1, 0]),
        (softmax, [1e308, -1e308], 0.3, [1, 0]),
        (log_softmax, [1e308, -1e308], 1, [0, -INF]),
        (log_softmax, [1e308, -1e308], 4, [0, -5e307]),
        (log_softmax, [1e308, -1e308], 2.0**1000, [0, -1e308 / 2.0**999]),
        (softmax, [1e308, -1e308], 1e308, [0.8807970779778824, 0.11920292202211756]),
        (sigmoid, [1e308, -1e308], 1e-300, [1, 0]),
        (log_sigmoid, [1e308, -1e308], 1e-300, [0, -INF]),
        (tanh, [1e308, -1e308], 1e-300, [1, -1]),
    ],
)
def test_differences_that_overflow_come_out_right(function, logits, temperature, expected):
    np.testing.assert_allclose(function(logits, temperature), expected, rtol=1e-15)


@each(
    ("function", "expected"),
    [
        (softmax, [0, 0, 0, 1]),
        (log_softmax, [-INF, -INF, -INF, 0]),
        (sigmoid, [0, 1, 0, 1]),
        (log_sigmoid, [-INF, 0, -INF, 0]),
        (tanh, [-1, 1, -1, 1]),
    ],
)
@each("temperature", [1e-310, 2.0**-1060])
def test_a_subnormal_temperature_is_as_good_as_zero(function, expected, temperature):
    assert function(WORKED, temperature).tolist() == expected
    assert same(softmax([3.0, 3.0, 1.0], temperature), [0.5, 0.5, 0])


@every_temperature
@each("logit", [-1e308, -3.7, 0.0, 5e-324, 1e308])
def test_one_class_is_certain_under_softmax(logit, temperature):
    assert softmax([logit], temperature).tolist() == [1.0]
    assert log_softmax([logit], temperature).tolist() == [0.0]


@every_function
@every_temperature
@each("shape", [(0, 4), (2, 0, 3), (0, 1), (0, 300)])
def test_no_rows_give_no_rows(function, temperature, shape):
    values = function(np.empty(shape), temperature)
    assert values.shape == shape
    assert values.dtype == np.float64


@every_function
@each("temperature", [1.0, 0.3, 0.0, INF])
@each("classes", [1, 2, 5, 257])
def test_the_shape_is_kept_and_the_last_axis_is_the_class_axis(function, temperature, classes):
    chunk = random_rows(12, classes).reshape(3, 4, classes)
    values = function(chunk, temperature)
    assert values.shape == chunk.shape
    for i, j in ((0, 0), (1, 2), (2, 3)):
        alone = function(chunk[i, j], temperature)
        assert alone.shape == (classes,)
        assert same(values[i, j], alone)
    assert same(values[1], function(chunk[1], temperature))


@every_function
@each(
    "logits",
    [
        [[1, -2, 3], [0, 0, 5]],
        ((1, -2, 3), (0, 0, 5)),
        np.array([[1, -2, 3], [0, 0, 5]], np.int64),
        np.array([[1, -2, 3], [0, 0, 5]], np.int8),
        np.array([[1, -2, 3], [0, 0, 5]], np.float32),
        np.array([[1, -2, 3], [0, 0, 5]], np.float16),
        np.array([[1, -2, 3], [0, 0, 5]], ">f8"),
        np.array([[1, -2, 3], [0, 0, 5]], np.longdouble),
    ],
)
def test_any_kind_of_numbers_is_computed_in_float64(function, logits):
    values = function(logits, 0.7)
    assert values.dtype == np.float64
    assert values.dtype.isnative
    assert same(values, function(np.array([[1.0, -2.0, 3.0], [0.0, 0.0, 5.0]]), 0.7))


@every_function
def test_float32_logits_are_not_rounded_again(function):
    logits = random_rows().astype(np.float32)
    assert same(function(logits, 0.7), function(logits.astype(np.float64), 0.7))


@every_function
@each("temperature", [3, np.float64(3), np.int64(3), np.float32(3)])
def test_any_kind_of_number_will_do_for_a_temperature(function, temperature):
    assert same(function(WORKED, temperature), function(WORKED, 3.0))


@every_function
@each("temperature", [-1, -5e-324, -INF, NAN])
def test_a_negative_or_nan_temperature_is_an_error(function, temperature):
    with pytest.raises(ValueError, match="temperature must be >= 0"):
        function(WORKED, temperature)
    with pytest.raises(ValueError, match=f"not {temperature}"):
        functions.check_temperature(temperature)


SCALARS = [1.0, 3, np.float64(2), np.array(0.5)]
AXES = [0, 1, 2, -1, -2, (0, 1), (0, 2), (2, 1), None]


@each("function", [functions.softmax, functions.log_softmax])
@each("scalar", SCALARS)
def test_a_scalar_has_no_softmax(function, scalar):
    with pytest.raises(ValueError, match="at least one dimension"):
        function(scalar)


@each("name, value", [("softmax", 1.0), ("log_softmax", 0.0)])
@each("scalar", SCALARS)
def test_a_scalar_over_all_axes_is_one_class_as_in_scipy(name, value, scalar):
    result = getattr(functions, name)(scalar, axis=None)
    assert isinstance(result, np.float64)
    assert result == value == getattr(scipy.special, name)(scalar)


@each("function", [functions.sigmoid, functions.log_sigmoid, functions.tanh])
@each("scalar", SCALARS)
def test_elementwise_functions_of_a_scalar_are_scalars(function, scalar):
    result = function(scalar, 2.0)
    assert isinstance(result, np.float64)
    assert result == function([scalar], 2.0)[0]


@each("axis", AXES)
@each("name", ["softmax", "log_softmax"])
def test_axis_has_the_meaning_of_scipy(name, axis):
    logits = np.random.default_rng(0).normal(size=(3, 4, 5)) * 3
    expected = getattr(scipy.special, name)(logits, axis=axis)
    np.testing.assert_allclose(getattr(functions, name)(logits, axis=axis), expected, rtol=1e-13)


def test_axis_beyond_the_dimensions_is_an_error():
    with pytest.raises(ValueError, match="axis 5 is out of bounds"):
        functions.softmax([[1.0, 2.0]], axis=5)


@each("temperature", [0, -0.0, 5e-324, 1, 1e308, INF])
def test_any_temperature_from_zero_up_is_allowed(temperature):
    functions.check_temperature(temperature)


AWKWARD = np.array(
    [
        [1e308, -1e308, 0.0],
        [-INF, -INF, -INF],
        [INF, NAN, -INF],
        [5e-324, -5e-324, 0.0],
        [800.0, -800.0, -INF],
        [1.0, 1.0, -1e300],
    ]
)


@every_function
@every_temperature
def test_no_warning_is_given_whatever_comes_in(function, temperature):
    with warnings.catch_warnings(), np.errstate(all="raise"):
        warnings.simplefilter("error")
        function(AWKWARD, temperature)
        function(np.repeat(AWKWARD, 100, axis=1), temperature)
        function(AWKWARD[:, :1], temperature)


@every_function
@every_temperature
@each("classes", [1, 3, 300])
def test_the_input_is_neither_changed_nor_returned(function, temperature, classes):
    logits = random_rows(5, classes)
    before = logits.copy()
    values = function(logits, temperature)
    assert same(logits, before)
    assert not np.shares_memory(values, logits)
    logits.flags.writeable = False
    assert same(function(logits, temperature), values)


@every_function
@each("temperature", [1.0, 0.3])
@each("classes", [2, 7, 256, 257, 1001])
def test_the_layout_in_memory_does_not_show(function, temperature, classes):
    logits = random_rows(30, classes)
    expected = function(logits, temperature)
    spaced = np.zeros((60, 3 * classes))[::2, ::3]
    spaced[:] = logits
    backwards = logits[::-1, ::-1].copy()[::-1, ::-1]
    for layout in (np.asfortranarray(logits), spaced, backwards, logits.T.copy().T):
        assert same(function(layout, temperature), expected)


@every_function
@each("temperature", [1.0, 0.3, 1e-310, 1e300])
@each(
    ("rows", "classes"), [(33_000, 1), (20_000, 3), (260, 255), (260, 256), (260, 257), (40, 2000)]
)
def test_a_row_alone_is_the_same_as_in_a_batch(function, temperature, rows, classes):
    logits = random_rows(rows, classes)
    logits[1::7] *= 1e290
    logits[2::7] *= 1e-300
    logits[3::7, ::2] = -INF
    logits[4::7, -1] = NAN
    together = function(logits, temperature)
    for row in [*range(9), *range(9, rows, rows // 17), rows - 1]:
        assert same(function(logits[row], temperature), together[row])
    assert same(np.vstack([function(logits[:5], temperature), together[5:]]), together)
    assert same(function(logits[11:], temperature), together[11:])


@each("neighbour", [-INF, INF, NAN])
@every_function
@each("temperature", [1.0, 1e-3, 0.3, 3.0])
def test_a_neighbour_without_an_answer_does_not_show_in_the_last_digit(
    function, temperature, neighbour
):
    powers = np.linspace(290, 299, 2000)
    logits = np.column_stack([-(10.0**powers), 10.0 ** (powers - 1), 10.0 ** (powers - 2.3)])
    together = function(np.vstack([logits, np.full(3, neighbour)]), temperature)
    assert same(together[:-1], function(logits, temperature))


# Constants from arithmetic with 250 digits


@each(
    ("case", "function"),
    [(case, getattr(functions, name)) for name in BARS for case in CASES if name in case],
)
def test_no_result_is_further_from_the_exact_one_than_promised(case, function):
    temperature = float.fromhex(case["temperature"])
    values = function(logits_of(case), temperature)
    assert errors_of(function.__name__, case, values).max() <= BARS[function.__name__]


# Properties


@each("shift", [1.0, -1024.0, 2.0**30, -(2.0**40)])
@each("temperature", [1.0, 0.3])
@each("function", BY_ROW)
def test_an_exact_shift_of_all_logits_changes_the_last_digit_at_most(function, temperature, shift):
    logits = random_rows().round(2) * 1024 // 1 / 1024
    assert (logits + shift - shift == logits).all()
    values, shifted = function(logits, temperature), function(logits + shift, temperature)
    np.testing.assert_allclose(shifted, values, rtol=5 * 2.0**-52)
    if function is log_softmax or temperature != 1:
        assert same(shifted, values)


@each("exponent", [-900, -300, -2, 1, 5, 300, 900])
@each("temperature", [1.0, 0.3])
@every_function
def test_logits_and_temperature_scale_together(function, temperature, exponent):
    logits, scale = random_rows(), 2.0**exponent
    assert same(function(logits * scale, temperature * scale), function(logits, temperature))


@each("temperature", TEMPERATURES)
@each("classes", [1, 2, 10, 255, 256, 257, 5000])
def test_a_softmax_row_sums_to_one(classes, temperature):
    for row in softmax(random_rows(6, classes), temperature):
        assert abs(math.fsum(row) - 1) < 5 * 2.0**-52


@each("temperature", [1.0, 0.3, 7.3, 100.0])
def test_the_exponential_of_log_softmax_is_softmax(temperature):
    rows = np.vstack([random_rows(), random_rows(scale=100.0), [-INF, 0, 0, 1, 2, 3]])
    logs, values = log_softmax(rows, temperature), softmax(rows, temperature)
    tolerance = (np.clip(-logs, 1, 700) * 3 + 8) * 2.0**-52
    near = logs > -700
    assert (np.abs(np.exp(logs) - values) <= tolerance * values)[near].all()


@each("temperature", [1.0, 0.3, 7.3])
def test_logarithms_differ_as_the_logits_do(temperature):
    rows = random_rows()
    logs = log_softmax(rows, temperature)
    np.testing.assert_allclose(
        logs - logs[:, :1], (rows - rows[:, :1]) / temperature, rtol=0, atol=1e-13
    )


@each("temperature", [1.0, 0.3, 7.3, 1e4])
@every_function
def test_larger_logits_get_larger_values(function, temperature):
    rows = np.sort(random_rows(classes=8), axis=1)
    apart = np.diff(rows) > 1e-9 * temperature
    values = function(rows, temperature)
    assert (np.diff(values) >= 0)[apart].all()
    moderate = np.abs(rows[:, 1:] / temperature) < 10
    assert (np.diff(values) > 0)[apart & moderate].all()


@every_temperature
def test_the_largest_logit_has_the_largest_probability_even_by_one_ulp(temperature):
    rows = np.repeat(random_rows(200, 1), 3, axis=1)
    rows[:, 1] = np.nextafter(rows[:, 1], INF)
    for function in BY_ROW:
        values = function(rows, temperature)
        assert (values[:, 1] == values.max(axis=1)).all()


@each("temperature", [1.0, 0.3, 0.0, INF])
@every_function
def test_the_order_of_the_classes_does_not_matter(function, temperature):
    rows = random_rows(classes=9)
    order = np.random.RandomState(1).permutation(9)
    values, permuted = function(rows, temperature)[:, order], function(rows[:, order], temperature)
    if function in BY_CLASS:
        assert same(permuted, values)
    np.testing.assert_allclose(permuted, values, rtol=10 * 2.0**-52)


@every_temperature
def test_values_keep_to_their_ranges(temperature):
    rows = np.vstack([random_rows(), random_rows(scale=500.0), random_rows(scale=1e-12)])
    for function in (softmax, sigmoid):
        assert ((function(rows, temperature) >= 0) & (function(rows, temperature) <= 1)).all()
    for function in (log_softmax, log_sigmoid):
        assert (function(rows, temperature) <= 0).all()
    assert (np.abs(tanh(rows, temperature)) <= 1).all()


@every_temperature
@each("scale", [1e-9, 1.0, 20.0, 1000.0])
def test_sigmoids_of_opposite_logits_sum_to_one(scale, temperature):
    rows = random_rows(scale=scale)
    total = sigmoid(rows, temperature) + sigmoid(-rows, temperature)
    np.testing.assert_allclose(total, 1, rtol=0, atol=3 * 2.0**-52)


@each("temperature", [1.0, 0.3, 7.3])
def test_log_sigmoids_of_opposite_logits_differ_by_the_logit(temperature):
    rows = random_rows(scale=20.0)
    difference = log_sigmoid(rows, temperature) - log_sigmoid(-rows, temperature)
    np.testing.assert_allclose(difference, rows / temperature, rtol=1e-15, atol=1e-15)


@each(("of_row", "of_class"), [(softmax, sigmoid), (log_softmax, log_sigmoid)])
@each("temperature", TEMPERATURES)
@each("scale", [1e-9, 1.0, 20.0, 300.0])
def test_two_classes_with_the_other_at_zero_are_the_sigmoid(of_row, of_class, scale, temperature):
    logits = random_rows(200, 1, scale)
    pairs = np.column_stack([logits, np.zeros_like(logits)])
    np.testing.assert_allclose(
        of_row(pairs, temperature)[:, :1],
        of_class(logits, temperature),
        rtol=8 * 2.0**-52,
        atol=8 * 5e-324,
    )


@every_temperature
@each("scale", [1e-9, 1.0, 20.0, 300.0])
def test_tanh_is_a_sigmoid_stretched(scale, temperature):
    rows = random_rows(scale=scale)
    stretched = 2 * sigmoid(2 * rows, temperature) - 1
    np.testing.assert_allclose(tanh(rows, temperature), stretched, rtol=0, atol=4 * 2.0**-52)
    assert same(np.abs(tanh(rows, temperature)), np.abs(tanh(-rows, temperature)))


def test_a_hotter_distribution_is_more_even():
    temperatures = [0.0, 1e-3, 0.1, 0.3, 0.7, 1.0, 1.5, 3.0, 10.0, 100.0, 1e6, INF]
    rows = random_rows()
    values = np.array([softmax(rows, temperature) for temperature in temperatures])
    logs = np.log(np.where(values > 0, values, 1))
    entropy = -(values * logs).sum(axis=2)
    assert (np.diff(entropy, axis=0) >= -1e-14).all()
    assert (np.diff(values.max(axis=2), axis=0) <= 1e-14).all()
    assert (entropy[4:8] - entropy[3:7] > 0).all()


@every_function
def test_the_limits_in_temperature_are_reached(function):
    rows = random_rows()
    cold = function(rows, 1e-300)
    np.testing.assert_array_equal(np.exp(cold), np.exp(function(rows, 0.0)))
    np.testing.assert_allclose(function(rows, 1e300), function(rows, INF), rtol=1e-15, atol=1e-290)


def test_the_largest_of_many_equal_logits_is_an_even_share():
    for classes in (3, 255, 257, 50_257):
        np.testing.assert_array_equal(softmax(np.full(classes, 3.3)), 1 / classes)
        np.testing.assert_allclose(log_softmax(np.full(classes, 3.3)), -math.log(classes), 1e-15)


# Against the formulas as they stand in a textbook, where those are accurate

ordinary = st.lists(st.floats(-20, 20), min_size=1, max_size=12)
ordinary_temperature = st.floats(0.1, 10)
anything = st.floats(width=64)
modest = settings(max_examples=60)


@modest
@given(ordinary, ordinary_temperature)
def test_softmax_is_its_textbook_formula(logits, temperature):
    weights = [math.exp(z / temperature) for z in logits]
    naive = np.array(weights) / math.fsum(weights)
    np.testing.assert_allclose(softmax(logits, temperature), naive, rtol=1e-13)
    np.testing.assert_allclose(
        log_softmax(logits, temperature), np.log(naive), rtol=1e-13, atol=1e-13
    )


@modest
@given(ordinary, ordinary_temperature)
def test_sigmoid_is_its_textbook_formula(logits, temperature):
    naive = [1 / (1 + math.exp(-z / temperature)) for z in logits]
    np.testing.assert_allclose(sigmoid(logits, temperature), naive, rtol=1e-13)
    np.testing.assert_allclose(
        log_sigmoid(logits, temperature), np.log(naive), rtol=1e-13, atol=1e-13
    )


@modest
@given(ordinary, ordinary_temperature)
def test_tanh_is_its_textbook_formula(logits, temperature):
    naive = [math.tanh(z / temperature) for z in logits]
    np.testing.assert_allclose(tanh(logits, temperature), naive, rtol=1e-14)


@modest
@given(
    st.lists(st.floats(allow_nan=False, max_value=1.7e308), min_size=1, max_size=8),
    st.floats(min_value=0),
)
def test_every_row_with_an_answer_is_a_distribution(logits, temperature):
    values = softmax(logits, temperature)
    if max(logits) == -INF:
        assert np.isnan(values).all()
        return
    assert (values >= 0).all()
    assert abs(math.fsum(values) - 1) < 1e-15
    assert values[np.argmax(logits)] == values.max()
    assert (log_softmax(logits, temperature) <= 0).all()


@modest
@given(st.lists(st.tuples(anything, anything, anything), min_size=2, max_size=6), st.floats(0))
def test_no_row_depends_on_its_neighbors(rows, temperature):
    for function in FUNCTIONS:
        together = function(rows, temperature)
        assert together.shape == (len(rows), 3)
        for row, values in zip(rows, together, strict=True):
            assert same(function(row, temperature), values)


def test_the_corpus_is_what_it_was_made_from():
    assert noise(4, 50257)[:2].tolist() == [-12.787403467847792, 2.731226622299637]
    assert len({case["name"] for case in CASES}) == len(CASES)


@each("shape", [(0,), (3, 0)])
def test_logits_without_a_class_are_refused(shape):
    with pytest.raises(ValueError, match="at least one class"):
        softmax(np.zeros(shape))


@each("temperature", [1.0, 0.25, 4.0, 0.3])
@each("classes", [3, 256, 257])
def test_rows_near_zero_and_far_from_it_do_not_show_in_each_other(classes, temperature):
    near = random_rows(4, classes)
    masked, tied = near[:2].copy(), np.full((1, classes), 2.7)
    masked[:, 1] = -INF
    rows = np.vstack([near, near + 2000.0, near * 300.0, masked, masked - 2000.0, tied])
    together = softmax(rows, temperature)
    assert all(
        same(softmax(row, temperature), one) for row, one in zip(rows, together, strict=True)
    )
    np.testing.assert_allclose(together[4:8], together[:4], rtol=1e-11)
    np.testing.assert_allclose(together[-3:-1], together[-5:-3], rtol=1e-11)
    assert same(together[-1], np.full(classes, 1 / classes))


@each("function", FUNCTIONS)
@each("classes", [3, 8, 10, 129, 256, 257, 1000])
def test_a_row_alone_is_what_it_is_among_others(function, classes):
    rows = random_rows(200, classes, 0.1)
    together = function(rows)
    assert all(same(function(row), one) for row, one in zip(rows, together, strict=True))


# Results in float32


@every_temperature
@each("classes", [1, 2, 10, 256, 257, 5000])
@every_function
def test_a_float32_is_rounded_from_all_digits(function, classes, temperature):
    rows = random_rows(5, classes, 30.0) * min(max(temperature, 1e-300), 1e300)
    single, double = function(rows, temperature, np.float32), function(rows, temperature)
    assert (single.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(single, double, rtol=2.0**-23, atol=1e-44)
    assert all(
        same(function(row, temperature, "float32"), one)
        for row, one in zip(rows, single, strict=True)
    )


@each(
    "rows",
    [
        [[-INF, 1.0, 2.0], [-INF, -INF, 0.0]],
        [[NAN, 1.0], [INF, 1.0], [-INF, -INF], [1e308, -1e308], [5e-324, -5e-324]],
    ],
)
@every_temperature
@every_function
def test_a_float32_has_the_same_edges(function, rows, temperature):
    with np.errstate(over="ignore"):
        rounded = function(rows, temperature).astype(np.float32)
    np.testing.assert_array_equal(function(rows, temperature, np.float32), rounded)


@each("dtype", [np.float16, np.int64, "S8"])
@every_function
def test_other_types_are_refused(function, dtype):
    with pytest.raises(ValueError, match="dtype must be float64 or float32, not "):
        function(WORKED, 1.0, dtype)
