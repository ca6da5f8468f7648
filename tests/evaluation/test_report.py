"""What `evaluate` finds of a stream, block by block."""

import pytest

from softmax_cli.evaluation.report import evaluate_stream, make_summarizer
from softmax_cli.metrics.summary import Binning
from tests.chunks import WHOLE, cut_blocks
from tests.labeled_text import labeled
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE, reference_csv


def _assessed(folder, text, temperature=1.0, binning="width", jobs=2, update=None, **said):
    with labeled(folder, text, **said) as stream:
        summary = make_summarizer(stream.input_scale, temperature, Binning(15, binning))
        told = update or (lambda *_: None)
        return evaluate_stream(
            stream, said.get("activation", "softmax"), summary, temperature, jobs, told
        )


@pytest.mark.parametrize(("cells", "jobs"), [(30, 1), (30, 4), (WHOLE, 1)])
@pytest.mark.parametrize(("temperature", "figures"), [(1.0, AT_ONE), (TEMPERATURE, AT_BEST)])
def test_the_reference_set_has_its_figures(
    tmp_path, monkeypatch, cells, jobs, temperature, figures
):
    cut_blocks(monkeypatch, cells)
    found = _assessed(tmp_path, reference_csv(), temperature, jobs=jobs)
    for name, value in figures.items():
        assert found.evaluation.metrics[name] == pytest.approx(value, abs=1e-9), name
    assert found.evaluation.classes == ("a", "b", "c", "d")
    assert (found.evaluation.rows, found.temperature) == (1000, temperature)


def test_bins_of_equal_mass_may_be_asked_for(tmp_path):
    found = _assessed(tmp_path, reference_csv(), binning="mass")
    assert found.evaluation.metrics["ece"] == pytest.approx(AT_ONE["ece_mass"], abs=1e-9)


def test_probabilities_are_judged_as_they_are(tmp_path):
    found = _assessed(
        tmp_path, "a,b,y\n0.6,0.4,a\n0.4,0.6,a\n", input_scale="probabilities"
    ).evaluation
    assert found.metrics["confidence"] == 0.6
    assert found.metrics["accuracy"] == 0.5


def test_what_was_left_out_is_counted(tmp_path):
    found = _assessed(tmp_path, "a,b,y\n1,0,a\nx,0,a\n0,1,\n0,1,b\n", invalid="skip")
    assert (found.evaluation.rows, found.evaluation.unlabeled, found.invalid) == (2, 1, 1)


def test_each_class_may_have_a_temperature_of_its_own(tmp_path):
    text = "a,b,y_a,y_b\n1,2,1,0\n-1,3,0,1\n"
    found = _assessed(tmp_path, text, [2.0, 4.0], activation="sigmoid", labels=["y_*"])
    alone = _assessed(tmp_path, "b,y\n2,0\n3,1\n", 4.0, activation="sigmoid")
    assert found.evaluation.by_class["nll"][1] == pytest.approx(
        alone.evaluation.metrics["nll"], rel=1e-14
    )


def test_progress_is_told_in_order(tmp_path, monkeypatch):
    cut_blocks(monkeypatch, 30)
    told = []
    _assessed(tmp_path, reference_csv(), jobs=3, update=lambda *at: told.append(at))
    assert told == sorted(told)
    assert told[-1] == (len(reference_csv()), 1000)
