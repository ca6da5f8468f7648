"""`.npz`: which arrays are logits and labels."""

import zipfile

import numpy as np
import pytest

from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.each import each

LOGITS = np.arange(6.0).reshape(3, 2)
LABELS = np.array([0, 1, 1])


def _opened(tmp_path, read_options=None, **arrays):
    np.savez(tmp_path / "x.npz", **arrays)
    source = open_source(str(tmp_path / "x.npz"), read_options or ReadOptions())
    rows = source.parse(next(source.chunks()))
    source.close()
    return source, rows


@each(
    ("read_options", "arrays", "labels"),
    [
        (ReadOptions(), {"logits": LOGITS}, None),
        (ReadOptions(), {"scores": LOGITS}, None),
        (ReadOptions(), {"logits": LOGITS, "features": LOGITS.T}, None),
        (ReadOptions(), {"logits": LOGITS, "labels": LABELS}, "labels"),
        (ReadOptions(), {"scores": LOGITS, "targets": LABELS}, "targets"),
        (ReadOptions(), {"scores": LOGITS, "y": LABELS[:, None]}, "y"),
        (ReadOptions(columns=("b",)), {"a": LOGITS.T, "b": LOGITS, "labels": LABELS}, "labels"),
        (
            ReadOptions(labels=("gold",)),
            {"logits": LOGITS, "gold": LABELS, "y": LABELS + 1},
            "gold",
        ),
    ],
)
def test_arrays_are_found_by_their_names(read_options, arrays, labels, tmp_path):
    source, rows = _opened(tmp_path, read_options, **arrays)
    assert rows.logits.tolist() == LOGITS.tolist()
    assert source.columns.names == ("0", "1", *([labels] if labels else []))
    assert source.columns.labels == ((2,) if labels else ())
    if labels:
        assert rows.read_labels().to_series().to_list() == LABELS.tolist()


def test_one_hot_labels_are_a_column_each(tmp_path):
    source, rows = _opened(tmp_path, logits=LOGITS, labels=np.eye(2)[LABELS])
    assert source.columns.names == ("0", "1", "labels_0", "labels_1")
    assert rows.passthrough.rows() == [(1.0, 0.0), (0.0, 1.0), (0.0, 1.0)]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_members_of_every_compression_are_read(method, tmp_path):
    np.save(tmp_path / "logits.npy", LOGITS)
    with zipfile.ZipFile(tmp_path / "x.npz", "w", method) as archive:
        archive.write(tmp_path / "logits.npy", "logits.npy")
    source = open_source(str(tmp_path / "x.npz"), ReadOptions())
    assert source.parse(next(source.chunks())).logits.tolist() == LOGITS.tolist()
    source.close()


def test_the_column_of_labels_keeps_the_name_of_its_array(tmp_path):
    source, _ = _opened(tmp_path, logits=LOGITS, targets=LABELS)
    assert source.columns.names == ("0", "1", "targets")
