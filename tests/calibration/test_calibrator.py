"""A temperature fitted on one part of a stream and judged on another."""

from contextlib import closing

import numpy as np
import pytest

from softmax_cli.activations.functions import softmax
from softmax_cli.calibration import spool
from softmax_cli.calibration.calibrator import Calibrator
from softmax_cli.calibration.fit import fit_temperature
from softmax_cli.calibration.split import Split
from softmax_cli.errors import SoftmaxError
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.summary import Binning
from tests.chunks import WHOLE, cut_blocks
from tests.labeled_text import labeled
from tests.reference_set import (
    AT_BEST,
    AT_ONE,
    STANDARD_ERROR,
    TEMPERATURE,
    reference_csv,
    reference_set,
)


def _calibrated(folder, split, text=None, activation="softmax", per_class=False, jobs=2, **said):
    with labeled(
        folder, text or reference_csv(), activation=activation, for_fitting=True, **said
    ) as it:
        fitting = Calibrator(it, activation, split, Binning(), per_class=per_class, jobs=jobs)
        with closing(fitting):
            fitting.read(lambda *_: None)
            return fitting.calibrate()


def _multilabel():
    logits, labels = reference_set()
    lines = ["a,b,c,d,y_a,y_b,y_c,y_d"]
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        lines.append(",".join(map(repr, [*row, *(int(label == k) for k in range(4))])))
    return "\n".join(lines) + "\n"


def test_without_a_holdout_it_judges_itself(tmp_path):
    found = _calibrated(tmp_path, Split(0.0, None, 0))
    assert found.fit.temperature == pytest.approx(TEMPERATURE, abs=1e-9)
    assert found.fit.standard_error == pytest.approx(STANDARD_ERROR, abs=1e-6)
    assert found.in_sample
    assert found.rows_fitted == found.before.evaluation.rows == 1000
    for name, value in AT_ONE.items():
        assert found.before.evaluation.metrics[name] == pytest.approx(value, abs=1e-9)
    for name, value in AT_BEST.items():
        assert found.after.evaluation.metrics[name] == pytest.approx(value, abs=1e-9)


def test_rows_held_out_are_judged_and_the_others_are_fitted(tmp_path):
    found = _calibrated(tmp_path, Split(0.3, None, 5))
    logits, labels = reference_set()
    held = Split(0.3, None, 5).assign(0, 1000) == 1
    expected = fit_temperature(logits[~held], labels[~held])
    assert found.fit.temperature == pytest.approx(expected.temperature, rel=1e-12)
    assert found.fit.standard_error == pytest.approx(expected.standard_error, rel=1e-9)
    assert (found.rows_fitted, found.before.evaluation.rows) == ((~held).sum(), held.sum())
    for assessment, t in ((found.before, 1.0), (found.after, expected.temperature)):
        figures = evaluate(softmax(logits[held], t), labels[held]).metrics
        assert assessment.evaluation.metrics == pytest.approx(dict(figures), rel=1e-9)
    assert not found.in_sample


def test_each_fold_is_judged_by_the_others(tmp_path):
    found = _calibrated(tmp_path, Split(0.5, 3, 0))
    logits, labels = reference_set()
    part = Split(0.5, 3, 0).assign(0, 1000)
    folds = [fit_temperature(logits[part != k], labels[part != k]).temperature for k in range(3)]
    assert found.fold_temperatures == pytest.approx(folds, rel=1e-12)
    assert found.fit.temperature == pytest.approx(TEMPERATURE, rel=1e-12)
    assert found.rows_fitted == found.after.evaluation.rows == 1000
    warm = softmax(logits / np.array(folds)[part][:, None])
    figures = evaluate(warm, labels).metrics
    assert found.after.evaluation.metrics == pytest.approx(dict(figures), rel=1e-9)
    assert found.before.evaluation.metrics["ece"] == pytest.approx(AT_ONE["ece"], abs=1e-9)


