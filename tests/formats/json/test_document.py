"""JSON documents as a whole."""

import json

from tests.each import each
from tests.runner import softmax

ARGUMENTS = ["convert", "-q", "--input-format", "json"]
HALF = "[0.5,0.5]"


@each(
    ("given", "rows"),
    [
        ("[0,0]", [HALF]),
        ("[[0,0]]", [HALF]),
        ("\n [[0,0],\n\n[0, 0]]\n", [HALF, HALF]),
        ('{"logits":[0,0]}', [f'{{"logits":{HALF}}}']),
        ('{"logits":[[0,0]]}', [HALF]),
        ('{"x":[[0,0]],"labels":["a"]}', [f'{{"x":{HALF},"labels":"a"}}']),
        ('{"labels":[1,0],"logits":[[0,0],[0,0]]}',
         [f'{{"labels":1,"logits":{HALF}}}', f'{{"labels":0,"logits":{HALF}}}']),
        ('{"a":0,"b":0}', ['{"a":0.5,"b":0.5}']),
        ('[{"a":0,"b":0}]', ['{"a":0.5,"b":0.5}']),
        ('[{"label":"a","score":0},{"label":"b","score":0}]',
         ['[{"label":"a","score":0.5},{"label":"b","score":0.5}]']),
        ('[[{"label":"a","score":0},{"label":"b","score":0}]]',
         ['[{"label":"a","score":0.5},{"label":"b","score":0.5}]']),
    ],
)  # fmt: skip
def test_every_kind_of_document_is_read(given, rows):
    ran = softmax(*ARGUMENTS, stdin=given)
    assert (ran.out, ran.code) == ("[\n" + ",\n".join(rows) + "\n]\n", 0)
    assert softmax(*ARGUMENTS, "-f", "jsonl", stdin=given).out.splitlines() == rows


def test_many_records_are_read_in_order():
    given = json.dumps({"logits": [[0, 0]] * 25_000, "id": [*range(25_000)]})
    ran = softmax(*ARGUMENTS, stdin=given)
    assert [row["id"] for row in json.loads(ran.out)] == [*range(25_000)]
    broken = json.dumps([[0, 0]] * 12_344 + [[0]])
    assert "row 12345: expected 2 values, found 1" in softmax(*ARGUMENTS, stdin=broken).err


@each(
    "document, arguments, out, err",
    [
        ({"cat": [1, 2], "dog": [1, 2], "label": ["a", "b"]}, [], "",
         'softmax: <stdin>: ambiguous document: lists in "cat", "dog" are columns, or one of them '
         "is a row. For a row, use --columns; for columns, write records: df.to_json(FILE, "
         "orient='records', lines=True).\n"),
        ({"cat": [1, 1], "dog": [1, 2]}, ["--columns", "cat"], '[\n{"cat":[0.5,0.5],"dog":[1,2]}\n]\n', ""),
        ({"logits": [1, 1], "dog": [1, 2]}, [], '[\n{"logits":[0.5,0.5],"dog":[1,2]}\n]\n', ""),
        ({"v": [1, 1], "input_ids": [1, 2]}, [], '[\n{"v":[0.5,0.5],"input_ids":[1,2]}\n]\n', ""),
        ({"classes_": ["cat", "dog"], "decision_function": [[1, 1], [2, 2]]}, [],
         '[\n{"cat":0.5,"dog":0.5},\n{"cat":0.5,"dog":0.5}\n]\n', ""),
        ({"predictions": [{"displayNames": ["cat", "dog"], "confidences": [1, 1]}]}, [],
         '[\n{"cat":0.5,"dog":0.5}\n]\n', ""),
    ],
)  # fmt: skip
def test_lists_are_columns_or_a_row(document, arguments, out, err):
    ran = softmax("convert", "-q", "--input-format", "json", *arguments, stdin=json.dumps(document))
    assert (ran.out, ran.err) == (out, err)
