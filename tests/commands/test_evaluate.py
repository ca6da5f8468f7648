"""`softmax evaluate`: the figures of labeled rows, and what is said of them."""

import importlib.util
import json
import sys
from functools import cache

import pytest

from softmax_cli.metrics import METRICS
from tests.chunks import cut_blocks
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE, reference_csv
from tests.runner import softmax

PETS = "cat,dog,bird,y\n2,1,0,cat\n0,2,1,dog\n0,1,0,bird\n1,0,3,bird\n2,0,1,dog\n"
LOGITS = "".join(line.rpartition(",")[0] + "\n" for line in PETS.splitlines())
LABELS = "".join(line.rpartition(",")[2] + "\n" for line in PETS.splitlines())
MULTI = "a,b,y_a,y_b\n1,2,1,0\n-1,3,0,1\n0.5,-1,1,0\n"
NUMBERED = PETS.replace("cat\n0", "0\n0").replace(",dog\n", ",1\n").replace(",bird\n", ",2\n")
SHORT = "".join(reference_csv().splitlines(keepends=True)[:201])
TOLD = ["--label", "y"]


@cache
def _facts(*arguments, stdin=PETS):
    ran = softmax("evaluate", "-q", "-f", "json", *arguments, stdin=stdin)
    assert (ran.err, ran.code) == ("", 0)
    return json.loads(ran.out)


def test_a_small_set_is_told_whole():
    ran = softmax("evaluate", *TOLD, stdin=PETS)
    assert (ran.err, ran.code) == ("", 0)
    assert (
        ran.out
        == """\
<stdin>: 5 labeled rows, 3 classes, softmax.
No clear bias: mean confidence 68.3 %, accuracy 60.0 %, a gap of 8.3 points where chance gives up to 40.1.
ECE 14.7 % is within what chance alone gives a calibrated model (26.6 % on average, 95 % below 48.3 %).
╭────────────────────┬────────┬───────────────────────────────────────────────────────╮
│ metric             │  value │ what it is                                            │
├────────────────────┼────────┼───────────────────────────────────────────────────────┤
│ Accuracy           │ 0.6000 │ rows whose largest logit is the label's               │
│ Mean confidence    │ 0.6831 │ the probability of the class picked                   │
│ NLL                │ 0.9888 │ mean negative log-likelihood of the label, in nats    │
│ Brier score        │ 0.5455 │ squared error summed over classes, from 0 to 2        │
│ ECE                │ 0.1473 │ 15 bins (lo, hi] of equal width                       │
│   by chance        │ 0.2657 │ what a calibrated model would show; 95 % below 0.4831 │
│ MCE                │ 0.5761 │ the bin that is furthest off: (0.533, 0.600], 1 row   │
│ ECE, equal mass    │ 0.1473 │ 15 bins of equally many rows; 5 predictions held      │
│ ECE, classwise     │ 0.2266 │ 15 bins of equal width, mean over classes             │
│ L2 error, debiased │ 0.0000 │ root mean square over the bins, less what chance adds │
╰────────────────────┴────────┴───────────────────────────────────────────────────────╯
╭────────────────┬──────┬───────────────────────────────────────────┬──────────┬────────────────┬────────╮
│ confidence     │ rows │ 0                  0.5                  1 │ accuracy │ 95 % interval  │    gap │
├────────────────┼──────┼───────────────────────────────────────────┼──────────┼────────────────┼────────┤
│ 0.533 to 0.600 │    1 │ ●──────────────────────◆────────┤       · │    0.000 │ 0.000 to 0.793 │ +0.576 │
│ 0.600 to 0.667 │    3 │ ·       ├──────────────────◆──────────┤ · │    0.667 │ 0.208 to 0.939 │ -0.001 │
│ 0.667 to 0.733 │    0 │ ·         ·         ·         ·         · │          │                │        │
│ 0.733 to 0.800 │    0 │ ·         ·         ·         ·         · │          │                │        │
│ 0.800 to 0.867 │    1 │ ·       ├─────────────────────────◆─────● │    1.000 │ 0.207 to 1.000 │ -0.156 │
╰────────────────┴──────┴───────────────────────────────────────────┴──────────┴────────────────┴────────╯
● accuracy with its 95 % interval (Wilson), ◆ mean confidence, which should be inside it
"""
    )


@pytest.mark.parametrize(("temperature", "figures"), [("1", AT_ONE), (repr(TEMPERATURE), AT_BEST)])
def test_the_reference_set_has_its_figures(temperature, figures):
    found = _facts("-t", temperature, stdin=reference_csv())
    for name, value in figures.items():
        assert found["metrics"][name] == pytest.approx(value, abs=1e-9)
    assert found["rows"] == 1000
    assert found["temperature"] == float(temperature)


