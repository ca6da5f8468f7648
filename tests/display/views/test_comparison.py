"""Comparisons as a document, for Markdown and HTML."""

import math

import numpy as np

from softmax_cli.activations.comparison import VectorInfo, compare_vector
from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Heading, Settings
from softmax_cli.display.documents.export import DOCUMENT_FORMATS
from softmax_cli.display.views.comparison import (
    comparison_document,
    difference_table,
    difference_title,
)
from tests.each import each

BOTH = ("sigmoid", "softmax")


def _item(logits, *, source="f.csv", row=1, activations=BOTH, temperatures=(1.0,), **passthrough):
    info = VectorInfo(source, row, [f"c{i}" for i in range(len(logits))], passthrough)
    return compare_vector(info, np.array(logits, float), activations, temperatures)


def _markdown(items, decimals=4):
    document = comparison_document(items, decimals)
    return DOCUMENT_FORMATS["markdown"].render(document, Settings(Screen()))


def test_one_vector_is_a_titled_table_with_sums_predictions_and_definitions():
    assert (
        _markdown([_item([0, 0])], 2)
        == """\
# Sigmoid and softmax

| class | logit | sigmoid | softmax |
| --- | ---: | ---: | ---: |
| c0 | 0.00 | 0.50 | 0.50 |
| c1 | 0.00 | 0.50 | 0.50 |
| **sum** |  | **1.00** | **1.00** |

Predicted classes. sigmoid: c0, c1; softmax: c0.

sigmoid: independent classes; the sum has no meaning.

softmax: one distribution over all classes, so the sum is 1.
"""
    )


def test_a_sum_is_1_where_a_probability_is_only_close_to_it():
    out = _markdown([_item([20, 0], activations=("softmax",))])
    assert "| c0 | 20.0000 | \\>0.9999 |" in out
    assert "| **sum** |  | **1.0000** |" in out


def test_log_probabilities_have_no_sum():
    assert "| **sum** |  | **-** |" in _markdown([_item([1, 2], activations=("log-softmax",))])


def test_several_vectors_have_headings_with_their_passthrough_columns():
    items = [_item([1, 2], id="u"), _item([3, 4], row=2, id="v"), _item([5, 6], row=3, id="w")]
    document = comparison_document(items, 4)
    headings = [block.text for block in document.blocks if isinstance(block, Heading)]
    assert headings == ["f.csv, row 1", "f.csv, row 2", "f.csv, row 3"]
    assert "id: v" in _markdown(items)


def test_one_temperature_is_stated_and_several_are_in_the_titles():
    assert "temperature: 2.5" in _markdown([_item([1, 2], temperatures=[2.5])])
    out = _markdown([_item([1, 2], activations=("softmax",), temperatures=[0.5, 2])])
    assert "| class | logit | softmax T=0.5 | softmax T=2 |" in out
    assert "temperature:" not in out


def test_a_page_shows_names_as_text():
    info = VectorInfo("f.csv", 1, ["<script>", "b"])
    item = compare_vector(info, np.zeros(2), ["softmax"])
    page = DOCUMENT_FORMATS["html"].render(comparison_document([item], 4), Settings(Screen()))
    assert "<td>&lt;script&gt;</td>" in page
    assert "<script" not in page


def test_differences_are_signed_and_of_each_class():
    first = _item([1, 2, math.inf], source="<arguments>", activations=("sigmoid",))
    second = _item([1, 0, math.inf], source="<arguments>", row=2, activations=("sigmoid",))
    table = difference_table([first, second], 2)
    assert table.texts() == [
        ["c0", "0.00", "0.00"],
        ["c1", "-2.00", "-0.38"],
        ["c2", "-", "0.00"],
    ]
    assert difference_title([first, second]) == "row 2 minus row 1"


@each(
    ("items", "shown"),
    [
        ([_item([1, 2], source="<arguments>"), _item([1, 3], source="<arguments>", row=2)], True),
        ([_item([1, 2], source="a.csv"), _item([1, 3], source="b.csv")], True),
        ([_item([1, 2]), _item([1, 3], row=2)], False),
        ([_item([1, 2], source="a.csv"), _item([1, 3, 4], source="b.csv")], False),
        ([_item([1, 2], source="<arguments>")], False),
        ([_item([1, 2], source="<arguments>", row=i) for i in (1, 2, 3)], False),
    ],
)
def test_differences_are_of_two_vectors_with_the_same_classes(items, shown):
    assert (difference_table(items, 4) is not None) == shown
    assert (" minus " in _markdown(items)) == shown
