"""The parts of a document."""

import math

from softmax_cli.display.documents.document import Chart, Column, Series, Table
from tests.display.documents.sample_documents import LINES, sample
from tests.each import each


@each(
    ("column", "value", "text"),
    [
        (Column("c"), "cat", "cat"),
        (Column("c"), 3, "3"),
        (Column("c"), None, "-"),
        (Column("c", True, 4), math.nan, "-"),
        (Column("c", True, 2), -math.inf, "-inf"),
        (Column("c", True, 2), 1.005, "1.00"),
        (Column("c", True, 2), 1e-9, "1.0e-09"),
        (Column("c", True, 4, probability=True), 1e-9, "<0.0001"),
        (Column("c", True, 4, probability=True), 1 - 1e-9, ">0.9999"),
        (Column("c", True, 4, probability=True), 0.0, "0.0000"),
        (Column("c", True, 4, probability=True), 1.0, "1.0000"),
        (Column("c", True, 0, probability=True), 0.2, "<1"),
        (Column("c", True, 0, probability=True), 0.7, ">0"),
    ],
)
def test_values_are_formatted_by_their_column(column, value, text):
    assert column.format(value) == text


def test_the_total_is_the_last_row_of_texts():
    table = Table([Column("a"), Column("b", True, 1)], [["x", 1.0]], ["sum", 1.0])
    assert table.texts() == [["x", "1.0"], ["sum", "1.0"]]


def test_a_chart_knows_its_ranges():
    assert LINES.x_range == (0.0, 2.0)
    assert LINES.y_limits() == (0.0, 1.0)
    free = Chart("t", "x", "y", [Series("s", [1.0, 2.0], [3.0, math.inf])], y_range=None)
    assert free.y_limits() == (2.5, 3.5)


def test_the_charts_of_a_document():
    assert sample().charts == [LINES]