# Arguments and input that make no difference to what is found.
@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], PETS),
        (["-"], PETS),
        (["-j", "1"], PETS),
        (["-j", "4"], PETS),
        (["-a", "softmax", "-t", "1", "--from", "logits"], PETS),
        (["--bins", "15", "--binning", "width"], PETS),
        (["--invalid", "skip"], PETS),
        (TOLD, PETS),
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
def test_what_makes_no_difference(arguments, given):
    found, expected = _facts(*arguments, stdin=given), _facts()
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
def test_labels_may_lie_beside(tmp_path, header):
    rows = LABELS.splitlines()[1:]
    rows = [f"{i},{row}" for i, row in enumerate(rows)] if "id" in header else rows
    path = tmp_path / "y.csv"
    path.write_text(header + "\n".join(rows) + "\n")
    assert _facts.__wrapped__("--labels", str(path), stdin=LOGITS) == _facts()
    # A column of the rows that is called like a label is then no logit.
    assert _facts.__wrapped__("--labels", str(path), stdin=PETS) == _facts()


@pytest.mark.parametrize(
    ("beside", "message"),
    [
        ("cat\ndog\n", "y.csv: 2 labels for 5 rows of logits or more."),
        ("cat\n" * 6, "y.csv: there are more labels than the 5 rows of logits."),
        ("cat\ncat\nowl\ncat\ncat\n", 'y.csv, line 3, column "1": label "owl" names no class.'),
        ("0\n1\n2\n3\n0\n", 'y.csv, line 4, column "1": label "3" names no class.'),
        ("a,b\n" + "0,1\n" * 5, "2 columns of labels for 3 classes."),
    ],
)
def test_labels_beside_that_do_not_fit_are_refused(tmp_path, beside, message):
    path = tmp_path / "y.csv"
    path.write_text(beside)
    ran = softmax("evaluate", "--labels", str(path), stdin=LOGITS)
    assert ran.out == ""
    assert ran.code in (1, 2)
    assert message in ran.err


@pytest.mark.parametrize("name", ["accuracy", "nll", "ece"])
def test_the_facts_hold_every_metric_that_applies(name):
    found = _facts()
    assert list(found["metrics"]) == [m for m in METRICS if METRICS[m].definition(by_class=False)]
    assert found["source"] == "<stdin>"
    assert found["activation"] == "softmax"
    assert found["binning"]["bins"] == len(found["bins"]) == 15
    assert sum(part["rows"] for part in found["bins"]) == 5
    assert f"{found['metrics'][name]:.4f}" in softmax("evaluate", "-q", stdin=PETS).out


def test_independent_classes_are_told_each():
    found = _facts("-a", "sigmoid", "--label", "y_*", stdin=MULTI)
    assert list(found["metrics"]) == [m for m in METRICS if METRICS[m].definition(by_class=True)]
    assert [of["class"] for of in found["by_class"]] == ["a", "b"]
    assert found["metrics"]["rate"] == pytest.approx(0.5)
    assert found["by_class"][0]["accuracy"] == 1.0
    ran = softmax("evaluate", "-a", "sigmoid", "--label", "y_*", stdin=MULTI)
    assert "│ class │ rate of yes │" in ran.out
    assert ran.err == ""


def test_one_class_by_itself_is_judged_as_yes_or_no():
    found = _facts("-a", "sigmoid", stdin="score,y\n2,1\n-1,0\n0.5,\n")
    assert found["metrics"]["accuracy"] == 1.0
    assert (found["rows"], found["unlabeled"]) == (2, 1)


def test_one_column_of_names_serves_independent_classes():
    spread = "cat,dog,bird,y_cat,y_dog,y_bird\n2,1,0,1,0,0\n0,2,1,0,1,0\n0,1,0,0,0,1\n1,0,3,0,0,1\n2,0,1,0,1,0\n"
    found = _facts("-a", "sigmoid", "--label", "y_*", stdin=spread)
    assert _facts("-a", "sigmoid")["metrics"] == found["metrics"]


def test_labels_of_probability_zero_are_counted():
    given = "a,b,y\n1,0,a\n1,0,b\n0.5,0.5,b\n"
    found = _facts("--from", "probabilities", stdin=given)
    assert (found["infinite_nll"], found["metrics"]["nll"]) == (1, "inf")
    ran = softmax("evaluate", "--from", "probabilities", stdin=given)
    assert "The NLL is infinite: 1 label has probability 0.\n" in ran.out
    assert "│    inf │" in ran.out


