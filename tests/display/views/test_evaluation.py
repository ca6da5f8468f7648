"""The report of an evaluation: the verdict last, and no error without its noise floor."""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.activations.functions import softmax
from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.export import DOCUMENT_FORMATS
from softmax_cli.display.views.evaluation import acceptance_sentence, evaluation_document
from softmax_cli.display.views.evaluation_tables import format_metric
from softmax_cli.display.views.verdict_text import advice, groups_sentence, verdict_sentence
from softmax_cli.evaluation.report import EvaluationReport
from softmax_cli.metrics import METRICS
from softmax_cli.metrics.evaluate import evaluate
from softmax_cli.metrics.noise_floor import NoiseFloor
from tests.display.sample_reports import assessed, independent
from tests.each import each
from tests.reference_set import TEMPERATURE, reference_set
from tests.trust_sets import C10S_TEMPERATURE, second_half

LONG = ["Labrador retriever of the show line", "虎猫 (tiger cat)", "[red]x[/red]", "a\x1b[31m"]


def _shown(report, format_name="table", by_class=False, **screen):
    document = evaluation_document(report, by_class=by_class)
    return DOCUMENT_FORMATS[format_name].render(document, Settings(Screen(**screen)))


def _c10s(temperature=1.0, **options):
    logits, labels = second_half("c10s")
    return evaluate(softmax(logits, temperature), labels, **options)