@pytest.mark.parametrize("split", [Split(0.5, None, 0), Split(0.5, 2, 1)])
@pytest.mark.parametrize(("cells", "jobs"), [(350, 1), (350, 4), (WHOLE, 4)])
@pytest.mark.parametrize("room", [1 << 25, 0])
def test_neither_blocks_nor_threads_nor_the_disk_show(
    tmp_path, monkeypatch, split, cells, jobs, room
):
    whole = _calibrated(tmp_path, split)
    cut_blocks(monkeypatch, cells)
    monkeypatch.setattr(spool, "_IN_MEMORY", room)
    found = _calibrated(tmp_path, split, jobs=jobs)
    assert found.fit.temperature == pytest.approx(whole.fit.temperature, rel=1e-12)
    assert found.fold_temperatures == pytest.approx(whole.fold_temperatures, rel=1e-12)
    for one, other in ((found.before, whole.before), (found.after, whole.after)):
        assert one.evaluation.metrics == pytest.approx(dict(other.evaluation.metrics), rel=1e-9)


def test_a_block_of_one_row_may_lie_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(spool, "_IN_MEMORY", 0)
    cut_blocks(monkeypatch, 5)
    found = _calibrated(tmp_path, Split(0.0, None, 0))
    assert found.fit.temperature == pytest.approx(TEMPERATURE, rel=1e-12)


@pytest.mark.parametrize("per_class", [False, True])
def test_independent_classes_have_one_temperature_or_one_each(tmp_path, per_class):
    found = _calibrated(
        tmp_path, Split(0.0, None, 0), _multilabel(), "sigmoid", per_class, labels=["y_*"]
    )
    logits, labels = reference_set()
    targets = (labels[:, None] == np.arange(4)).astype(int)
    expected = fit_temperature(logits, targets, activation="sigmoid", per_class=per_class)
    np.testing.assert_allclose(found.fit.temperatures, expected.temperatures, rtol=1e-12)
    assert len(found.fit.temperatures) == (4 if per_class else 1)
    assert found.after.evaluation.metrics["nll"] < found.before.evaluation.metrics["nll"]


def test_probabilities_are_fitted_as_their_logarithms(tmp_path):
    logits, labels = reference_set()
    lines = ["a,b,c,d,y"]
    for row, label in zip(softmax(logits).tolist(), labels.tolist(), strict=True):
        lines.append(",".join(map(repr, row)) + f",{label}")
    text = "\n".join(lines) + "\n"
    found = _calibrated(tmp_path, Split(0.0, None, 0), text, input_scale="probabilities")
    assert found.fit.temperature == pytest.approx(TEMPERATURE, rel=1e-9)
    assert found.before.evaluation.metrics["ece"] == pytest.approx(AT_ONE["ece"], abs=1e-9)


@pytest.mark.parametrize(
    ("text", "split", "message"),
    [
        ("a,b,y\n1,0,b\n0,1,a\n", Split(0.0, None, 0),
         "no finite temperature is best: the labels are no better than chance"),
        ("a,b,y\n1,0,a\n0,1,b\n", Split(0.0, None, 0),
         "no temperature above 0 is best: every label has the largest logit"),
        ("a,b,y\n1,0,a\n", Split(0.5, None, 0), "no labeled row is left to"),
        ("a,b,y\n1,0,a\n0,1,b\n", Split(0.5, 50, 0), "no labeled row is left to"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_fitted_or_judged_that_is_said(tmp_path, text, split, message):
    with pytest.raises(SoftmaxError, match=message):
        _calibrated(tmp_path, split, text)


def test_the_classes_without_a_temperature_are_named(tmp_path):
    text = "a,b,y_a,y_b\n1,1,1,0\n-1,-2,0,1\n0.5,1,0,1\n"
    with pytest.raises(SoftmaxError, match='no finite temperature is best for "b": the labels'):
        _calibrated(tmp_path, Split(0.0, None, 0), text, "sigmoid", True, labels=["y_*"])
