"""Agreement of models, against the definitions."""

import math
from contextlib import closing

import numpy as np
import pytest
from scipy.special import rel_entr

from softmax_cli import ensemble, sigmoid
from softmax_cli import softmax as softmax_of
from softmax_cli.conversion.agreement import measure_agreement
from softmax_cli.conversion.convert_options import EnsembleOptions
from softmax_cli.conversion.ensemble import EnsembleSource, EnsembleTransform
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.each import each

MODELS = np.random.default_rng(5).normal(0, 2, (3, 60, 4)).round(3)


def _measure(tmp_path, models, **options):
    paths = [tmp_path / f"{i}.npy" for i in range(len(models))]
    for path, logits in zip(paths, models, strict=True):
        np.save(path, logits)
    record = EnsembleOptions(report=True, **options)
    sources = [open_source(str(path), ReadOptions()) for path in paths]
    seen = []
    source = EnsembleSource(sources, EnsembleTransform(record), 2)
    with closing(source):
        agreement, stats = measure_agreement(source, record, 2, lambda *at: seen.append(at))
    assert seen[-1][1] == stats.rows + stats.invalid
    return agreement, stats


@each("mean", ["arithmetic", "geometric"])
@each("weights", [(), (2.0, 1.0, 0.5), (1.0, 0.0, 1.0)])
def test_exclusive_classes(mean, weights, tmp_path):
    found, _ = _measure(tmp_path, MODELS, mean=mean, weights=weights)
    shares = np.array(weights or (1.0,) * 3)
    own = softmax_of(MODELS)
    mixed = ensemble(MODELS, weights=shares, mean=mean)
    divergence = rel_entr(own, mixed).sum(-1).mean(-1)
    np.testing.assert_allclose(found.divergence, divergence, rtol=1e-9)
    assert found.disagreement == pytest.approx(np.average(divergence, weights=shares))
    predicted = own.argmax(-1)
    np.testing.assert_allclose(found.dissent, (predicted != mixed.argmax(-1)).mean(-1))
    np.testing.assert_allclose(found.confidence, own.max(-1).mean(-1))
    assert found.ensemble_confidence == pytest.approx(mixed.max(-1).mean())
    same = (predicted[:, None] == predicted[None]).mean(-1)
    np.testing.assert_allclose(found.same, same)
    assert 0 < found.same[0, 1] < 1
    used = predicted[shares > 0]
    assert found.unanimous == pytest.approx((used == used[0]).all(0).mean())
    assert found.rows == 60


def test_independent_classes(tmp_path):
    found, _ = _measure(tmp_path, MODELS[:2], activation="sigmoid", temperatures=(2.0,))
    own = sigmoid(MODELS[:2], 2.0)
    mixed = own.mean(0)
    terms = rel_entr(own, mixed) + rel_entr(1 - own, 1 - mixed)
    np.testing.assert_allclose(found.divergence, terms.sum(-1).mean(-1), rtol=1e-9)
    yes = own >= 0.5
    np.testing.assert_allclose(found.dissent, (yes != (mixed >= 0.5)).any(-1).mean(-1))
    assert found.unanimous == pytest.approx((yes[0] == yes[1]).all(-1).mean())
    np.testing.assert_allclose(found.confidence, np.where(yes, own, 1 - own).mean((-1, -2)))


def test_equal_models_agree(tmp_path):
    found, _ = _measure(tmp_path, MODELS[[0, 0]])
    assert (found.unanimous, found.dissent.tolist()) == (1.0, [0.0, 0.0])
    assert 0 <= found.disagreement < 1e-30


def test_opposite_models_disagree_by_the_entropy_of_their_weights(tmp_path):
    found, _ = _measure(tmp_path, np.array([[[0.0, -800.0]], [[-800.0, 0.0]]]))
    assert found.disagreement == pytest.approx(math.log(2))
    assert found.dissent.tolist() == [0.0, 1.0]  # the first of equal classes is predicted


def test_rows_that_are_invalid_in_some_model_are_left_out(tmp_path):
    models = MODELS.copy()
    models[1, 3] = -math.inf
    found, stats = _measure(tmp_path, models, invalid="skip")
    kept = np.delete(MODELS, 3, 1)
    expected, _ = _measure(tmp_path, kept)
    assert (found.rows, stats.invalid) == (59, 1)
    np.testing.assert_allclose(found.divergence, expected.divergence)
    with pytest.raises(SoftmaxError, match="every logit is -inf"):
        _measure(tmp_path, models)
    with pytest.raises(SoftmaxError, match="every row was skipped: 1 invalid"):
        _measure(tmp_path, models[:, 3:4], invalid="skip")
