"""`softmax evaluate`: metrics of labeled rows, and the report."""

import importlib.util
import json
import sys
from functools import cache

import pytest

from softmax_cli.metrics import METRICS
from tests.chunks import cut_blocks
from tests.each import each
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE, reference_csv
from tests.runner import softmax

PETS = "cat,dog,bird,y\n2,1,0,cat\n0,2,1,dog\n0,1,0,bird\n1,0,3,bird\n2,0,1,dog\n"
LOGITS = "".join(line.rpartition(",")[0] + "\n" for line in PETS.splitlines())
LABELS = "".join(line.rpartition(",")[2] + "\n" for line in PETS.splitlines())
MULTI = "a,b,y_a,y_b\n1,2,1,0\n-1,3,0,1\n2,-1,1,0\n"
NUMBERED = PETS.replace("cat\n0", "0\n0").replace(",dog\n", ",1\n").replace(",bird\n", ",2\n")
SHORT = "".join(reference_csv().splitlines(keepends=True)[:201])
LABEL_OPTION = ["--label", "y"]

# Metrics that only --binning isotonic has.
ISOTONIC = {f"{part}_{score}" for part in ("mcb", "dsc", "unc") for score in ("brier", "log")}


@cache
def _report(*arguments, stdin=PETS):
    ran = softmax("evaluate", "-q", "-f", "json", *arguments, stdin=stdin)
    assert (ran.err, ran.code) == ("", 0)
    return json.loads(ran.out)


def test_a_whole_report_of_a_small_set():
    ran = softmax("evaluate", *LABEL_OPTION, stdin=PETS)
    assert (ran.err, ran.code) == ("", 0)
    assert (
        ran.out
        == """\
Evaluation of <stdin>
═════════════════════

Too few rows to tell (5 rows): only a temperature error above 188% would show.

<stdin>: 5 labeled rows, 3 classes, softmax.

╭─────────────────────┬────────┬────────┬─────────────┬───────────╮
│ metric              │  value │     SE │ noise floor │ 95% below │
├─────────────────────┼────────┼────────┼─────────────┼───────────┤
│ Accuracy            │ 0.6000 │ 0.2449 │             │           │
│ Top-2 accuracy      │ 0.8000 │        │             │           │
│ Majority accuracy   │ 0.4000 │        │             │           │
│ AUROC               │ 0.8333 │        │             │           │
│ Mean confidence     │ 0.6831 │        │             │           │
│ NLL                 │ 0.9888 │ 0.4287 │             │           │
│ NLL of base rates   │ 1.0549 │        │             │           │
│ NLL skill           │ 0.0627 │        │             │           │
│ Brier score         │ 0.5455 │ 0.2593 │             │           │
│ Brier of base rates │ 0.6400 │        │             │           │
│ Brier skill         │ 0.1476 │        │             │           │
│ ECE                 │ 0.1473 │        │      0.2770 │    0.4848 │
│ MCE                 │ 0.5761 │        │      0.5542 │    0.8438 │
│ ECE, equal mass     │ 0.1473 │        │      0.4170 │    0.5509 │
│ ECE, classwise      │ 0.2266 │        │      0.2585 │    0.3558 │
│ L2 error, debiased  │ 0.0000 │        │      0.1015 │    0.2593 │
╰─────────────────────┴────────┴────────┴─────────────┴───────────╯
SE: standard error. Noise floor: the mean error of a calibrated model on these
rows.

Reliability
───────────

╭────────────────┬──────┬───────────────────────────────────────────┬──────────┬────────────────┬────────╮
│ confidence     │ rows │ 0                  0.5                  1 │ accuracy │ 95% CI         │    gap │
├────────────────┼──────┼───────────────────────────────────────────┼──────────┼────────────────┼────────┤
│ 0.533 to 0.600 │    1 │ ●──────────────────────◆────────┤       · │    0.000 │ 0.000 to 0.793 │ +0.576 │
│ 0.600 to 0.667 │    3 │ ·       ├──────────────────◆──────────┤ · │    0.667 │ 0.208 to 0.939 │ -0.001 │
│ 0.667 to 0.733 │    0 │ ·         ·         ·         ·         · │          │                │        │
│ 0.733 to 0.800 │    0 │ ·         ·         ·         ·         · │          │                │        │
│ 0.800 to 0.867 │    1 │ ·       ├─────────────────────────◆─────● │    1.000 │ 0.207 to 1.000 │ -0.156 │
╰────────────────┴──────┴───────────────────────────────────────────┴──────────┴────────────────┴────────╯
● accuracy with 95% CI (Wilson), ◆ mean confidence, ideally inside it

Definitions
───────────

╭─────────────────────┬──────────────────────────────────────────────────────────────────────────╮
│ metric              │ definition                                                               │
├─────────────────────┼──────────────────────────────────────────────────────────────────────────┤
│ Accuracy            │ rows whose top class is the label                                        │
│ Top-2 accuracy      │ rows whose label is among the top 2 classes                              │
│ Majority accuracy   │ always predicting the most frequent class                                │
│ AUROC               │ of the confidence, for being correct                                     │
│ Mean confidence     │ probability of the predicted class                                       │
│ NLL                 │ mean negative log-likelihood of the label, in nats                       │
│ NLL of base rates   │ always predicting the base rates                                         │
│ NLL skill           │ 1 - NLL / NLL of the base rates                                          │
│ Brier score         │ squared error summed over classes, in [0, 2]                             │
│ Brier of base rates │ always predicting the base rates                                         │
│ Brier skill         │ 1 - Brier / Brier of the base rates                                      │
│ ECE                 │ 15 equal-width bins (lo, hi]                                             │
│ MCE                 │ largest gap of any bin: (0.533, 0.600], 1 row                            │
│ ECE, equal mass     │ 15 equal-mass bins; 5 predictions                                        │
│ ECE, classwise      │ 15 equal-width bins, mean over classes                                   │
│ L2 error, debiased  │ 15 equal-width bins (lo, hi], root mean square over bins, bias-corrected │
╰─────────────────────┴──────────────────────────────────────────────────────────────────────────╯

Verdict
───────

╭────────────────────┬──────────┬──────────┬─────┬────────┬─────╮
│ test               │ measured │ expected │   z │      p │ fix │
├────────────────────┼──────────┼──────────┼─────┼────────┼─────┤
│ ECE, classwise     │   0.2266 │   0.2585 │     │ 0.7023 │     │
│ ECE                │   0.1473 │   0.2770 │     │ 0.8202 │     │
│ NLL                │   0.9888 │   0.7994 │ 0.6 │ 1.0000 │     │
│ base rate of "cat" │   0.2000 │   0.3493 │ 0.8 │ 1.0000 │     │
╰────────────────────┴──────────┴──────────┴─────┴────────┴─────╯
Expected of a calibrated model on these rows: the mean entropy, the mean
probability, the degrees of freedom, or the noise floor. Fix: an option of
softmax calibrate.

Too few rows to tell (5 rows): only a temperature error above 188% would show.
"""
    )


