"""Arrays as rows and as labels."""

import io

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.arrays import source as array_source
from softmax_cli.formats.arrays.array_layout import ArrayUse
from softmax_cli.formats.arrays.labels import LabelArray
from softmax_cli.formats.arrays.npy_stream import ArrayStream
from softmax_cli.formats.arrays.source import ArraySource
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import NumberedRows

LOGITS = np.arange(21.0).reshape(7, 3)


def _stream(array, *, as_column=False, more=b""):
    file = io.BytesIO()
    np.save(file, array)
    whole = io.BytesIO(file.getvalue() + more)
    return ArrayStream(whole.read, "x", ArrayUse(as_column, as_labels=as_column))


def _labels(array, name="labels"):
    return LabelArray(_stream(array, as_column=True), lambda: None, name)


def _source(array=LOGITS, labels=None, more=b"", **read_options):
    stream = _stream(array, more=more)
    return ArraySource(stream, ReadOptions(**read_options), "npy", lambda: None, labels)


@pytest.mark.parametrize("values", [1, 4, 6, 21, 1000])
def test_blocks_are_whole_rows_with_their_labels_however_they_are_cut(monkeypatch, values):
    monkeypatch.setattr(array_source, "_VALUES", values)
    source = _source(labels=_labels(np.arange(7)))
    first, logits, labels = 1, [], []
    for chunk in source.chunks():
        rows = source.parse(chunk)
        assert chunk.first_row == rows.location(0).row == first
        assert len(rows) == rows.passthrough.height == max(1, min(values // 3, 8 - first))
        first += len(rows)
        logits += rows.logits.tolist()
        labels += rows.read_labels()["labels"].to_list()
    assert (logits, labels) == (LOGITS.tolist(), [*range(7)])
    assert chunk.position == 128 + LOGITS.nbytes


@pytest.mark.parametrize(
    ("columns", "names", "logits"),
    [
        ((), ("0", "1", "2"), [0, 1, 2]),
        (("1-3",), ("0", "1", "2"), [0, 1, 2]),
        (("3,1",), ("2", "0"), [2, 0]),
        (("2",), ("1",), [1]),
        (("3-3", "1-2"), ("2", "0", "1"), [2, 0, 1]),
    ],
)
def test_columns_are_chosen_by_their_numbers_from_1(columns, names, logits):
    source = _source(columns=columns)
    assert source.columns.names == names
    assert not source.columns.header
    assert source.parse(next(source.chunks())).logits[0].tolist() == logits


def test_a_column_that_is_not_there_is_refused():
    with pytest.raises(UsageError, match='--columns: no column "4"'):
        _source(columns=("4",))


@pytest.mark.parametrize(
    ("array", "single", "flat"),
    [(LOGITS, False, False), (LOGITS.astype("f4"), True, False), (LOGITS.astype(">f2"), True, False),
     (LOGITS.astype("i1"), False, False), (LOGITS[0], False, True)],
)  # fmt: skip
def test_a_source_tells_how_exact_and_of_how_many_axes_it_was(array, single, flat):
    source = _source(array)
    assert (source.float32, source.one_dimensional, source.size) == (single, flat, array.nbytes)


def test_labels_stand_behind_the_classes():
    source = _source(labels=_labels(np.eye(3, dtype="u1")[[0] * 7], "gold"), columns=("2,3",))
    columns = source.columns
    assert columns.names == ("1", "2", "gold_0", "gold_1", "gold_2")
    assert (columns.classes, columns.labels) == (("1", "2"), (2, 3, 4))
    assert source.dtypes == dict.fromkeys((2, 3, 4), pl.UInt8)


def test_what_goes_on_behind_an_array_is_refused_at_its_end():
    chunks = _source(more=b"\0").chunks()
    next(chunks)
    with pytest.raises(SoftmaxError, match="trailing data after the array"):
        next(chunks)


@pytest.mark.parametrize(
    ("count", "message"),
    [(6, "6 labels for at least 7 rows"), (8, "8 labels for 7 rows")],
)
def test_another_number_of_labels_is_refused(count, message):
    with pytest.raises(SoftmaxError, match=message):
        list(_source(labels=_labels(np.zeros(count))).chunks())


@pytest.mark.parametrize(
    ("array", "names", "rows"),
    [
        (np.array([2, -1], ">i4"), ["labels"], [(2,), (-1,)]),
        (np.array([[1], [0]], "u1"), ["labels"], [(1,), (0,)]),
        (np.array([1.0, np.nan], "<f2"), ["labels"], [(1.0,), (None,)]),
        (np.array([[True, False]]), ["labels_0", "labels_1"], [(1, 0)]),
        (np.asfortranarray([[1, 0], [0, 1]]), ["labels_0", "labels_1"], [(1, 0), (0, 1)]),
        (np.array([2**64 - 1], "u8"), ["labels"], [(2**64 - 1,)]),
    ],
    ids=["big-endian", "column", "half", "truths", "fortran", "large"],
)
def test_labels_of_every_type_are_columns(array, names, rows):
    labels = _labels(array)
    frame, where = labels.take(len(rows))
    assert (labels.names, frame.columns, frame.rows()) == (names, names, rows)
    assert where(0).row == 1
    labels.require_end()


def test_labels_are_taken_as_rows_come():
    labels = _labels(np.arange(5))
    for first, count in [(0, 2), (2, 0), (2, 3)]:
        frame, where = labels.take(count)
        assert frame["labels"].to_list() == [*range(first, first + count)]
        assert where(0).row == first + 1
    labels.require_end()


def test_labels_with_more_behind_them_are_refused():
    labels = LabelArray(_stream(np.arange(2), as_column=True, more=b"x"), lambda: None)
    labels.take(2)
    with pytest.raises(SoftmaxError, match="trailing data after the array"):
        labels.require_end()


def test_rows_without_other_columns_have_none():
    columns = Columns(("1", "2"), False, (0, 1))
    rows = NumberedRows(np.array([[0.0, np.nan]]), columns, "f", 5)
    assert rows.passthrough.shape == rows.read_labels().shape == (0, 0)
    assert (
        str(rows.row_error(0)) == "f, row 5: a logit is NaN. Use --invalid skip to skip such rows."
    )
