"""`softmax evaluate --group` and `softmax calibrate --group`: a group is a row."""

import json

import numpy as np
import pytest

from tests.each import each
from tests.runner import softmax

CHOSEN = ["--group", "q", "--value", "s"]
CLASSES = [*CHOSEN, "--class", "c"]


def _tables(classes="ABCD", count=300):
    """The same rows as a wide table, and as long ones with marks and with names."""
    rng = np.random.default_rng(5)
    wide, marks, names = [["q", *classes, "label"]], [["q", "c", "s", "y"]], [["q", "c", "s", "y"]]
    for i in range(count):
        logits = rng.normal(0, 2, len(classes)).round(3)
        weights = np.exp(logits / 1.7)
        label = classes[rng.choice(len(classes), p=weights / weights.sum())]
        wide.append([f"q{i}", *logits, label])
        for name, logit in zip(classes, logits, strict=True):
            marks.append([f"q{i}", name, logit, int(name == label)])
            names.append([f"q{i}", name, logit, label])
    return ["\n".join(",".join(map(str, row)) for row in table) for table in (wide, marks, names)]


WIDE, MARKS, NAMES = _tables()


def _shuffled(table):
    header, *rows = table.split("\n")
    order = np.random.default_rng(0).permutation(len(rows))
    return "\n".join([header, *(rows[i] for i in order)])


