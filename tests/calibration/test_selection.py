"""A larger map is chosen where it is clearly better."""

import numpy as np
import pytest

from softmax_cli.calibration.selection import NONE, Selection, Step, select_map
from softmax_cli.calibration.temperature_fit import NoTemperatureError
from softmax_cli.metrics.paired import Difference, PairedSums, RowLosses
from tests.each import each


def _sums(differences):
    """Sums of rows with these differences of the NLL."""
    values = np.zeros((3, len(differences)))
    other = values.copy()
    other[0] = differences
    return PairedSums.from_rows(RowLosses(values), RowLosses(other))


def _select(losses, failing=()):
    """Select among maps a and b whose NLL is so much above that of none in every row."""
    noise = np.array([-0.1, 0.1] * 10)

    def fit(name, subsets):
        if name in failing:
            raise NoTemperatureError([0], [], [])
        assert len(subsets) == 2
        return name

    def compare(one, other, subset):
        assert subset in range(3)
        return _sums(losses[other] - losses[one] + noise)

    return select_map(["a", "b"], range(3), fit, compare)


@each(
    ("a", "b", "chosen", "against"),
    [
        (-1.0, -2.0, "b", ["none", "a"]),
        (-1.0, -1.0, "a", ["none", "a"]),
        (-1.0, -1.01, "a", ["none", "a"]),
        (0.0, -1.0, "b", ["none", "none"]),
        (0.5, -0.01, NONE, ["none", "none"]),
        (0.5, 0.6, NONE, ["none", "none"]),
    ],
)
def test_the_richest_that_is_clearly_better_is_chosen(a, b, chosen, against):
    found = _select({None: 0.0, "a": a, "b": b})
    assert found.chosen == chosen
    assert [step.against for step in found.steps] == against


def test_a_map_without_a_fit_is_passed_over():
    found = _select({None: 0.0, "a": -5.0, "b": -1.0}, failing=("a",))
    assert found.chosen == "b"
    assert found.steps[0] == Step("a", NONE, None)
    none = _select({None: 0.0}, failing=("a", "b"))
    assert none == Selection(NONE, [Step("a", NONE, None), Step("b", NONE, None)])


@pytest.mark.parametrize(
    ("mean", "error", "better"),
    [(-1.0, 0.6, True), (-1.0, 0.61, False), (-1e-12, 0.0, False), (0.1, 0.0, False)],
)
def test_better_means_by_1645_standard_errors(mean, error, better):
    assert Step("a", NONE, Difference(mean, error)).better is better
