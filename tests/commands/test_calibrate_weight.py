"""`softmax calibrate --weight`: every sum takes the weight of its row."""

import json
from functools import cache

import numpy as np
import pytest

from softmax_cli import compare_models, evaluate, fit_calibration
from softmax_cli import softmax as activation
from softmax_cli.calibration import spool
from softmax_cli.calibration.split import Split
from tests.chunks import cut_blocks
from tests.commands.test_evaluate_group import MARKS
from tests.reference_set import naive_softmax
from tests.runner import softmax
from tests.trust_sets import first_half

OWN = ["--holdout", "0"]
ROWS, NAMES = 600, [f"c{k}" for k in range(10)]
WEIGHTS = 1 + np.arange(2500) % 3
RANDOM = np.random.RandomState(0)
MULTI = RANDOM.normal(0, 3, (300, 2)).round(3)
TARGETS = (RANDOM.rand(300, 2) < 1 / (1 + np.exp(-MULTI / 2 - 0.5))).astype(int)


def _csv(weights, rows=ROWS, weight="w"):
    logits, labels = (array[:rows] for array in first_half("c10s"))
    lines = [",".join([*NAMES, "label", weight])]
    for z, y, w in zip(logits.tolist(), labels.tolist(), weights, strict=False):
        lines.append(f"{','.join(map(repr, z))},c{y},{w}")
    return "\n".join(lines) + "\n"


WEIGHTED = _csv(WEIGHTS.tolist())


@cache
def _run(*arguments, stdin=WEIGHTED):
    given = ["--columns", "c*", "--weight", "w", *arguments]
    return softmax("calibrate", "-q", *given, stdin=stdin)


def _facts(*arguments, **given):
    ran = _run("-f", "json", *arguments, **given)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_the_reference_set_has_its_temperature():
    found = _facts(*OWN, stdin=_csv(WEIGHTS.tolist(), 2500))
    assert found["temperature"] == pytest.approx(1.901980732, abs=1e-9)
    assert found["effective_rows_fitted"] == pytest.approx(2142.673497385, abs=1e-9)


@pytest.mark.parametrize("name", ["temperature", "bias"])
def test_fit_shares_and_comparison_are_those_of_python(name):
    found = _facts("--map", name, "--floor", "1e-9")
    logits, labels = (array[:ROWS] for array in first_half("c10s"))
    held = Split(0.5, None, 0).assign(0, ROWS) == 1
    w, own = WEIGHTS[:ROWS], {"weights": WEIGHTS[:ROWS][~held]}
    expected = fit_calibration(logits[~held], labels[~held], map=name, floor=1e-9, **own)
    assert found["temperature"] == pytest.approx(expected.temperature, rel=1e-9)
    assert found["standard_error"] == pytest.approx(expected.standard_error, rel=1e-6)
    np.testing.assert_allclose(found.get("bias", []), expected.bias, atol=1e-7)
    shares = np.bincount(labels[~held], w[~held]) / w[~held].sum()
    np.testing.assert_allclose(found["class_shares"], shares, rtol=1e-12)
    models = [activation(logits[held]), expected.probabilities(logits[held])]
    paired = compare_models(models, labels[held], weights=w[held])[0]
    assert found["paired"]["nll"]["mean"] == pytest.approx(paired.nll.mean, rel=1e-7)
    error = found["paired"]["nll"]["standard_error"]
    assert error == pytest.approx(paired.nll.standard_error, rel=1e-7)
    for key, p in zip(("before", "after"), models, strict=True):
        result = evaluate(p, labels[held], weights=w[held])
        for metric in ("nll", "accuracy", "ece", "brier"):
            assert found[key]["metrics"][metric] == pytest.approx(result.metrics[metric], rel=1e-7)
        floor = found[key]["noise_floors"]["ece"]["mean"]
        assert floor == pytest.approx(result.noise_floor.mean, rel=1e-3)
        assert found["effective_rows_evaluated"] == pytest.approx(result.effective_rows)
    assert (found["weight"], found["zero_weight"]) == ("w", 0)
    assert found["rows_fitted"] == (~held).sum()
    assert found["effective_rows_fitted"] == pytest.approx(
        w[~held].sum() ** 2 / (w[~held] ** 2).sum()
    )


