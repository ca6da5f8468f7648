"""Arrays of records: fields are columns by their names."""

import io
import json

import numpy as np
import pytest

from tests.runner import softmax

CLASSES = [("id", ">i4"), ("who", "U3"), ("cat", "<f4"), ("dog", ">f8"), ("label", "S3")]
ROWS = [(1, "虎", 0.5, 0.5, b"cat"), (2, "b", 1.25, 1.25, b"dog")]


def _saved(tmp_path, rows, dtype):
    path = str(tmp_path / "x.npy")
    np.save(path, np.array(rows, dtype))
    return path


def test_numeric_fields_are_classes_and_others_pass_through(tmp_path):
    path = _saved(tmp_path, ROWS, CLASSES)
    ran = softmax("convert", path, "-f", "csv")
    assert ran.out == "id,who,cat,dog,label\n1,虎,0.5,0.5,cat\n2,b,0.5,0.5,dog\n"
    assert ran.err == (
        f'softmax: {path}: 2 logits: "cat", "dog"; passthrough: "id", "who"; label: "label"\n'
    )
    with open(path, "rb") as file:
        piped = softmax("convert", "-q", "--input-format", "npy", "-f", "csv", stdin=file.read())
    assert piped.out == ran.out
    shown = json.loads(softmax("evaluate", path, "-f", "json").out)
    assert shown["metrics"]["accuracy"] == 0.5


def test_options_name_fields(tmp_path):
    dtype = [("a", "f8"), ("b", "f8"), ("c", "f8"), ("y", "?")]
    path = _saved(tmp_path, [(1.5, 1.5, 1e6, True)], dtype)
    for arguments in (["--columns", "a,b"], ["--id", "c"], ["--columns", "!c"]):
        assert softmax("convert", path, "-f", "csv", *arguments).out == (
            "a,b,c,y\n0.5,0.5,1000000.0,true\n"
        )
    ran = softmax("convert", path, "--columns", "a,y")
    assert 'column "y": field has type bool, not a number.' in ran.err
    assert "--axis: the array holds records" in softmax("convert", path, "--axis", "0").err


def test_field_of_several_numbers_is_the_row_of_logits(tmp_path):
    dtype = [("who", "U1"), ("logits", "f4", (2,)), ("label", "i8")]
    path = _saved(tmp_path, [("a", (1.0, 1.0), 0), ("b", (5.0, 5.0), 1)], dtype)
    assert softmax("convert", "-q", path, "-f", "csv").out == (
        "who,0,1,label\na,0.5,0.5,0\nb,0.5,0.5,1\n"
    )


def test_many_records_come_in_order(tmp_path):
    rows = np.zeros(300_000, [("n", "i8"), ("a", "f8"), ("b", "f8")])
    rows["n"] = np.arange(len(rows))
    np.savez(tmp_path / "x.npz", rows)
    ran = softmax("convert", "-q", "--id", "n", str(tmp_path / "x.npz"), "-f", "csv")
    assert ran.code == 2  # an archive has arrays, not columns, for --id
    path = _saved(tmp_path, rows, rows.dtype)
    ran = softmax("convert", "-q", "--id", "n", path, "-f", "csv")
    assert ran.out.splitlines()[1:] == [f"{i},0.5,0.5" for i in range(300_000)]


@pytest.mark.parametrize(
    ("dtype", "message"),
    [
        ([("a", "U2"), ("b", "U2")], 'no logit columns: "a" holds "<U2", "b" holds "<U2".'),
        ([("a", "f8", (2, 2))], 'no logit columns: "a" holds'),
    ],
)
def test_records_without_numbers_are_refused(dtype, message, tmp_path):
    ran = softmax("convert", _saved(tmp_path, np.zeros(2, dtype), dtype))
    assert message in ran.err
    assert ran.code == 1


def test_records_cut_short_are_refused():
    file = io.BytesIO()
    np.save(file, np.array(ROWS, CLASSES))
    ran = softmax("convert", "--input-format", "npy", stdin=file.getvalue()[:-1])
    assert ran.code == 1
    assert "found" in ran.err or "truncated array" in ran.err
