"""Labels beside, inside and apart from logits, in every format, and the other commands on each."""

import json

import numpy as np
import polars as pl
import pytest

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


@pytest.mark.parametrize("logits", ["x.npy", "x.csv"])
@pytest.mark.parametrize(
    "labels",
    [LABELS, LABELS.astype("u1"), LABELS.astype(">i4"), LABELS.astype(float), LABELS.astype("f2"),
     LABELS[:, None], LABELS[:, None].astype("f4"), _one_hot(float), _one_hot("i8"), _one_hot("u1"),
     np.asfortranarray(_one_hot(float))],
    ids=lambda array: f"{array.dtype.str}{array.shape}",
)  # fmt: skip
def test_labels_in_an_array_of_their_own(labels, logits, folder, expected, tmp_path):
    np.save(tmp_path / "y.npy", labels)
    found = _figures("evaluate", f"{folder}/{logits}", "--labels", str(tmp_path / "y.npy"))
    assert found["metrics"] == expected["metrics"]
    assert found["rows"] == 60


def test_labels_in_one_hot_truth_values(folder, expected, tmp_path):
    np.save(tmp_path / "y.npy", _one_hot(bool))
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy"))
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize(
    ("kind", "missing"), [("i8", -1), ("i2", -100), ("f8", np.nan), ("f4", -1.0), ("f8", -100.0)]
)
def test_missing_labels_in_an_array_are_left_out(kind, missing, folder, tmp_path):
    labels = LABELS.astype(kind)
    labels[[0, 7]] = missing
    np.save(tmp_path / "y.npy", labels)
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy"))
    assert (found["rows"], found["unlabeled"]) == (58, 2)


def test_labels_as_text_for_an_array_of_logits(folder, expected):
    found = _figures("evaluate", f"{folder}/x.npy", "--labels", f"{folder}/y.csv")
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize("format_name", ["parquet", "arrow", "jsonl", "json", "npz"])
def test_labels_of_their_own_in_other_formats(format_name, folder, expected):
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


@pytest.mark.parametrize("name", FILES)
def test_labels_beside_the_logits(name, folder, expected):
    assert _figures("evaluate", f"{folder}/{name}")["metrics"] == expected["metrics"]


def test_arrays_of_an_archive_by_their_names(folder, expected):
    path = f"{folder}/named.npz"
    found = _figures("evaluate", path, "--columns", "scores", "--label", "gold")
    assert found["metrics"] == expected["metrics"]


@pytest.mark.parametrize("name", ["all.npz", "all.parquet", "nested.jsonl", "all.json"])
def test_a_temperature_is_the_same_from_every_format(name, folder):
    found, expected = (_figures("calibrate", f"{folder}/{n}") for n in (name, "all.csv"))
    for figures in (found, expected):
        for key in ("source", "classes"):
            figures.pop(key)
    assert found == expected


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (LABELS[:-1], "y.npy: 59 labels for 60 rows of logits or more."),
        (np.append(LABELS, 0), "y.npy: there are 61 labels for 60 rows of logits."),
        (LABELS + 1, "If these labels count from 1, subtract 1"),
        (LABELS + 0.5, '.5" names no class.'),
        (LABELS + 100, "Numbers of classes go from 0 to 2."),
        (_one_hot(float)[:, :2], "2 columns of labels for 3 classes."),
        (np.ones((60, 3)), "row 1: the labels do not name exactly one class."),
        (LABELS.astype(str), "the array holds text, not numbers."),
        (LABELS[:, None, None], "the array has shape (60, 1, 1)"),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels, message, folder, tmp_path):
    np.save(tmp_path / "y.npy", labels)
    ran = softmax("evaluate", "-q", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy"))
    assert message in ran.err
    assert (ran.out, ran.err.count("\n")) == ("", 1)
    assert ran.code in (1, 2)


def test_an_array_alone_has_no_labels(folder):
    ran = softmax("evaluate", f"{folder}/x.npy")
    assert "no column of labels is known. Name it with --label, or give --labels FILE." in ran.err
    assert ran.code == 2


def test_independent_classes_of_an_array(folder, tmp_path):
    np.save(tmp_path / "y.npy", _one_hot("i4"))
    found = _figures(
        "evaluate", "-a", "sigmoid", f"{folder}/x.npy", "--labels", str(tmp_path / "y.npy")
    )
    assert found["rows"] == 60
    assert len(found["classes"]) == 3


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given.name.replace(" ", "-"))
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