def test_a_whole_page():
    assert (
        _shown(assessed(rows=60, bins=5), width=80)
        == """\
Evaluation of f.csv
═══════════════════

Not calibrated: overconfident, mean confidence 76.0%, accuracy 58.3% (z 9.2, p
<0.0001).

f.csv: 60 labeled rows, 4 classes, softmax.

╭─────────────────────┬────────┬────────┬─────────────┬───────────╮
│ metric              │  value │     SE │ noise floor │ 95% below │
├─────────────────────┼────────┼────────┼─────────────┼───────────┤
│ Accuracy            │ 0.5833 │ 0.0642 │             │           │
│ Top-2 accuracy      │ 0.7667 │        │             │           │
│ Majority accuracy   │ 0.2833 │        │             │           │
│ AUROC               │ 0.6926 │        │             │           │
│ Mean confidence     │ 0.7596 │        │             │           │
│ NLL                 │ 1.3733 │ 0.2166 │             │           │
│ NLL of base rates   │ 1.3818 │        │             │           │
│ NLL skill           │ 0.0062 │        │             │           │
│ Brier score         │ 0.6330 │ 0.0877 │             │           │
│ Brier of base rates │ 0.7478 │        │             │           │
│ Brier skill         │ 0.1535 │        │             │           │
│ ECE                 │ 0.1937 │        │      0.0735 │    0.1270 │
│ MCE                 │ 0.3949 │        │      0.3134 │    0.6051 │
│ ECE, equal mass     │ 0.1763 │        │      0.0795 │    0.1314 │
│ ECE, classwise      │ 0.1309 │        │      0.0653 │    0.0835 │
│ L2 error, debiased  │ 0.1860 │        │      0.0426 │    0.1419 │
╰─────────────────────┴────────┴────────┴─────────────┴───────────╯
SE: standard error. Noise floor: the mean error of a calibrated model on these
rows.

Reliability
───────────

╭────────────────┬──────┬─────────────────────────────────┬──────────┬────────╮
│ confidence     │ rows │ 0             0.5             1 │ accuracy │    gap │
├────────────────┼──────┼─────────────────────────────────┼──────────┼────────┤
│ 0.200 to 0.400 │    2 │ ●───────────◆───────┤ ·       · │    0.000 │ +0.395 │
│ 0.400 to 0.600 │   15 │ ·       ·├─────◆●──────┤      · │    0.533 │ -0.035 │
│ 0.600 to 0.800 │   12 │ ·     ├─────●───────┤◆·       · │    0.417 │ +0.274 │
│ 0.800 to 1.000 │   31 │ ·       ·      ·├────●───┤  ◆ · │    0.710 │ +0.227 │
╰────────────────┴──────┴─────────────────────────────────┴──────────┴────────╯
● accuracy with 95% CI (Wilson), ◆ mean confidence, ideally inside it

Definitions
───────────

╭─────────────────────┬────────────────────────────────────────────────────────╮
│ metric              │ definition                                             │
├─────────────────────┼────────────────────────────────────────────────────────┤
│ Accuracy            │ rows whose top class is the label                      │
│ Top-2 accuracy      │ rows whose label is among the top 2 classes            │
│ Majority accuracy   │ always predicting the most frequent class              │
│ AUROC               │ of the confidence, for being correct                   │
│ Mean confidence     │ probability of the predicted class                     │
│ NLL                 │ mean negative log-likelihood of the label, in nats     │
│ NLL of base rates   │ always predicting the base rates                       │
│ NLL skill           │ 1 - NLL / NLL of the base rates                        │
│ Brier score         │ squared error summed over classes, in [0, 2]           │
│ Brier of base rates │ always predicting the base rates                       │
│ Brier skill         │ 1 - Brier / Brier of the base rates                    │
│ ECE                 │ 5 equal-width bins (lo, hi]                            │
│ MCE                 │ largest gap of any bin: (0.200, 0.400], 2 rows         │
│ ECE, equal mass     │ 5 equal-mass bins; 60 predictions                      │
│ ECE, classwise      │ 5 equal-width bins, mean over classes                  │
│ L2 error, debiased  │ 5 equal-width bins (lo, hi], root mean square over     │
│                     │ bins, bias-corrected                                   │
╰─────────────────────┴────────────────────────────────────────────────────────╯

Verdict
───────

╭──────────────────┬──────────┬──────────┬──────┬─────────┬─────────────╮
│ test             │ measured │ expected │    z │       p │ fix         │
├──────────────────┼──────────┼──────────┼──────┼─────────┼─────────────┤
│ NLL              │   1.3733 │   0.5693 │  9.2 │ <0.0001 │ temperature │
│ ECE              │   0.1937 │   0.0735 │      │  0.0010 │ --map auto  │
│ ECE, classwise   │   0.1309 │   0.0653 │      │  0.0010 │ --map auto  │
│ base rate of "a" │   0.2833 │   0.1908 │ -2.7 │  0.0340 │ --map bias  │
╰──────────────────┴──────────┴──────────┴──────┴─────────┴─────────────╯
Expected of a calibrated model on these rows: the mean entropy, the mean
probability, the degrees of freedom, or the noise floor. Fix: an option of
softmax calibrate.

Not calibrated: overconfident, mean confidence 76.0%, accuracy 58.3% (z 9.2, p
<0.0001).

Fix: softmax calibrate --map bias, on labeled rows other than these, fits a
temperature and a bias per class.
"""
    )


@pytest.mark.parametrize(
    "report", [assessed(), assessed(TEMPERATURE), independent(1), independent(3)]
)
def test_the_verdict_stands_first_and_last(report):
    lines = _shown(report).replace("\n<", " <").splitlines()
    verdict = verdict_sentence(report.evaluation)
    text = " ".join(lines)
    assert lines[3].startswith(verdict[:40])
    assert text.count(verdict[:60]) == 2


@each(
    ("evaluation", "sentence", "remedy"),
    [
        (_c10s(), "Not calibrated: overconfident, mean confidence 75.6%, accuracy 50.5% (z 56.3, p <0.0001).",
         "--map bias"),
        (_c10s(C10S_TEMPERATURE), 'Not calibrated: class "7" has mean probability 9.8%, base rate 16.5% '
         "(all classes together: p <0.0001).", "--map bias"),
        (_c10s(5.0), "Not calibrated: underconfident, mean confidence 23.7%, accuracy 50.5% "
         "(z -35.9, p <0.0001).", "--map bias"),
        (assessed(TEMPERATURE).evaluation, "Calibrated, as far as these rows can tell.", None),
        (evaluate([[0.9, 0.1], [0.8, 0.2]], [0, 1]),
         "Too few rows to tell (2 rows): only a temperature error above 325% would show.", None),
        (evaluate([[1.0, 0.0]], [0]), "Too few rows to tell: 1 row.", None),
    ],
)  # fmt: skip
def test_a_verdict_names_its_size_and_its_remedy(evaluation, sentence, remedy):
    assert verdict_sentence(evaluation) == sentence
    found = list(advice(evaluation))
    assert len(found) == (remedy is not None)
    assert remedy is None or f"softmax calibrate {remedy}, on labeled rows" in found[0]