@pytest.mark.parametrize("scale", ["probabilities", "log-probabilities"])
def test_scales_are_turned_into_one_another(scale):
    option = {"probabilities": "softmax", "log-probabilities": "log-softmax"}[scale]
    given = softmax("convert", "-q", "-a", option, stdin=PETS).out
    found, expected = _facts("--from", scale, stdin=given), _facts()
    assert found["metrics"] == pytest.approx(expected["metrics"], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "given", "note"),
    [
        ([], PETS, '<stdin>: 3 logits: "cat", "dog", "bird"; label: "y"'),
        (TOLD, "a,b,y\n0.9,0.1,a\n0.2,0.8,b\n",
         "<stdin>: every row looks like probabilities (their sum is 1), and is taken for logits. "
         "Use --from probabilities if that is what they are."),
        (TOLD, "a,b,y\n3,0,b\n2,1,b\n",
         '<stdin>: every label is "b", so that nothing is seen of the other classes'),
        ([*TOLD, "--invalid", "skip"], "a,b,y\n3,0,b\nx,1,b\n2,1,a\n",
         '1 of 3 rows left out; the first: <stdin>, line 3, column "a": "x" is not a number'),
        (["--label", "t*", "-a", "sigmoid"], "a,b,t1,t2\n3,0,0,1\n2,1,1,0\n",
         "<stdin>: columns of labels are matched with classes by their order"),
    ],
)  # fmt: skip
def test_what_may_be_amiss_is_said_on_stderr_alone(arguments, given, note):
    ran = softmax("evaluate", *arguments, stdin=given)
    assert (ran.err, ran.code) == (f"softmax: {note}\n", 0)
    quiet = softmax("evaluate", "-q", *arguments, stdin=given)
    assert (quiet.out, quiet.err) == (ran.out, "")
    assert "softmax: " not in ran.out


