"""Tables in documents: of pandas, of columns, and of inference servers."""

import json

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.json.document_tables import to_records
from tests.each import each
from tests.runner import softmax

CAT_DOG = [{"cat": 1.5, "dog": 0.5}, {"cat": 2, "dog": -1}]


def tensor(name="logits", shape=(2, 2), data=(1, 2, 3, 4), **fields):
    return {"name": name, "shape": list(shape), "data": list(data), **fields}


@each(
    ("document", "records"),
    [
        ({"columns": ["cat", "dog"], "data": [[1.5, 0.5], [2, -1]]}, CAT_DOG),
        ({"columns": ["cat", "dog"], "index": [0, 1], "data": [[1.5, 0.5], [2, -1]]}, CAT_DOG),
        ({"columns": ["cat", "dog"], "index": ["a", "b"], "data": [[1.5, 0.5], [2, -1]]},
         [{"index": "a", **CAT_DOG[0]}, {"index": "b", **CAT_DOG[1]}]),
        ({"columns": ["step", "cat", "dog"], "data": [[1, 1, 2], [2, 3, 4], [3, 5, 6]], "ncols": 3},
         [{"step": 1, "cat": 1, "dog": 2}, {"step": 2, "cat": 3, "dog": 4}, {"step": 3, "cat": 5, "dog": 6}]),
        ({"columns": [["a", "x"], ["a", "y"]], "data": [[1, 2]]}, [{"a.x": 1, "a.y": 2}]),
        ({"cat": {"0": 1.5, "1": 2}, "dog": {"0": 0.5, "1": -1}}, CAT_DOG),
        ({"cat": {"7": 1.5, "9": 2}, "dog": {"7": 0.5, "9": -1}},
         [{"index": "7", **CAT_DOG[0]}, {"index": "9", **CAT_DOG[1]}]),
        ({"0": CAT_DOG[0], "1": CAT_DOG[1]}, CAT_DOG),
        ({"7": CAT_DOG[0], "9": CAT_DOG[1]}, [{"index": "7", **CAT_DOG[0]}, {"index": "9", **CAT_DOG[1]}]),
        ({"schema": {"fields": []}, "data": CAT_DOG}, CAT_DOG),
        (CAT_DOG, CAT_DOG),
        ({"predictions": [[1, 2], [3, 4]]}, [{"predictions": [1, 2]}, {"predictions": [3, 4]}]),
        ({"predictions": CAT_DOG}, CAT_DOG),
        ({"predictions": [[1, 2]], "deployedModelId": "7"}, [{"predictions": [1, 2], "deployedModelId": "7"}]),
        ({"outputs": {"scores": [[1, 2]], "labels": ["a"]}}, [{"scores": [1, 2], "labels": "a"}]),
        ({"logits": [[1, 2], [3, 4], [5, 6]], "classes": ["cat", "dog"]},
         [{"logits": {"cat": 1, "dog": 2}}, {"logits": {"cat": 3, "dog": 4}}, {"logits": {"cat": 5, "dog": 6}}]),
        ({"x": [[1, 2], [3, 4]], "id2label": {"1": "dog", "0": "cat"}, "y": [0, 1]},
         [{"scores": {"cat": 1, "dog": 2}, "y": 0}, {"scores": {"cat": 3, "dog": 4}, "y": 1}]),
        ({"logits": [[1, 2], [3, 4]], "labels": ["cat", "dog"]},
         [{"logits": [1, 2], "labels": "cat"}, {"logits": [3, 4], "labels": "dog"}]),
        ({"logits": [[1, 2]], "labels": ["cat", "dog"]}, [{"logits": {"cat": 1, "dog": 2}}]),
        ({"model_name": "m", "outputs": [tensor()]}, [[1, 2], [3, 4]]),
        ({"outputs": [tensor(data=[[1, 2], [3, 4]])]}, [[1, 2], [3, 4]]),
        ({"outputs": [tensor(shape=[2], data=[1, 2])]}, [[1, 2]]),
        ({"outputs": [tensor("label", [2, 1], [0, 1]), tensor()]},
         [{"logits": [1, 2], "label": 0}, {"logits": [3, 4], "label": 1}]),
        ({"outputs": [tensor("hidden", [2, 3], [0] * 6), tensor("scores")]}, [[1, 2], [3, 4]]),
    ],
)  # fmt: skip
def test_tables_are_read(document, records):
    assert to_records(document, "x") == records