EVERY = [
    [], ["--map", "auto"], ["--map", "bias", "--folds", "2"], ["--floor", "1e-3"],
]  # fmt: skip
SIGMOID = ["-a", "sigmoid", "--label", "y_*", "--columns", "a,b", "--weight", "w", *OWN]
IGNORED = ("weight", "zero_weight", "effective_rows_fitted", "effective_rows_evaluated", "source")


def _same(one, other, rel=1e-8):
    """Compare figures, apart from those of weights alone and of ranks, which take none."""
    if isinstance(one, dict):
        for key in {*one, *other} - {*IGNORED, "ece_mass", "auroc", "bins", "predictions_stored"}:
            _same(one[key], other[key], rel)
    elif isinstance(one, list):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            _same(a, b, rel)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=rel, abs=1e-7)
    else:
        assert one == other


@pytest.mark.parametrize("arguments", EVERY)
def test_a_constant_weight_changes_nothing(arguments):
    found = _facts(*arguments, stdin=_csv([2.5] * ROWS))
    plain = ["--columns", "c*", "--id", "w", *arguments, "-f", "json"]
    expected = json.loads(softmax("calibrate", "-q", *plain, stdin=_csv([2.5] * ROWS)).out)
    _same(found, expected)


@pytest.mark.parametrize("arguments", EVERY)
def test_a_weight_of_0_leaves_a_row_out(arguments):
    weights = [w if i % 5 else 0 for i, w in enumerate(WEIGHTS.tolist()[:ROWS])]
    given = _csv(weights)
    kept = "\n".join(line for line in given.splitlines() if not line.endswith(",0")) + "\n"
    found, expected = _facts(*arguments, stdin=given), _facts(*arguments, stdin=kept)
    assert (found.pop("zero_weight"), expected.pop("zero_weight")) == (120, 0)
    assert found == expected


@pytest.mark.parametrize("arguments", [[], ["--map", "bias"], ["--folds", "2"]])
def test_neither_chunks_nor_threads_nor_the_disk_nor_shards_show(tmp_path, monkeypatch, arguments):
    header, *rows = WEIGHTED.splitlines(keepends=True)
    for i in range(3):
        (tmp_path / f"{i}.csv").write_text(header + "".join(rows[200 * i : 200 * i + 200]))
    expected = _facts(*arguments)
    cut_blocks(monkeypatch, 1500)
    monkeypatch.setattr(spool, "_IN_MEMORY", 0)
    given = ["--columns", "c*", "--weight", "w", "-f", "json", "-j", "4", *arguments]
    for more in ([], [str(tmp_path)]):
        stdin = "" if more else header + "".join(rows)
        found = softmax("calibrate", "-q", *more, *given, stdin=stdin)
        _same(json.loads(found.out), expected)


@pytest.mark.parametrize("arguments", [[], ["--per-class"], ["--map", "bias"]])
def test_independent_classes_take_weights(arguments):
    w = WEIGHTS[:300]
    rows = zip(MULTI.tolist(), TARGETS.tolist(), w.tolist(), strict=True)
    lines = ["a,b,y_a,y_b,w", *(",".join(map(repr, [*z, *y, weight])) for z, y, weight in rows)]
    ran = softmax("calibrate", "-q", "-f", "json", *SIGMOID, *arguments, stdin="\n".join(lines))
    assert ran.code == 0, ran.err
    kind = {
        "per_class": "--per-class" in arguments,
        "map": "bias" if "bias" in arguments else "temperature",
    }
    expected = fit_calibration(MULTI, TARGETS, activation="sigmoid", weights=w, **kind)
    found = json.loads(ran.out)
    np.testing.assert_allclose(found["temperature"], expected.calibration.temperature, rtol=1e-9)
    np.testing.assert_allclose(found["class_shares"], w @ TARGETS / w.sum())


def test_the_report_says_which_weights_were_used():
    text = " ".join(_run().out.split())
    assert (
        'Fitted on 281 rows (241.5 effective); evaluated on 319 rows (held out, 272.8 effective); '
        'weighted by "w".' in text
    )  # fmt: skip


