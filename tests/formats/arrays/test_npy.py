"""`.npy` from files and pipes."""

import io
import os
import subprocess

import numpy as np
import pytest

from softmax_cli import softmax as softmax_of
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.runner import PROGRAM, softmax

LOGITS = np.random.default_rng(1).normal(size=(5, 3))


def _bytes(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _lines(array):
    return "".join(",".join(map(repr, row)) + "\n" for row in array.tolist())


def test_an_array_comes_from_a_pipe():
    done = subprocess.run(
        [*PROGRAM, "convert", "--input-format", "npy"],
        input=_bytes(LOGITS),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode() == _lines(softmax_of(LOGITS))


def test_a_pipe_cut_short_is_refused():
    done = subprocess.run(
        [*PROGRAM, "convert", "--input-format", "npy"],
        input=_bytes(LOGITS)[:-5],
        capture_output=True,
        check=False,
    )
    assert done.stderr == b"softmax: <stdin>: truncated array: 5 bytes missing.\n"
    assert (done.stdout, done.returncode) == (b"", 1)


def test_fortran_order_is_read_from_a_file_and_from_a_pipe():
    given = _bytes(np.asfortranarray(LOGITS))
    assert softmax("convert", "--input-format", "npy", stdin=given).out == _lines(
        softmax_of(LOGITS)
    )
    done = subprocess.run(
        [*PROGRAM, "convert", "--input-format", "npy"],
        input=given,
        capture_output=True,
        check=False,
    )
    assert done.stdout.decode() == _lines(softmax_of(LOGITS))
    assert done.returncode == 0


@pytest.mark.parametrize("order", "CF")
def test_arrays_of_many_blocks_are_read_in_order(order, tmp_path):
    array = np.arange(900_000, dtype="f4").reshape(-1, 3) % 7
    np.save(tmp_path / "x.npy", np.array(array, order=order))
    source = open_source(str(tmp_path / "x.npy"), ReadOptions())
    chunks = list(source.chunks())
    assert len(chunks) > 2
    assert np.array_equal(np.vstack([source.parse(chunk).logits for chunk in chunks]), array)
    assert chunks[-1].position == os.path.getsize(tmp_path / "x.npy")
    assert source.parse(chunks[1]).location(0).row == chunks[0].read().shape[0] + 1
    source.close()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header_is_read(version, tmp_path):
    with open(tmp_path / "x.npy", "wb") as file:
        np.lib.format.write_array(file, LOGITS, version)
    assert softmax("convert", str(tmp_path / "x.npy")).out == _lines(softmax_of(LOGITS))
