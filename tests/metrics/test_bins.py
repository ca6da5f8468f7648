"""Bins of equal width and of equal mass, and their calibration errors."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.metrics.bins import (
    Bins,
    debiased_error,
    equal_mass_bins,
    equal_mass_cells,
    equal_width_bins,
    expected_error,
    largest_error,
    largest_gap_bin,
    wilson,
)
from softmax_cli.metrics.outcomes import binary_outcomes
from softmax_cli.metrics.statistics import Histogram, StoredPredictions
from tests.each import each

modest = settings(max_examples=80)


def _binary_outcomes(values, observed):
    values, observed = (np.array(given)[:, None] for given in (values, observed))
    return binary_outcomes(values.astype(float), observed)


def _width(values, observed, bins):
    return equal_width_bins(Histogram.from_outcomes(_binary_outcomes(values, observed), bins), bins)


def _mass(values, observed, bins):
    return equal_mass_bins(
        StoredPredictions.from_outcomes(_binary_outcomes(values, observed), bins), bins
    )


def _bins(count, predicted, observed):
    fields = (np.array([field], float) for field in (count, predicted, observed))
    edges = np.zeros((1, len(count)))
    return Bins(edges, edges, *fields)


@each("bins", [1, 2, 3, 10, 15, 100])
def test_confidences_on_the_edges_fall_into_the_bin_below(bins):
    values = [k / bins for k in range(bins + 1)]
    found = _width(values, [1] * len(values), bins)
    assert found.count[0].tolist() == [2.0, *[1.0] * (bins - 1)]
    assert found.lower[0].tolist() == values[:-1]
    assert found.upper[0].tolist() == values[1:]


def test_eight_rows_on_edges_have_the_error_of_the_convention():
    # (lo, hi]: 0.5 with 0.5, 0.6 with 0.6, 0.7, ... each bin the two rows of one edge.
    values, observed = [0.5, 0.5, 0.6, 0.6, 0.7, 0.7, 0.8, 0.8], [1, 0, 1, 1, 0, 1, 1, 1]
    gaps = [abs(0.5 - 0.5), abs(0.6 - 1), abs(0.7 - 0.5), abs(0.8 - 1)]
    found = _width(values, observed, 10)
    assert found.count[0].tolist() == [0, 0, 0, 0, 2, 2, 2, 2, 0, 0]
    assert expected_error(found)[0] == pytest.approx(sum(gaps) / 4, rel=1e-14)
    assert largest_error(found)[0] == pytest.approx(0.4, rel=1e-14)
    assert largest_gap_bin(found, 0) == 5


def test_empty_bins_have_no_rate_and_count_nowhere():
    found = _width([0.1, 0.9], [0, 1], 5)
    assert np.isnan(found.rate[0]).tolist() == [False, True, True, True, False]
    assert np.isnan(found.mean_predicted[0]).tolist() == [False, True, True, True, False]
    assert expected_error(found)[0] == pytest.approx(0.1, rel=1e-14)


@each(
    ("rows", "bins", "sizes"),
    [(10, 5, [2, 2, 2, 2, 2]), (11, 5, [3, 2, 2, 2, 2]), (14, 5, [3, 3, 3, 3, 2]),
     (3, 5, [1, 1, 1, 0, 0]), (1, 1, [1]), (1, 3, [1, 0, 0]), (7, 1, [7])],
)  # fmt: skip
def test_groups_of_equal_mass_differ_by_one_row_at_most(rows, bins, sizes):
    values = np.arange(rows) / rows
    found = _mass(values, np.ones(rows, int), bins)
    assert found.count[0].tolist() == sizes
    ends = np.cumsum([0, *sizes])
    for i, (start, stop) in enumerate(itertools.pairwise(ends)):
        assert found.predicted[0, i] == pytest.approx(values[start:stop].sum(), abs=1e-12)
        if stop > start:
            assert (found.lower[0, i], found.upper[0, i]) == (values[start], values[stop - 1])


@pytest.mark.parametrize("observed", [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])
def test_rows_predicted_alike_are_shared_out_whatever_their_order(observed):
    found = _mass([0.5] * 4, observed, 2)
    assert found.count[0].tolist() == [2, 2]
    assert found.predicted[0].tolist() == [1, 1]
    assert found.observed[0].tolist() == [0.5, 0.5]


def test_only_what_is_tied_over_an_end_is_shared_out():
    found = _mass([0.1, 0.4, 0.4, 0.9], [1, 1, 0, 0], 2)
    np.testing.assert_allclose(found.predicted[0], [0.5, 1.3], rtol=1e-14)
    assert found.observed[0].tolist() == [1.5, 0.5]


def test_equal_mass_knows_no_order_of_rows_however_many_ties():
    random = np.random.RandomState(0)
    values, observed = random.randint(0, 6, 500) / 5, random.randint(0, 2, 500)
    found = _mass(values, observed, 15)
    for seed in range(5):
        order = np.random.RandomState(seed).permutation(500)
        other = _mass(values[order], observed[order], 15)
        for name in ("lower", "upper", "count", "predicted", "observed"):
            np.testing.assert_array_equal(getattr(found, name), getattr(other, name))


def test_equal_mass_leaves_out_what_is_not_known():
    found = _mass([0.1, 0.2, 0.3, 0.4], [1, -1, 0, -1], 2)
    assert found.count[0].tolist() == [1, 1]
    np.testing.assert_allclose(found.predicted[0], [0.1, 0.3], rtol=1e-14)


def test_a_question_without_any_answer_has_empty_bins():
    found = _mass([0.1, 0.2], [-1, -1], 3)
    assert found.count[0].tolist() == found.observed[0].tolist() == [0, 0, 0]
    assert np.isnan(found.lower).all()
    assert np.isnan(expected_error(found)).all()


def test_questions_are_binned_each_by_itself():
    outcomes = binary_outcomes(np.array([[0.1, 0.9], [0.3, 0.7]]), np.array([[0, 1], [1, 1]]))
    found = equal_mass_bins(StoredPredictions.from_outcomes(outcomes, 2), 2)
    np.testing.assert_allclose(found.predicted, [[0.1, 0.3], [0.7, 0.9]], rtol=1e-14)
    assert found.observed.tolist() == [[0, 1], [1, 1]]
    wide = equal_width_bins(Histogram.from_outcomes(outcomes, 2), 2)
    assert wide.count.tolist() == [[2, 0], [0, 2]]


def test_cells_of_mass_refine_the_bins():
    random = np.random.RandomState(1)
    held = StoredPredictions.from_outcomes(
        _binary_outcomes(random.rand(600), random.randint(0, 2, 600)), 15
    )
    cells, coarse = equal_mass_cells(held, 15, 20), equal_mass_bins(held, 15)
    np.testing.assert_array_equal(cells.count.reshape(15, 20).sum(1), coarse.count[0])
    np.testing.assert_allclose(
        cells.predicted.reshape(15, 20).sum(1), coarse.predicted[0], rtol=1e-12
    )


@modest
@given(
    st.lists(st.tuples(st.integers(0, 20).map(lambda k: k / 20), st.booleans()), min_size=1),
    st.integers(1, 12),
)
def test_equal_width_errors_are_those_of_plain_loops(rows, bins):
    members = [[] for _ in range(bins)]
    for value, yes in rows:
        members[next(m for m in range(bins) if value <= (m + 1) / bins)].append((value, yes))
    gaps = [abs(sum(v - y for v, y in group)) for group in members if group]
    worst = max(abs(sum(v - y for v, y in group)) / len(group) for group in members if group)
    found = _width([v for v, _ in rows], [int(y) for _, y in rows], bins)
    assert expected_error(found)[0] == pytest.approx(math.fsum(gaps) / len(rows), abs=1e-12)
    assert largest_error(found)[0] == pytest.approx(worst, abs=1e-12)


@modest
@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, unique_by=lambda row: row[0]),
    st.integers(1, 12),
)
def test_equal_mass_errors_are_those_of_plain_loops(rows, bins):
    ordered, gaps, start = sorted(rows), [], 0
    for i in range(bins):
        size = len(rows) // bins + (i < len(rows) % bins)
        gaps.append(abs(math.fsum(v - y for v, y in ordered[start : start + size])))
        start += size
    found = _mass([v for v, _ in rows], [int(y) for _, y in rows], bins)
    assert expected_error(found)[0] == pytest.approx(math.fsum(gaps) / len(rows), abs=1e-12)


@each(
    ("count", "predicted", "observed", "error"),
    [
        ([4], [2.0], [2], 0.0),
        ([10], [9.0], [5], math.sqrt(0.16 - 0.25 / 9)),
        ([10, 10], [9.0, 1.0], [5, 1], math.sqrt((0.16 - 0.25 / 9 - 0.09 / 9) / 2)),
        ([1, 10], [0.5, 9.0], [1, 5], math.sqrt((0.16 - 0.25 / 9) * 10 / 11)),
        ([2], [0.0], [2], 1.0),
        ([0, 2], [0.0, 2.0], [0, 0], 1.0),
        ([1], [0.5], [1], 0.0),
    ],
)
def test_the_debiased_error_is_the_formula_of_its_paper(count, predicted, observed, error):
    found = debiased_error(_bins(count, predicted, observed))
    assert found[0] == pytest.approx(error, rel=1e-13, abs=1e-15)


# Newcombe (1998), table I, the score method without continuity correction; and the ends.
@each(
    ("observed", "count", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (0, 10, 0.0, 0.2775),
    ],
)
def test_wilson_intervals_are_those_of_the_literature(observed, count, low, high):
    found = wilson(np.array([float(observed)]), np.array([float(count)]))
    np.testing.assert_allclose(np.ravel(found), [low, high], atol=5.1e-5)


def test_a_wilson_interval_is_where_the_score_test_rejects():
    low, high = wilson(np.array([7.0]), np.array([31.0]))
    for edge in (float(low[0]), float(high[0])):
        score = abs(7 / 31 - edge) / math.sqrt(edge * (1 - edge) / 31)
        assert score == pytest.approx(1.959963984540054, rel=1e-12)


def test_a_wilson_interval_of_nothing_is_nothing():
    assert np.isnan(wilson(np.array([0.0]), np.array([0.0]))).all()


@modest
@given(st.integers(1, 10_000), st.floats(0, 1))
def test_a_wilson_interval_holds_its_rate(count, share):
    observed = float(round(share * count))
    low, high = wilson(np.array([observed]), np.array([float(count)]))
    assert 0 <= low[0] <= observed / count + 1e-12
    assert observed / count - 1e-12 <= high[0] <= 1