@pytest.mark.parametrize(("temperature", "figures"), [("1", AT_ONE), (repr(TEMPERATURE), AT_BEST)])
def test_the_reference_set_has_its_figures(temperature, figures):
    found = _report("-t", temperature, stdin=reference_csv())
    for name, value in figures.items():
        assert found["metrics"][name] == pytest.approx(value, abs=1e-9)
    assert found["rows"] == 1000
    assert found["temperature"] == float(temperature)


# Arguments and input that make no difference to what is found.
@each(
    ("arguments", "given"),
    [
        ([], PETS),
        (["-"], PETS),
        (["-j", "1"], PETS),
        (["-j", "4"], PETS),
        (["-a", "softmax", "-t", "1", "--from", "logits"], PETS),
        (["--bins", "15", "--binning", "width"], PETS),
        (["--invalid", "skip"], PETS),
        (LABEL_OPTION, PETS),
        (["--label", "4"], PETS),
        (["--columns", "cat,dog,bird"], PETS),
        (["--columns", "1-3"], PETS),
        ([], NUMBERED),
        ([], PETS.replace("\n", "\r\n")),
        (["--delimiter", ";"], PETS.replace(",", ";")),
        ([], PETS.replace(",", "\t")),
        ([], PETS.replace(",bird\n", ", bird \n")),
        (["-t", "2"], "cat,dog,bird,y\n4,2,0,cat\n0,4,2,dog\n0,2,0,bird\n2,0,6,bird\n4,0,2,dog\n"),
        ([], "id," + PETS.replace("\n", "\nx,").removesuffix("x,")),
        (["--label", "y_*"], "cat,dog,bird,y_dog,y_bird,y_cat\n2,1,0,0,0,1\n0,2,1,1,0,0\n"
         "0,1,0,0,1,0\n1,0,3,0,1,0\n2,0,1,1,0,0\n"),
    ],
)  # fmt: skip
def test_equivalent_inputs_give_equal_metrics(arguments, given):
    found, expected = _report(*arguments, stdin=given), _report()
    for name in ("metrics", "gap", "ece_noise_floor"):
        assert found[name] == expected[name]
    assert (found["rows"], found["classes"]) == (5, ["cat", "dog", "bird"])


