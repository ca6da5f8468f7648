"""The reliability diagram as a picture."""

import pytest

from softmax_cli.display import plot
from softmax_cli.display.plot import save_reliability
from softmax_cli.errors import SoftmaxError
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import assessed, independent

pytest.importorskip("matplotlib")


@pytest.mark.parametrize(
    ("suffix", "start"), [(".png", b"\x89PNG\r\n"), (".svg", b"<?xml"), (".pdf", b"%PDF-")]
)
def test_the_same_rows_make_the_same_bytes(tmp_path, suffix, start):
    paths = [tmp_path / f"{i}{suffix}" for i in range(2)]
    for path in paths:
        save_reliability([assessed().evaluation], ["softmax"], str(path))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert paths[0].read_bytes().startswith(start)


@pytest.mark.parametrize(
    "evaluations",
    [
        [assessed(binning="mass").evaluation],
        [assessed().evaluation, assessed(2.0).evaluation],
        [independent().evaluation],
        [evaluate([[1.0, 0.0]], [1])],
        [evaluate([[1.0, 0.0]], [1], binning="mass")],
        [evaluate([0.0, 1.0], [0, 1], activation="sigmoid")],
        [assessed(bins=1).evaluation],
    ],
    ids=["mass", "pair", "sigmoid", "one row", "one row of mass", "certain", "one bin"],
)
def test_every_set_can_be_drawn(tmp_path, evaluations):
    path = tmp_path / "r.pdf"
    save_reliability(evaluations, ["before", "after"][: len(evaluations)], str(path))
    assert path.stat().st_size > 1000


def test_a_path_that_cannot_be_written_to_is_an_error(tmp_path):
    with pytest.raises(SoftmaxError, match="No such file or directory"):
        save_reliability([assessed().evaluation], ["x"], str(tmp_path / "none" / "r.png"))


def test_a_long_path_keeps_its_end_in_a_title():
    path = f"/{'folder/' * 20}logits.csv, softmax, before"
    assert plot._shorten("logits.csv, softmax") == "logits.csv, softmax"
    assert len(plot._shorten(path)) == 56
    assert plot._shorten(path).startswith("…")
    assert plot._shorten(path).endswith("/logits.csv, softmax, before")
