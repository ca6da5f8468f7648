"""Counts of draws from one vector."""

import numpy as np
import pytest

from softmax_cli import sample
from softmax_cli.conversion.convert_options import SampleOptions
from softmax_cli.conversion.draws import counts
from softmax_cli.conversion.draws.counts import count_draws
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import ArgumentRow

LOGITS = [0.5, -1.0, 2.0]


def _counted(logits, **options):
    return count_draws(ArgumentRow(np.array([logits]), "x", 1), SampleOptions(**options))


@pytest.mark.parametrize("values", [1, 90, 1 << 20])
@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
def test_counts_are_those_of_the_draws_however_these_are_blocked(values, activation, monkeypatch):
    monkeypatch.setattr(counts, "_VALUES", values)
    counted = _counted(LOGITS, activation=activation, draws=500, seed=2)
    drawn = sample(LOGITS, n=500, seed=2, activation=activation)
    coins = drawn if activation == "sigmoid" else drawn[:, None] == np.arange(3)
    assert counted.counts.tolist() == coins.sum(0).tolist()
    assert counted.first_draws == [[str(k) for k in np.flatnonzero(row)] for row in coins[:20]]
    np.testing.assert_array_equal(counted.expected, 500 * counted.probabilities)
    assert counted.chi_square.p_value > 1e-3


def test_probabilities_are_those_after_the_filters():
    counted = _counted(LOGITS, temperature=2.0, top_k=1)
    assert counted.probabilities.tolist() == [0, 0, 1]
    assert (counted.temperature_order, counted.chi_square) == ("first", None)
    assert _counted(LOGITS).temperature_order is None


@pytest.mark.parametrize("row", [[-np.inf, -np.inf], [np.inf, 0]])
def test_a_vector_without_probabilities_is_an_error(row):
    with pytest.raises(SoftmaxError, match="x, row 1: "):
        _counted(row)


def test_other_scales_are_read():
    assert _counted([0.25, 0.75], input_scale="probabilities").probabilities == pytest.approx(
        [0.25, 0.75]
    )
    with pytest.raises(SoftmaxError, match="x, row 1: "):
        _counted([0.5, 0.75], input_scale="probabilities")
