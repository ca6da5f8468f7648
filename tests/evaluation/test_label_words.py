"""Labels as tools write them, through whole files: lists, words, -1, short names."""

import json

import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from tests.each import each
from tests.labeled_text import labeled
from tests.runner import softmax

LOGITS = [[2.5, -1.0, 0.5], [-1.5, 0.75, 0.25], [0.5, 1.5, -2.5], [1.0, 0.25, -0.5]]
HOT = [[1, 0, 0], [0, 1, 1], [0, 0, 0], [1, 1, 0]]
ONE_HOT = [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]


def _labels(folder, text, label_text=None, **options):
    with labeled(folder, text, label_text, **options) as stream:
        chunks = [part.result for part in stream.map_chunks(lambda chunk: chunk, 1)]
    return [label for chunk in chunks if chunk is not None for label in chunk.labels.tolist()]


def _metrics(*arguments):
    ran = softmax("evaluate", *arguments, "-f", "json", "-q")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["metrics"]


def _write_columns(path, hot):
    columns = dict(zip("abc", zip(*LOGITS, strict=True), strict=True))
    labels = dict(zip(("y_a", "y_b", "y_c"), zip(*hot, strict=True), strict=True))
    pl.DataFrame({**columns, **labels}).write_csv(path)


@each(
    ("activation", "hot", "form"),
    [("sigmoid", HOT, "{}"), ("sigmoid", HOT, "numpy"), ("sigmoid", HOT, "floats"),
     ("softmax", ONE_HOT, "{} spaces"), ("softmax", ONE_HOT, "booleans")],
)  # fmt: skip
@each(
    ("suffix", "where"),
    [("csv", "column"), ("csv", "file"), ("jsonl", "column"), ("json", "file"),
     ("parquet", "column"), ("arrow", "file")],
)  # fmt: skip
def test_lists_equal_a_column_for_each_class(tmp_path, suffix, where, form, activation, hot):
    lists = {
        "booleans": [[bool(label) for label in row] for row in hot],
        "floats": [[float(label) for label in row] for row in hot],
    }.get(form, hot)
    labels = lists
    if suffix == "csv" or form == "numpy":
        labels = [json.dumps(row, separators=(",", ":")) for row in lists]
        if form == "numpy":
            labels = [text.replace(",", " ") for text in labels]
    columns = dict(zip("abc", zip(*LOGITS, strict=True), strict=True))
    frame = pl.DataFrame({**columns, "labels": labels})
    path = tmp_path / f"x.{suffix}"
    _write_table(path, frame if where == "column" else frame.select("labels"))
    _write_columns(tmp_path / "hot.csv", hot)
    expected = _metrics(str(tmp_path / "hot.csv"), "--label", "y_*", "-a", activation)
    if where == "column":
        assert _metrics(str(path), "-a", activation) == expected
    else:
        frame.select("a", "b", "c").write_csv(tmp_path / "logits.csv")
        found = _metrics(str(tmp_path / "logits.csv"), "--labels", str(path), "-a", activation)
        assert found == expected


def _write_table(path, frame):
    if path.suffix == ".json":
        path.write_text(json.dumps(frame.to_dicts()))
        return
    {
        ".csv": frame.write_csv,
        ".jsonl": frame.write_ndjson,
        ".parquet": frame.write_parquet,
        ".arrow": frame.write_ipc,
    }[path.suffix](path)


@pytest.mark.parametrize("suffix", ["jsonl", "json", "parquet", "arrow"])
def test_an_empty_or_missing_list_is_no_label(tmp_path, suffix):
    frame = pl.DataFrame({"a": [1.5, 2.5, 0.5], "b": [0.5, 0.25, 1.5],
                          "y": [[1, 0], None, []]}, schema_overrides={"y": pl.List(pl.Int64)})  # fmt: skip
    _write_table(tmp_path / f"x.{suffix}", frame)
    ran = softmax("evaluate", str(tmp_path / f"x.{suffix}"), "-a", "sigmoid", "-f", "json")
    report = json.loads(ran.out)
    assert (report["rows"], report["unlabeled"]) == (1, 2)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('{"logits":[1.5,2],"y":[1,0,1]}', "expected a list of 2 labels, one for each class; found a list of 3"),
        ('{"logits":[1.5,2],"y":[0.9,0.1]}', 'label "0.9" is a probability (soft label), not 0 or 1'),
        ('{"logits":[1.5,2],"y":["a","b"]}', 'label "a" is not 0 or 1'),
        ('{"logits":[1.5,2],"y":[1,1]}', "expected exactly one positive label. Use -a sigmoid"),
    ],
)  # fmt: skip
def test_lists_that_are_no_labels_are_an_error(tmp_path, rows, message):
    (tmp_path / "x.jsonl").write_text(rows + "\n")
    ran = softmax("evaluate", str(tmp_path / "x.jsonl"))
    assert message in ran.err
    assert (ran.out, ran.code) == ("", 1)


