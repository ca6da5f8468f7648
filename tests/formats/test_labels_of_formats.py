"""Labels in columns and in files of every format."""

import json

import numpy as np
import polars as pl
import pytest

from tests.each import each
from tests.formats.files import GIVEN, put
from tests.runner import softmax

RNG = np.random.default_rng(2)
LOGITS = RNG.normal(0, 2, (60, 3))
LABELS = (LOGITS + RNG.normal(0, 1.5, LOGITS.shape)).argmax(1)
FRAME = pl.DataFrame({"a": LOGITS[:, 0], "b": LOGITS[:, 1], "c": LOGITS[:, 2], "label": LABELS})


def _figures(*arguments):
    ran = softmax(*arguments, "-q", "-f", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("labels")
    np.save(path / "x.npy", LOGITS)
    FRAME.select("a", "b", "c").write_csv(path / "x.csv")
    FRAME.write_csv(path / "all.csv")
    FRAME.write_ndjson(path / "all.jsonl")
    FRAME.write_parquet(path / "all.parquet")
    FRAME.write_ipc(path / "all.arrow")
    np.savez(path / "all.npz", logits=LOGITS, labels=LABELS)
    np.savez(path / "named.npz", scores=LOGITS, gold=LABELS)
    nested = pl.DataFrame({"logits": LOGITS.tolist(), "label": LABELS})
    nested.write_parquet(path / "nested.parquet")
    nested.write_ndjson(path / "nested.jsonl")
    columns = {"logits": LOGITS.tolist(), "labels": LABELS.tolist()}
    (path / "all.json").write_text(json.dumps(columns))
    pl.DataFrame({"y": LABELS}).write_csv(path / "y.csv")
    return path


@pytest.fixture(scope="module")
def expected(folder):
    return _figures("evaluate", f"{folder}/all.csv")


def _one_hot(kind):
    return np.eye(3)[LABELS].astype(kind)


@each("logits", ["x.npy", "x.csv"])
@each(
    "labels",
    [LABELS, LABELS.astype("u1"), LABELS.astype(">i4"), LABELS.astype(float), LABELS.astype("f2"),
     LABELS[:, None], LABELS[:, None].astype("f4"), _one_hot(float), _one_hot("i8"), _one_hot("u1"),
     np.asfortranarray(_one_hot(float))],
)  # fmt: skip
def test_labels_in_a_separate_array(labels, logits, folder, expected, tmp_path):
    np.save(tmp_path / "y.npy", labels)
    found = _figures("evaluate", f"{folder}/{logits}", "--labels", str(tmp_path / "y.npy"))
    assert found["metrics"] == expected["metrics"]
    assert found["rows"] == 60


def test_labels_in_one_hot_booleans(folder, expected, tmp_path):
    np.save(tmp_path / "y.npy", _one_hot(bool))
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy"))
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize(
    ("kind", "missing"), [("i8", -1), ("i2", -100), ("f8", np.nan), ("f4", -1.0), ("f8", -100.0)]
)
def test_missing_labels_in_an_array_are_skipped(kind, missing, folder, tmp_path):
    labels = LABELS.astype(kind)
    labels[[0, 7]] = missing
    np.save(tmp_path / "y.npy", labels)
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy"))
    assert (found["rows"], found["unlabeled"]) == (58, 2)


def test_labels_as_text_for_an_array_of_logits(folder, expected):
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", f"{folder}/y.csv")
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize("format_name", ["parquet", "arrow", "jsonl", "json", "npz"])
def test_labels_in_a_separate_file_of_other_formats(format_name, folder, expected):
    path = f"{folder}/y.{format_name}"
    frame = pl.DataFrame({"label": LABELS})
    if format_name == "npz":
        np.savez(path, labels=LABELS)
    elif format_name == "json":
        put(folder, "y.json", json.dumps(LABELS.tolist()))
    else:
        {"parquet": frame.write_parquet, "arrow": frame.write_ipc, "jsonl": frame.write_ndjson}[
            format_name
        ](path)
    ran = softmax("evaluate", f"{folder}/x.npy", "-q", "-f", "json", "--labels", path)
    assert ran.code == 0
    assert json.loads(ran.out)["metrics"] == expected["metrics"]


FILES = [
    "all.npz",
    "all.parquet",
    "all.arrow",
    "all.jsonl",
    "all.json",
    "nested.parquet",
    "nested.jsonl",
]


@each("name", FILES)
def test_labels_in_the_file_of_the_logits(name, folder, expected):
    assert _figures("evaluate", f"{folder}/{name}")["metrics"] == pytest.approx(
        expected["metrics"], rel=1e-13
    )


def test_arrays_of_an_archive_by_their_names(folder, expected):
    path = f"{folder}/named.npz"
    found = _figures("evaluate", path, "--columns", "scores", "--label", "gold")
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize("name", ["all.npz", "all.parquet", "nested.jsonl", "all.json"])
def test_a_calibration_is_the_same_from_every_format(name, folder):
    found, expected = (_figures("calibrate", f"{folder}/{n}") for n in (name, "all.csv"))
    for figures in (found, expected):
        for key in ("source", "classes"):
            figures.pop(key)
    assert found == expected


@each(
    ("labels", "message"),
    [
        (LABELS[:-1], "y.npy: 59 labels for at least 60 rows."),
        (np.append(LABELS, 0), "y.npy: 61 labels for 60 rows."),
        (LABELS + 1, 'unknown label "3". Class indices go from 0 to 2. Use --label-base 1 for'),
        (LABELS + 1.5, 'unknown label "'),
        (
            LABELS + 0.5,
            "soft labels: 0.5 is a probability, not a class. Save 0 or 1, or the index of",
        ),
        (LABELS + 100, "Class indices go from 0 to 2."),
        (
            _one_hot(float)[:, :2],
            "2 label columns for 3 classes. Use one column, or one per class.",
        ),
        (_one_hot(float) * 0.9 + 0.1 / 3, "row 1: soft labels: "),
        (np.ones((60, 3)), "row 1: expected exactly one positive label. Use -a sigmoid"),
        (np.array(["owl"] * 60), 'unknown label "owl". Classes: "0", "1", "2".'),
        (LABELS[:, None, None], "ambiguous class axis"),
    ],
)
def test_labels_that_do_not_fit_are_an_error(labels, message, folder, tmp_path):
    np.save(tmp_path / "y.npy", labels)
    ran = softmax("evaluate", "-q", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy"))
    assert message in ran.err
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert ran.code in (1, 2)


@each(
    ("labels", "fix"),
    [
        (LABELS + 1, ["--label-base", "1"]),
        ((LABELS + 1).astype("f4"), ["--label-base", "1"]),
        (LABELS.astype(str), []),
        (LABELS.astype("S3"), []),
        (np.array([f"{label}.0" for label in LABELS]), []),
        (_one_hot(float).argmax(1), []),
    ],
)
def test_labels_are_right_after_the_hint_is_followed(labels, fix, folder, expected, tmp_path):
    np.save(tmp_path / "y.npy", labels)
    path = str(tmp_path / "y.npy")
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", path, *fix)
    assert found["metrics"] == expected["metrics"]


@each("kind", [str, "S1", "U20"])
@each("form", ["npy", "npz"])
def test_names_of_classes_in_an_array(kind, form, folder, expected, tmp_path):
    names, path = np.array(["a", "b", "c"])[LABELS].astype(kind), str(tmp_path / f"y.{form}")
    np.save(path, names) if form == "npy" else np.savez(path, labels=names)
    found = _figures("evaluate", f"{folder}/x.csv", "--labels", path)
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("form", ["npy", "npz"])
def test_soft_labels_are_named_as_such_and_their_argmax_is_right(
    kind, form, folder, expected, tmp_path
):
    soft, path = (_one_hot(float) * 0.9 + 0.1 / 3).astype(kind), str(tmp_path / f"y.{form}")
    save = np.save if form == "npy" else lambda path, labels: np.savez(path, labels=labels)
    save(path, soft)
    ran = softmax("evaluate", f"{folder}/x.npy", "--labels", path)
    shown = ", ".join(f"{value:.4g}" for value in soft[0])
    assert f"row 1: soft labels: {shown} are probabilities, not a class." in ran.err
    assert "Save the most likely class of each row: labels.argmax(1)." in ran.err
    save(path, soft.argmax(1))
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", path)
    assert found["metrics"] == expected["metrics"]


def test_an_array_without_labels_is_an_error_with_a_hint(folder):
    ran = softmax("evaluate", f"{folder}/x.npy")
    assert "no label column. Use --label COL or --labels FILE." in ran.err
    assert ran.code == 2


def test_independent_classes_of_an_array(folder, tmp_path):
    np.save(tmp_path / "y.npy", _one_hot("i4"))
    found = _figures(
        "evaluate", "-a", "sigmoid", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy")
    )
    assert found["rows"] == 60
    assert len(found["classes"]) == 3


@each("given", GIVEN)
def test_compare_shows_the_first_rows_of_every_format(given, tmp_path):
    path = str(tmp_path / f"x.{given.suffix}")
    given.write(path)
    ran = softmax("compare", "-q", path, "--rows", "2", "-f", "jsonl")
    shown = [*map(json.loads, ran.out.splitlines())]
    assert [row["logits"] for row in shown] == given.logits[:2].astype(float).tolist()
    assert shown[0]["classes"] == given.classes
    expected = {name: texts[0] for name, texts in given.texts().items()}
    assert shown[0].get("columns", {}) == expected
    assert ran.code == 0
