"""Matrices in memory and in a file hold the same."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.tables.wide import matrices
from softmax_cli.formats.tables.wide.matrices import MatrixInFile, MatrixInMemory, new_matrix


@pytest.mark.parametrize(("most", "kind"), [(0, MatrixInFile), (99, MatrixInMemory)])
def test_columns_go_in_and_rows_come_out(most, kind, monkeypatch):
    monkeypatch.setattr(matrices, "_IN_MEMORY", most)
    expected = np.arange(35.0).reshape(5, 7)
    matrix = new_matrix((5, 7), np.dtype(np.float32), "x")
    assert isinstance(matrix, kind)
    for columns in (slice(0, 3), slice(3, 4), slice(4, 7)):
        matrix.append(expected[:, columns])
    for first, stop in ((0, 5), (2, 3), (4, 5), (3, 3)):
        rows = matrix.rows(first, stop)
        assert rows.dtype == np.float32
        assert np.array_equal(rows, expected[first:stop])
    matrix.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_an_error_that_says_what_to_do(monkeypatch):
    def full(**_options):
        return os.fdopen(os.open("/dev/full", os.O_RDWR), "r+b", buffering=0)

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    matrix = MatrixInFile(np.dtype(float), "x")
    with pytest.raises(SoftmaxError, match=r"temporary file: No space .* Set TMPDIR"):
        matrix.append(np.zeros((3, 3)))
    matrix.close()
