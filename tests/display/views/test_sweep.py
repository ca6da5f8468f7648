"""The page of a sweep."""

import math

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.activations.sweep import sweep_logit, sweep_temperature
from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Chart, Paragraph, Settings, Table
from softmax_cli.display.documents.terminal import to_terminal
from softmax_cli.display.views.sweep import sweep_document
from tests.display.documents.sample_documents import HOSTILE

EXAMPLE = [-0.5, 1.2, -0.1, 2.4]


def _tables(document):
    return [block for block in document.blocks if isinstance(block, Table)]


def test_the_table_of_temperatures_and_its_limits():
    document = sweep_document(sweep_temperature(EXAMPLE, [0.1, 1.0, math.inf]))
    grid, limits = _tables(document)
    assert [column.title for column in grid.columns] == ["T", "0", "1", "2", "3", "entropy", "top"]
    assert grid.texts() == [
        ["0.1", "<0.0001", "<0.0001", "<0.0001", ">0.9999", "0.0001", "3"],
        ["1.0", "0.0383", "0.2094", "0.0571", "0.6953", "0.8684", "3"],
        ["inf", "0.2500", "0.2500", "0.2500", "0.2500", "1.3863", "tie of 4"],
    ]
    assert [row[0] for row in limits.texts()] == ["0", "inf"]
    assert "Logits: 0 = -0.5, 1 = 1.2, 2 = -0.1, 3 = 2.4." in document.blocks[0].text


def test_the_table_of_one_logit():
    document = sweep_document(sweep_logit(EXAMPLE, 1, [-1.0, 0.0, 4.5], temperature=2.0))
    (table,) = _tables(document)
    assert [row[0] for row in table.texts()] == ["-1.0", "0.0", "4.5"]
    assert [row[-1] for row in table.texts()] == ["3", "3", "1"]
    assert document.title == 'Softmax while the logit of "1" varies'
    named = sweep_document(sweep_logit([1, 2], 0, [0.0], classes=["Cat", "DOG"]))
    assert named.title == 'Softmax while the logit of "Cat" varies'
    assert "1 = " not in document.blocks[0].text
    assert "Temperature 2." in document.blocks[0].text


@pytest.mark.parametrize("activation", ["softmax", "sigmoid"])
@pytest.mark.parametrize("varied", [None, 0])
def test_derivatives_are_shown_with_gradient(activation, varied):
    sweep = (
        sweep_temperature(EXAMPLE, activation=activation)
        if varied is None
        else sweep_logit(EXAMPLE, varied, [-6.0, 6.0], activation)
    )
    without, document = sweep_document(sweep), sweep_document(sweep, gradient=True)
    assert len(document.charts) == len(without.charts) + 1
    assert document.charts[1].y_label == "derivative"
    assert "derivatives" in document.record
    assert "derivatives" not in without.record
    assert [column.title for column in document.data.columns][-1] == "d_3"
    assert "derivatives" not in [column.title for column in without.data.columns]


def test_the_chart_is_fine_and_marks_where_the_vector_is():
    chart = sweep_document(sweep_temperature(EXAMPLE)).charts[0]
    assert (chart.log_x, chart.mark, chart.x_range) == (True, 1.0, pytest.approx((0.1, 10.0)))
    assert len(chart.series[0].x) > 100
    chart = sweep_document(sweep_logit(EXAMPLE, 3, [-6.0, 6.0])).charts[0]
    assert (chart.log_x, chart.mark, chart.x_range) == (False, 2.4, (-6.0, 6.0))
    assert sweep_document(sweep_logit(EXAMPLE, 3, [5.0, 6.0])).charts[0].mark is None
    assert sweep_document(sweep_temperature(EXAMPLE, [2.0])).charts == []
    assert sweep_document(sweep_logit([1.0, 2.0], 0, [-1e308, 1e308])).charts == []


def test_of_many_classes_the_largest_and_the_varied_one_are_shown():
    document = sweep_document(sweep_logit(np.arange(60.0), 0, [-6.0, 6.0]))
    table = _tables(document)[0]
    titles = [column.title for column in table.columns]
    assert titles == ["logit", "0", *map(str, range(53, 60)), "52 others", "entropy", "top"]
    assert "8 largest of 60 classes" in document.blocks[0].text
    assert len(document.data.columns) == 63
    sums = [sum(float(cell.strip("<>")) for cell in row[1:-2]) for row in table.texts()]
    assert sums == [pytest.approx(1, abs=3e-3)] * 2
    assert len(document.charts[0].series) == 8


def test_data_has_all_digits():
    data = sweep_document(sweep_temperature([0.0, 1.0], [1.0])).data
    assert [column.title for column in data.columns] == ["temperature", "0", "1", "entropy", "top"]
    assert data.rows[0][2] == 1 / (1 + math.exp(-1))


def test_the_record_has_what_follows():
    record = sweep_document(sweep_temperature([0.0, 1.0], [1.0], classes=["a", "b"])).record
    assert record["varied"] == "temperature"
    assert record["top"] == ["b"]
    assert record["limits"]["zero"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("width", "unicode"), [(40, True), (60, False), (80, True), (120, False)])
def test_the_page_fits_the_screen(width, unicode):
    sweep = sweep_temperature([1, 2, 3, 4, -math.inf], [0, 0.1, 1e6], classes=HOSTILE)
    text = to_terminal(
        sweep_document(sweep, gradient=True), Settings(Screen(width=width, unicode=unicode))
    )
    assert all(cell_len(line) <= width for line in text.splitlines())
    assert unicode or text.isascii()


def test_every_block_is_a_block():
    document = sweep_document(sweep_temperature(EXAMPLE))
    assert {type(block) for block in document.blocks} >= {Paragraph, Table, Chart}