@pytest.mark.parametrize(
    ("arguments", "given", "message", "code"),
    [
        ([], "a,b,y\n1,0,c\n", '<stdin>, line 2, column "y": label "c" names no class. '
         'The classes are "a", "b".', 1),
        ([], "a,b,y\n1,0,1\n1,0,2\n", '<stdin>, line 3, column "y": label "2" names no class. '
         "Numbers of classes go from 0 to 1. If these labels count from 1, subtract 1, or give "
         "the columns of classes their numbers as names.", 1),
        ([], "a,b,y\n1,0,a\n1,0,0\n1,0,1\n", "some labels are names of classes and some are numbers", 1),
        ([], "a,b,y\n1,0,0.5\n", 'label "0.5" names no class', 1),
        ([], "a,b,y\n1,0,\n1,0,-1\n1,0,-100\n", "<stdin>: no row has a label.", 1),
        ([], "a,b,y\n-inf,0,a\n", '<stdin>, line 2: the label is "a", a class masked with -inf. '
         "Leave the row out, or give it no label (-1).", 1),
        ([], "a,b,y\n1,0,b\nx,0,a\n", 'line 3, column "a": "x" is not a number. '
         "Use --invalid skip to skip such rows.", 1),
        ([], "a,b,y\n1,0,a\n1,0\n", "line 3: 2 fields where 3 are expected", 1),
        ([], "", "<stdin>: the input is empty.", 1),
        ([], "a,b\n1,0\n", "<stdin>: no column of labels is known. "
         "Name it with --label, or give --labels FILE.", 2),
        (["--label", "z"], PETS, '--label: there is no column "z".', 2),
        ([], "a,y\n1,1\n", "<stdin>: there is one logit only, and its softmax is always 1. "
         "Use -a sigmoid for a yes-or-no classifier.", 2),
        (["--label", "y_*"], "a,b,c,y_a,y_b\n1,2,3,1,0\n", "2 columns of labels for 3 classes.", 2),
        (["--label", "y_*"], MULTI.replace("1,0\n", "1,1\n"), "line 2: the labels do not name exactly one class. "
         "Use -a sigmoid if classes do not exclude each other.", 1),
        (["-a", "sigmoid"], "a,y\n1,2\n", 'label "2" is neither 1 (yes) nor 0 (no).', 1),
        (["--from", "probabilities"], "a,b,y\n0.9,0.2,a\n",
         "<stdin>, line 2: the probabilities sum to 1.1, not to 1. Use --invalid skip", 1),
        (["--from", "probabilities"], "a,b,y\n2,-1,a\n", "line 2: 2 is not from 0 to 1, as probabilities are", 1),
        (["--plot", "x.gif"], PETS, "a picture ends in .png, .svg or .pdf.", 2),
        (["-a", "tanh"], PETS, "'tanh' is not one of 'softmax', 'sigmoid'", 2),
        (["--bins", "0"], PETS, "0 is not in the range", 2),
        (["--binning", "depth"], PETS, "'depth' is not one of", 2),
        (["--invalid", "nan"], PETS, "'nan' is not one of 'fail', 'skip'", 2),
        (["-t", "-1"], PETS, "a temperature is 0 or more, not -1", 2),
        (["-t", "@none.json"], PETS, "none.json: No such file or directory.", 1),
        (["none.csv"], "", "none.csv: No such file or directory.", 1),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_refused(arguments, given, message, code):
    ran = softmax("evaluate", *arguments, stdin=given)
    assert (ran.out, ran.code) == ("", code)
    assert message in ran.err
    assert "internal error" not in ran.err


@pytest.mark.parametrize("missing", ["", "-1", "-100", "nan"])
def test_rows_without_a_label_are_counted_and_left_out(missing):
    given = PETS + f"9,9,9,{missing}\n"
    found = _facts(stdin=given)
    assert (found["metrics"], found["unlabeled"]) == (_facts()["metrics"], 1)
    assert "left out: 1 row without a label." in softmax("evaluate", stdin=given).out


@pytest.mark.parametrize("missing", ["", "-1", "-100", "nan"])
def test_rows_without_a_label_may_stand_among_numbers(missing):
    ran = softmax("evaluate", "-q", stdin=NUMBERED + f"9,9,9,{missing}\n")
    assert (ran.err, ran.code) == ("", 0)


def test_invalid_rows_are_counted_and_left_out():
    found = _facts("--invalid", "skip", stdin=PETS + "x,0,0,cat\n-inf,-inf,-inf,dog\n")
    assert (found["metrics"], found["invalid"]) == (_facts()["metrics"], 2)


@pytest.mark.parametrize(("temperature", "nll"), [("0", "inf"), ("inf", 1.0986122886681098)])
def test_the_limits_of_temperature_have_figures(temperature, nll):
    found = _facts("-t", temperature)
    assert found["metrics"]["accuracy"] == 0.6
    assert found["metrics"]["nll"] == (nll if nll == "inf" else pytest.approx(nll, rel=1e-14))
    assert found["temperature"] == (0.0 if temperature == "0" else "inf")


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        ('{"temperature": 2, "classes": ["cat", "dog"]}', [], "was fitted for 2 classes, not 3."),
        ('{"temperature": 2, "classes": ["cat", "bird", "dog"]}', [],
         'was fitted for other classes: number 2 was "bird" and is "dog".'),
        ('{"temperature": 2, "activation": "sigmoid"}', [], "fitted for sigmoid, not for softmax."),
        ('{"temperature": 2, "activation": "softmax"}', ["-a", "sigmoid"], "Use -a softmax."),
        ("[1,2", [], "the file holds no temperature: not valid JSON"),
        ("cat,dog\n1,2\n", [], "the file holds no temperature: not valid JSON"),
        ("{}", [], 'the file holds no "temperature"'),
        ("[1, 2, 3]", [], "a temperature for each class is for sigmoid, not for softmax"),
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
    assert _facts.__wrapped__("-t", f"@{path}") == _facts("-t", "2")
    path.write_text("2")
    assert _facts.__wrapped__("-t", f"@{path}") == _facts("-t", "2")


@pytest.mark.parametrize("format_name", ["table", "json"])
def test_what_was_found_may_go_into_a_file(tmp_path, format_name):
    path = tmp_path / "found"
    ran = softmax("evaluate", *TOLD, "-f", format_name, "-o", str(path), stdin=PETS)
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert path.read_text() == softmax("evaluate", "-f", format_name, stdin=PETS).out


def test_nothing_is_written_where_something_is_refused(tmp_path):
    path = tmp_path / "found"
    path.write_text("before")
    assert softmax("evaluate", "-o", str(path), stdin=PETS + "1,1,1,owl\n").code == 1
    assert path.read_text() == "before"


def test_a_picture_is_drawn_beside_the_figures(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "r.PNG"
    ran = softmax("evaluate", *TOLD, "--plot", str(path), stdin=PETS)
    assert (ran.out, ran.err, ran.code) == (softmax("evaluate", stdin=PETS).out, "", 0)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_a_picture_is_refused_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    ran = softmax("evaluate", "--plot", "r.png", stdin=PETS)
    assert (ran.out, ran.code) == ("", 2)
    assert "--plot needs matplotlib. Install it: pip install 'softmax-cli[plot]'." in ran.err


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
    assert "the output would replace the input" in ran.err


def test_the_class_that_is_furthest_off_is_named():
    given = "a,b,y_a,y_b\n" + "2,-1,0,1\n" * 30 + "2,-1,1,0\n" * 10
    ran = softmax("evaluate", "-q", "-a", "sigmoid", "--label", "y_*", stdin=given)
    assert 'Furthest off is "a": mean probability 88.1 %, share of yes 25.0 %' in ran.out


def test_bins_of_equal_mass_that_would_hold_too_much_are_said_to_be_left_out(monkeypatch):
    from softmax_cli.metrics import summary

    monkeypatch.setattr(summary, "MOST_STORED", 3)
    cut_blocks(monkeypatch, 4)
    assert "only with --binning mass" in " ".join(softmax("evaluate", "-q", stdin=PETS).out.split())