def _report(command, text, *arguments):
    ran = softmax(command, "-q", "-f", "json", *arguments, stdin=text)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def _equal(one, other):
    """Compare figures of sums taken in different orders."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return one == (pytest.approx(other, rel=1e-9, abs=1e-12) if isinstance(one, float) else other)


@each(
    ("text", "arguments"),
    [
        (MARKS, CLASSES),
        (NAMES, CLASSES),
        (NAMES.replace("\n", " \n"), CLASSES),
        (MARKS.replace(",1\n", ",true\n").replace(",0\n", ",False\n"), CLASSES),
    ],
)
@each("command", ["evaluate", "calibrate"])
def test_reports_are_those_of_the_wide_table(command, text, arguments):
    expected = _report(command, WIDE, "--label", "label")
    assert _equal(_report(command, text, *arguments, "--label", "y"), expected)


def test_unsorted_rows_give_the_same_classes_and_figures():
    gathered = _report("evaluate", _shuffled(MARKS), *CLASSES, "--label", "y", "--unsorted")
    direct = _report("evaluate", WIDE, "--label", "label")
    for name in ("accuracy", "nll", "brier", "confidence"):
        assert gathered["metrics"][name] == pytest.approx(direct["metrics"][name])


def test_without_classes_they_are_places_in_the_group():
    report = _report("evaluate", MARKS, *CHOSEN, "--label", "y")
    direct = _report("evaluate", WIDE, "--label", "label")
    assert report["metrics"]["nll"] == pytest.approx(direct["metrics"]["nll"])
    shorter = "q,s,y\na,1,1\na,0,0\nb,0.5,0\nb,2,1\nb,0,0\nc,3,1\n"
    assert _report("evaluate", shorter, *CHOSEN, "--label", "y")["metrics"]["accuracy"] == 1.0
    masked = "x1,x2,x3,y\n1,0,-inf,x1\n0.5,2,0,x2\n3,-inf,-inf,x1\n"
    ours = _report("evaluate", shorter, *CHOSEN, "--label", "y")["metrics"]["nll"]
    assert ours == pytest.approx(_report("evaluate", masked, "--label", "y")["metrics"]["nll"])


def test_groups_without_a_label_are_skipped_and_counted():
    text = "q,c,s,y\na,x,1,1\na,z,0,0\nb,x,0,\nb,z,1,\n"
    ran = softmax("evaluate", "-f", "json", *CLASSES, "--label", "y", stdin=text)
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["unlabeled"] == 1


@pytest.mark.parametrize("chosen", [CHOSEN, [*CLASSES, "--wide"]])
def test_a_temperature_fitted_on_groups_applies_to_groups(tmp_path, chosen):
    fit = tmp_path / "t.json"
    assert (
        softmax("calibrate", "-q", *CLASSES, "--label", "y", "-o", str(fit), stdin=MARKS).code == 0
    )
    temperature = json.loads(fit.read_text())["temperature"]
    ran = softmax("convert", "-q", *chosen, "-t", f"@{fit}", stdin=MARKS)
    assert ran.out == softmax("convert", "-q", *chosen, "-t", repr(temperature), stdin=MARKS).out


def test_biases_need_the_class_of_each_item(tmp_path):
    fit = tmp_path / "t.json"
    fit.write_text(
        '{"temperature": 2, "classes": ["A", "B", "C", "D"], "bias": [0, 1, 0, 0], "map": "bias"}'
    )
    ran = softmax("convert", "-q", *CHOSEN, "-t", f"@{fit}", stdin=MARKS)
    assert (ran.code, ran.err) == (
        1,
        f"softmax: {fit}: biases were fitted for classes, which the rows of groups do not name. "
        "Use --class and --wide.\n",
    )
    assert softmax("convert", "-q", *CLASSES, "--wide", "-t", f"@{fit}", stdin=MARKS).code == 0


MARK = "Mark the right row of each group with 1, the others with 0."


@each(
    ("arguments", "text", "message", "code"),
    [
        (CLASSES, "q,c,s,y\na,x,1,1\na,z,0,0\nb,x,0,0\nb,z,1,0\n",
         f'<stdin>, line 4, column "y": expected one label 1 in group "b", found 0. {MARK}', 1),
        (CLASSES, "q,c,s,y\na,x,1,1\na,z,0,0\nb,x,0,1\nb,z,1,1\n",
         f'<stdin>, line 4, column "y": expected one label 1 in group "b", found 2. {MARK}', 1),
        (CHOSEN, "q,c,s,y\na,x,1,1\na,z,0,2\n",
         f'<stdin>, line 3, column "y": label "2" is neither 0 nor 1. {MARK}', 1),
        (CLASSES, "q,c,s,y\na,x,1,x\na,z,0,x\nb,x,0,x\nb,z,1,z\n",
         '<stdin>, line 5, column "y": label "z" differs from others of group "b". '
         "Give all rows of a group its class, or a 1 to one of them and 0 to others.", 1),
        ([*CLASSES, "-a", "sigmoid"], MARKS,
         "--group has no effect with -a sigmoid. Use -a softmax, or leave out --group.", 2),
        (["--value", "s"], MARKS, "--value has no effect without --group. Add --group COL.", 2),
        ([*CLASSES, "--drop", "q"], MARKS, "--drop leaves out columns of rows, not of groups.", 2),
        ([*CLASSES, "--label", "c"], MARKS, "<stdin>: --group takes one label column.", 2),
    ],
)  # fmt: skip
@each("command", ["evaluate", "calibrate"])
def test_errors(command, arguments, text, message, code):
    labels = ["--label", "y"]
    ran = softmax(command, "-q", *arguments, *labels, stdin=text)
    assert (ran.err.splitlines()[-1], ran.code) == (f"softmax: {message}", code)


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_labels_have_no_default(command):
    ran = softmax(command, "-q", *CLASSES, stdin=MARKS.replace("y", "label", 1))
    assert ran.err == "softmax: <stdin>: no label column. Use --label COL or --labels FILE.\n"


def test_convert_writes_the_label_of_each_group():
    text = "q,c,s,y\na,x,1,1\na,z,1,0\nb,x,0,0\nb,z,0,1\n"
    ran = softmax("convert", "-q", *CLASSES, "--wide", "--label", "y", stdin=text)
    assert ran.out == "q,y,x,z\na,x,0.5,0.5\nb,z,0.5,0.5\n"


@pytest.mark.parametrize(("name", "more"), [("query_id", []), ("q", ["--id", "q"])])
def test_labels_of_a_file_are_joined_by_the_group(tmp_path, name, more):
    path = tmp_path / "y.csv"
    path.write_text(f"{name},label\nb,z\na,x\n")
    text = f"{name},c,s\na,x,1\na,z,0\nb,x,0\nb,z,1\n"
    chosen = ["--group", name, "--class", "c", "--value", "s", "--labels", str(path)]
    assert _report("evaluate", text, *chosen, *more)["metrics"]["accuracy"] == 1.0


def test_labels_of_a_file_in_another_order_are_an_error(tmp_path):
    path = tmp_path / "y.csv"
    path.write_text("q,label\nb,z\na,x\nc,x\n")
    text = "q,c,s\na,x,1\na,z,0\nb,x,0\nb,z,1\nc,x,1\nc,z,0\n"
    ran = softmax("evaluate", "-q", *CLASSES, "--labels", str(path), stdin=text)
    assert ran.code == 1
    assert "Use --id q to join by it" in ran.err


def _with(text, **columns):
    """Add columns to a long table, each a function of the query."""
    header, *rows = text.split("\n")
    added = [
        ",".join([row, *(str(make(row.split(",")[0])) for make in columns.values())])
        for row in rows
    ]
    return "\n".join([",".join([header, *columns]), *added])


SITES = _with(MARKS, site=lambda q: "ab"[int(q[1:]) % 2], w=lambda q: int(q[1:]) % 3)


@pytest.mark.parametrize("by", ["site", "5"])
def test_groups_of_groups_are_those_of_rows(by):
    header, *rows = WIDE.split("\n")
    wide = "\n".join([f"{header},site", *(f"{row},{'ab'[i % 2]}" for i, row in enumerate(rows))])
    expected = _report("evaluate", wide, "--label", "label", "--by", "site")
    assert _equal(_report("evaluate", SITES, *CLASSES, "--label", "y", "--by", by), expected)


def test_weights_of_groups_are_those_of_rows():
    header, *rows = WIDE.split("\n")
    wide = "\n".join([f"{header},w", *(f"{row},{i % 3}" for i, row in enumerate(rows))])
    expected = _report("evaluate", wide, "--label", "label", "--weight", "w")
    assert _equal(_report("evaluate", SITES, *CLASSES, "--label", "y", "--weight", "w"), expected)


def test_a_column_that_differs_within_a_group_is_no_group_of_groups():
    ran = softmax("evaluate", "-q", *CLASSES, "--label", "y", "--by", "c", stdin=MARKS)
    assert ran.err == (
        'softmax: <stdin>, line 3, column "c": two values in group "q0". '
        "Use a column that has one value per group.\n"
    )
