"""Reports of labeled rows on a cluster have the figures of one machine."""

import json
import os
import re

import numpy as np
import polars as pl
import pytest

from tests.fake_cluster import use_threads
from tests.formats.files import put
from tests.runner import softmax

RANDOM = np.random.default_rng(11)
WORDS = ("cat", "dog", "bird")
LOGITS = RANDOM.normal(0, 2, (300, 3)).round(3)
LABELS = (LOGITS + RANDOM.gumbel(0, 1.5, (300, 3))).argmax(1)
NAMES = [WORDS[k] for k in LABELS]
SITES = [("north", "south")[i % 2] for i in range(300)]
TABLE = {"id": [f"r{i}" for i in range(300)], **dict(zip(WORDS, LOGITS.T, strict=True))}
FRAME = pl.DataFrame({**TABLE, "label": NAMES, "site": SITES, "w": RANDOM.uniform(0, 2, 300)})


def files(folder):
    """A file of each format with the same labeled rows."""
    FRAME.write_csv(folder / "x.csv")
    FRAME.write_ndjson(folder / "x.jsonl")
    FRAME.write_parquet(folder / "x.parquet")
    FRAME.write_ipc(folder / "x.arrow")
    np.savez(folder / "x.npz", logits=LOGITS, labels=LABELS)


