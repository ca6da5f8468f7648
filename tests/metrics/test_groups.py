"""Groups of rows: alone, in parts, and too many."""

import numpy as np
import pytest

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.metrics import evaluate as module
from softmax_cli.metrics import groups, validation
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.groups import GroupSums, TooManyGroupsError, summarize_groups
from softmax_cli.metrics.outcomes import softmax_outcomes
from tests.reference_set import reference_set

SITES = np.array(["a", "b", "c"])[np.random.RandomState(0).randint(0, 3, 1000)]


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_group_has_the_metrics_of_its_rows(activation, weighted):
    logits, labels = reference_set()
    values = softmax(logits) if activation == "softmax" else sigmoid(logits)
    labels = labels if activation == "softmax" else np.eye(4, dtype=int)[labels]
    weights = np.random.RandomState(1).rand(1000) if weighted else None
    found = evaluate(values, labels, activation=activation, weights=weights, groups=SITES)
    assert {group.name for group in found.groups} == {("a",), ("b",), ("c",)}
    for group in found.groups:
        own = np.equal(SITES, group.name[0])
        alone = evaluate(
            values[own], labels[own], activation=activation,
            weights=None if weights is None else weights[own],
        )  # fmt: skip
        assert group.rows == own.sum()
        for name in ("accuracy", "nll", "brier"):
            assert getattr(group, name) == pytest.approx(alone.metrics[name], rel=1e-11)
        if activation == "softmax":
            assert group.ece == pytest.approx(alone.metrics["ece"], rel=1e-11)
            assert group.z == pytest.approx(alone.summary.scores.sharpness[0], rel=1e-10)
            assert group.noise_floor == pytest.approx(alone.noise_floor.mean, rel=0.05)
            assert group.noise_floor_95 == pytest.approx(alone.noise_floor.upper, rel=0.1)


def test_blocks_and_order_do_not_show(monkeypatch):
    logits, labels = reference_set()
    values = softmax(logits)
    whole = evaluate(values, labels, groups=SITES).groups
    monkeypatch.setattr(validation, "_BLOCK", 28)
    order = np.random.RandomState(2).permutation(1000)
    for other in (
        evaluate(values, labels, groups=SITES).groups,
        evaluate(values[order], labels[order], groups=SITES[order]).groups,
    ):
        assert [group.name for group in other] == [group.name for group in whole]
        for one, more in zip(other, whole, strict=True):
            assert one.nll == pytest.approx(more.nll, rel=1e-11)
            assert one.z == pytest.approx(more.z, rel=1e-10)


def test_parts_with_other_groups_are_merged_by_name():
    logits, labels = reference_set()

    def sums(rows, names, codes):
        outcomes = softmax_outcomes(logits[rows], labels[rows])
        return GroupSums.from_outcomes(outcomes, names, np.array(codes), 15)

    merged = sums(slice(3), [("x",), ("y",)], [0, 1, 0]).merge(
        sums(slice(3, 6), [("z",), ("x",)], [0, 1, 1])
    )
    assert merged.names == (("x",), ("y",), ("z",))
    assert merged.rows.tolist() == [4, 1, 1]
    assert merged.histogram.count.sum(1).tolist() == [4, 1, 1]


def test_too_many_groups_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MOST_GROUPS", 2)
    with pytest.raises(TooManyGroupsError, match="more than 2 groups"):
        evaluate([[0.5, 0.5]] * 3, [0, 1, 0], groups=["a", "b", "c"])
    monkeypatch.setattr(groups, "MOST_GROUPS", 1)
    one = GroupSums.from_outcomes(
        softmax_outcomes(np.zeros((1, 2)), np.array([0])), [("a",)], np.array([0]), 15
    )
    other = GroupSums(**{**vars(one), "names": (("b",),)})
    with pytest.raises(TooManyGroupsError, match="more than 1 groups"):
        one.merge(other)


def test_p_values_are_corrected_for_the_number_of_groups():
    random = np.random.RandomState(3)
    logits = random.randn(2000, 3)
    p = softmax(logits)
    labels = np.minimum((random.rand(2000)[:, None] > p.cumsum(1)).sum(1), 2)
    found = evaluate(p, labels, groups=np.arange(2000) % 40).groups
    assert len(found) == 40
    assert min(group.p_value for group in found) > 0.05
    assert sum(abs(group.z) > 1.96 for group in found) >= 1


def test_groups_without_rows_are_left_out():
    outcomes = softmax_outcomes(np.zeros((2, 2)), np.array([0, 1]))
    sums = GroupSums.from_outcomes(outcomes, [("a",), ("b",)], np.array([1, 1]), 15)
    assert [group.name for group in summarize_groups(sums, 15)] == [("b",)]


def test_a_group_for_each_row_is_required():
    with pytest.raises(ValueError, match=r"groups have shape \(1,\)"):
        evaluate([[0.5, 0.5]] * 2, [0, 1], groups=["a"])
