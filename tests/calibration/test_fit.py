"""Fits of temperatures: known ones, rows without one, and other libraries' results."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import softmax_cli
from softmax_cli.activations.functions import log_softmax, sigmoid, softmax
from softmax_cli.calibration.fit import NoTemperatureError, fit_temperature
from softmax_cli.metrics import validation
from tests.each import each
from tests.reference_set import AT_BEST, STANDARD_ERROR, TEMPERATURE, reference_set

INF, NAN = math.inf, math.nan
modest = settings(max_examples=40)


def _drawn(temperature, rows=2000, classes=4, seed=0):
    """Logits with labels drawn from their softmax at a temperature."""
    random = np.random.RandomState(seed)
    logits = random.normal(0, 3 * temperature, (rows, classes))
    shares = softmax(logits, temperature).cumsum(1)
    labels = (random.rand(rows)[:, None] > shares).sum(1)
    return logits, np.minimum(labels, classes - 1)


def _truths(labels, classes=4):
    return (labels[:, None] == np.arange(classes)).astype(int)


def _slope(logits, labels, temperature):
    """Mean E_p[z] - mean z_label."""
    rows = np.arange(len(labels))
    shifted = logits - logits.max(1, keepdims=True)
    expected = (softmax(logits, temperature) * np.where(np.isinf(shifted), 0, shifted)).sum(1)
    return float((expected - shifted[rows, labels]).mean())


def test_it_stands_in_the_public_names():
    assert softmax_cli.fit_temperature is fit_temperature


def test_the_reference_set_has_its_temperature():
    logits, labels = reference_set()
    found = fit_temperature(logits, labels)
    assert found.temperature == pytest.approx(TEMPERATURE, abs=1e-9)
    assert found.standard_error == pytest.approx(STANDARD_ERROR, abs=1e-6)
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10
    nll = -log_softmax(logits, found.temperature)[np.arange(1000), labels].mean()
    assert nll == pytest.approx(AT_BEST["nll"], abs=1e-9)


@each("temperature", [0.01, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0])
@each("classes", [2, 4])
def test_a_true_temperature_is_recovered(temperature, classes):
    logits, labels = _drawn(temperature, classes=classes)
    found = fit_temperature(logits, labels)
    assert abs(found.temperature - temperature) < 4 * found.standard_error
    assert found.standard_error < 0.1 * temperature
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10


@pytest.mark.parametrize("temperature", [0.01, 0.1, 1.0, 10.0, 40.0])
def test_logits_of_one_size_may_want_any_temperature(temperature):
    random = np.random.RandomState(1)
    logits = random.normal(0, 1, (2000, 5)) * min(temperature, 1.0) * 3
    shares = softmax(logits, temperature).cumsum(1)
    labels = np.minimum((random.rand(2000)[:, None] > shares).sum(1), 4)
    found = fit_temperature(logits, labels)
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10


@each("factor", [1e-100, 1e-3, 0.5, 7.0, 1e6, 1e100])
def test_logits_times_k_want_a_temperature_times_k(factor):
    logits, labels = reference_set()
    found = fit_temperature(logits * factor, labels)
    assert found.temperature == pytest.approx(TEMPERATURE * factor, rel=1e-9)
    assert found.standard_error == pytest.approx(STANDARD_ERROR * factor, rel=2e-5)


def test_a_constant_added_to_a_rows_logits_changes_nothing():
    logits, labels = reference_set()
    moved = logits + np.random.RandomState(0).randint(-1000, 1000, (1000, 1))
    assert fit_temperature(moved, labels).temperature == pytest.approx(TEMPERATURE, rel=1e-9)


def test_neither_the_order_of_rows_nor_that_of_classes_matters():
    logits, labels = reference_set()
    order = np.random.RandomState(0).permutation(1000)
    found = fit_temperature(logits[order], labels[order])
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)
    found = fit_temperature(logits[:, ::-1], 3 - labels)
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)


def test_rows_given_twice_have_the_temperature_and_less_error():
    logits, labels = reference_set()
    found = fit_temperature(np.vstack([logits] * 4), np.tile(labels, 4))
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)
    assert found.standard_error == pytest.approx(STANDARD_ERROR / 2, rel=1e-5)


@pytest.mark.parametrize("missing", [-1, -100, NAN])
def test_rows_without_a_label_count_nowhere(missing):
    logits, labels = reference_set()
    more = np.vstack([logits, logits[:50]])
    found = fit_temperature(more, np.concatenate([labels, [missing] * 50]))
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)


def test_a_masked_class_takes_no_part():
    logits, labels = reference_set()
    masked = np.insert(logits, 2, -INF, axis=1)
    found = fit_temperature(masked, np.where(labels >= 2, labels + 1, labels))
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)


def test_masks_that_differ_from_row_to_row_work():
    logits, labels = (array.copy() for array in reference_set())
    random = np.random.RandomState(2)
    mask = random.rand(1000, 4) < 0.3
    mask[np.arange(1000), labels] = False
    logits[mask] = -INF
    found = fit_temperature(logits, labels)
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10


@pytest.mark.parametrize("chunk", [4, 28, 2000, 4004])
def test_blocks_do_not_show(monkeypatch, chunk):
    logits, labels = reference_set()
    monkeypatch.setattr(validation, "_BLOCK", chunk)
    found = fit_temperature(logits, labels)
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)
    assert found.standard_error == pytest.approx(STANDARD_ERROR, abs=1e-6)


@pytest.mark.parametrize(
    "order",
    ["C", "F"],
)
def test_the_logits_given_are_not_changed(order):
    logits, labels = reference_set()
    own = np.array(logits, order=order)
    assert fit_temperature(own, labels).temperature == pytest.approx(TEMPERATURE, rel=1e-12)
    np.testing.assert_array_equal(own, logits)


def test_few_passes_are_enough():
    assert fit_temperature(*reference_set()).passes < 10
    assert fit_temperature(*_drawn(100.0)).passes < 12


def test_the_temperature_is_that_of_the_least_loss():
    logits, labels = reference_set()
    best = fit_temperature(logits, labels).temperature
    losses = [
        -log_softmax(logits, best * factor)[np.arange(1000), labels].mean()
        for factor in (0.99, 0.999, 1.0, 1.001, 1.01)
    ]
    assert min(losses) == losses[2]


def test_the_standard_error_is_how_temperatures_spread():
    found = []
    for seed in range(60):
        logits, labels = _drawn(2.0, rows=400, seed=seed)
        found.append(fit_temperature(logits, labels))
    spread = np.std([fit.temperature for fit in found])
    assert np.mean([fit.standard_error for fit in found]) == pytest.approx(spread, rel=0.25)


@each(
    ("logits", "labels", "options", "which"),
    [
        ([[1.0, 0.0], [0.0, 1.0]], [0, 1], {}, "separable"),
        ([[1.0, 1.0], [0.0, 1.0]], [0, 1], {}, "separable"),
        ([[1.0, 0.0], [0.0, 1.0]], [1, 0], {}, "uninformative"),
        ([[1.0, 0.0], [1.0, 0.0]], [0, 1], {}, "uninformative"),
        ([[0.0, 0.0], [2.0, 2.0]], [0, 1], {}, "uninformative"),
        ([[5.0], [3.0]], [0, 0], {}, "uninformative"),
        ([[1.0, 0.0]], [-1], {}, "unlabeled"),
        ([1.0, -1.0], [1, 0], {"activation": "sigmoid"}, "separable"),
        ([1.0, -1.0], [0, 1], {"activation": "sigmoid"}, "uninformative"),
        ([1.0, 1.0], [0, 1], {"activation": "sigmoid"}, "uninformative"),
        ([0.0, 0.0], [0, 1], {"activation": "sigmoid"}, "uninformative"),
        ([INF, -INF], [1, 0], {"activation": "sigmoid"}, "uninformative"),
        ([1.0, 1.0], [-1, NAN], {"activation": "sigmoid"}, "unlabeled"),
    ],
)
def test_where_no_temperature_is_best_that_is_stated(logits, labels, options, which):
    with pytest.raises(NoTemperatureError) as caught:
        fit_temperature(logits, labels, **options)
    found = {
        name: getattr(caught.value, name) for name in ("uninformative", "separable", "unlabeled")
    }
    assert found == {"uninformative": [], "separable": [], "unlabeled": []} | {which: [0]}
    words = {
        "uninformative": "no better than chance",
        "separable": "the largest logit",
        "unlabeled": "no lab",
    }
    assert words[which] in str(caught.value)


def test_classes_without_a_temperature_are_named_by_number():
    logits = np.array([[1.0, 1.0, 1.0, 1.0], [-1.0, -1.0, -1.0, -1.0], [3.0, 3.0, 3.0, 3.0],
                       [0.5, 1.0, 1.0, 1.0]])  # fmt: skip
    targets = np.array([[1, 1, 0, -1], [0, 0, 1, -1], [1, 1, 0, -1], [0, 1, 0, -1]])
    with pytest.raises(NoTemperatureError) as caught:
        fit_temperature(logits, targets, activation="sigmoid", per_class=True)
    error = caught.value
    assert (error.uninformative, error.separable, error.unlabeled) == ([2], [1], [3])


@pytest.mark.parametrize("slip", [1e-3, 1e-6, 1e-9, 1e-12])
def test_labels_a_hair_from_separated_have_a_small_temperature(slip):
    logits = np.array([[1.0, 0.0]] * 99 + [[slip, 0.0]])
    labels = np.array([0] * 99 + [1])
    found = fit_temperature(logits, labels)
    assert 0 < found.temperature < 1
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10
    logits[-1] = 0.0
    with pytest.raises(NoTemperatureError):
        fit_temperature(logits, labels)


@pytest.mark.parametrize("more", [1e-3, 1e-6, 1e-9])
def test_labels_a_hair_better_than_chance_have_a_large_temperature(more):
    logits = np.array([[1.0 + more, 0.0], [0.0, 1.0]])
    labels = np.array([0, 0])
    found = fit_temperature(logits, labels)
    # To first order: variance 1/4 a row, so beta = (more / 2) / (2 / 4).
    assert found.temperature == pytest.approx(1 / more, rel=0.01)
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10
    with pytest.raises(NoTemperatureError):
        fit_temperature(logits[:, ::-1], labels)


def test_one_wrong_label_among_very_many_still_gives_an_answer():
    logits = np.tile([[30.0, 0.0]], (100_000, 1))
    labels = np.zeros(100_000, int)
    labels[77_777] = 1
    found = fit_temperature(logits, labels)
    # P(label 1) is 1 / 100000: z / T = log(99999).
    assert found.temperature == pytest.approx(30 / math.log(99_999), rel=1e-9)


def test_the_doctest_of_three_rows_is_a_log_odds():
    # Of logits 1 and -1 or so: share q right at one distance d gives T = d / log(q / (1 - q)).
    logits = np.array([[2.0, 0.0]] * 3 + [[0.0, 2.0]])
    found = fit_temperature(logits, [0, 0, 0, 0])
    assert found.temperature == pytest.approx(2 / math.log(3), rel=1e-14)
    # The information of beta is 4 rows x 4 x 3/16.
    assert found.standard_error == pytest.approx((2 / math.log(3)) ** 2 / math.sqrt(3), rel=1e-10)


def test_the_answer_is_the_same_to_the_last_but_few_digits_from_any_start(monkeypatch):
    logits, labels = _drawn(0.05, rows=3000, classes=3, seed=4)
    found = {fit_temperature(logits, labels).temperature}
    for chunk in (30, 300, 3000):
        monkeypatch.setattr(validation, "_BLOCK", chunk)
        found.add(fit_temperature(logits, labels).temperature)
    assert max(found) / min(found) - 1 < 1e-12


def test_a_first_block_without_an_answer_does_no_harm(monkeypatch):
    logits, labels = reference_set()
    right = logits.argmax(1) == labels
    order = np.argsort(~right, kind="stable")
    monkeypatch.setattr(validation, "_BLOCK", 400)
    found = fit_temperature(logits[order], labels[order])
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)
    found = fit_temperature(logits[order[::-1]], labels[order[::-1]])
    assert found.temperature == pytest.approx(TEMPERATURE, rel=1e-12)


@pytest.mark.parametrize("temperature", [0.01, 0.5, 3.0, 100.0])
def test_a_temperature_of_independent_classes_is_recovered(temperature):
    random = np.random.RandomState(0)
    logits = random.normal(0, 3 * temperature, (2000, 3))
    targets = (random.rand(2000, 3) < sigmoid(logits, temperature)).astype(int)
    found = fit_temperature(logits, targets, activation="sigmoid")
    assert abs(found.temperature - temperature) < 4 * found.standard_error
    slope = (logits * (sigmoid(logits, found.temperature) - targets)).mean()
    assert abs(slope) < 1e-10
    flat = fit_temperature(logits.ravel(), targets.ravel(), activation="sigmoid")
    assert flat.temperature == pytest.approx(found.temperature, rel=1e-12)


def test_each_class_may_have_a_temperature():
    random = np.random.RandomState(0)
    truth = np.array([0.2, 1.0, 30.0])
    logits = random.normal(0, 3, (3000, 3)) * truth
    targets = (random.rand(3000, 3) < sigmoid(logits / truth)).astype(int)
    targets[:100, 1] = -1
    found = fit_temperature(logits, targets, activation="sigmoid", per_class=True)
    assert (np.abs(found.temperatures - truth) < 4 * found.standard_errors).all()
    for k in range(3):
        alone = fit_temperature(logits[:, k], targets[:, k], activation="sigmoid")
        assert found.temperatures[k] == pytest.approx(alone.temperature, rel=1e-12)
        assert found.standard_errors[k] == pytest.approx(alone.standard_error, rel=1e-9)
    with pytest.raises(ValueError, match="fitted per class"):
        _ = found.temperature
    assert math.isnan(found.standard_error)


def test_an_infinite_logit_that_is_right_says_nothing():
    logits = np.array([1.0, 2.0, -1.0, -3.0, 0.5])
    targets = np.array([1, 0, 0, 0, 1])
    found = fit_temperature(logits, targets, activation="sigmoid")
    more = np.append(logits, [INF, -INF])
    same = fit_temperature(more, np.append(targets, [1, 0]), activation="sigmoid")
    assert same.temperature == found.temperature


@each(
    ("logits", "labels", "options", "message"),
    [
        ([[1.0, NAN]], [0], {}, "logit is NaN"),
        ([[1.0, INF]], [0], {}, r"logit is \+inf"),
        ([[1.0, -INF]], [1], {}, "masked with -inf"),
        ([[1.0, 0.0]], [2], {}, "label 2 in row 0"),
        ([[1.0, 0.0]], [0, 1], {}, "labels have shape"),
        ([1.0, 0.0], [0], {}, r"not \(N, C\)"),
        (np.zeros((0, 2)), [], {}, r"not \(N, C\)"),
        ([[1.0, 0.0]], [0], {"activation": "tanh"}, "softmax or sigmoid"),
        ([1.0, INF], [1, 0], {"activation": "sigmoid"}, "infinite logit contradicts its label"),
        ([1.0, -INF], [1, 1], {"activation": "sigmoid"}, "infinite logit contradicts its label"),
        ([1.0, 2.0], [1, 2], {"activation": "sigmoid"}, "must be 0 or 1"),
    ],
)  # fmt: skip
def test_what_cannot_be_fitted_is_refused(logits, labels, options, message):
    with pytest.raises(ValueError, match=message):
        fit_temperature(logits, labels, **options)


@modest
@given(
    st.lists(
        st.tuples(st.tuples(*[st.floats(-20, 20)] * 3), st.integers(0, 2)), min_size=2, max_size=30
    )
)
def test_the_answer_is_a_root_or_there_is_none(rows):
    logits = np.array([row for row, _ in rows])
    labels = np.array([label for _, label in rows])
    own = logits[np.arange(len(rows)), labels]
    chance, separated = (own - logits.mean(1)).sum(), (logits.max(1) - own).sum()
    assume(min(abs(chance), abs(separated)) > 1e-6 or separated == 0)
    if chance < 0 or separated == 0:
        with pytest.raises(NoTemperatureError):
            fit_temperature(logits, labels)
        return
    found = fit_temperature(logits, labels)
    assert found.temperature > 0
    assert abs(_slope(logits, labels, found.temperature)) < 1e-10


@modest
@given(st.integers(0, 10_000))
def test_scipy_finds_the_same(seed):
    optimize = pytest.importorskip("scipy.optimize")
    logits, labels = _drawn(2.0, rows=60, classes=3, seed=seed)

    def loss(log_t):
        return -log_softmax(logits, math.exp(log_t))[np.arange(60), labels].mean()

    found = optimize.minimize_scalar(
        loss, bounds=(-3, 5), method="bounded", options={"xatol": 1e-9}
    )
    assert fit_temperature(logits, labels).temperature == pytest.approx(math.exp(found.x), rel=1e-5)


def test_scikit_learn_finds_the_same():
    calibration = pytest.importorskip("sklearn.calibration")
    if not hasattr(calibration, "_TemperatureScaling"):
        pytest.skip("this scikit-learn has no temperature scaling")
    logits, labels = reference_set()
    theirs = calibration._TemperatureScaling().fit(logits, labels)
    assert 1 / theirs.beta_ == pytest.approx(TEMPERATURE, rel=1e-3)


@pytest.mark.parametrize("seed", [1, 24, 37])
def test_a_class_that_has_converged_stays_while_others_take_their_steps(monkeypatch, seed):
    # Starts that are far from the minimum, and from each other's number of steps.
    monkeypatch.setattr(validation, "_BLOCK", 400)
    logits, labels = reference_set()
    kept = np.random.RandomState(seed).rand(1000) < 0.5
    logits, targets = logits[kept], _truths(labels[kept])
    found = fit_temperature(logits, targets, activation="sigmoid", per_class=True).temperatures
    for k in range(4):
        alone = fit_temperature(logits[:, [k]], targets[:, [k]], activation="sigmoid")
        assert found[k] == pytest.approx(alone.temperature, rel=1e-12)
