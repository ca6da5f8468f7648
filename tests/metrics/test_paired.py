"""Paired differences of models, and McNemar's exact test."""

import math

import numpy as np
import pytest

from softmax_cli.activations.functions import softmax
from softmax_cli.metrics import validation
from softmax_cli.metrics.paired import PairedSums, RowLosses, compare_models, mcnemar
from tests.reference_set import reference_set


def _models():
    logits, labels = reference_set()
    noise = np.random.RandomState(0).randn(*logits.shape)
    return [softmax(logits), softmax(logits, 2.0), softmax(logits + noise)], labels


def test_differences_are_those_of_each_row():
    models, labels = _models()
    rows = np.arange(1000)
    first, *others = [-np.log(p[rows, labels]) for p in models]
    for found, other in zip(compare_models(models, labels), others, strict=True):
        d = other - first
        assert found.nll.mean == pytest.approx(d.mean(), rel=1e-11)
        assert found.nll.standard_error == pytest.approx(d.std(ddof=1) / math.sqrt(1000), rel=1e-9)
        low, high = found.nll.ci_95
        assert (low + high) / 2 == pytest.approx(d.mean(), rel=1e-11)
        assert found.rows == 1000


def test_mcnemar_counts_rows_that_one_model_gets_right():
    models, labels = _models()
    right = [p.argmax(1) == labels for p in models]
    _, found = compare_models(models, labels)
    assert found.only_first == (right[0] & ~right[2]).sum()
    assert found.only_other == (~right[0] & right[2]).sum()
    assert found.accuracy.mean == pytest.approx((found.only_other - found.only_first) / 1000)
    assert found.mcnemar_p == mcnemar(found.only_first, found.only_other)


@pytest.mark.parametrize(
    ("first", "other", "p_value"),
    [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (1, 9, 22 / 1024), (72, 163, 2.770943026e-09)],
)
def test_mcnemar_is_a_binomial_test(first, other, p_value):
    assert mcnemar(first, other) == pytest.approx(p_value, rel=1e-8)
    assert mcnemar(other, first) == mcnemar(first, other)


def test_blocks_do_not_show(monkeypatch):
    models, labels = _models()
    whole = compare_models(models, labels)
    monkeypatch.setattr(validation, "_BLOCK", 28)
    for one, other in zip(compare_models(models, labels), whole, strict=True):
        assert one.nll.standard_error == pytest.approx(other.nll.standard_error, rel=1e-10)
        assert one.only_first == other.only_first


def test_weights_count_rows_several_times():
    models, labels = _models()
    weights = 1 + np.arange(1000) % 3
    repeated = np.repeat(np.arange(1000), weights)
    found = compare_models(models, labels, weights=weights)
    expected = compare_models([p[repeated] for p in models], labels[repeated])
    for one, other in zip(found, expected, strict=True):
        assert one.nll.mean == pytest.approx(other.nll.mean, rel=1e-11)
        assert one.nll.standard_error > other.nll.standard_error


def test_rows_that_both_rule_out_do_not_differ():
    inf = RowLosses(np.array([[math.inf, 1.0], [2.0, 1.0], [0.0, 1.0]]))
    finite = RowLosses(np.array([[1.0, 1.0], [2.0, 1.0], [0.0, 1.0]]))
    assert PairedSums.from_rows(inf, inf).sums[0].tolist() == [0, 0, 0]
    assert PairedSums.from_rows(finite, inf).sums[0, 0] == math.inf


@pytest.mark.parametrize(
    ("models", "message"),
    [([[[0.5, 0.5]]], "at least two models"), ([[[0.5, 0.5]], [[1.5, -0.5]]], "outside")],
)
def test_what_cannot_be_compared_is_refused(models, message):
    with pytest.raises(ValueError, match=message):
        compare_models(models, [0])
