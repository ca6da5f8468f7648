"""Labels in arrays: text, probabilities, and the arrays of Hugging Face's Trainer."""

import json

import numpy as np
import pytest

from tests.runner import softmax, spawn

LOGITS = np.array([[2.0, 1.0], [0.5, 3.0]])


def _accuracy(path, *arguments):
    ran = softmax("evaluate", str(path), "-f", "json", *map(str, arguments))
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["metrics"]["accuracy"]


@pytest.mark.parametrize("labels", [["0", "1"], [b"0", b"1"], [" 0", "1 "]], ids=str)
def test_text_is_a_label(labels, tmp_path):
    np.savez(tmp_path / "x.npz", logits=LOGITS, labels=np.array(labels))
    assert _accuracy(tmp_path / "x.npz") == 1


def test_text_names_the_classes_of_another_file(tmp_path):
    (tmp_path / "x.csv").write_text("虎,dog\n2,1\n0.5,3\n")
    for labels in (["虎", "dog"], ["虎".encode(), b"dog"]):
        np.save(tmp_path / "y.npy", np.array(labels))
        assert _accuracy(tmp_path / "x.csv", "--labels", tmp_path / "y.npy") == 1


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([b"\xff", b"a"]), "invalid text in labels"),
        (np.array([1j, 2]), "array holds complex numbers, not numbers"),
        (np.array([(1,), (2,)], [("label", "i8")]), "labels are records. Save one field"),
    ],
)
def test_other_labels_are_refused(array, message, tmp_path):
    np.savez(tmp_path / "x.npz", logits=LOGITS, labels=array)
    ran = softmax("evaluate", str(tmp_path / "x.npz"))
    assert message in ran.err
    assert ran.code == 1


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("separate", [False, True])
def test_probabilities_are_no_labels(activation, separate, tmp_path):
    soft = np.array([[1.0, 0.0], [0.1, 0.9]])
    arguments = ["-a", activation]
    if separate:
        np.savez(tmp_path / "x.npz", logits=LOGITS)
        np.save(tmp_path / "y.npy", soft)
        arguments += ["--labels", str(tmp_path / "y.npy")]
    else:
        np.savez(tmp_path / "x.npz", logits=LOGITS, labels=soft)
    ran = softmax("evaluate", str(tmp_path / "x.npz"), *arguments)
    assert "row 2: soft labels: 0.1, 0.9 are probabilities, not a class." in ran.err
    assert "labels.argmax(1)" in ran.err
    assert ran.code == 1


def test_probabilities_pass_through_a_conversion(tmp_path):
    np.savez(tmp_path / "x.npz", logits=LOGITS * 0, labels=np.array([[0.25, 0.75]] * 2))
    ran = softmax("convert", str(tmp_path / "x.npz"))
    assert ran.out == "0,1,labels_0,labels_1\n" + "0.5,0.5,0.25,0.75\n" * 2


def test_one_hot_floats_are_labels(tmp_path):
    np.savez(tmp_path / "x.npz", logits=LOGITS, labels=np.eye(2))
    assert _accuracy(tmp_path / "x.npz") == 1


@pytest.mark.parametrize(
    "arrays",
    [
        {"predictions": LOGITS, "label_ids": [0, 1]},
        {"predictions": LOGITS, "label_ids": [0, 1], "losses": [0.1, 0.2]},
        {"logits": LOGITS, "labels": [0, 1], "predictions": [1, 0]},
        {"arr_0": LOGITS, "y_true": [0, 1]},
        {"scores": LOGITS, "target": [-100, 1]},
    ],
    ids=str,
)
def test_logits_and_labels_of_an_archive_go_by_usual_names(arrays, tmp_path):
    np.savez(tmp_path / "x.npz", **arrays)
    assert _accuracy(tmp_path / "x.npz") == 1


def test_archive_comes_from_a_pipe(tmp_path):
    np.savez(tmp_path / "x.npz", logits=LOGITS * 0)
    content = (tmp_path / "x.npz").read_bytes()
    assert spawn("convert", "--input-format", "npz", stdin=content).out == "0.5,0.5\n" * 2