@pytest.mark.parametrize("arguments", [[], ["-f", "json"], ["--binning", "mass"], ["-t", "2"]])
def test_threads_make_the_same_bytes(monkeypatch, arguments):
    cut_blocks(monkeypatch, 100)
    runs = [softmax("evaluate", *arguments, "-j", str(jobs), stdin=SHORT) for jobs in (1, 4)]
    assert runs[0] == runs[1]
    assert runs[0].code == 0


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("cells", [20, 500])
def test_where_blocks_are_cut_does_not_show(monkeypatch, binning, cells):
    whole = softmax("evaluate", "--binning", binning, stdin=SHORT)
    cut_blocks(monkeypatch, cells)
    assert softmax("evaluate", "--binning", binning, stdin=SHORT) == whole


@pytest.mark.parametrize("header", ["", "label\n", "id,label\n"])
def test_labels_may_be_in_a_file(tmp_path, header):
    rows = LABELS.splitlines()[1:]
    rows = [f"{i},{row}" for i, row in enumerate(rows)] if "id" in header else rows
    path = tmp_path / "y.csv"
    path.write_text(header + "\n".join(rows) + "\n")
    assert _report.__wrapped__("--labels", str(path), stdin=LOGITS) == _report()
    # A column of the rows that is called like a label is then no logit.
    assert _report.__wrapped__("--labels", str(path), stdin=PETS) == _report()


@pytest.mark.parametrize(
    ("label_text", "message"),
    [
        ("cat\ndog\n", "y.csv: 2 labels for at least 5 rows."),
        ("cat\n" * 6, "y.csv: more labels than the 5 rows."),
        ("cat\ncat\nowl\ncat\ncat\n", 'y.csv, line 3, column "1": unknown label "owl".'),
        ("0\n1\n2\n3\n0\n", 'y.csv, line 4, column "1": unknown label "3".'),
        ("a,b\n" + "0,1\n" * 5, "y.csv: 2 label columns for 3 classes."),
    ],
)
def test_label_files_that_do_not_match_are_errors(tmp_path, label_text, message):
    path = tmp_path / "y.csv"
    path.write_text(label_text)
    ran = softmax("evaluate", "--labels", str(path), stdin=LOGITS)
    assert ran.out == ""
    assert ran.code in (1, 2)
    assert message in ran.err


@pytest.mark.parametrize("name", ["accuracy", "nll", "ece"])
def test_json_has_every_metric_that_applies(name):
    found = _report()
    # Of three classes, the label of every row is among the top 5.
    names = [m for m in METRICS if METRICS[m].definition(exclusive=True) and m != "top_5"]
    assert list(_report("--binning", "isotonic")["metrics"]) == names
    assert list(found["metrics"]) == [m for m in names if m not in ISOTONIC]
    assert found["source"] == "<stdin>"
    assert found["activation"] == "softmax"
    assert found["binning"]["bins"] == len(found["bins"]) == 15
    assert sum(part["rows"] for part in found["bins"]) == 5
    assert f"{found['metrics'][name]:.4f}" in softmax("evaluate", "-q", stdin=PETS).out


def test_independent_classes_are_reported_separately():
    found = _report("-a", "sigmoid", "--label", "y_*", stdin=MULTI)
    names = [m for m in METRICS if METRICS[m].definition(exclusive=False)]
    assert list(found["metrics"]) == [m for m in names if m not in ISOTONIC]
    assert [of["class"] for of in found["by_class"]] == ["a", "b"]
    assert found["metrics"]["rate"] == pytest.approx(0.5)
    assert found["by_class"][0]["accuracy"] == 1.0
    ran = softmax("evaluate", "-a", "sigmoid", "--label", "y_*", stdin=MULTI)
    assert "│ class │ labels │ base rate │" in ran.out
    assert ran.err == ""


