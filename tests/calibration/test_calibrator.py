"""A temperature fitted on one part of a stream and evaluated on another."""

from contextlib import closing

import numpy as np
import pytest

from softmax_cli.activations.functions import softmax
from softmax_cli.calibration import spool
from softmax_cli.calibration.calibrator import Calibrator
from softmax_cli.calibration.fit import fit_temperature
from softmax_cli.calibration.fitter import FitOptions
from softmax_cli.calibration.maps import fit_calibration
from softmax_cli.calibration.split import Split
from softmax_cli.errors import SoftmaxError
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.paired import compare_models
from softmax_cli.metrics.summary import Binning
from tests.chunks import cut_blocks
from tests.each import each
from tests.labeled_text import labeled
from tests.reference_set import (
    AT_BEST,
    AT_ONE,
    STANDARD_ERROR,
    TEMPERATURE,
    reference_csv,
    reference_set,
)
from tests.trust_sets import first_half


def _calibrated(
    folder, split, text=None, activation="softmax", per_class=False, jobs=2, *, fit=None, **said
):
    options = FitOptions(activation, per_class=per_class, **(fit or {}))
    with labeled(
        folder,
        text or reference_csv(),
        activation=activation,
        for_fitting=not options.floor,
        **said,
    ) as it:
        fitting = Calibrator(it, options, split, Binning(), jobs)
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
@pytest.mark.parametrize(("cells", "jobs", "room"), [(350, 4, 1 << 25), (350, 4, 0)])
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
    header, *lines = reference_csv().splitlines(keepends=True)
    found = _calibrated(tmp_path, Split(0.0, None, 0), header + "".join(lines[:150]))
    logits, labels = reference_set()
    expected = fit_temperature(logits[:150], labels[:150])
    assert found.rows_fitted == 150
    assert found.fit.temperature == pytest.approx(expected.temperature, rel=1e-12)


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
         "no finite temperature is optimal: labels are no better than chance"),
        ("a,b,y\n1,0,a\n0,1,b\n", Split(0.0, None, 0),
         "no positive temperature is optimal: in the rows that are fitted, every label has the largest logit"),
        ("a,b,y\n1,0,a\n", Split(0.5, None, 0), "no labeled rows left to"),
        ("a,b,y\n1,0,a\n0,1,b\n", Split(0.5, 50, 0), "no labeled rows left to"),
    ],
)  # fmt: skip
def test_where_nothing_can_be_fitted_or_judged_that_is_said(tmp_path, text, split, message):
    with pytest.raises(SoftmaxError, match=message):
        _calibrated(tmp_path, split, text)


def test_the_classes_without_a_temperature_are_named(tmp_path):
    text = "a,b,y_a,y_b\n1,1,0,0\n-1,-2,1,1\n0.5,1,0,1\n"
    with pytest.raises(SoftmaxError, match='no finite temperature is optimal for "a", "b": labels'):
        _calibrated(tmp_path, Split(0.0, None, 0), text, "sigmoid", True, labels=["y_*"])


@pytest.mark.parametrize("name", ["temperature", "bias"])
def test_a_class_without_a_temperature_leaves_the_others_theirs(tmp_path, name):
    random = np.random.RandomState(0)
    logits = np.round(random.normal(0, 3, (400, 3)), 3)
    targets = (random.rand(400, 3) < 1 / (1 + np.exp(-logits / 2))).astype(int)
    targets[:, 1] = logits[:, 1] > 0
    rows = zip(logits.tolist(), targets.tolist(), strict=True)
    text = "a,b,c,y_a,y_b,y_c\n" + "".join(f"{','.join(map(repr, [*z, *y]))}\n" for z, y in rows)
    found = _calibrated(
        tmp_path, Split(0.0, None, 0), text, "sigmoid", True, fit={"map": name}, labels=["y_*"]
    )
    kept = [0, 2]
    expected = fit_calibration(
        logits[:, kept], targets[:, kept], map=name, activation="sigmoid", per_class=True
    )
    np.testing.assert_allclose(found.fit.temperatures[kept], expected.temperatures, rtol=1e-9)
    assert found.fit.temperatures[1] == 1.0
    assert found.fit.unfitted == [1]
    if name == "bias":
        np.testing.assert_allclose(found.fit.bias[kept], expected.bias, rtol=1e-7)
        assert found.fit.bias[1] == 0.0
    assert found.notices[0].text.startswith('no temperature for "b": too few labels, all pred')


