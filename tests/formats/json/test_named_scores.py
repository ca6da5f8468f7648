"""Scores with the names of their classes in each record."""

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.label_scores import LabelScoreList
from softmax_cli.formats.json.named_scores import NamedScores
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import Location
from tests.each import each
from tests.runner import softmax

CAT, DOG = {"label": "cat", "score": 1.5}, {"label": "dog", "score": 0.5}


def _rows(records, **options):
    shape = detect_shape(records, ReadOptions(**options), "x")
    return RowBuilder(shape, "x").rows(records, lambda i: Location("x", line=i + 10))


@each(
    ("record", "names"),
    [
        ({"id": "a", "scores": {"cat": 1.5, "dog": 0.5}}, ("id", "cat", "dog")),
        ({"scores": {"cat": 1.5, "dog": 0.5}, "label": "dog"}, ("cat", "dog", "label")),
        ({"id": "a", "logits": {"cat": 1.5, "dog": 0.5}, "usage": {"n": 3}}, ("id", "cat", "dog", "usage")),
        ({"id": "a", "result": [CAT, DOG]}, ("id", "cat", "dog")),
        ({"id": "a", "preds": [{"class": "cat", "probability": 1.5}, {"class": "dog", "probability": 0.5}]},
         ("id", "cat", "dog")),
        ({"Line": 0, "Classes": [{"Name": "cat", "Score": 1.5}, {"Name": "dog", "Score": 0.5}]},
         ("Line", "cat", "dog")),
        ({"sequence": "t", "labels": ["cat", "dog"], "scores": [1.5, 0.5]}, ("sequence", "cat", "dog")),
        ({"id": 1, "logits": [1.5, 0.5], "id2label": {"1": "dog", "0": "cat"}}, ("id", "cat", "dog")),
        ({"id": 1, "logits": [1.5, 0.5], "classes": ["cat", "dog"]}, ("id", "cat", "dog")),
        ({"id": 1, "x": [1.5, 0.5], "class_names": ["cat", "dog"]}, ("id", "cat", "dog")),
        ({"id": 1, "threshold": 0.5, "scores": {"cat": 1.5, "dog": 0.5}}, ("id", "threshold", "cat", "dog")),
    ],
)  # fmt: skip
def test_scores_are_read_with_their_names(record, names):
    shape = detect_shape([record], ReadOptions(), "x")
    assert isinstance(shape, NamedScores)
    assert shape.columns.names == names
    assert shape.columns.classes == ("cat", "dog")
    assert _rows([record]).logits.tolist() == [[1.5, 0.5]]


@pytest.mark.parametrize(
    "second",
    [
        ({"i": 2, "scores": {"dog": 3, "cat": 2}}, {"i": 1, "scores": {"cat": 0, "dog": 1}}),
        ({"i": 2, "scores": [{"label": "dog", "score": 3}, {"label": "cat", "score": 2}]},
         {"i": 1, "scores": [{"label": "cat", "score": 0}, {"label": "dog", "score": 1}]}),
        ({"i": 2, "labels": ["dog", "cat"], "scores": [3, 2]}, {"i": 1, "labels": ["cat", "dog"], "scores": [0, 1]}),
        ([{"label": "dog", "score": 3}, {"label": "cat", "score": 2}],
         [{"label": "cat", "score": 0}, {"label": "dog", "score": 1}]),
    ],
)  # fmt: skip
def test_scores_in_any_order_go_to_their_class(second):
    rows = _rows([second[1], second[0]])
    assert rows.columns.classes == ("cat", "dog")
    assert rows.logits.tolist() == [[0, 1], [2, 3]]


def test_a_field_is_named_where_its_name_tells_nothing():
    record = {"id": 1, "x": {"cat": 1.5, "dog": 0.5}}
    with pytest.raises(SoftmaxError, match='field "x" holds an object with numbers'):
        _rows([record])
    assert _rows([record], columns=("x",)).logits.tolist() == [[1.5, 0.5]]


def test_missing_scores_are_invalid_rows():
    rows = _rows(
        [{"scores": {"cat": 1, "dog": None}}, {"scores": None}, {"scores": {"cat": 1, "dog": 2}}]
    )
    np.testing.assert_array_equal(rows.logits, [[1, np.nan], [np.nan] * 2, [1, 2]])
    assert str(rows.row_error(0)).startswith('x, line 10, column "dog": null is not a number')


