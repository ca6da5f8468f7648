"""Rows of an array, read in any order."""

import io

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.arrays.array_layout import ArrayUse
from softmax_cli.formats.arrays.npy_stream import ArrayStream, as_floats
from tests.each import each


def _stream(array, *, as_column=False, step=1 << 20, cut=None):
    file = io.BytesIO()
    np.save(file, array)
    whole = io.BytesIO(file.getvalue()[:cut])
    return ArrayStream(lambda size: whole.read(min(size, step)), "x", ArrayUse(as_column))


@each("step", [1, 3, 8, 1000])
@each("count", [1, 2, 5, 100])
def test_rows_are_the_same_however_they_are_read(step, count):
    array = np.random.default_rng(0).normal(size=(7, 3))
    stream = _stream(array, step=step)
    parts = [stream.next_rows(count)() for _ in range(0, 7, count)]
    assert np.array_equal(np.vstack(parts), array)
    assert len(stream.next_rows(5)()) == 0
    assert stream.position == 128 + array.nbytes


@pytest.mark.parametrize(("as_column", "shape"), [(False, (1, 4)), (True, (4, 1))])
def test_one_axis_is_a_row_or_a_column(as_column, shape):
    stream = _stream(np.arange(4.0), as_column=as_column)
    assert (stream.rows, stream.width, stream.one_dimensional) == (*shape, True)
    assert stream.next_rows(9)().shape == shape


@each("kind", ["<f2", ">f4", "<f8", ">i2", "u1", "<u8"])
def test_numbers_of_every_type_are_floats(kind):
    floats = as_floats(_stream(np.array([[0, 1, 2]]).astype(kind)).next_rows(1)())
    assert floats.dtype == np.float64
    assert floats.tolist() == [[0, 1, 2]]


def test_an_array_cut_short_is_refused_when_that_is_reached():
    stream = _stream(np.ones((4, 2)), cut=-8)
    assert stream.next_rows(3)().shape == (3, 2)
    with pytest.raises(SoftmaxError, match="truncated array: 8 bytes missing"):
        stream.next_rows(1)()
