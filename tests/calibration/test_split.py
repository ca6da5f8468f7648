"""Rows dealt to parts: by their number and the seed alone."""

from itertools import pairwise

import numpy as np
import pytest

from softmax_cli.calibration.split import Split, _mix, hash_uniform


def test_the_generator_is_splitmix64():
    states = np.array([1234567], np.uint64) + np.arange(1, 6, dtype=np.uint64) * np.uint64(
        0x9E3779B97F4A7C15
    )
    assert _mix(states).tolist() == [
        6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431,
        16408922859458223821,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, 7, 2**63])
def test_numbers_are_spread_evenly(seed):
    found = hash_uniform(np.arange(20_000), seed)
    assert ((found >= 0) & (found < 1)).all()
    counts = np.bincount((found * 20).astype(int), minlength=20)
    assert (np.abs(counts - 1000) < 160).all()
    assert abs(np.corrcoef(found[:-1], found[1:])[0, 1]) < 0.03


def test_another_seed_deals_otherwise():
    dealt = [Split(0.5, None, seed).assign(0, 1000) for seed in range(5)]
    for i in range(4):
        assert 0.4 < (dealt[i] != dealt[i + 1]).mean() < 0.6


@pytest.mark.parametrize("split", [Split(0.5, None, 0), Split(0.2, None, 3), Split(0.5, 4, 1)])
@pytest.mark.parametrize("cuts", [[0, 1000], [0, 1, 2, 1000], [0, 333, 700, 1000]])
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
        (Split(0.5, None, 0), 2, [((0,), 1)], "rows held out of the fit"),
        (Split(0.0, None, 0), 1, [((0,), 0)], "the rows it was fitted on"),
        (Split(0.5, 3, 0), 3, [([1, 2], 0), ([0, 2], 1), ([0, 1], 2)],
         "3 folds, each at the temperature of the others"),
    ],
)  # fmt: skip
def test_each_part_is_judged_by_what_the_others_say(split, parts, rounds, words):
    assert split.n_subsets == parts
    assert [(list(fitted), judged) for fitted, judged in split.train_test_subsets()] == [
        (list(fitted), judged) for fitted, judged in rounds
    ]
    assert split.evaluated_on == words


def test_no_rows_are_dealt_to_no_part():
    assert Split(0.5, None, 0).assign(10, 0).shape == (0,)