def test_weights_may_be_of_groups():
    header, *lines = MARKS.splitlines()
    rows = [line.split(",") for line in lines]
    long = "\n".join(
        [f"{header},w", *(f"{','.join(row)},{1 + int(row[0][1:]) % 3}" for row in rows)]
    )
    for key, weight in (("q", "w"), ("1", "5"), ("q,w", "w"), ("1,5", "5")):
        given = [
            "--group",
            key,
            "--value",
            "s",
            "--label",
            "y",
            "--weight",
            weight,
            "-f",
            "json",
            *OWN,
        ]
        found = json.loads(softmax("calibrate", "-q", *given, stdin=long).out)
        w = 1 + np.arange(300) % 3
        logits = np.array([row[2] for row in rows], float).reshape(300, 4)
        marks = np.array([row[3] for row in rows], int).reshape(300, 4)
        expected = fit_calibration(logits, marks.argmax(1), weights=w)
        assert found["temperature"] == pytest.approx(expected.temperature, rel=1e-9)


def test_the_file_is_used_as_any_other(tmp_path):
    path = tmp_path / "t.json"
    _run("--map", "bias", *OWN, "-o", str(path))
    fitted = json.loads(path.read_text())
    logits, _ = first_half("c10s")
    prior = ",".join(f"{name}=0.1" for name in NAMES)
    given = ["-t", f"@{path}", "--prior", prior, "--columns", "c*", "--id", "w"]
    ran = softmax("convert", "-q", *given, stdin=WEIGHTED)
    first = [float(cell) for cell in ran.out.splitlines()[1].split(",")[:10]]
    z = logits[:1] / fitted["temperature"] + fitted["bias"] - np.log(fitted["class_shares"])
    np.testing.assert_allclose(first, naive_softmax(z)[0], rtol=1e-9)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ("-1", 'line 5: invalid weight "-1". Weights are numbers >= 0.\n'),
        ("nan", 'line 5: invalid weight "nan". Weights are numbers >= 0.\n'),
        ("inf", 'line 5: invalid weight "inf". Weights are numbers >= 0.\n'),
        ("x", 'line 5: invalid weight "x". Weights are numbers >= 0.\n'),
        ("", 'line 5: invalid weight "". Weights are numbers >= 0.\n'),
        ("1e-200", 'invalid weight "1e-200". Weights are numbers >= 0, from 1e-100 to 1e100 unless 0.\n'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_a_weight_that_makes_no_sense_is_named(command, weight, message):
    given = _csv([1, 1, 1, weight, *[2] * 96], 100)
    ran = softmax(command, "-q", "--columns", "c*", "--weight", "w", stdin=given)
    assert (ran.out, ran.code) == ("", 1)
    assert ran.err.endswith(message)


@pytest.mark.parametrize(
    ("arguments", "weights", "message", "code"),
    [
        ([], [0] * 100, "<stdin>: every row was skipped: 100 of weight 0.", 1),
        (OWN, [1e50, *[1e-9] * 99], "too few rows to fit a temperature: 1.0 effective, which leave T", 1),
        (["--binning", "mass"], [1] * 100, "--weight and --binning mass are mutually exclusive.", 2),
        (["--weight", "v"], [1] * 100, "Duplicate option '--weight'", 2),
    ],
)  # fmt: skip
def test_weights_that_leave_nothing_to_fit_are_refused(arguments, weights, message, code):
    ran = _run(*arguments, stdin=_csv(weights, 100))
    assert (ran.out, ran.code) == ("", code)
    assert message in ran.err


def test_an_unknown_column_is_named_with_its_option():
    ran = softmax("calibrate", "-q", "--weight", "v", stdin=_csv([1] * 100, 100))
    assert (ran.out, ran.code) == ("", 2)
    assert '--weight: no column "v". Did you mean' in ran.err or 'no column "v". Columns' in ran.err


def test_a_row_that_decides_by_its_weight_is_named():
    given = "a,b,y,w\n" + "2.5,0.5,a,1\n0.5,2.5,b,1\n" * 100 + "2.5,0.5,b,1\n" * 5
    for weight, warned in ((0.5, False), (2, True)):
        rows = given + f"0.5,-38.5,b,{weight}\n"
        ran = softmax("calibrate", "-q", *OWN, "--weight", "w", stdin=rows)
        assert ("warning: row 206 holds" in ran.err) is warned
