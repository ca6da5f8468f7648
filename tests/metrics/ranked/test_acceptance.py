"""Predictions accepted above a confidence: the promise, and its limits."""

import numpy as np
import pytest

from softmax_cli.activations.functions import softmax
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.ranked.acceptance import find_acceptance
from softmax_cli.metrics.ranked.predictions import RankedPredictions
from tests.trust_sets import trust_set


def _ranked(values, count, positives):
    return RankedPredictions(*(np.array(x, float) for x in (values, count, positives)), True)


def test_the_promise_is_broken_in_at_most_5_percent_of_samples():
    logits, _ = trust_set("c10")
    p = softmax(logits, 1.8)
    confidence = p.max(1)
    random = np.random.RandomState(3)
    broken = {"certain": 0, "naive": 0}
    for _ in range(100):
        rows = random.choice(len(p), 300, replace=False)
        labels = np.minimum((random.rand(300)[:, None] > p[rows].cumsum(1)).sum(1), 9)
        found = evaluate(p[rows], labels).acceptance(0.7)
        naive = [step for step in found.steps if step.accuracy >= 0.7]
        for name, step in (("certain", found.accepted), ("naive", naive[-1] if naive else None)):
            if step is not None:
                broken[name] += confidence[confidence >= step.threshold].mean() < 0.7
    assert broken["certain"] <= 8
    assert broken["naive"] >= 15


def test_steps_end_with_the_first_that_fails():
    # The least confident half is all correct, but the most confident is not.
    found = find_acceptance(_ranked([0.9, 0.6], [50, 50], [25, 50]), 0.6)
    assert [step.accepted for step in found.steps] == [False, False]
    assert found.accepted is None


def test_the_first_step_has_enough_rows_to_succeed():
    # Of 1,000 rows, 5% are too few for 95%: 0.95 ** 50 is 0.077, and 0.95 ** 100 is 0.006.
    found = find_acceptance(_ranked([0.9, 0.5, 0.2], [50, 850, 100], [50, 850, 0]), 0.95)
    assert [step.rows for step in found.steps] == [900, 1000]
    assert found.accepted.rows == 900


@pytest.mark.parametrize(("target", "least"), [(0.5, 5), (0.95, 59), (0.99, 299)])
def test_fewer_rows_than_can_tell_are_not_tested(target, least):
    few, enough = (find_acceptance(_ranked([0.9], [n], [n]), target) for n in (least - 1, least))
    assert (few.steps, few.accepted, few.least_rows) == ((), None, least)
    assert enough.accepted.rows == least


def test_equal_confidences_are_accepted_together():
    found = find_acceptance(_ranked([0.9, 0.6], [90, 10], [89, 2]), 0.8)
    assert [step.rows for step in found.steps] == [90, 100]
    assert found.accepted.threshold in (0.9, 0.6)


def test_all_may_be_accepted():
    found = find_acceptance(_ranked([0.9] * 20, [50] * 20, [50] * 20), 0.9)
    assert found.accepted.coverage == 1.0


@pytest.mark.parametrize(
    ("values", "options", "message"),
    [([[0.5, 0.5]], {"activation": "sigmoid"}, "one prediction per row"),
     ([[0.5, 0.5]], {"weights": [2.0]}, "no weights")],
)  # fmt: skip
def test_what_makes_no_single_prediction_is_refused(values, options, message):
    labels = [[1, 0]] if "activation" in options else [0]
    with pytest.raises(ValueError, match=message):
        evaluate(values, labels, **options).acceptance(0.8)
