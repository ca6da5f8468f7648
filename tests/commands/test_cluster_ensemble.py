"""An ensemble on a cluster is that of one machine, whatever the formats and sizes of parts."""

import os
import re

import numpy as np
import polars as pl
import pytest

from tests.commands.test_cluster import joined, written
from tests.fake_cluster import use_threads
from tests.formats.files import put
from tests.runner import softmax

RANDOM = np.random.default_rng(7)
WORDS = ("cat", "dog", "bird")
IDS = [f"r{i}" if i % 9 else f'r "{i}",\n' for i in range(80)]


def frame(order=slice(None)):
    table = {word: RANDOM.normal(0, 3, 80).round(3) for word in WORDS}
    return pl.DataFrame({"id": IDS, **table})[order]


@pytest.fixture
def inputs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame().write_csv("a.csv")
    frame().write_csv("b.csv")
    frame().write_ndjson("c.jsonl")
    frame().write_parquet("d.parquet")
    frame().write_ipc("e.arrow")
    frame().drop("id").write_csv("f.csv")
    np.save("g.npy", RANDOM.normal(0, 3, (80, 3)))
    softmax("convert", "-q", "b.csv", "-o", "h.csv.gz")
    frame(slice(None, None, -1)).write_csv("reversed.csv")
    frame(slice(70)).write_csv("short.csv")


def ensemble(*arguments, folder="out/"):
    return softmax("ensemble", *arguments, "--cluster", "local", "-o", folder)


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.csv", "b.csv"),
        ("a.csv", "b.csv", "c.jsonl", "d.parquet", "e.arrow", "--add", "disagreement"),
        ("f.csv", "g.npy", "--mean", "geometric"),
        ("g.npy", "f.csv", "-f", "csv"),
        ("d.parquet", "a.csv", "--weights", "2,1", "-f", "csv"),
        ("c.jsonl", "a.csv", "-f", "csv", "--decimals", "4"),
    ],
)
def test_parts_are_what_one_machine_writes(arguments, inputs, monkeypatch):
    alone = softmax("ensemble", *arguments)
    assert alone.code == 0
    for part_size in (700, 10**6):
        use_threads(monkeypatch, part_size=part_size)
        folder = f"out{part_size}/"
        shown = ensemble(*arguments, folder=folder)
        assert (shown.err, shown.code) == (alone.err, 0)
        assert joined(written(folder), "csv") == alone.out.encode()
        assert os.path.exists(os.path.join(folder, "_SUCCESS"))


def test_an_error_in_any_file_is_that_of_one_machine(inputs, monkeypatch):
    use_threads(monkeypatch, part_size=300)
    with open("b.csv", encoding="utf-8") as file:
        text = file.read()
    put(".", "bad.csv", re.sub(r"(?m)^r70,[^,]*", "r70,x", text))
    for arguments in (("a.csv", "bad.csv"), ("bad.csv", "a.csv"), ("g.npy", "bad.csv")):
        alone = softmax("ensemble", "-q", *arguments, "--columns", "cat,dog,bird")
        if "g.npy" in arguments:
            alone = softmax("ensemble", "-q", *arguments)
        options = () if "g.npy" in arguments else ("--columns", "cat,dog,bird")
        shown = ensemble("-q", *arguments, *options, folder=f"{arguments[0]}-{arguments[1]}/")
        assert "bad.csv, line" in shown.err
        assert (shown.err, shown.code) == (alone.err, 1)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("a.csv", "reversed.csv"), 1, 'identifiers "id" are not in the order of a.csv'),
        (("a.csv", "short.csv"), 1, "short.csv: 70 rows, but a.csv has 80"),
        (("a.csv", "h.csv.gz"), 2, "h.csv.gz: --cluster cannot split this file"),
        (("a.csv", "-"), 2, "--cluster reads files"),
    ],
)
def test_what_cannot_be_matched_in_parts_is_rejected(arguments, code, message, inputs, monkeypatch):
    use_threads(monkeypatch, part_size=300)
    shown = ensemble("-q", *arguments)
    assert message in shown.err
    assert (shown.code, shown.out) == (code, "")


def test_warnings_name_the_file_of_probabilities(inputs, monkeypatch):
    use_threads(monkeypatch, part_size=300)
    softmax("convert", "-q", "b.csv", "-o", "p.csv")
    alone = softmax("ensemble", "-q", "a.csv", "p.csv")
    assert "warning: p.csv: rows look like probabilities" in alone.err
    assert ensemble("-q", "a.csv", "p.csv").err == alone.err
