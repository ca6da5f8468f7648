"""The noise floor, compared with outcomes drawn row by row."""

import numpy as np
import pytest

from softmax_cli.metrics import noise_floor
from softmax_cli.metrics.bins import equal_mass_cells
from softmax_cli.metrics.noise_floor import estimate_noise_floor
from softmax_cli.metrics.outcomes import binary_outcomes, softmax_outcomes
from softmax_cli.metrics.statistics import Histogram, StoredPredictions, cell_of
from softmax_cli.metrics.summary import Binning, Summary
from tests.reference_set import CHANCE_MEAN, CHANCE_UPPER, TEMPERATURE, reference_set


def _histogram(values, bins=15):
    values = np.asarray(values, float)
    values = values[:, None] if values.ndim == 1 else values
    return Histogram.from_outcomes(binary_outcomes(values, np.ones(values.shape, int)), bins)


def _plain(values, groups, draws=2000, seed=1):
    """The errors of draws of every row, its bin in `groups`."""
    random = np.random.RandomState(seed)
    gaps = (random.rand(draws, len(values)) < values) - values
    errors = np.abs([np.bincount(groups, row) for row in gaps]).sum(1) / len(values)
    return np.mean(errors), np.quantile(errors, 0.95)


def _require_near(found, expected):
    """Four standard errors of the difference, of 1,000 and at least as many draws."""
    error = 4 * found.draws.std() * np.sqrt(2 / 1000)
    assert found.mean == pytest.approx(expected[0], abs=error)
    # A quantile of 95% is up to twice as uncertain as the mean.
    assert found.upper == pytest.approx(expected[1], abs=2 * error)


@pytest.mark.parametrize(("rows", "bins"), [(40, 10), (300, 15), (300, 1)])
def test_it_is_what_draws_of_every_row_give(rows, bins):
    values = np.random.RandomState(0).beta(4, 1, rows)
    found = estimate_noise_floor(_histogram(values, bins), bins)
    _require_near(found, _plain(values, cell_of(values, bins)))


# Fewer rows than cells, as many, and a number that neither cells nor bins divide.
@pytest.mark.parametrize("rows", [5, 20, 150, 300, 440])
def test_it_is_what_draws_of_every_row_give_for_equal_mass(rows):
    values = np.sort(np.random.RandomState(0).beta(4, 1, rows))
    outcomes = binary_outcomes(values[:, None], np.ones((rows, 1), int))
    stored = StoredPredictions.from_outcomes(outcomes, 15)
    found = estimate_noise_floor(equal_mass_cells(stored, 15, 20), 15)
    sizes = [len(part) for part in np.array_split(values, 15)]
    _require_near(found, _plain(values, np.repeat(np.arange(15), sizes), 1000))


def test_cells_of_few_and_of_many_rows_are_drawn_alike():
    rng = np.random.default_rng(5)
    rows = np.arange(1, 21)
    share = np.linspace(0.05, 0.95, 20)
    drawn = noise_floor._draw_positives(rng, rows, share, 4000)
    assert (drawn.min(1) >= 0).all()
    assert (drawn.max(1) <= rows).all()
    variance = rows * share * (1 - share)
    z = (drawn.mean(1) - rows * share) / np.sqrt(variance / 4000)
    assert np.abs(z).max() < 4.5
    np.testing.assert_allclose(drawn.var(1), variance, rtol=0.15)


def test_of_several_questions_it_is_the_mean():
    values = np.random.RandomState(0).rand(200, 3)
    found = estimate_noise_floor(_histogram(values), 15)
    means = [_plain(values[:, k], cell_of(values[:, k], 15), 1000)[0] for k in range(3)]
    assert found.mean == pytest.approx(np.mean(means), rel=0.04)


def test_a_question_without_answers_does_not_count():
    values = np.random.RandomState(0).rand(200, 1)
    alone = estimate_noise_floor(_histogram(values), 15)
    targets = np.column_stack([np.ones(200, int), np.full(200, -1)])
    histogram = Histogram.from_outcomes(binary_outcomes(np.hstack([values, values]), targets), 15)
    assert estimate_noise_floor(histogram, 15).mean == pytest.approx(alone.mean, rel=0.04)


def test_the_reference_set_has_its_noise_floor():
    logits, labels = reference_set()
    found = Summary.from_outcomes(
        softmax_outcomes(logits, labels, TEMPERATURE), Binning()
    ).noise_floor
    assert found.mean == pytest.approx(CHANCE_MEAN, rel=0.03)
    assert found.upper == pytest.approx(CHANCE_UPPER, rel=0.04)


def test_certainty_leaves_nothing_to_chance():
    found = estimate_noise_floor(_histogram([0.0, 1.0, 1.0]), 15)
    assert (found.mean, found.upper) == (0.0, 0.0)


def test_one_fair_coin_is_off_by_a_half():
    found = estimate_noise_floor(_histogram([0.5]), 15)
    assert (found.mean, found.upper) == (0.5, 0.5)


def test_it_is_seeded_and_the_same_each_time():
    histogram = _histogram(np.random.RandomState(0).rand(100))
    assert estimate_noise_floor(histogram, 15) == estimate_noise_floor(histogram, 15)
    assert estimate_noise_floor(histogram, 15) != estimate_noise_floor(histogram, 15, seed=1)


def test_labels_have_no_part_in_it():
    logits, labels = reference_set()
    right = Summary.from_outcomes(softmax_outcomes(logits, labels), Binning()).noise_floor
    wrong = Summary.from_outcomes(softmax_outcomes(logits, (labels + 1) % 4), Binning()).noise_floor
    assert right == wrong


def test_more_rows_leave_less_to_chance():
    values = np.random.RandomState(0).rand(100)
    few = estimate_noise_floor(_histogram(values), 15).mean
    many = estimate_noise_floor(_histogram(np.tile(values, 100)), 15).mean
    assert many == pytest.approx(few / 10, rel=0.1)
