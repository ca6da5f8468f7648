"""Metrics of a labeled set: by hand, of the reference set, and of other libraries."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import softmax_cli
from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics import validation
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.validation import binary_labels, class_labels
from tests.each import each
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE, reference_set

INF, NAN = math.inf, math.nan
modest = settings(max_examples=60)


@cache
def _reference(temperature=1.0, **options):
    logits, labels = reference_set()
    return evaluate(softmax(logits, temperature), labels, **options)


def _multilabel(rows=300, classes=3, seed=5):
    random = np.random.RandomState(seed)
    values = random.rand(rows, classes)
    return values, (random.rand(rows, classes) < values).astype(int)


def test_it_stands_in_the_public_names():
    assert softmax_cli.evaluate is evaluate


@each("name", AT_ONE)
def test_the_reference_set_has_its_figures(name):
    assert _reference().metrics[name] == pytest.approx(AT_ONE[name], abs=1e-9)


@pytest.mark.parametrize("name", AT_BEST)
def test_the_reference_set_has_its_figures_at_the_best_temperature(name):
    assert _reference(TEMPERATURE).metrics[name] == pytest.approx(AT_BEST[name], abs=1e-9)


def test_the_reference_set_is_over_confident_until_it_is_calibrated():
    before, after = _reference(), _reference(TEMPERATURE)
    assert before.gap == pytest.approx(AT_ONE["confidence"] - AT_ONE["accuracy"], abs=1e-9)
    assert before.exceeds_noise_floor
    assert before.gap > before.gap_noise_floor
    assert not after.exceeds_noise_floor
    assert abs(after.gap) < after.gap_noise_floor


def test_the_largest_error_is_reported_with_its_bin():
    found = _reference()
    question, i = found.mce_bin
    bins = found.bins
    assert (question, bins.count[0, i]) == (0, 4)
    assert abs(bins.mean_predicted[0, i] - bins.rate[0, i]) == pytest.approx(
        AT_ONE["mce"], abs=1e-9
    )


def test_three_rows_worked_out_by_hand():
    found = evaluate([[0.75, 0.25], [0.25, 0.75], [0.5, 0.5]], [0, 0, 1], bins=2)
    metrics = found.metrics
    assert metrics["accuracy"] == pytest.approx(1 / 3)
    assert metrics["confidence"] == pytest.approx(2 / 3)
    assert metrics["nll"] == pytest.approx((math.log(4 / 3) + math.log(4) + math.log(2)) / 3)
    assert metrics["brier"] == pytest.approx((0.125 + 1.125 + 0.5) / 3)
    # (0, 0.5]: one row, 0.5 against 0; (0.5, 1]: two, 0.75 against 0.5.
    assert metrics["ece"] == pytest.approx((0.5 + 2 * 0.25) / 3)
    assert metrics["mce"] == pytest.approx(0.5)
    # Of class 0: 0.25 + 0.5 against one yes, 0.75 against one; of class 1 the like.
    assert metrics["ece_classwise"] == pytest.approx((0.25 + 0.25 + 0.25 + 0.75) / 2 / 3)
    assert found.classes == ("0", "1")
    assert (found.rows, found.unlabeled, found.zero_probability_labels) == (3, 0, 0)
    assert found.by_class == {}


def test_independent_classes_worked_out_by_hand():
    found = evaluate([[0.75, 0.5], [0.25, 1.0]], [[1, 0], [0, 1]], activation="sigmoid", bins=2)
    metrics, of = found.metrics, found.by_class
    assert not found.exclusive
    assert of["accuracy"].tolist() == [1.0, 0.5]
    assert of["rate"].tolist() == [0.5, 0.5]
    assert of["confidence"].tolist() == [0.5, 0.75]
    np.testing.assert_allclose(of["nll"], [math.log(4 / 3), math.log(2) / 2])
    np.testing.assert_allclose(of["brier"], [0.0625, 0.125])
    np.testing.assert_allclose(of["ece"], [0.25, 0.25])
    np.testing.assert_allclose(of["mce"], [0.25, 0.5])
    assert metrics["accuracy"] == 0.75
    assert metrics["ece"] == pytest.approx(0.25)
    assert metrics["mce"] == pytest.approx(0.5)
    assert found.mce_bin == (1, 0)
    assert "ece_classwise" not in metrics
    assert found.gap == pytest.approx(0.125)


def test_a_class_by_itself_may_come_without_a_second_axis():
    flat = evaluate([0.2, 0.8, 0.6], [0, 1, 0], activation="sigmoid")
    column = evaluate([[0.2], [0.8], [0.6]], [[0], [1], [0]], activation="sigmoid")
    assert flat.metrics == column.metrics


def test_labels_of_probability_zero_are_counted():
    found = evaluate([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], [1, 0, 0])
    assert found.metrics["nll"] == INF
    assert found.zero_probability_labels == 2
    assert found.metrics["brier"] == pytest.approx(4 / 3)


@pytest.mark.parametrize("missing", [-1, -100, NAN])
def test_rows_without_a_label_count_nowhere(missing):
    values = [[0.75, 0.25], [0.1, 0.9], [0.5, 0.5]]
    found = evaluate(values, [0, missing, 1])
    expected = evaluate([values[0], values[2]], [0, 1])
    assert found.metrics == expected.metrics
    assert (found.rows, found.unlabeled) == (2, 1)


def test_answers_that_are_not_known_count_nowhere():
    values, targets = [[0.75, 0.25], [0.1, 0.9], [0.5, 0.5]], [[1, NAN], [-1, -100], [0, 1]]
    found = evaluate(values, targets, activation="sigmoid")
    assert (found.rows, found.unlabeled) == (2, 1)
    assert found.by_class["confidence"].tolist() == [0.625, 0.5]
    assert found.by_class["rate"].tolist() == [0.5, 1.0]


def test_a_class_nothing_is_known_of_has_no_figures_and_spoils_none():
    values, targets = _multilabel()
    targets[:, 1] = -1
    found = evaluate(values, targets, activation="sigmoid")
    expected = evaluate(values[:, [0, 2]], targets[:, [0, 2]], activation="sigmoid")
    assert math.isnan(found.by_class["accuracy"][1])
    for name in ("accuracy", "nll", "brier", "ece", "ece_mass", "rate", "mce"):
        assert found.metrics[name] == pytest.approx(expected.metrics[name], rel=1e-12)
    assert found.mce_bin[0] != 1


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("chunk", [1, 7, 64, 4000])
def test_blocks_do_not_show(monkeypatch, chunk, binning):
    whole = _reference(binning=binning)
    monkeypatch.setattr(validation, "_BLOCK", chunk * 4)
    cut = _reference.__wrapped__(binning=binning)
    assert cut.metrics == pytest.approx(dict(whole.metrics), rel=1e-11)


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("ties", [False, True])
def test_the_order_of_rows_does_not_matter(binning, ties):
    logits, labels = reference_set()
    values = softmax(np.round(logits / 3) if ties else logits)
    found = evaluate(values, labels, binning=binning)
    for seed in range(3):
        order = np.random.RandomState(seed).permutation(len(labels))
        other = evaluate(values[order], labels[order], binning=binning)
        assert other.metrics == pytest.approx(dict(found.metrics), rel=1e-11)
        assert other.noise_floor.mean == pytest.approx(found.noise_floor.mean, rel=1e-9)


def test_the_order_of_classes_does_not_matter():
    logits, labels = reference_set()
    found = evaluate(softmax(logits[:, ::-1]), 3 - labels)
    assert found.metrics == pytest.approx(dict(_reference().metrics), rel=1e-11)


@pytest.mark.parametrize("temperature", [0.01, 0.5, 3.0, 100.0])
def test_no_temperature_changes_accuracy(temperature):
    assert _reference(temperature).metrics["accuracy"] == 0.626


def test_in_the_limits_there_are_figures_too():
    cold, hot = _reference(0.0), _reference(INF)
    assert cold.metrics["confidence"] == 1.0
    assert cold.metrics["nll"] == INF
    assert cold.zero_probability_labels == 374
    assert cold.metrics["ece"] == pytest.approx(1 - 0.626, abs=1e-12)
    assert hot.metrics["confidence"] == 0.25
    assert hot.metrics["nll"] == pytest.approx(math.log(4), rel=1e-14)


def test_one_class_is_always_right():
    found = evaluate([[1.0], [1.0]], [0, 0])
    assert (found.metrics["accuracy"], found.metrics["ece"], found.metrics["nll"]) == (1, 0, 0)


@each(
    ("values", "labels", "options", "message"),
    [
        ([[0.5, 0.5]], [2], {}, "label 2 in row 0 is not in 0..1"),
        ([[0.5, 0.5]], [-2], {}, "label -2"),
        ([[0.5, 0.5]], [0.5], {}, "label 0.5"),
        ([[0.5, 0.5]], [0, 1], {}, r"labels have shape \(2,\), not \(1,\)"),
        ([[0.5, 0.5]], [[0, 1]], {}, "labels have shape"),
        ([[0.5, 0.5]], [-1], {}, "no labeled rows"),
        ([[0.5, 0.6]], [0], {}, "sum to 1"),
        ([[1.5, -0.5]], [0], {}, r"row 0: 1.5 is outside \[0, 1\]"),
        ([[NAN, 0.5]], [0], {}, "row 0: a probability is NaN"),
        ([0.5, 0.5], [0], {}, "not .N, C."),
        (np.zeros((0, 2)), [], {}, "not .N, C."),
        ([[0.5, 0.5]], [0], {"bins": 0}, "bins >= 1"),
        ([[0.5, 0.5]], [0], {"binning": "depth"}, "binning must be width, mass or isotonic"),
        ([[0.5, 0.5]], [0], {"activation": "tanh"}, "activation must be softmax or sigmoid"),
        ([[0.5, 0.5]], [[2, 0]], {"activation": "sigmoid"}, "must be 0 or 1"),
        ([[0.5, 0.5]], [[1]], {"activation": "sigmoid"}, "labels have shape"),
        ([[0.5, 0.5]], [[-1, -1]], {"activation": "sigmoid"}, "no labeled rows"),
    ],
)  # fmt: skip
def test_what_has_no_figures_is_refused(values, labels, options, message):
    with pytest.raises(ValueError, match=message):
        evaluate(values, labels, **options)


@each("kind", [np.int8, np.int64, np.uint8, np.float32, np.float64, list])
def test_labels_may_be_numbers_of_any_kind(kind):
    labels = [0, 1, 1] if kind is list else np.array([0, 1, 1], kind)
    assert class_labels(labels, (3, 2)).tolist() == [0, 1, 1]


def test_yes_and_no_may_be_truths():
    assert binary_labels(np.array([[True, False]]), (1, 2)).tolist() == [[1, 0]]


@st.composite
def _sets(draw):
    classes = draw(st.integers(2, 4))
    rows = draw(st.lists(st.lists(st.integers(0, 5), min_size=classes, max_size=classes)
                         .filter(any), min_size=1, max_size=12))  # fmt: skip
    values = [[cell / sum(row) for cell in row] for row in rows]
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=len(rows), max_size=len(rows)))
    return values, labels, draw(st.integers(1, 20))


@modest
@given(_sets())
def test_figures_are_the_textbook_formulas(given_set):
    values, labels, bins = given_set
    count, classes = len(values), len(values[0])
    nll = math.fsum(
        -math.log(row[label]) if row[label] else INF
        for row, label in zip(values, labels, strict=True)
    )
    brier = math.fsum(
        (p - (k == label)) ** 2
        for row, label in zip(values, labels, strict=True)
        for k, p in enumerate(row)
    )
    top = [(max(row), row.index(max(row)) == y) for row, y in zip(values, labels, strict=True)]
    classwise = [
        _naive_ece([(row[k], y == k) for row, y in zip(values, labels, strict=True)], bins)
        for k in range(classes)
    ]
    found = evaluate(values, labels, bins=bins).metrics
    assert found["nll"] == pytest.approx(nll / count, rel=1e-12)
    assert found["brier"] == pytest.approx(brier / count, rel=1e-12, abs=1e-15)
    assert found["accuracy"] == pytest.approx(sum(right for _, right in top) / count)
    assert found["confidence"] == pytest.approx(sum(p for p, _ in top) / count)
    assert found["ece"] == pytest.approx(_naive_ece(top, bins), abs=1e-12)
    assert found["ece_classwise"] == pytest.approx(math.fsum(classwise) / classes, abs=1e-12)
    by_class = evaluate(
        values, np.eye(classes, dtype=int)[labels], activation="sigmoid", bins=bins
    ).by_class["ece"]
    np.testing.assert_allclose(by_class, classwise, atol=1e-12)


def _naive_ece(rows, bins):
    gaps = [0.0] * bins
    for p, yes in rows:
        gaps[next(m for m in range(bins) if p <= (m + 1) / bins)] += p - yes
    return math.fsum(map(abs, gaps)) / len(rows)


@modest
@given(_sets())
def test_figures_keep_to_their_ranges(given_set):
    values, labels, bins = given_set
    found = evaluate(values, labels, bins=bins)
    metrics = found.metrics
    for name in ("accuracy", "confidence", "ece", "mce", "ece_mass", "ece_classwise", "l2"):
        assert -1e-12 <= metrics[name] <= 1 + 1e-12, name
    assert 0 <= metrics["brier"] <= 2 + 1e-12
    assert metrics["nll"] >= 0
    assert abs(found.gap) <= metrics["ece"] + 1e-12
    assert metrics["ece"] <= metrics["mce"] + 1e-12


def test_losses_agree_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    logits, labels = reference_set()
    values = softmax(logits)
    found = evaluate(values, labels).metrics
    assert found["nll"] == pytest.approx(sklearn.log_loss(labels, values), rel=1e-12)
    assert found["brier"] == pytest.approx(
        sklearn.brier_score_loss(labels, values, scale_by_half=False), rel=1e-12
    )
    assert found["accuracy"] == sklearn.accuracy_score(labels, values.argmax(1))


def test_losses_of_one_class_agree_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    logits, labels = reference_set()
    values, targets = sigmoid(logits[:, 0]), (labels == 0).astype(int)
    found = evaluate(values, targets, activation="sigmoid").metrics
    assert found["nll"] == pytest.approx(sklearn.log_loss(targets, values), rel=1e-12)
    assert found["brier"] == pytest.approx(sklearn.brier_score_loss(targets, values), rel=1e-12)


def test_a_result_prints_as_a_short_table():
    lines = repr(evaluate([[0.9, 0.1], [0.8, 0.2]], [0, 1])).splitlines()
    assert lines[0] == "2 labeled rows, 2 classes, softmax"
    assert [line.split() for line in lines if line.startswith("accuracy ")] == [
        ["accuracy", "0.5000"]
    ]
    assert len({line.index(".") for line in lines[1:] if "nan" not in line}) == 1
