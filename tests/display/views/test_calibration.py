"""The report of a calibration as a document."""

import json

import pytest
from rich.cells import cell_len

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Settings
from softmax_cli.display.documents.export import DOCUMENT_FORMATS
from softmax_cli.display.json_report import calibration_json
from softmax_cli.display.views.calibration import calibration_document, plot_titles
from tests.display.sample_reports import calibrated, calibrated_by_bias, calibrated_each
from tests.each import each

ADVICE = "Divide the logits by 1.917: ECE 15.0% -> 2.4%, noise floor 3.5%; NLL 1.0458 ->"


def _shown(report, format_name="table", **screen):
    document = calibration_document(report)
    return DOCUMENT_FORMATS[format_name].render(document, Settings(Screen(**screen)))


def test_the_advice_comes_first_and_last():
    lines = _shown(calibrated(own=True), width=80).splitlines()
    assert lines[0] == "Calibration of f.csv"
    assert lines[3:5] == [ADVICE, "0.9049."]
    assert lines[-2:] == [ADVICE, "0.9049."]
    assert "Optimistic: evaluated on the rows used for fitting" in "\n".join(lines)


def test_metrics_stand_side_by_side():
    out = _shown(calibrated(), width=100)
    assert "│ metric              │ before │  after │ noise floor │ 95% below │" in out
    assert "│ NLL                 │ 1.0458 │ 0.9049 │             │           │" in out
    assert "│ ECE                 │ 0.1504 │ 0.0245 │      0.035" in out


@each("width", [60, 80, 120])
@each("report", [calibrated(folds=[1.5] * 30), calibrated_by_bias()])
def test_no_line_is_longer_than_the_screen(width, report):
    lines = _shown(report, width=width).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_without_unicode_all_is_ascii():
    assert _shown(calibrated(), unicode=False).isascii()


def test_only_what_judged_itself_is_said_to_flatter():
    assert "Optimistic" in _shown(calibrated(own=True))
    assert "Optimistic" not in _shown(calibrated())


def test_each_class_has_a_line_with_its_temperature():
    found = calibrated_each()
    out = _shown(found)
    assert "│ class │ temperature │ standard error │" in out
    for k, temperature in enumerate(found.fit.temperatures):
        assert f"│ c{k}    │ {temperature:>11.4f} │" in out


def test_each_class_has_a_line_with_its_bias_the_largest_first():
    out = _shown(calibrated_by_bias())
    assert "│ class │    bias │ its standard error │" in out
    assert out.index("│ c2    │ -1.1019 │") < out.index("│ c7    │  0.7540 │")


def test_of_very_many_classes_the_first_are_shown():
    out = _shown(calibrated_each(51))
    assert "The 50 first classes of 51; -f json has all." in out
    table = out[out.index("standard error") : out.index("metric")]
    assert "│ c49 " in table
    assert "│ c50 " not in table


def test_data_formats_have_all_digits():
    report = calibrated()
    assert json.loads(_shown(report, "json")) == json.loads(json.dumps(calibration_json(report)))
    lines = _shown(report, "csv").splitlines()
    assert lines[0] == "metric,before,after,noise_floor,noise_floor_95"
    nll = next(line for line in lines if line.startswith("nll,")).split(",")
    assert float(nll[1]) == report.before.evaluation.metrics["nll"]
    assert float(nll[2]) == report.after.evaluation.metrics["nll"]


def test_a_page_holds_the_diagrams():
    pytest.importorskip("matplotlib")
    report = calibrated()
    page = _shown(report, "html")
    assert page.count("<svg") == 1
    assert "<script" not in page
    assert plot_titles(report) == ["f.csv, softmax, before", "f.csv, softmax, after"]
    assert _shown(report, "markdown").startswith("# Calibration of f.csv\n")
