"""The total probability of candidates, and doubts about scores with names."""

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.mass import describe_mass, own_mass, score_warnings
from tests.each import each

INF, NAN = np.inf, np.nan


@each(
    ("values", "scale", "candidates", "counts"),
    [
        ([[0.2, 0.2], [0.1, -INF], [0.6, 0.3]], "probabilities", True, [2, 1]),
        ([[0.2, 0.2], [0.1, 0.2]], "probabilities", False, []),
        ([[0.995, -INF], [0.99, -INF]], "probabilities", True, [1]),
        ([[0.0, 0.0], [NAN, 0.1]], "probabilities", True, []),
        ([[-0.1, -INF], [-1.0, -3.0]], "log-probabilities", True, [1, 1]),
        ([[-0.1, -INF], [-1.0, -3.0]], None, True, [1]),
        ([[60.0, 39.0], [20.0, 30.0]], None, False, [2]),
        ([[60.0, 39.0], [20.0, -1.0]], None, False, []),
        ([[60.0, 49.0]], None, False, []),
        ([[12.0, 9.5]], None, False, []),
        (np.zeros((0, 2)), None, True, []),
    ],
)
def test_doubts_about_scores_come_with_counts(values, scale, candidates, counts):
    found = score_warnings(np.array(values), scale, candidates=candidates)
    assert list(found.values()) == counts


def test_the_column_is_none_of_the_input():
    assert own_mass(["mass"], None, "x") == ()
    assert own_mass(["id"], "probabilities", "x") == ("mass",)
    with pytest.raises(SoftmaxError, match=r'^x: "mass" is a column of the input'):
        own_mass(["id", "mass"], "probabilities", "x")
    assert describe_mass("2 candidates").startswith("2 candidates, renormalized")