def _csv(logits, labels):
    lines = [",".join([*(f"c{k}" for k in range(logits.shape[1])), "y"])]
    rows = zip(logits.tolist(), labels.tolist(), strict=True)
    lines += [",".join(map(repr, row)) + f",{label}" for row, label in rows]
    return "\n".join(lines) + "\n"


@each(
    ("text", "message"),
    [
        ("a,b,c,y\n-0.2,-0.5,0.6,a\n-0.2,-0.5,0.6,b\n-0.2,-0.5,0.6,c\n",
         "every row has the same logits"),
        ("a,b,y\n2,2,a\n1,1,b\n", "every row has equal logits"),
        ("a,b,c,y\n2,0.5,-65504,b\n0.3,-65504,1.5,a\n-65504,1.1,0.2,c\n1.4,0.6,-65504,b\n",
         r"finite masks decide it \(logit -65504, 4 times\)\. Write masked classes as -inf"),
        ("a,b,c,y\n2,0.5,-3.4e38,b\n0.3,-3.4e38,1.5,a\n-3.4e38,1.1,0.2,c\n1.4,0.6,-3.4e38,b\n",
         "finite masks decide it"),
        ("a,b,y\n1.001,0,a\n1,0,b\n", "too few rows to fit a temperature: 2, which leave T between"),
        ("a,b,c,y\n2,0,1.5,c\n", "too few rows to fit a temperature: 1, "),
        ("a,b,y\n" + "2.5,1.5,a\n1.5,2.5,b\n" * 8 + "2.5,1.5,b\n" * 3 + "0.5,-1e5,b\n",
         r"row 20 holds 100\.0% of the NLL of 20 rows, with a label of almost no probability\. "
         r"--floor 2\.2e-16 limits what one row counts"),
    ],
)  # fmt: skip
@each("name", ["temperature", "bias"])
def test_what_is_the_matter_is_said(tmp_path, text, message, name):
    with pytest.raises(SoftmaxError, match=message):
        _calibrated(tmp_path, Split(0.0, None, 0), text, fit={"map": name})


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b,y\n" + "2,2,a\n1,1,b\n" * 20, "every row has equal logits"),
     ("a,b,y\n" + "2,1,b\n1,2,a\n" * 20, "labels are no better than chance"),
     ("a,b,y\n" + "2,1,a\n1,2,b\n" * 20, "every label has the largest logit")],
)  # fmt: skip
def test_where_no_map_can_be_fitted_the_choice_says_why(tmp_path, text, message):
    with pytest.raises(SoftmaxError, match=message):
        _calibrated(tmp_path, Split(0.0, None, 0, 5), text, fit={"map": "auto"})


def test_masks_that_do_not_matter_are_fitted(tmp_path):
    logits, labels = (array.copy() for array in reference_set())
    mask = np.random.RandomState(1).rand(1000, 4) < 0.3
    mask[np.arange(1000), labels] = False
    infinite = fit_temperature(np.where(mask, -np.inf, logits), labels)
    text = _csv(np.where(mask, -1e4, logits), labels)
    found = _calibrated(tmp_path, Split(0.0, None, 0), text)
    assert found.fit.temperature == pytest.approx(infinite.temperature, rel=1e-9)


def test_few_rows_that_decide_are_named_where_a_fit_succeeds(tmp_path):
    logits, labels = (array.copy() for array in reference_set())
    logits[41, labels[41]] = -1300.0
    found = _calibrated(tmp_path, Split(0.0, None, 0), _csv(logits, labels))
    (notice,) = found.notices
    assert notice.warning
    assert notice.text.startswith("row 42 holds ")
    held = Split(0.5, None, 0).assign(0, 1000) == 1
    found = _calibrated(tmp_path, Split(0.5, None, 0), _csv(logits, labels))
    assert found.notices[0].text.startswith("row 42 holds ")
    assert f"of the NLL of {(held == held[41]).sum()} rows" in found.notices[0].text


