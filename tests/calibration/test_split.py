"""Rows split into parts by their number and the seed alone."""

from itertools import pairwise

import numpy as np
import pytest

from softmax_cli.calibration.split import Split
from tests.each import each


def test_another_seed_deals_otherwise():
    dealt = [Split(0.5, None, seed).assign(0, 1000) for seed in range(5)]
    for i in range(4):
        assert 0.4 < (dealt[i] != dealt[i + 1]).mean() < 0.6


@each("split", [Split(0.5, None, 0), Split(0.2, None, 3), Split(0.5, 4, 1)])
@each("cuts", [[0, 1000], [0, 1, 2, 1000], [0, 333, 700, 1000]])
def test_where_a_stream_is_cut_does_not_matter(split, cuts):
    parts = [split.assign(a, b - a) for a, b in pairwise(cuts)]
    np.testing.assert_array_equal(np.concatenate(parts), split.assign(0, 1000))


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_so_large_a_share_is_held_out(share):
    dealt = Split(share, None, 0).assign(0, 20_000)
    assert set(dealt.tolist()) == {0, 1}
    assert dealt.mean() == pytest.approx(share, abs=0.012)


@pytest.mark.parametrize("folds", [2, 5, 100])
def test_folds_are_about_equally_large(folds):
    dealt = Split(0.5, folds, 0).assign(0, 20_000)
    counts = np.bincount(dealt, minlength=folds)
    assert len(counts) == folds
    assert np.abs(counts - 20_000 / folds).max() < 5 * np.sqrt(20_000 / folds)


@pytest.mark.parametrize(
    ("split", "parts", "rounds", "words"),
    [
        (Split(0.5, None, 0), 2, [([0], [1])], "held out"),
        (Split(0.0, None, 0), 1, [([0], [0])], "the same rows"),
        (Split(0.5, 3, 0), 3, [([1, 2], [0]), ([0, 2], [1]), ([0, 1], [2])],
         "3-fold cross-validation"),
        (Split(0.5, None, 0, 3), 4, [([0, 1, 2], [3])], "held out"),
        (Split(0.0, None, 0, 3), 3, [([0, 1, 2], [0, 1, 2])], "the same rows"),
    ],
)  # fmt: skip
def test_each_part_is_judged_by_what_the_others_say(split, parts, rounds, words):
    assert split.n_subsets == parts
    found = [(list(fitted), list(judged)) for fitted, judged in split.train_test_subsets()]
    assert found == rounds
    assert split.evaluated_on == words


def test_selection_folds_split_the_rows_of_the_fit_only():
    plain, nested = Split(0.3, None, 4), Split(0.3, None, 4, 5)
    held, subsets = plain.assign(0, 20_000), nested.assign(0, 20_000)
    np.testing.assert_array_equal(held == 1, subsets == 5)
    counts = np.bincount(subsets[held == 0], minlength=5)
    assert np.abs(counts - 2800).max() < 5 * np.sqrt(2800)


def test_no_rows_are_dealt_to_no_part():
    assert Split(0.5, None, 0).assign(10, 0).shape == (0,)