def test_every_calibration_error_has_its_noise_floor():
    for report in (assessed(), assessed(binning="mass"), independent(2)):
        lines = _shown(report).splitlines()
        for name in ("ece", "mce", "ece_mass", "ece_classwise", "l2"):
            if name in report.evaluation.metrics:
                line = next(line for line in lines if line.startswith(f"│ {METRICS[name].title} "))
                cells = [cell.strip() for cell in line.split("│")]
                assert re.fullmatch(r"\d\.\d{4}", cells[4]), line
                assert re.fullmatch(r"\d\.\d{4}", cells[5]), line


def test_every_metric_stands_in_the_table():
    found = assessed()
    out = _shown(found)
    for name, value in found.evaluation.metrics.items():
        assert f"│ {METRICS[name].title} " in out
        assert f"│ {format_metric(value)} │" in out


@each("width", [60, 80, 120])
@each("unicode", [True, False])
def test_no_line_is_longer_than_the_screen(width, unicode):
    for report in (
        assessed(2.0, names=LONG, unlabeled=12345, invalid=3),
        independent(4, names=LONG),
    ):
        text = _shown(report, by_class=True, width=width, unicode=unicode)
        assert max(map(cell_len, text.splitlines())) <= width
        assert "\x1b" not in text
        assert unicode or text.isascii()


def test_each_class_has_a_line_with_per_class():
    report = assessed()
    assert "Classes" not in _shown(report)
    out = _shown(report, by_class=True)
    scores = report.evaluation.summary.scores
    for k, name in enumerate("abcd"):
        line = next(line for line in out.splitlines() if line.startswith(f"│ {name} "))
        assert f" {scores.base_rates[k]:.4f} │" in line
        assert f" {scores.class_z[k]:.1f} │" in line


def test_independent_classes_always_have_a_line():
    out = _shown(independent(3, names=["cat", "[red]", "a\x1b[31m"]))
    assert "z of sharpness" in out
    for name in ("cat", "[red]", r"a\x1b[31m"):
        assert f"│ {name} " in out


def test_of_many_classes_those_furthest_off_are_shown():
    random = np.random.RandomState(0)
    evaluation = evaluate(softmax(random.randn(500, 60)), random.randint(0, 60, 500))
    report = EvaluationReport("f", "softmax", 1.0, evaluation)
    out = _shown(report, by_class=True)
    assert "The 20 of 60 classes furthest off; -f json has all." in out


def test_groups_stand_in_a_table():
    places = np.arange(2500) % 3
    report = EvaluationReport("f", "softmax", 1.0, _c10s(groups=places), group_columns=("site",))
    lines = [line for line in _shown(report).splitlines() if re.match(r"│ [012] ", line)]
    assert [line[2] for line in lines] == ["0", "2", "1"]
    assert "34.5" in lines[0]
    record = json.loads(_shown(report, "json"))
    assert record["groups"][0]["name"] == ["0"]
    assert record["group_columns"] == ["site"]


def test_acceptance_is_a_sentence_and_a_table():
    evaluation = _c10s(C10S_TEMPERATURE)
    report = EvaluationReport(
        "f", "softmax", 1.0, evaluation, acceptance=evaluation.acceptance(0.8)
    )
    assert acceptance_sentence(report.acceptance) == (
        "Accept predictions with confidence >= 0.812180312: with 95% certainty at least 80% of "
        "them are correct. They are 10.0% of the rows, 85.2% of them correct here. Mark "
        "them: softmax convert --accept 0.812180312."
    )
    none = acceptance_sentence(evaluation.acceptance(0.9))
    assert none == "No share of the predictions is correct in 90% of cases with 95% certainty."
    few = acceptance_sentence(evaluation.acceptance(0.999))
    assert few == (
        "Too few rows to accept any: it takes 2,995 correct predictions to show 99.9% with 95% "
        "certainty."
    )
    record = json.loads(_shown(report, "json"))["acceptance"]
    assert record["accepted"]["coverage"] == 0.1
    assert len(record["steps"]) == 20