@each(
    ("records", "message"),
    [
        ([{"s": [CAT, DOG]}, {"s": [CAT]}], 'line 11: missing label "dog": found 1 of 2'),
        ([{"s": [CAT]}, {"s": [CAT, DOG]}], 'line 10: missing label "dog": found 1 of 2'),
        ([[CAT, DOG], [CAT, {"label": "cow", "score": 1}]], 'line 10: missing label "cow"'),
        ([{"scores": {"cat": 1, "dog": 2}}, {"scores": {"cat": 1}}], 'line 11: missing label "dog"'),
        ([{"s": [CAT, DOG]}, {"s": [CAT, CAT]}], 'line 11: duplicate label "cat"'),
        ([{"s": [CAT, DOG]}, {"s": 5}], 'line 11: field "s" holds no scores with names'),
        ([{"s": [CAT, DOG]}, {"t": 5}], 'line 11: missing field "s"'),
        ([{"s": [CAT, DOG]}, 5], "line 11: expected an object, as in row 1"),
        ([{"s": [CAT, DOG]}, {"s": [CAT, DOG], "t": 1}], 'line 11: unexpected field "t"'),
        ([{"scores": [1, 2], "labels": ["a", "b"]}, {"scores": [1, 2], "labels": ["a"]}], '"labels" must have a name'),
        ([{"logits": [1, 2], "scores": {"a": 1, "b": 2}}], 'ambiguous logits: fields "scores", "logits"'),
        ([{"p": [CAT, DOG], "q": [CAT, DOG]}], 'ambiguous logits: fields "p", "q"'),
        ([{"a": 1.5, "b": 0.5, "scores": {"cat": 1, "dog": 2}}], 'ambiguous logits: field "scores", or fields "a", "b"'),
    ],
)  # fmt: skip
def test_scores_that_do_not_fit_are_refused(records, message):
    with pytest.raises(SoftmaxError, match=message):
        _rows(records)


def test_a_class_named_like_a_field_is_refused():
    with pytest.raises(ValueError, match='"cat" is a field and a class'):
        detect_shape([{"cat": "x", "scores": {"cat": 1, "dog": 2}}], ReadOptions(), "x")


@each("record", [
    {"logits": [1.5, 0.5], "labels": ["a"]},
    {"logits": [1.5, 0.5], "labels": ["a", "a"]},
    {"logits": [1.5, 0.5], "labels": [0, 1]},
    {"bbox": [1, 2], "labels": ["a", "b"], "cat": 1.5, "dog": 2},
    {"cat": 1, "dog": 2},
    {"cat": 1, "dog": 2, "meta": [{"word": "a", "count": 3}]},
    [1, 2],
])  # fmt: skip
def test_other_records_are_left(record):
    assert NamedScores.detect([record], ReadOptions(), "x") is None
    assert LabelScoreList.detect([record], ReadOptions(), "x") is None


def test_entities_are_no_scores():
    entities = [{"entity": "PER", "score": 0.9, "word": "Ann", "start": 0, "end": 3}]
    assert LabelScoreList.detect([entities], ReadOptions(), "x") is None
    assert NamedScores.detect([{"entities": entities}], ReadOptions(), "x") is None


def test_the_output_has_a_field_for_each_class():
    given = '{"id":"a","scores":[{"label":"b","score":0},{"label":"a","score":0}],"label":"b"}\n'
    ran = softmax("convert", "-q", "--input-format", "jsonl", "--add", "prediction", stdin=given)
    assert ran.out == '{"id":"a","b":0.5,"a":0.5,"prediction":"b","label":"b"}\n'
    ran = softmax("evaluate", "-q", "--input-format", "jsonl", "-f", "json", stdin=given)
    assert '"accuracy": 1' in ran.out


def test_identifiers_need_fields():
    with pytest.raises(UsageError):
        _rows([[CAT, DOG]], ids=("id",))
    assert _rows([[CAT, DOG]], columns=("dog,cat",)).logits.tolist() == [[0.5, 1.5]]