def test_a_single_class_is_binary():
    found = _report("-a", "sigmoid", stdin="score,y\n2,1\n-1,0\n0.5,\n")
    assert found["metrics"]["accuracy"] == 1.0
    assert (found["rows"], found["unlabeled"]) == (2, 1)


def test_one_label_column_serves_independent_classes():
    spread = "cat,dog,bird,y_cat,y_dog,y_bird\n2,1,0,1,0,0\n0,2,1,0,1,0\n0,1,0,0,0,1\n1,0,3,0,0,1\n2,0,1,0,1,0\n"
    found = _report("-a", "sigmoid", "--label", "y_*", stdin=spread)
    assert _report("-a", "sigmoid")["metrics"] == found["metrics"]


def test_labels_of_probability_zero_are_counted():
    given = "a,b,y\n1,0,a\n1,0,b\n0.5,0.5,b\n"
    found = _report("--from", "probabilities", stdin=given)
    assert (found["infinite_nll"], found["metrics"]["nll"]) == (1, "inf")
    ran = softmax("evaluate", "--from", "probabilities", stdin=given)
    assert "The NLL is infinite: 1 label has probability 0.\n" in ran.out
    assert "inf │" in ran.out


@pytest.mark.parametrize("scale", ["probabilities", "log-probabilities"])
def test_scales_are_converted(scale):
    option = {"probabilities": "softmax", "log-probabilities": "log-softmax"}[scale]
    given = softmax("convert", "-q", "-a", option, stdin=PETS).out
    found, expected = _report("--from", scale, stdin=given), _report()
    assert found["metrics"] == pytest.approx(expected["metrics"], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "given", "note"),
    [
        ([], PETS, '<stdin>: 3 logits: "cat", "dog", "bird"; label: "y"'),
        (LABEL_OPTION, "a,b,y\n0.9,0.1,a\n0.2,0.8,b\n",
         "warning: <stdin>: rows look like probabilities (rows sum to 1) but are read as logits. "
         "Use --from probabilities if they are."),
        (LABEL_OPTION, "a,b,y\n3,0,b\n2,1,b\n",
         'warning: <stdin>: every label is "b": the other classes never occur'),
        ([*LABEL_OPTION, "--invalid", "skip"], "a,b,y\n3,0,b\nx,1,b\n2,1,a\n",
         'warning: 1 of 3 rows skipped; first: <stdin>, line 3, column "a": "x" is not a number'),
        (["--label", "t*", "-a", "sigmoid"], "a,b,t1,t2\n3,0,0,1\n2,1,1,0\n",
         "warning: <stdin>: label columns matched to classes by position, not by name"),
    ],
)  # fmt: skip
def test_notes_and_warnings_go_to_standard_error(arguments, given, note):
    ran = softmax("evaluate", *arguments, stdin=given)
    assert (ran.err, ran.code) == (f"softmax: {note}\n", 0)
    quiet = softmax("evaluate", "-q", *arguments, stdin=given)
    assert quiet.out == ran.out
    assert quiet.err == (ran.err if note.startswith("warning: ") else "")
    assert "softmax: " not in ran.out