def test_weights_are_shown():
    logits, labels = reference_set()
    evaluation = evaluate(softmax(logits), labels, weights=1 + np.arange(1000) % 2)
    report = EvaluationReport("f", "softmax", 1.0, evaluation, 0, 3, weight_column="w")
    out = _shown(report)
    text = " ".join(out.split())
    assert 'weighted by "w" (900.0 effective rows); skipped: 3 rows of weight 0.' in text
    assert "takes no weights" in out


def test_labels_of_probability_zero_are_shown():
    found = EvaluationReport("f", "softmax", 1.0, evaluate([[1.0, 0.0], [0.0, 1.0]], [1, 1]))
    out = _shown(found)
    assert "The NLL is infinite: 1 label has probability 0.\n" in out
    assert "│    inf │" in out
    assert json.loads(_shown(found, "json"))["metrics"]["nll"] == "inf"


def test_a_table_of_data_has_every_digit():
    found = assessed()
    lines = _shown(found, "csv").splitlines()
    assert lines[0] == "metric,value,standard_error,noise_floor,noise_floor_95"
    rows = {line.split(",")[0]: line.split(",")[1:] for line in lines[1:]}
    assert float(rows["nll"][0]) == found.evaluation.metrics["nll"]
    assert float(rows["nll"][1]) == found.evaluation.standard_errors["nll"]
    assert float(rows["ece"][3]) == found.evaluation.noise_floor.upper
    assert set(rows) == set(found.evaluation.metrics)


@pytest.mark.parametrize(("name", "title"), [("site", "site"), ("value", "group_value")])
def test_a_table_of_data_has_the_metrics_of_groups_too(name, title):
    places = np.array(["", "a,b", "c"])[np.arange(2500) % 3]
    evaluation = _c10s(groups=places)
    report = EvaluationReport("f", "softmax", 1.0, evaluation, group_columns=(name,))
    header, *rows = csv.reader(_shown(report, "csv").splitlines())
    assert header == [title, "metric", "value", "standard_error", "noise_floor", "noise_floor_95"]
    assert [row[1] for row in rows if not row[0]] == list(evaluation.metrics)
    for group in evaluation.groups:
        own = {row[1]: row[2:] for row in rows if row[0] == (group.name[0] or "(blank)")}
        assert list(own) == ["rows", "accuracy", "nll", "brier", "ece", "z", "p_value"]
        assert own["rows"] == [str(group.rows), "", "", ""]
        floors = [repr(group.noise_floor), repr(group.noise_floor_95)]
        assert own["ece"] == [repr(group.ece), "", *floors]
        assert [own["z"][0], own["p_value"][0]] == [repr(group.z), repr(group.p_value)]
    assert {row[0] for row in rows} == {"", "(blank)", "a,b", "c"}


def test_a_page_of_html_has_the_picture_in_it():
    pytest.importorskip("matplotlib")
    report = replace(assessed(names=LONG), source="<f>.csv")
    text = _shown(report, "html")
    assert text.count("<svg") == 1
    assert "<f>" not in text
    assert "http://" not in text.replace("http://www.w3.org/", "")
    assert "&lt;f&gt;.csv, softmax" in text


def test_markdown_has_the_diagram_as_text():
    text = _shown(assessed(), "markdown")
    assert text.count("```") == 2
    assert "| ECE | 0.1504 |" in text


@each(
    ("value", "text"),
    [(0.5, "0.5000"), (1e-9, "<0.0001"), (0.0, "0.0000"), (0.99999, ">0.9999"), (1.0, "1.0000"),
     (-0.25, "-0.2500"), (-1e-9, "-<0.0001"), (2.5, "2.5000"), (np.inf, "inf"), (np.nan, "-")],
)  # fmt: skip
def test_a_metric_that_rounds_to_0_is_not_shown_as_0(value, text):
    assert format_metric(value) == text


