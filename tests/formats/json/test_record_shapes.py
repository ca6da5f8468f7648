"""The shapes of records, recognized by the first."""

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.label_scores import LabelScoreList
from softmax_cli.formats.json.record_shapes import ClassFields, ListField, NumberList
from softmax_cli.formats.json.responses.shape import Responses
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import Location
from tests.each import each

SCORED = [{"label": "a", "score": 1}, {"label": "b", "score": 2}]
TOP = [{"token": "a", "logprob": -1}, {"token": "b", "logprob": -2}]
LOGPROBS = {"choices": [{"logprobs": {"content": [{"token": "a", "top_logprobs": TOP}]}}]}


@each(
    ("record", "kind", "classes"),
    [
        ([1, 2], NumberList, ("0", "1")),
        ([None, 2], NumberList, ("0", "1")),
        ({"logits": [1, 2]}, ListField, ("0", "1")),
        ({"id": 1, "scores": [1, None]}, ListField, ("0", "1")),
        ({"logits": [1], "scores": [1, 2]}, ListField, ("0",)),
        ({"cat": 1, "dog": 2}, ClassFields, ("cat", "dog")),
        (
            {"id": 1, "cat": 1, "ok": True, "dog": None, "text": "u", "x": {}},
            ClassFields,
            ("cat", "dog"),
        ),
        (SCORED, LabelScoreList, ("a", "b")),
        (LOGPROBS, Responses, ("probability_1", "probability_2")),
    ],
)
def test_the_first_record_tells_the_shape(record, kind, classes):
    shape = detect_shape([record], ReadOptions(), "x")
    assert type(shape) is kind
    assert shape.columns.classes == classes


def _rows(records, **read_options):
    maker = RowBuilder(detect_shape(records, ReadOptions(**read_options), "x"), "x")
    return maker.rows(records, lambda i: Location("x", line=i + 10))


def test_rows_hold_the_numbers_and_the_other_values():
    rows = _rows([{"id": 1, "l": [1, 2.5], "t": "u"}, {"id": [2], "t": None, "l": [None, -3]}])
    assert np.array_equal(rows.logits, [[1, 2.5], [np.nan, -3]], equal_nan=True)
    assert rows.passthrough.rows() == [("1", '"u"'), ("[2]", None)]
    assert str(rows.row_error(1)).startswith('x, line 11, column "0": null is not a number.')


def test_scores_are_put_in_the_order_of_the_first():
    assert _rows([SCORED, SCORED[::-1]]).logits.tolist() == [[1, 2], [1, 2]]


def test_columns_choose_items_fields_or_the_list():
    assert _rows([[1, 2, 3]], columns=("3,1",)).logits.tolist() == [[3, 1]]
    assert _rows([{"a": 1, "b": 2, "c": 3}], columns=("b", "c")).logits.tolist() == [[2, 3]]
    assert _rows([{"p": [1], "q": [2]}], columns=("q",)).logits.tolist() == [[2]]


def test_a_record_of_another_shape_is_reported_with_its_line():
    with pytest.raises(SoftmaxError, match="expected 2 values, found 1") as caught:
        _rows([[1, 2], [1]])
    assert caught.value.line == 11