def close(found, expected, path=""):
    """Check that two JSON values are equal but for the rounding of sums in another order."""
    if isinstance(expected, dict):
        assert list(found) == list(expected), path
        for name, value in expected.items():
            close(found[name], value, f"{path}.{name}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), path
        for i, value in enumerate(expected):
            close(found[i], value, f"{path}[{i}]")
    elif isinstance(expected, float):
        # A standard error is that of Newton's last step but one, from another start.
        rel = 1e-7 if re.search("error|confidence|ci_95|precision", path) else 1e-9
        assert found == pytest.approx(expected, rel=rel, abs=1e-12), path
    else:
        assert found == expected, path


def both(command, *arguments):
    """Run a command on one machine and on the cluster; check that both say the same."""
    alone = softmax(command, *arguments, "-f", "json")
    there = softmax(command, *arguments, "-f", "json", "--cluster", "local")
    errors = [line for line in there.err.splitlines(True) if "cannot be split" not in line]
    assert ("".join(errors), there.code) == (alone.err, alone.code)
    if alone.code == 0:
        close(json.loads(there.out), json.loads(alone.out))
    return alone


@pytest.mark.parametrize(
    ("command", "suffix"),
    [("evaluate", name) for name in ("csv", "jsonl", "parquet", "arrow", "npz")]
    + [("calibrate", "csv"), ("calibrate", "npz")],
)
def test_figures_are_those_of_one_machine_in_every_format(command, suffix, tmp_path, monkeypatch):
    files(tmp_path)
    use_threads(monkeypatch, part_size=1500)
    assert both(command, str(tmp_path / f"x.{suffix}"), "--columns", "cat,dog,bird").code == (
        2 if suffix == "npz" else 0
    )
    if suffix == "npz":
        assert both(command, str(tmp_path / "x.npz")).code == 0


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_folder_is_read_file_by_file(command, suffix, tmp_path, monkeypatch):
    for i in range(5):
        part, path = FRAME[60 * i : 60 * (i + 1)], tmp_path / f"{i}.{suffix}"
        writers = {"csv": part.write_csv, "jsonl": part.write_ndjson, "parquet": part.write_parquet}
        writers[suffix](path)
    used = use_threads(monkeypatch, part_size=1500)
    assert both(command, str(tmp_path), "--columns", "cat,dog,bird").code == 0
    assert used[0].calls >= 5
    put(tmp_path, f"5.{suffix}", "" if suffix == "parquet" else "other,names\n1,2\n")
    assert bool(both(command, str(tmp_path), "--columns", "cat,dog,bird").code) == (
        suffix != "parquet"
    )


@pytest.mark.parametrize(
    "options",
    [
        ("-t", "1.7"),
        ("--binning", "mass"),
        ("--bins", "5", "--by-class"),
        ("--by", "site"),
        ("--weight", "w"),
        ("--accept", "0.8"),
        ("-a", "sigmoid", "--label", "label"),
    ],
)
def test_options_of_evaluate_work_on_a_cluster(options, tmp_path, monkeypatch):
    files(tmp_path)
    use_threads(monkeypatch, part_size=1500)
    path = str(tmp_path / "x.csv")
    assert both("evaluate", path, "--columns", "cat,dog,bird", *options).code == 0


@pytest.mark.parametrize(
    "options",
    [
        ("--map", "auto"),
        ("--folds", "3", "--seed", "5"),
        ("--holdout", "0"),
        ("-a", "sigmoid", "--per-class", "--map", "bias"),
        ("--floor", "0.01", "--binning", "mass"),
        ("--weight", "w", "--map", "auto"),
        ("--weight", "w", "--map", "bias", "--folds", "3"),
    ],
)
def test_options_of_calibrate_work_on_a_cluster(options, tmp_path, monkeypatch):
    files(tmp_path)
    use_threads(monkeypatch, part_size=4000)
    path = str(tmp_path / "x.csv")
    assert both("calibrate", path, "--columns", "cat,dog,bird", *options).code == 0


LINES = [f"{name},{a},{b},{c}\n" for name, (a, b, c) in zip(NAMES, LOGITS.tolist(), strict=True)][
    :100
]
CSV = "label,cat,dog,bird\n"


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
@pytest.mark.parametrize(
    ("rows", "options", "code"),
    [
        ([*LINES, "horse,1,2,3\n", *LINES], (), 1),
        ([*LINES, "cat,x,2,3\n", *LINES], (), 1),
        ([*LINES, "cat,x,2,3\n", *LINES, "cat,inf,2,3\n"], ("--invalid", "skip"), 0),
        ([*LINES, *("1,1,2,3\n" for _ in range(9))], (), 1),
        ([*("2,1,2,3\n" for _ in range(9)), *LINES], (), 1),
        ([f"cat,{k % 7}.5,{k % 5}.25,1.5\n" for k in range(50)], (), None),
        ([",1,2,3\n" for _ in range(50)], (), 1),
        ([*LINES, ",1,2,3\n", "-1,1,2,3\n"], (), 0),
        ([f"{k % 2 + 1},{k % 7}.5,{k % 5}.25,1.5\n" for k in range(90)], (), None),
        ([*LINES, '"cat",1,2,3\n', '"\n",1,2,3\n'], (), None),
    ],
)
def test_what_is_said_of_labels_is_what_one_machine_says(
    command, rows, options, code, tmp_path, monkeypatch
):
    path = put(tmp_path, "x.csv", CSV + "".join(rows))
    use_threads(monkeypatch, part_size=900)
    assert code in (None, both(command, path, *options).code)


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_what_the_workers_cannot_read_is_rejected(command, tmp_path, monkeypatch):
    files(tmp_path)
    use_threads(monkeypatch, part_size=1000)
    monkeypatch.chdir(tmp_path)
    on = ("--cluster", "local")
    for arguments, message in (
        (("x.csv", "--labels", "y.csv"), "--cluster cannot match rows with labels in another file"),
        (("-",), "--cluster reads files, not standard input"),
        (("x.csv", "--group", "site", "--value", "cat"), "cannot keep the rows of a group"),
        (("x.csv", "-j", "2"), "--jobs has no effect with --cluster"),
    ):
        shown = softmax(command, *arguments, *on)
        assert (shown.code, shown.out) == (2, "")
        assert message in shown.err
    if command == "evaluate":
        shown = softmax(command, "x.csv", "x.csv", *on)
        assert "--cluster takes one file" in shown.err
    assert sorted(os.listdir(".")) == ["x.arrow", "x.csv", "x.jsonl", "x.npz", "x.parquet"]