@each(
    ("document", "message"),
    [
        ({"columns": ["a", "b"], "data": [[1, 2], [3]]}, "row 2: expected 2 values, found 1"),
        ({"columns": ["a", "a"], "data": [[1, 2]]}, 'duplicate column "a"'),
        ({"r": {"cat": 1, "dog": 2}, "s": {"cat": 3, "dog": 4}},
         'ambiguous document: "r", "s" are rows or columns, "cat", "dog" the other'),
        ({"0": {"0": 1, "1": 2}, "1": {"0": 3, "1": 4}}, "ambiguous document"),
        ({"outputs": [tensor(data=[1, 2])]}, 'output "logits" has 2 values for its shape'),
        ({"outputs": [tensor(shape=[1, 2, 2])]}, 'output "logits" has 3 axes'),
        ({"outputs": [tensor("a"), tensor("b")]}, 'ambiguous logits: outputs "a", "b"'),
        ({"outputs": [tensor(shape=[4, 1])]}, "no output has more than one class"),
        ({"logits": [[1, 2], [3, 4]], "labels": [1]}, '"labels" has 1 values for 2 rows'),
        ({"logits": [[1, 2]], "model": 5}, '"model" must be a list of 1 values'),
        ([], "no logits in the document"),
    ],
)  # fmt: skip
def test_tables_that_do_not_fit_are_refused(document, message):
    with pytest.raises(SoftmaxError, match=message):
        to_records(document, "x")


@each("document", [
    {"cat": 1, "dog": 2}, {"scores": {"cat": 1, "dog": 2}}, {"id": "a", "scores": {"cat": 1}},
    {"logits": [1, 2], "labels": ["a", "b"]}, {"outputs": [{"name": "x"}]}, {"columns": ["a"], "data": 5}, {"id": 5, "predictions": [{"cat": 1, "dog": 2}]},
    {"cat": {"0": 1}, "dog": {"1": 2}}, {"a": {"b": "text"}},
    {"object": "chat.completion", "choices": [{"message": {}}], "usage": {"tokens": 5}},
])  # fmt: skip
def test_other_objects_are_one_record(document):
    assert to_records(document, "x") == [document]


@pytest.mark.parametrize("orient", ["split", "records", "index", "columns", "values"])
def test_the_forms_of_pandas_give_the_same_numbers(orient):
    forms = {
        "split": {"columns": ["cat", "dog"], "index": [0, 1], "data": [[1.5, 0.5], [2, -1]]},
        "records": CAT_DOG,
        "index": {"0": CAT_DOG[0], "1": CAT_DOG[1]},
        "columns": {"cat": {"0": 1.5, "1": 2}, "dog": {"0": 0.5, "1": -1}},
        "values": [[1.5, 0.5], [2, -1]],
    }
    arguments = ["convert", "-q", "--input-format", "json", "-f", "csv"]
    ran = softmax(*arguments, stdin=json.dumps(forms[orient]))
    lines = ran.out.splitlines()
    if orient != "values":
        assert lines.pop(0) == "cat,dog"
    numbers = [float(cell) for line in lines for cell in line.split(",")]
    assert numbers == pytest.approx(
        [0.7310585786300049, 0.2689414213699951, 0.9525741268224334, 0.04742587317756678]
    )


def test_an_index_passes_through():
    given = {"columns": ["cat", "dog"], "index": [5, 9], "data": [[0, 0], [0, 0]]}
    ran = softmax("convert", "-q", "--input-format", "json", "-f", "csv", stdin=json.dumps(given))
    assert ran.out == "index,cat,dog\n5,0.5,0.5\n9,0.5,0.5\n"


def test_names_next_to_logits_name_the_output():
    given = {
        "logits": [[0, 0], [0, 5], [5, 0]],
        "labels": [0, 1, 0],
        "id2label": {"0": "cat", "1": "dog"},
    }
    ran = softmax(
        "convert",
        "-q",
        "--input-format",
        "json",
        "-f",
        "csv",
        "--add",
        "prediction",
        stdin=json.dumps(given),
    )
    assert ran.out.startswith("cat,dog,prediction,labels\n0.5,0.5,cat,0\n")
    ran = softmax("evaluate", "-q", "--input-format", "json", "-f", "json", stdin=json.dumps(given))
    assert '"accuracy": 1' in ran.out
