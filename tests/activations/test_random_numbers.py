"""Random numbers by position."""

import numpy as np
import pytest

from softmax_cli.activations.random_numbers import _mix, hash_uniform, row_uniforms


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


@pytest.mark.parametrize("seed", [0, 7, 2**64 - 1])
def test_numbers_of_rows_and_places_are_spread_evenly(seed):
    found = row_uniforms(range(200), range(100), seed)
    assert found.shape == (200, 100)
    counts = np.bincount((found.ravel() * 20).astype(int), minlength=20)
    assert (np.abs(counts - 1000) < 160).all()
    for left, right in ((found[:-1], found[1:]), (found[:, :-1], found[:, 1:])):
        assert abs(np.corrcoef(left.ravel(), right.ravel())[0, 1]) < 0.03


def test_a_number_depends_on_its_row_and_place_only():
    found = row_uniforms(range(20), range(30), 5)
    np.testing.assert_array_equal(row_uniforms(range(7, 9), range(3, 30), 5), found[7:9, 3:])
    assert len(np.unique(found)) == found.size
    assert not (row_uniforms(range(20), range(30), 6) == found).any()
