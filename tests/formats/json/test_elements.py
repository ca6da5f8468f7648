"""Records of a list in a JSON document, streamed as lines."""

import json
import random

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.json import elements
from softmax_cli.formats.json.elements import locate_records, split_records
from softmax_cli.formats.streams.input import ByteStream, InMemoryFile
from tests.each import each
from tests.runner import softmax

ARGUMENTS = ["convert", "-q", "--input-format", "json", "-f", "jsonl"]
RECORDS = [
    {"text": 'a "quoted" ] } , [ {', "scores": {"a": 1.5, "b": [1, {"c": "\\"}]}},
    {"text": "\\\\", "logits": [1e-5, -2]},
    {},
    [[], [{"label": "]", "score": 1}]],
    {"é\u2028": '\\"', "": None},
]


def _lines(text, size):
    raw = InMemoryFile(text, "x")
    stream = split_records(ByteStream(raw, lambda: raw.read(size)))
    return b"".join(iter(stream.read, b"")).decode().split("\n")[:-1]


@each("size", [1, 2, 7, 64, 1 << 20])
@each("options", [{}, {"indent": 2}, {"separators": (",", ":")}, {"ensure_ascii": False}])
def test_records_are_the_same_whatever_their_layout_and_the_reads(options, size):
    text = json.dumps(RECORDS, **options)
    lines = _lines(f"\n {text} \n".encode(), size)
    assert [json.loads(line) for line in lines] == RECORDS


def test_records_are_found_among_any_strings():
    random.seed(3)
    for _ in range(200):
        texts = ["".join(random.choices('[]{}",\\ a', k=8)) for _ in range(4)]
        records = [[{text: [text, {}]}] for text in texts]
        given = json.dumps(records).encode()
        starts, ends, closing = locate_records(given[1:])
        found = [given[1:][start:end] for start, end in zip(starts, ends, strict=True)]
        assert [json.loads(each) for each in found] == records
        assert closing == len(given) - 2


@each(
    ("given", "message"),
    [
        ("[[0,0],[0,0],]", "row 3: invalid JSON: unexpected comma."),
        ("[[0,0],,[0,0]]", "row 2: invalid JSON: unexpected comma."),
        ("[[0,0] [0,0]]", "row 2: invalid JSON: missing comma."),
        ("[[0,0],null, [0,0]]", 'row 2: expected a list or an object, found "null".'),
        ("[[0,0],[0,0]", "row 3: invalid JSON: unterminated list."),
        ("[[0,0],[0,", "row 2: invalid JSON: unterminated list."),
        ("[[0,0]}", 'row 2: invalid JSON: expected "]", found "}".'),
        ("[[0,0},[0,0]]", "row 1: invalid JSON"),
        ("[[0,0],[0,0\n1]]", "row 2: invalid JSON"),
        ("[[0,0],[0,0]]\n[[0,0]]", "<stdin>: invalid JSON: data after the list. For one record"),
        ('[{"a":0,"b":0,"c":"x\ny"}]', "row 1: invalid JSON: Invalid control character"),
        ('[{"a":0,"b":0},{"a":0,"b":0,"b":1}]', 'row 2: duplicate field "b".'),
    ],
)
def test_a_list_that_is_not_valid_is_refused_with_the_row(given, message):
    ran = softmax(*ARGUMENTS, stdin=given)
    assert (message in ran.err, ran.code) == (True, 1), ran.err


def test_rows_before_an_invalid_one_are_numbered_over_many_reads(monkeypatch):
    text = b"[" + b"[0,0]," * 500 + b"5]"
    with pytest.raises(SoftmaxError, match='row 501: expected a list or an object, found "5"'):
        _lines(text, 64)
    monkeypatch.setattr(elements, "LONGEST_RECORD", 100)
    with pytest.raises(SoftmaxError, match="row 3: record exceeds"):
        _lines(b"[[0,0],[0,0],[" + b"0," * 500 + b"0]]", 64)


def test_numbers_of_an_indented_list_take_the_fast_path():
    line = _lines(json.dumps([[1.5, -2e-5, 3]], indent=4).encode(), 9)
    assert line == ["[1.5,-2e-05,3]"]


def test_objects_of_a_label_and_a_score_stay_one_row_however_many_reads():
    names = [f"class {i}" for i in range(3000)]
    given = [{"label": name, "score": 0} for name in names]
    ran = softmax(*ARGUMENTS, stdin=json.dumps(given))
    (row,) = (json.loads(line) for line in ran.out.splitlines())
    assert [item["label"] for item in row] == names