def test_a_floor_limits_what_one_row_counts(tmp_path):
    logits, labels = (array.copy() for array in reference_set())
    logits[41, labels[41]] = -1e5
    floor = {"floor": 2.0**-52}
    found = _calibrated(tmp_path, Split(0.0, None, 0), _csv(logits, labels), fit=floor)
    assert found.fit.temperature == pytest.approx(2.0, abs=0.2)
    assert not found.notices
    assert found.fit.floor == 2.0**-52


def test_probabilities_of_zero_have_a_floor_before_and_after(tmp_path):
    logits, labels = reference_set()
    p = softmax(logits)
    p[3] = 0.0
    p[3, (labels[3] + 1) % 4] = 1.0
    found = _calibrated(
        tmp_path,
        Split(0.0, None, 0),
        _csv(p, labels),
        fit={"floor": 2.0**-52},
        input_scale="probabilities",
    )
    before = found.before.evaluation.metrics["nll"]
    assert before == pytest.approx(AT_ONE["nll"] + 36.04 / 1000, abs=2e-3)
    assert found.before.evaluation.zero_probability_labels == 0
    assert found.paired.nll.mean < 0


def test_biases_are_fitted_and_evaluated(tmp_path):
    logits, labels = first_half("c10s")
    split = Split(0.5, None, 0)
    found = _calibrated(tmp_path, split, _csv(logits, labels), fit={"map": "bias"})
    held = split.assign(0, len(labels)) == 1
    expected = fit_calibration(logits[~held], labels[~held], map="bias")
    np.testing.assert_allclose(found.fit.bias, expected.bias, atol=1e-9)
    p, q = softmax(logits[held]), expected.probabilities(logits[held])
    metrics = evaluate(q, labels[held]).metrics
    assert found.after.evaluation.metrics == pytest.approx(dict(metrics), rel=1e-9)
    comparison = compare_models([p, q], labels[held])[0]
    assert found.paired.nll.mean == pytest.approx(comparison.nll.mean, rel=1e-9)
    assert found.paired.only_other == comparison.only_other
    assert found.changed == (p.argmax(1) != q.argmax(1)).sum()
    shares = np.bincount(labels[~held], minlength=10) / (~held).sum()
    np.testing.assert_allclose(found.class_shares, shares, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "chosen"), [("c10s", "bias"), ("c10", "temperature"), ("calibrated", "none")]
)
def test_a_map_is_chosen(tmp_path, name, chosen):
    logits, labels = first_half(name.replace("calibrated", "c10"))
    logits = logits / 1.8 if name == "calibrated" else logits
    split = Split(0.5, None, 0, 5)
    found = _calibrated(tmp_path, split, _csv(logits, labels), fit={"map": "auto"})
    assert found.selection.chosen == found.fit.map == chosen
    assert [step.map for step in found.selection.steps] == ["temperature", "bias"]
    assert found.rows_fitted + found.before.evaluation.rows == len(labels)
    assert not found.in_sample


@pytest.mark.parametrize("room", [1 << 25, 0])
def test_neither_blocks_nor_the_disk_show_in_biases(tmp_path, monkeypatch, room):
    logits, labels = (array[:300] for array in first_half("c10s"))
    text, split = _csv(logits, labels), Split(0.3, None, 0, 5)
    whole = _calibrated(tmp_path, split, text, fit={"map": "auto"})
    cut_blocks(monkeypatch, 700)
    monkeypatch.setattr(spool, "_IN_MEMORY", room)
    found = _calibrated(tmp_path, split, text, fit={"map": "auto"}, jobs=4)
    np.testing.assert_allclose(found.fit.bias, whole.fit.bias, atol=1e-8)
    assert found.paired.nll.mean == pytest.approx(whole.paired.nll.mean, rel=1e-9)
