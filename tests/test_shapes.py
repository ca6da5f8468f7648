"""Each row of the table of shapes in the README: its command, on a small file of that shape."""

import json
import re

import numpy as np
import polars as pl
import pytest

from tests.docs import README
from tests.runner import softmax

TOKEN = {
    "token": "Yes",
    "logprob": -0.2,
    "top_logprobs": [{"token": "Yes", "logprob": -0.2}, {"token": "No", "logprob": -1.7}],
}
RESPONSE = {"id": "r1", "choices": [{"index": 0, "logprobs": {"content": [TOKEN]}}]}
SAMPLE = {
    "doc_id": 0,
    "target": 1,
    "filtered_resps": [[-3.0, False], [-1.0, True]],
    "arguments": [["Q", " a"], ["Q", " b"]],
}


def _lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def _npy(path):
    np.save(path, np.zeros((3, 2, 4)))


def _npz(path):
    np.savez(path, logits=np.array([[2.0, 0.0], [0.0, 1.0]]), labels=np.array([0, 1]))


def _parquet(path):
    pl.DataFrame({"id": ["a"], "logits": [[0.0, 0.0]]}).write_parquet(path)


# The content of the file of each command, and what the output must hold.
CASES = {
    "softmax convert logits.csv": ("id,cat,dog\na,0,0\n", "id,cat,dog\na,0.5,0.5\n"),
    "softmax convert vectors.csv": (
        'id,v,w\na,"[0, 0]",x\n',
        'id,v,w\na,"[0.5,0.5]",x\n',
    ),
    "softmax convert records.jsonl": (_lines({"id": 7, "logits": [0, 0]}), '{"id":7,"logits":[0.5,0.5]}\n'),
    "softmax convert scores.jsonl": (
        _lines({"id": 7, "scores": {"cat": 1, "dog": 1}}),
        '"cat":0.5,"dog":0.5',
    ),
    "softmax convert best.jsonl --candidates cat,dog --from probabilities": (
        _lines({"id": 7, "scores": [{"label": "cat", "score": 0.5}, {"label": "dog", "score": 0.25}]}),
        '"mass":0.75',
    ),
    "softmax convert table.json": (
        json.dumps({"columns": ["cat", "dog"], "data": [[0, 0]]}),
        '[\n{"cat":0.5,"dog":0.5}\n]\n',
    ),
    "softmax convert responses.jsonl --top 2": (_lines(RESPONSE), '"mass":1.001'),
    "softmax convert responses.jsonl --candidates Yes,No": (_lines(RESPONSE), '"Yes":0.81'),
    "softmax evaluate samples.jsonl": (_lines(SAMPLE, SAMPLE | {"doc_id": 1}), "2 labeled rows"),
    "softmax convert logits.npy --axis 1": (_npy, np.full((12, 2), 0.5)),
    "softmax evaluate logits.npz": (_npz, "2 labeled rows"),
    "softmax convert logits.parquet": (_parquet, pl.DataFrame({"id": ["a"], "logits": [[0.5, 0.5]]})),
    "softmax convert long.csv --group query --value score": (
        "query,item,score\nq1,a,0\nq1,b,0\nq2,a,3\n",
        "query,item,score,probability\nq1,a,0,0.5\nq1,b,0,0.5\nq2,a,3,1.0\n",
    ),
}  # fmt: skip


def test_the_table_lists_these_commands():
    table = README.read_text(encoding="utf-8").partition("| shape | command |")[2]
    rows = table.partition("\n\n")[0].splitlines()[2:]
    commands = [re.findall(r"`(softmax (?:convert|evaluate) [^`]*)`", row)[0] for row in rows]
    assert commands == list(CASES)


@pytest.mark.parametrize("command", CASES)
def test_each_shape_gives_what_its_row_says(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content, expected = CASES[command]
    _, *arguments = command.split()
    path = tmp_path / arguments[1]
    content(path) if callable(content) else path.write_text(content)
    if isinstance(expected, str):
        ran = softmax(*arguments, "-q")
        assert expected in ran.out
        return
    out = tmp_path / f"out{path.suffix}"
    ran = softmax(*arguments, "-q", "-o", str(out))
    if isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(np.load(out), expected)
    else:
        assert pl.read_parquet(out).equals(expected)
    assert ran.code == 0
