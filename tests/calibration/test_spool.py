"""Rows stored for later passes, in memory and on disk."""

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from softmax_cli.calibration import spool
from softmax_cli.calibration.spool import Spool
from softmax_cli.errors import SoftmaxError


@pytest.fixture(params=["memory", "some", "disk"])
def room(request, monkeypatch):
    monkeypatch.setattr(
        spool, "_IN_MEMORY", {"memory": 1 << 25, "some": 500, "disk": 0}[request.param]
    )


@pytest.fixture
def kept(room):
    spool_ = Spool()
    yield spool_
    spool_.close()


def _blocks(seed=0):
    random = np.random.RandomState(seed)
    for i, rows in enumerate([7, 1, 0, 20, 3, 1]):
        logits = random.normal(size=(rows, 3))
        if rows:
            logits[0, 0] = -np.inf
        yield np.array(logits, order="CF"[i % 2]), random.randint(-1, 3, rows)


def test_what_is_read_is_what_was_added(kept):
    chunks = list(_blocks())
    for logits, known in chunks:
        kept.add(logits, known)
    full = [chunk for chunk in chunks if len(chunk[0])]
    assert kept.rows == 32
    assert len(kept) == len(full)
    for _ in range(3):
        for i, (logits, known) in enumerate(full):
            found = kept.read(i)
            np.testing.assert_array_equal(found[0], logits)
            np.testing.assert_array_equal(found[1], known)
            assert found[0].dtype == np.float64


def test_rows_of_labels_are_kept_with_them(kept):
    known = np.array([[1, 0, -1], [0, 0, 1]], np.int8)
    kept.add(np.zeros((2, 3)), known)
    np.testing.assert_array_equal(kept.read(0)[1], known)


def test_many_threads_may_read_at_once(kept):
    for i in range(50):
        kept.add(np.full((i + 1, 4), float(i)), np.full(i + 1, i))
    with ThreadPoolExecutor(8) as pool:
        for i, (logits, known) in enumerate(pool.map(kept.read, list(range(50)))):
            assert logits.shape == (i + 1, 4)
            assert (logits == i).all()
            assert (known == i).all()


def test_blocks_may_be_added_between_readings(kept):
    kept.add(np.ones((40, 2)), np.zeros(40, int))
    assert kept.read(0)[0].sum() == 80
    kept.add(np.full((40, 2), 2.0), np.zeros(40, int))
    assert kept.read(1)[0].sum() == 160
    assert kept.read(0)[0].sum() == 80


def test_an_empty_spool_has_nothing_to_close():
    kept = Spool()
    assert (len(kept), kept.rows) == (0, 0)
    kept.close()


def test_the_file_has_no_name_and_is_closed(monkeypatch, tmp_path):
    monkeypatch.setattr(spool, "_IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    kept = Spool()
    kept.add(np.zeros((4, 2)), np.zeros(4, int))
    assert os.listdir(tmp_path) == []
    file = kept._file
    kept.close()
    assert file.closed


def test_a_folder_that_cannot_be_written_to_is_an_error(monkeypatch, tmp_path):
    monkeypatch.setattr(spool, "_IN_MEMORY", 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(SoftmaxError, match="none: No such file or directory"):
        Spool().add(np.zeros((4, 2)), np.zeros(4, int))