def _sites(*temperatures):
    """Groups a, b, ... of 500 rows, whose labels have these temperatures."""
    random = np.random.RandomState(2)
    groups = np.repeat(list("abcdef"[: len(temperatures)]), 500)
    logits = random.normal(0, 2, (len(groups), 3))
    shares = softmax(logits / np.repeat(temperatures, 500)[:, None]).cumsum(1)
    labels = np.minimum((random.rand(len(groups))[:, None] > shares).sum(1), 2)
    return evaluate(softmax(logits), labels, groups=groups)


@pytest.mark.parametrize(
    ("temperatures", "start", "end"),
    [((1, 1), None, None),
     ((2, 2), 'By group, 2 of 2 are not calibrated: "', '"b" overconfident (z 11.5).'),
     ((1, 2), 'By group, 1 of 2 is not calibrated: "b" overconfident (z ', "fit one on each."),
     ((0.5, 2), 'By group, 2 of 2 are not calibrated: "b" overconfident (z ', "fit one on each."),
     ((2, 2, 2, 2, 2), "By group, 5 of 5 are not calibrated: ", " and 2 more.")],
)  # fmt: skip
def test_groups_that_are_not_calibrated_are_named(temperatures, start, end):
    evaluation = _sites(*temperatures)
    found = groups_sentence(evaluation)
    if start is None:
        assert found is None
        return
    assert found.startswith(start)
    assert found.endswith(end)
    report = EvaluationReport("f", "softmax", 1.0, evaluation, group_columns=("site",))
    assert " ".join(_shown(report).split()).count(found) == 2


def _spoiled(p, labels):
    p[0] = 1e-300
    p[0, (labels[0] + 1) % 3] = 1.0
    return p


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (lambda p, labels: (_spoiled(p, labels), labels),
         ["A few rows, whose labels have a probability near 0, account for most of the NLL: softmax "
          "calibrate names them, and its --floor limits their influence.", "Fix: softmax calibrate, "]),
        (lambda p, labels: (p, (labels + 1) % 3),
         ["Always predicting the most frequent class is more accurate: check that the labels match "
          "the rows and the class columns."]),
    ],
)  # fmt: skip
def test_what_to_check_comes_before_the_fix(change, sentences):
    random = np.random.RandomState(2)
    p = softmax(random.normal(0, 2, (1500, 3)))
    labels = np.minimum((random.rand(1500)[:, None] > p.cumsum(1)).sum(1), 2)
    found = list(advice(evaluate(*change(p, labels))))
    assert len(found) == len(sentences)
    assert all(text.startswith(start) for text, start in zip(found, sentences, strict=True))


def test_the_fix_of_independent_classes_names_their_activation():
    random = np.random.RandomState(2)
    logits = random.normal(0, 3, 800)
    labels = (random.rand(800) < 1 / (1 + np.exp(-logits / 2 - 1))).astype(int)
    (found,) = advice(evaluate(1 / (1 + np.exp(-logits)), labels, activation="sigmoid"))
    assert found == (
        "Fix: softmax calibrate -a sigmoid --map bias, on labeled rows other than these, fits a "
        "temperature and a bias."
    )


def test_errors_that_no_test_uses_contradict_no_verdict(monkeypatch):
    evaluation = assessed(TEMPERATURE).evaluation
    assert evaluation.verdict.word == "calibrated"
    low = NoiseFloor(0.0, 0.0, np.zeros(2))
    floors = {**evaluation.noise_floors, "ece_mass": low, "mce": low}
    monkeypatch.setitem(evaluation.summary.__dict__, "noise_floors", floors)
    assert verdict_sentence(evaluation) == (
        "Calibrated, as far as these rows can tell, although MCE and ECE, equal mass are above "
        "the 95th percentile of calibrated models."
    )


def test_independent_classes_have_a_mean_probability_and_no_confidence():
    out = _shown(independent(2))
    assert out.count("│ Mean probability") == 2
    assert "onfidence" not in out
