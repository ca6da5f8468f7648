"""The evaluation of a stream, chunk by chunk."""

import pytest

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.evaluation.report import Model, evaluate_stream
from softmax_cli.metrics import groups
from softmax_cli.metrics.summary import Binning
from tests.chunks import WHOLE, cut_blocks
from tests.labeled_text import labeled
from tests.reference_set import AT_BEST, AT_ONE, TEMPERATURE, reference_csv

SITES = "a,b,site,w,y\n2,1,x,1,a\n0,2,y,2,a\n0,1, x ,0,b\n1,0,,0.5,b\n"


def _evaluated(folder, text, temperature=1.0, binning="width", jobs=2, update=None, **said):
    with labeled(folder, text, **said) as stream:
        activation = said.get("activation", "softmax")
        done = update or (lambda *_: None)
        return evaluate_stream(
            Model(stream, temperature), activation, Binning(15, binning), jobs, done
        )


@pytest.mark.parametrize(("cells", "jobs"), [(30, 4), (WHOLE, 1)])
@pytest.mark.parametrize(("temperature", "figures"), [(1.0, AT_ONE), (TEMPERATURE, AT_BEST)])
def test_the_reference_set_has_its_figures(
    tmp_path, monkeypatch, cells, jobs, temperature, figures
):
    cut_blocks(monkeypatch, cells)
    found = _evaluated(tmp_path, reference_csv(), temperature, jobs=jobs)
    for name, value in figures.items():
        assert found.evaluation.metrics[name] == pytest.approx(value, abs=1e-9), name
    assert found.evaluation.classes == ("a", "b", "c", "d")
    assert (found.evaluation.rows, found.temperature) == (1000, temperature)


def test_bins_of_equal_mass_are_an_option(tmp_path):
    found = _evaluated(tmp_path, reference_csv(), binning="mass")
    assert found.evaluation.metrics["ece"] == pytest.approx(AT_ONE["ece_mass"], abs=1e-9)


def test_a_map_is_applied_to_the_logits(tmp_path):
    plain = _evaluated(tmp_path, reference_csv(), TEMPERATURE)
    mapped = _evaluated(tmp_path, reference_csv(), CalibrationMap(TEMPERATURE, (0.0,) * 4))
    assert mapped.temperature == TEMPERATURE
    for name in ("nll", "brier", "ece"):
        assert mapped.evaluation.metrics[name] == pytest.approx(plain.evaluation.metrics[name])


def test_progress_receives_bytes_and_rows(tmp_path):
    seen = []
    _evaluated(tmp_path, reference_csv(), update=lambda *step: seen.append(step))
    assert seen[-1] == (len(reference_csv()), 1000)


@pytest.mark.parametrize("cells", [6, WHOLE])
def test_rows_are_grouped_by_text(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    found = _evaluated(tmp_path, SITES, groups=("site",))
    assert found.group_columns == ("site",)
    rows = {group.name: group.rows for group in found.evaluation.groups}
    assert rows == {("x",): 2, ("y",): 1, ("",): 1}
    assert found.evaluation.classes == ("a", "b", "w")


@pytest.mark.parametrize("cells", [6, WHOLE])
def test_rows_may_be_grouped_by_several_columns(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    found = _evaluated(tmp_path, SITES, groups=("site", "w"))
    assert {group.name for group in found.evaluation.groups} == {
        ("x", "1"), ("y", "2"), ("x", "0"), ("", "0.5"),
    }  # fmt: skip


def test_rows_may_be_grouped_by_their_label(tmp_path):
    found = _evaluated(tmp_path, SITES, groups=("y",), labels=("y",), weight="w")
    assert {group.name for group in found.evaluation.groups} == {("a",), ("b",)}


@pytest.mark.parametrize("cells", [6, WHOLE])
def test_weights_are_read_from_a_column(tmp_path, monkeypatch, cells):
    cut_blocks(monkeypatch, cells)
    found = _evaluated(tmp_path, SITES, weight="w")
    assert (found.weight_column, found.zero_weight) == ("w", 1)
    assert found.evaluation.classes == ("a", "b")
    assert found.evaluation.rows == 3
    assert found.evaluation.metrics["accuracy"] == pytest.approx(1 / 3.5)


@pytest.mark.parametrize(
    ("weight", "message"),
    [("-1", 'line 2: invalid weight "-1"'), ("", 'invalid weight ""'), ("inf", "invalid weight"),
     ("x", 'invalid weight "x"')],
)  # fmt: skip
def test_invalid_weights_are_reported_with_their_row(tmp_path, weight, message):
    with pytest.raises(SoftmaxError) as error:
        _evaluated(tmp_path, SITES.replace("x,1,a", f"x,{weight},a"), weight="w")
    assert message in str(error.value)


def test_too_many_groups_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(groups, "MOST_GROUPS", 2)
    cut_blocks(monkeypatch, 6)
    with pytest.raises(UsageError, match="--by: more than 2 groups"):
        _evaluated(tmp_path, SITES, groups=("site",), jobs=1)