@each(
    ("arguments", "given", "message", "code"),
    [
        ([], "a,b,y\n1,0,c\n", '<stdin>, line 2, column "y": unknown label "c". '
         'Classes: "a", "b".', 1),
        ([], "a,b,y\n1,0,1\n1,0,2\n", '<stdin>, line 3, column "y": unknown label "2". '
         "Class indices go from 0 to 1. Use --label-base 1 for labels that count from 1 to 2.", 1),
        ([], "a,b,y\n1,0,a\n1,0,0\n1,0,1\n", "labels mix class names and class indices", 1),
        ([], "a,b,y\n1,0,0.5\n", '<stdin>: ambiguous column "y": it is named like a label, but its values look '
         "like logits. Use --label y if it holds labels, --columns a,b,y if it is a logit.", 1),
        (["--label", "y"], "a,b,y\n1,0,0.5\n", 'unknown label "0.5"', 1),
        ([], "a,b,y\n1,0,\n1,0,-1\n1,0,-100\n",
         "<stdin>: every row was skipped: 3 without a label.", 1),
        ([], "a,b,y\n-inf,0,a\n", '<stdin>, line 2: label "a" is masked with -inf. '
         "Leave the row out, or give it no label (-1).", 1),
        ([], "a,b,y\n1,0,b\nx,0,a\n", 'line 3, column "a": "x" is not a number. '
         "Use --invalid skip to skip such rows.", 1),
        ([], "a,b,y\n1,0,a\n1,0\n", "line 3: expected 3 fields, found 2", 1),
        ([], "", "<stdin>: empty input.", 1),
        ([], "a,b\n1,0\n", "<stdin>: no label column. Use --label COL or --labels FILE.", 2),
        (["--label", "z"], PETS, '--label: no column "z". Columns: "cat", "dog", "bird", "y".', 2),
        ([], "a,y\n1,1\n", "<stdin>: softmax of a single class is always 1. Use -a sigmoid for binary scores, "
         "or transpose a column of logits to a row.", 2),
        (["--label", "y_*"], "a,b,c,y_a,y_b\n1,2,3,1,0\n", "2 label columns for 3 classes.", 2),
        (["--label", "y_*"], MULTI.replace("1,0\n", "1,1\n"), "line 2: expected exactly one positive label. "
         "Use -a sigmoid for independent classes.", 1),
        (["-a", "sigmoid"], "a,y\n1,2\n", 'label "2" is not 0 or 1.', 1),
        (["--from", "probabilities"], "a,b,y\n0.9,0.2,a\n",
         "<stdin>, line 2: probabilities sum to 1.1, not 1. Use --invalid skip", 1),
        (["--from", "probabilities"], "a,b,y\n2,-1,a\n", "line 2: 2 is outside [0, 1]", 1),
        (["--plot", "x.gif"], PETS, "use a .png, .svg or .pdf file.", 2),
        (["-a", "tanh"], PETS, "'tanh' is not one of 'softmax', 'sigmoid'", 2),
        (["--bins", "0"], PETS, "0 is not in the range", 2),
        (["--binning", "depth"], PETS, "'depth' is not one of", 2),
        (["--invalid", "nan"], PETS, "'nan' is not one of 'fail', 'skip'", 2),
        (["-t", "-1"], PETS, "temperature must be >= 0, not -1", 2),
        (["-t", "@none.json"], PETS, "none.json: No such file or directory.", 1),
        (["none.csv"], "", "none.csv: No such file or directory.", 1),
    ],
)  # fmt: skip
def test_input_without_an_evaluation_is_an_error(arguments, given, message, code):
    ran = softmax("evaluate", *arguments, stdin=given)
    assert (ran.out, ran.code) == ("", code)
    assert message in ran.err
    assert "internal error" not in ran.err


@pytest.mark.parametrize("missing", ["", "-1", "-100", "nan"])
def test_rows_without_a_label_are_counted_and_left_out(missing):
    given = PETS + f"9,9,9,{missing}\n"
    found = _report(stdin=given)
    assert (found["metrics"], found["unlabeled"]) == (_report()["metrics"], 1)
    assert "skipped: 1 row without a label." in softmax("evaluate", stdin=given).out


@pytest.mark.parametrize("missing", ["", "-1", "-100", "nan"])
def test_rows_without_a_label_may_stand_among_numbers(missing):
    ran = softmax("evaluate", "-q", stdin=NUMBERED + f"9,9,9,{missing}\n")
    assert (ran.err, ran.code) == ("", 0)


INVALID = "x,0,0,cat\n-inf,-inf,-inf,dog\n"


def test_invalid_rows_are_counted_and_skipped():
    found = json.loads(
        softmax("evaluate", "-f", "json", "--invalid", "skip", stdin=PETS + INVALID).out
    )
    assert (found["metrics"], found["invalid"]) == (_report()["metrics"], 2)


@pytest.mark.parametrize(("temperature", "nll"), [("0", "inf"), ("inf", 1.0986122886681098)])
def test_the_limits_of_temperature_have_figures(temperature, nll):
    found = _report("-t", temperature)
    assert found["metrics"]["accuracy"] == 0.6
    assert found["metrics"]["nll"] == (nll if nll == "inf" else pytest.approx(nll, rel=1e-14))
    assert found["temperature"] == (0.0 if temperature == "0" else "inf")