BINARY = [
    ("score", ["1", "0", "1"]), ("score", ["1.0", "0.0", "1.0"]), ("score", ["1", "-1", "1"]),
    ("score", ["1.000e+00", "0.000e+00", "1.000e+00"]), ("score", ["True", "False", "True"]),
    ("score", ["yes", "no", "YES"]), ("score", ["pos", "neg", "pos"]), ("score", ["t", "f", "t"]),
    ("score", ["positive", "negative", "positive"]), ("score", ["Y", "N", "Y"]),
    ("over_50k", ["over_50k", "under_50k", "over_50k"]), ("spam", ["spam", "ham", "spam"]),
    ("no", ["no", "yes", "no"]), ("1", ["1", "0", "1"]), ("0", ["1", "0", "1"]),
]  # fmt: skip


@each(("name", "labels"), BINARY)
def test_a_score_has_labels_in_numbers_and_words(tmp_path, name, labels):
    text = f"id,{name},y\n" + "".join(f"r{i},{i}.5,{label}\n" for i, label in enumerate(labels))
    assert _labels(tmp_path, text, activation="sigmoid") == [[1], [0], [1]]


@each("header", ["", "label\n", "churned\n"])
@each(
    "labels",
    [["1", "0", "1"], ["1", "-1", "1"], ["1.0", "0.0", "1.0"], ["True", "False", "True"],
     ["yes", "no", "yes"], ["1.000e+00", "0.000e+00", "1.000e+00"]],
)  # fmt: skip
def test_a_score_has_labels_in_a_file(tmp_path, header, labels):
    label_text = header + "".join(f"{label}\n" for label in labels)
    text = "score\n0.5\n1.5\n2.5\n"
    assert _labels(tmp_path, text, label_text, activation="sigmoid") == [[1], [0], [1]]


@pytest.mark.parametrize(
    ("text", "options", "fixed"),
    [
        ("s,y\n1,churn\n2,stay\n", {}, "s,y\n1,1\n2,0\n"),
        ("s,y\n1,0.9\n2,0.1\n", {"labels": ["y"]}, "s,y\n1,1\n2,0\n"),
        ("s,y\n1,2\n2,0\n", {}, "s,y\n1,yes\n2,no\n"),
        ("a,b,y_a,y_b\n1,2,1,0.5\n2,1,0,1\n", {"labels": ["y_*"]},
         "a,b,y_a,y_b\n1,2,1,0\n2,1,0,1\n"),
    ],
)  # fmt: skip
def test_other_words_are_an_error_and_the_hint_is_right(tmp_path, text, options, fixed):
    with pytest.raises(SoftmaxError, match="not 0 or 1"):
        _labels(tmp_path, text, activation="sigmoid", **options)
    labels = _labels(tmp_path, fixed, activation="sigmoid", **options)
    assert [label[0] for label in labels] == [1, 0]


@each(
    ("header", "labels", "expected"),
    [
        ("Class=cat,Class=dog,Class=emu", ["dog", "cat", "emu"], [1, 0, 2]),
        (
            "RawFormulaVal:Class=1,RawFormulaVal:Class=2,RawFormulaVal:Class=3",
            ["1", "3", "2"],
            [0, 2, 1],
        ),
        ("p1,p2,p3", ["1", "3", "2"], [0, 2, 1]),
        ("LABEL_2,LABEL_0,LABEL_10", ["2", "10", "0"], [0, 2, 1]),
        ("logit_cat,logit_dog,logit_emu", ["emu", "logit_cat", "dog"], [2, 0, 1]),
        ("cat_x,dog_x,emu_x", ["emu", "cat", "dog"], [2, 0, 1]),
        ("cat,car,cab", ["cab", "cat", "car"], [2, 0, 1]),
        ("cat,car,cab", ["1.0", "0.000e+00", "2"], [1, 0, 2]),
    ],
)
@each("where", ["column", "file", "file without a header"])
def test_class_labels_as_tools_write_them(tmp_path, header, labels, expected, where):
    rows = ["1.5,0.5,-1", "0.25,1.5,-2", "0.5,-0.5,-3"]
    if where == "column":
        text = f"{header},label\n" + "".join(
            f"{row},{label}\n" for row, label in zip(rows, labels, strict=True)
        )
        assert _labels(tmp_path, text) == expected
        return
    text = f"{header}\n" + "".join(f"{row}\n" for row in rows)
    top = "label\n" if where == "file" else ""
    label_text = top + "".join(f"{label}\n" for label in labels)
    assert _labels(tmp_path, text, label_text) == expected
