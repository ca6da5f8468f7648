"""Draws of classes: exact filters, distributions, and the same draws whatever the threads or chunks."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare

from softmax_cli import Truncation, sample, sigmoid, softmax
from softmax_cli.activations import sampling
from softmax_cli.activations.sampling import draw_classes, flip_coins
from tests.each import each

LOGITS = [-0.5, 1.2, -0.1, 2.4]
INF = np.inf


def _left(probabilities, temperature=1.0, **filters):
    with np.errstate(divide="ignore"):
        logits = np.log(np.atleast_2d(np.array(probabilities, float)))
    return np.exp(Truncation(**filters).log_probabilities(logits, temperature))[0]


@each(
    ("probabilities", "filters", "left"),
    [
        ([0.6, 0.3, 0.1], {}, [0.6, 0.3, 0.1]),
        ([0.1, 0.3, 0.6], {"top_k": 2}, [0, 1 / 3, 2 / 3]),
        ([0.1, 0.3, 0.6], {"top_k": 3}, [0.1, 0.3, 0.6]),
        ([0.1, 0.3, 0.6], {"top_k": 99}, [0.1, 0.3, 0.6]),
        ([0.25, 0.25, 0.25, 0.25], {"top_k": 2}, [0.5, 0.5, 0, 0]),
        ([0.2, 0.4, 0.4], {"top_k": 1}, [0, 1, 0]),
        ([0.1, 0.3, 0.6], {"top_p": 0.5}, [0, 0, 1]),
        ([0.1, 0.3, 0.6], {"top_p": 0.6}, [0, 0, 1]),
        ([0.1, 0.3, 0.6], {"top_p": 0.61}, [0, 1 / 3, 2 / 3]),
        ([0.1, 0.3, 0.6], {"top_p": 0.9}, [0, 1 / 3, 2 / 3]),
        ([0.1, 0.3, 0.6], {"top_p": 0.91}, [0.1, 0.3, 0.6]),
        ([0.1, 0.3, 0.6], {"top_p": 1.0}, [0.1, 0.3, 0.6]),
        ([0.1, 0.3, 0.6], {"top_p": 1e-300}, [0, 0, 1]),
        ([0.25, 0.25, 0.25, 0.25], {"top_p": 0.5}, [0.5, 0.5, 0, 0]),
        ([0.25, 0.25, 0.25, 0.25], {"top_p": 0.51}, [1 / 3, 1 / 3, 1 / 3, 0]),
        ([1.0, 1e-300], {"top_p": 1.0}, [1, 1e-300]),
        ([0.1, 0.3, 0.6], {"min_p": 0.5}, [0, 1 / 3, 2 / 3]),
        ([0.1, 0.3, 0.6], {"min_p": 0.51}, [0, 0, 1]),
        ([0.1, 0.3, 0.6], {"min_p": 0.0}, [0.1, 0.3, 0.6]),
        ([0.2, 0.4, 0.4], {"min_p": 1.0}, [0, 0.5, 0.5]),
        # Each filter works on what the last one left: 0.5 of 0.8 is enough for 0.6 of the rest.
        ([0.5, 0.3, 0.2], {"top_k": 2, "top_p": 0.6}, [1, 0, 0]),
        ([0.5, 0.3, 0.2], {"top_p": 0.6}, [0.625, 0.375, 0]),
        ([0.5, 0.3, 0.15, 0.05], {"top_k": 3, "top_p": 0.9, "min_p": 0.4}, [0.625, 0.375, 0, 0]),
        ([0.6, 0, 0.4], {"top_k": 3}, [0.6, 0, 0.4]),
        ([0, 1, 0], {"top_p": 0.1, "min_p": 0.1, "top_k": 2}, [0, 1, 0]),
        ([1], {"top_k": 1, "top_p": 0.1}, [1]),
    ],
)
def test_filters_keep_the_classes_they_name(probabilities, filters, left):
    np.testing.assert_allclose(_left(probabilities, **filters), left, rtol=1e-13)
    np.testing.assert_allclose(
        _left(probabilities, temperature_last=True, **filters), left, rtol=1e-13
    )


def test_the_temperature_comes_before_the_filters_or_after():
    # At T = 2 the square roots: 0.5 of the largest is 0.25 of it at T = 1.
    cold, warm = [0.6, 0.25, 0.15], np.sqrt([0.6, 0.25, 0.15])
    np.testing.assert_allclose(_left(cold, 2.0, min_p=0.5), warm / warm.sum())
    last = _left(cold, 2.0, min_p=0.4, temperature_last=True)
    np.testing.assert_allclose(last, [*(warm[:2] / warm[:2].sum()), 0])


@pytest.mark.parametrize("order", [False, True])
@pytest.mark.parametrize(("temperature", "left"), [(0.0, [1, 0, 0]), (INF, [0.5, 0.5, 0])])
def test_filters_at_the_limits_of_temperature(temperature, left, order):
    found = _left([0.6, 0.3, 0.1], temperature, top_k=2, temperature_last=order)
    np.testing.assert_allclose(found, left)


@each("filters", [{}, {"top_k": 1}, {"top_p": 0.5}, {"min_p": 0.5}])
@each("row", [[np.nan, 1], [-INF, -INF], [INF, 0]])
def test_a_row_without_probabilities_is_nan_whatever_the_filter(row, filters):
    log_p = Truncation(**filters).log_probabilities(np.array([row, [0.0, 0.0]]), 1.0)
    assert np.isnan(log_p[0]).all()
    assert not np.isnan(log_p[1]).any()


@each(
    "filters",
    [
        {"top_k": 0},
        {"top_p": 0.0},
        {"top_p": 1.1},
        {"top_p": np.nan},
        {"min_p": -0.1},
        {"min_p": 2},
    ],
)
def test_limits_out_of_range_are_rejected(filters):
    with pytest.raises(ValueError, match="must be"):
        Truncation(**filters)


@each("seed", [0, 1, 2**64 - 1])
@each(
    ("temperature", "truncation"),
    [
        (1.0, Truncation()),
        (0.5, Truncation()),
        (2.0, Truncation(top_k=3)),
        (INF, Truncation(top_p=0.8)),
    ],
)
def test_classes_come_with_their_probabilities(temperature, truncation, seed):
    drawn = sample(LOGITS, temperature, 20_000, seed=seed, truncation=truncation)
    expected = np.exp(truncation.log_probabilities(np.array(LOGITS), temperature))
    counts = np.bincount(drawn, minlength=4)
    assert not counts[expected == 0].any()
    some = expected > 0
    assert chisquare(counts[some], 20_000 * expected[some]).pvalue > 1e-3


def test_rows_and_draws_are_independent():
    drawn = sample(np.zeros((20_000, 3)), n=2, seed=4)
    table = np.histogram2d(*drawn.T, bins=3)[0]
    assert chi2_contingency(table).pvalue > 1e-3
    table = np.histogram2d(drawn[:-1, 0], drawn[1:, 0], bins=3)[0]
    assert chi2_contingency(table).pvalue > 1e-3


def test_coins_of_sigmoid_are_independent():
    drawn = sample([-1.0, 0.0, 2.0], n=20_000, activation="sigmoid")
    assert drawn.shape == (20_000, 3)
    np.testing.assert_allclose(drawn.mean(0), sigmoid([-1.0, 0.0, 2.0]), atol=0.012)
    assert np.abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.025


def test_masks_are_never_drawn_and_certain_classes_always():
    assert set(sample([-INF, 0.0, -INF], n=1000).tolist()) == {1}
    assert set(sample([0.0, 5.0, 5.0], 0.0, 1000).tolist()) == {1, 2}
    coins = sample([-INF, INF], n=1000, activation="sigmoid")
    assert not coins[:, 0].any()
    assert coins[:, 1].all()


def test_a_class_of_tiny_probability_is_drawn_as_rarely():
    logits = np.tile([0.0, np.log(1e-4)], (200_000, 1))
    assert 5 <= sample(logits, seed=1).sum() <= 40


@pytest.mark.parametrize("cached", [1, 7, 64, 1 << 20])
def test_blocks_do_not_show(cached, monkeypatch):
    logits = np.random.default_rng(0).normal(0, 2, (23, 5))
    chances = np.log(softmax(logits))
    whole = draw_classes(chances, range(9), seed=3, first_row=100)
    coins = flip_coins(sigmoid(logits), range(9), seed=3, first_row=100)
    monkeypatch.setattr(sampling, "_CACHED", cached)
    for cut in (0, 1, 10):
        parts = [
            draw_classes(part, range(9), seed=3, first_row=100 + first)
            for first, part in ((0, chances[:cut]), (cut, chances[cut:]))
        ]
        np.testing.assert_array_equal(np.concatenate(parts), whole)
    some = draw_classes(chances, range(4, 6), seed=3, first_row=100)
    np.testing.assert_array_equal(some, whole[:, 4:6])
    again = flip_coins(sigmoid(logits[5:]), range(9), seed=3, first_row=105)
    np.testing.assert_array_equal(again, coins[5:])


@each(
    ("shape", "n", "activation", "expected"),
    [
        ((3,), None, "softmax", ()),
        ((3,), 5, "softmax", (5,)),
        ((2, 3), None, "softmax", (2,)),
        ((4, 2, 3), 5, "softmax", (4, 2, 5)),
        ((0, 3), None, "softmax", (0,)),
        ((2, 3), 0, "softmax", (2, 0)),
        ((3,), None, "sigmoid", (3,)),
        ((4, 2, 3), 5, "sigmoid", (4, 2, 5, 3)),
    ],
)
def test_shapes(shape, n, activation, expected):
    assert sample(np.zeros(shape), n=n, activation=activation).shape == expected


def test_the_same_seed_gives_the_same_draws():
    logits = np.zeros((50, 4))
    np.testing.assert_array_equal(sample(logits, seed=9), sample(logits, seed=9))
    assert (sample(logits, seed=9) != sample(logits, seed=8)).any()


@each(
    ("arguments", "options", "message"),
    [
        (([0.0, 1.0],), {"activation": "tanh"}, 'activation must be "softmax" or "sigmoid"'),
        (
            ([0.0, 1.0],),
            {"activation": "sigmoid", "truncation": Truncation(top_k=1)},
            "requires softmax",
        ),
        (([0.0, 1.0],), {"n": -1}, "n must be >= 0"),
        (([0.0, 1.0],), {"seed": -1}, "seed must be in"),
        (([[0.0, 1.0], [np.nan, 1.0]],), {}, "row 1 has no probabilities"),
        (([[0.0, 1.0], [np.nan, 1.0]],), {"activation": "sigmoid"}, "row 1 has no probabilities"),
        (([0.0, 1.0], -1.0), {}, "temperature"),
    ],
)
def test_arguments_that_make_no_sense_are_rejected(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        sample(*arguments, **options)