@each(
    ("content", "arguments", "message"),
    [
        ('{"temperature": 2, "classes": ["cat", "dog"]}', [], "was fitted for 2 classes, not 3."),
        ('{"temperature": 2, "classes": ["cat", "bird", "dog"]}', [],
         'was fitted for other classes: class 2 was "bird", now "dog".'),
        ('{"temperature": 2, "activation": "sigmoid"}', [], "fitted for sigmoid, not softmax."),
        ('{"temperature": 2, "activation": "softmax"}', ["-a", "sigmoid"], "Use -a softmax."),
        ("[1,2", [], "no temperature in file: invalid JSON"),
        ("cat,dog\n1,2\n", [], "no temperature in file: invalid JSON"),
        ("{}", [], '"temperature" is missing or not a number >= 0'),
        ("[1, 2, 3]", [], "per-class temperatures require sigmoid, not softmax"),
    ],
)  # fmt: skip
def test_a_temperature_fitted_for_something_else_is_refused(tmp_path, content, arguments, message):
    path = tmp_path / "t.json"
    path.write_text(content)
    ran = softmax("evaluate", "-t", f"@{path}", *arguments, stdin=PETS)
    assert (ran.out, ran.code) == ("", 1)
    assert message in ran.err
    assert "internal error" not in ran.err


def test_a_temperature_in_a_file_is_used(tmp_path):
    path = tmp_path / "t.json"
    path.write_text('{"temperature": 2.0}')
    assert _report.__wrapped__("-t", f"@{path}") == _report("-t", "2")
    path.write_text("2")
    assert _report.__wrapped__("-t", f"@{path}") == _report("-t", "2")


@pytest.mark.parametrize("format_name", ["table", "json"])
def test_what_was_found_may_go_into_a_file(tmp_path, format_name):
    path = tmp_path / "found"
    ran = softmax("evaluate", *LABEL_OPTION, "-f", format_name, "-o", str(path), stdin=PETS)
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert path.read_text() == softmax("evaluate", "-f", format_name, stdin=PETS).out


def test_nothing_is_written_where_something_is_refused(tmp_path):
    path = tmp_path / "found"
    path.write_text("before")
    assert softmax("evaluate", "-o", str(path), stdin=PETS + "1,1,1,owl\n").code == 1
    assert path.read_text() == "before"


def test_a_picture_is_drawn_next_to_the_figures(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "r.PNG"
    ran = softmax("evaluate", *LABEL_OPTION, "--plot", str(path), stdin=PETS)
    assert (ran.out, ran.err, ran.code) == (softmax("evaluate", stdin=PETS).out, "", 0)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_plot_without_matplotlib_is_an_error_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    ran = softmax("evaluate", "--plot", "r.png", stdin=PETS)
    assert (ran.out, ran.code) == ("", 2)
    assert "--plot needs matplotlib. Install it: pip install '.[plot]' in a checkout." in ran.err


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
@pytest.mark.parametrize("which", ["logits", "labels"])
def test_an_input_is_never_replaced_by_the_report(command, which, tmp_path):
    logits, labels = tmp_path / "logits.csv", tmp_path / "labels.csv"
    logits.write_text("a,b\n1,0\n0,1\n2,1\n1,2\n")
    labels.write_text("0\n1\n1\n0\n")
    target = logits if which == "logits" else labels
    before = target.read_text()
    ran = softmax(command, "-q", str(logits), "--labels", str(labels), "-o", str(target))
    assert (ran.out, ran.code, target.read_text()) == ("", 2, before)
    assert "output would overwrite the input" in ran.err


def test_the_class_that_is_furthest_off_is_named():
    given = "a,b,y_a,y_b\n" + "2,-1,0,1\n" * 30 + "2,-1,1,0\n" * 10
    ran = softmax("evaluate", "-q", "-a", "sigmoid", "--label", "y_*", stdin=given)
    assert 'Not calibrated: overconfident on class "a" (z 12.3, p <0.0001).' in ran.out
    assert "│ a     │     10 │    0.2500 │           0.8808 │" in ran.out


def test_bins_of_equal_mass_that_would_hold_too_much_are_said_to_be_left_out(monkeypatch):
    from softmax_cli.metrics import summary

    monkeypatch.setattr(summary, "MOST_STORED", 3)
    cut_blocks(monkeypatch, 4)
    assert "require --binning mass" in " ".join(softmax("evaluate", "-q", stdin=PETS).out.split())
