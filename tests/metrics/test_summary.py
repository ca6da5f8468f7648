"""Summaries of streams: parts that merge, and stored predictions."""

import numpy as np
import pytest

from softmax_cli.metrics import METRICS, summary
from softmax_cli.metrics.outcomes import binary_outcomes, softmax_outcomes
from softmax_cli.metrics.summary import Binning, Summary
from tests.each import each
from tests.reference_set import reference_set


def _of(rows=slice(None), how=None):
    logits, labels = reference_set()
    return Summary.from_outcomes(softmax_outcomes(logits[rows], labels[rows]), how or Binning())


def _independent(rows=slice(None), how=None):
    random = np.random.RandomState(3)
    values, targets = random.rand(90, 3), random.randint(-1, 2, (90, 3))
    return Summary.from_outcomes(binary_outcomes(values[rows], targets[rows]), how or Binning())


def _figures(found):
    names = [name for name in METRICS if METRICS[name].definition(exclusive=found.exclusive)]
    values = [METRICS[name].compute(found) for name in names]
    return np.concatenate([value for value in values if value is not None])


@each("binning", ["width", "mass"])
@each("of", [_of, _independent])
@each("cuts", [[1], [45], [89], [10, 20, 30, 40, 50, 60, 70, 80]])
def test_halves_merged_equal_the_whole(of, cuts, binning):
    how = Binning(15, binning)
    edges = [0, *cuts, None]
    parts = [of(slice(*edges[i : i + 2]), how) for i in range(len(cuts) + 1)]
    merged = parts[0]
    for part in parts[1:]:
        merged = merged.merge(part)
    whole = of(how=how)
    np.testing.assert_allclose(_figures(merged), _figures(whole), rtol=1e-11, atol=1e-13)
    assert merged.tasks == whole.tasks
    np.testing.assert_array_equal(merged.diagram.count, whole.diagram.count)
    assert merged.noise_floor.mean == pytest.approx(whole.noise_floor.mean, rel=1e-9)


def test_the_parts_may_come_in_any_order():
    first, second = _of(slice(300)), _of(slice(300, None))
    np.testing.assert_allclose(
        _figures(first.merge(second)), _figures(second.merge(first)), rtol=1e-12
    )


def test_too_many_predictions_are_not_held(monkeypatch):
    monkeypatch.setattr(summary, "MOST_STORED", 999)
    merged = _of(slice(500)).merge(_of(slice(500, None)))
    assert merged.stored is None
    assert merged.mass_bins is None
    assert METRICS["ece_mass"].compute(merged) is None
    assert METRICS["ece"].compute(merged)[0] == pytest.approx(0.150375833550139, abs=1e-9)
    assert merged.merge(_of(slice(1))).stored is None


def test_up_to_the_limit_they_are_held(monkeypatch):
    monkeypatch.setattr(summary, "MOST_STORED", 1000)
    assert _of(slice(500)).merge(_of(slice(500, None))).stored is not None


def test_predictions_are_held_for_bins_of_equal_mass_however_many(monkeypatch):
    monkeypatch.setattr(summary, "MOST_STORED", 10)
    how = Binning(15, "mass")
    merged = _of(slice(500), how).merge(_of(slice(500, None), how))
    assert METRICS["ece"].compute(merged)[0] == pytest.approx(0.146912985984480, abs=1e-9)


@pytest.mark.parametrize("binning", ["width", "mass"])
def test_the_diagram_shows_all_questions_together(binning):
    found = _independent(how=Binning(5, binning)).diagram
    assert found.count.shape == (1, 5)
    random = np.random.RandomState(3)
    values, targets = random.rand(90, 3), random.randint(-1, 2, (90, 3))
    known = targets >= 0
    assert found.count.sum() == known.sum()
    assert found.predicted.sum() == pytest.approx(values[known].sum(), rel=1e-12)
    assert found.observed.sum() == (targets == 1).sum()
    if binning == "mass":
        assert np.ptp(found.count) <= 1


def test_the_diagram_of_rows_is_their_bins():
    found = _of()
    np.testing.assert_array_equal(found.diagram.count, found.bins.count)
    mass = _of(how=Binning(15, "mass"))
    np.testing.assert_array_equal(mass.diagram.observed, mass.bins.observed)
