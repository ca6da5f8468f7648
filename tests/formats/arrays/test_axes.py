"""Arrays of several axes: `--axis` names that of the classes, and the others become rows."""

import io
import json

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.arrays import npy_stream
from softmax_cli.formats.arrays.array_layout import ArrayUse
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.each import each
from tests.runner import softmax, spawn

SHAPES = [(2, 3, 4, 5), (3, 4), (7,), (2, 5, 3), (4, 1, 2), (1, 3, 2, 2)]
CASES = [(shape, axis) for shape in SHAPES for axis in range(-len(shape), len(shape))]


def _rows(source):
    rows = np.vstack([source.parse(chunk).logits for chunk in source.chunks()])
    source.close()
    return rows


@each("order", "CF")
@each(("shape", "axis"), CASES)
def test_classes_lie_on_the_axis_and_rows_are_in_order(shape, axis, order, tmp_path):
    array = np.arange(np.prod(shape), dtype="f4").reshape(shape)
    expected = np.moveaxis(array, axis, -1).reshape(-1, shape[axis])
    if shape[axis] == 1:
        return
    np.save(tmp_path / "x.npy", np.array(array, order=order))
    np.savez(tmp_path / "x.npz", np.array(array, order=order))
    for name in ("x.npy", "x.npz"):
        source = open_source(str(tmp_path / name), ReadOptions(axis=axis))
        assert np.array_equal(_rows(source), expected)


@pytest.mark.parametrize("whole", [1, 1 << 20])
@pytest.mark.parametrize("random_access", [True, False])
@pytest.mark.parametrize("count", [1, 3, 4, 7, 100])
def test_rows_are_the_same_however_they_are_read(
    count, random_access, whole, monkeypatch, tmp_path
):
    monkeypatch.setattr(npy_stream, "_WHOLE_VALUES", whole)
    array = np.random.default_rng(0).normal(size=(3, 4, 6))
    np.save(tmp_path / "x.npy", array)
    with open(tmp_path / "x.npy", "rb") as file:
        descriptor = file.fileno() if random_access else None
        stream = npy_stream.ArrayStream(file.read, "x", ArrayUse(axis=1), descriptor=descriptor)
        parts = [stream.next_rows(count) for _ in range(0, 18, count)]
        rows = np.vstack([read() for read in parts])
    assert np.array_equal(rows, np.moveaxis(array, 1, -1).reshape(-1, 4))


@pytest.mark.parametrize("shape", [(1, 3, 2, 2), (2, 5, 3), (1, 1, 1)], ids=str)
def test_more_axes_are_refused_without_the_option(shape, tmp_path):
    np.save(tmp_path / "x.npy", np.ones(shape))
    ran = softmax("convert", str(tmp_path / "x.npy"))
    assert f"ambiguous class axis: array of shape {shape}. Name the axis" in ran.err
    assert "--axis" in ran.err
    assert (ran.out, ran.code) == ("", 1)


@pytest.mark.parametrize("axis", [2, -3, 100])
def test_axis_that_is_not_there_is_a_usage_error(axis, tmp_path):
    np.save(tmp_path / "x.npy", np.ones((2, 2)))
    with pytest.raises(UsageError, match=r"array of shape \(2, 2\) has no such axis"):
        open_source(str(tmp_path / "x.npy"), ReadOptions(axis=axis))


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.json", "x.parquet", "x.arrow"])
def test_axis_is_for_arrays_alone(name):
    ran = softmax("convert", name, "--axis", "1")
    assert ran.err == (
        f"softmax: {name}: --axis applies to npy and npz, not {name.partition('.')[2]}.\n"
    )
    assert ran.code == 2
    assert "--axis applies to files" in softmax("convert", "1", "2", "--axis", "0").err


def test_one_axis_under_softmax_is_one_row_with_a_warning(tmp_path):
    path = str(tmp_path / "x.npy")
    np.save(path, np.zeros(4))
    ran = softmax("convert", "-q", path)
    assert ran.out == "0.25,0.25,0.25,0.25\n"
    assert ran.err == (
        f"softmax: warning: {path}: array of shape (4,) is read as one row of 4 classes. "
        "Use -a sigmoid if it is 4 binary scores, --axis 0 if it is one row.\n"
    )
    assert softmax("convert", path, "--axis", "0").err == ""
    ran = softmax("convert", path, "-a", "sigmoid")
    assert (ran.out, ran.err) == ("0.5\n" * 4, "")
    np.save(path, np.zeros((1, 4)))
    assert softmax("convert", path).err == ""


def test_one_axis_with_as_many_labels_is_one_score_per_row(tmp_path):
    path = str(tmp_path / "x.npz")
    np.savez(path, logits=np.array([2.0, -1.0]), labels=np.array([1, 0]))
    assert "Use -a sigmoid for binary scores" in softmax("evaluate", path).err
    shown = softmax("evaluate", path, "-a", "sigmoid", "-f", "json").out
    assert json.loads(shown)["metrics"]["accuracy"] == 1


@pytest.mark.parametrize("name", ["one file", "two files"])
def test_labels_of_rows_on_several_axes(name, tmp_path):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 3, 4, 5))
    labels = logits.argmax(1)
    labels[0, 0] = -1
    path = str(tmp_path / "x.npz")
    arguments = ["--axis", "1", "-f", "json"]
    if name == "one file":
        np.savez(path, logits=logits, labels=labels)
    else:
        np.savez(path, logits=logits)
        np.save(tmp_path / "y.npy", labels)
        arguments += ["--labels", str(tmp_path / "y.npy")]
    shown = json.loads(softmax("evaluate", path, *arguments).out)
    assert (shown["rows"], shown["unlabeled"]) == (35, 5)
    assert shown["metrics"]["accuracy"] == 1


def test_array_of_several_axes_comes_from_a_pipe():
    file = io.BytesIO()
    np.save(file, np.zeros((2, 4, 3)))
    ran = spawn("convert", "--input-format", "npy", "--axis", "1", stdin=file.getvalue())
    assert ran.out == "0.25,0.25,0.25,0.25\n" * 6


def test_stream_cut_short_between_blocks_is_refused():
    file = io.BytesIO()
    np.save(file, np.zeros((2, 4, 3)))
    whole = io.BytesIO(file.getvalue()[:-8])
    stream = npy_stream.ArrayStream(whole.read, "x", ArrayUse(axis=1))
    assert stream.next_rows(3)().shape == (3, 4)
    with pytest.raises(SoftmaxError, match="truncated array: 8 bytes missing"):
        stream.next_rows(1)()


def test_the_axis_of_logits_is_none_of_labels(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("a.npz", logits=np.zeros((2, 6)), labels=np.array([0, 1, 0, 1, 0, 1]))
    ran = softmax("convert", "-q", "--axis", "0", "a.npz")
    assert ran.out.splitlines()[1] == "0.5,0.5,0"
    ran = softmax("convert", "-q", "a.npz")
    assert (ran.out, ran.err) == ("", "softmax: a.npz[labels]: 6 labels for 2 rows.\n")
