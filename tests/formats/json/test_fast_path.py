"""Plain lines are read at once, and others are left to the strict reader."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.fast_path import FastPath, matrix_of_lists
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import Location
from softmax_cli.formats.text.matrix import matrix_of_lines
from softmax_cli.formats.text.wide import WIDE
from tests.each import each

modest = settings(max_examples=60)
numbers = st.integers(-(10**6), 10**6) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(codec="utf-8"), max_size=6)
FIRST = {
    "fields": {"id": 1, "note": "u", "ok": True, "a": 1.5, "b": 2},
    "list": {"id": 1, "note": "u", "ok": True, "logits": [1.5, 2]},
}


def _shape(first, **read_options):
    return detect_shape([first], ReadOptions(**read_options), "x")


def _read(first, *lines, **read_options):
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    return FastPath(_shape(first, **read_options), first).read(text.encode())


@each(
    ("first", "line", "logits", "others"),
    [
        (FIRST["fields"], FIRST["fields"], [1.5, 2], ["1", '"u"', "true"]),
        (FIRST["list"], FIRST["list"], [1.5, 2], ["1", '"u"', "true"]),
        (FIRST["list"], '{"logits":[1,-2e3],"ok":false,"note":"","id":0}', [1, -2e3], ["0", '""', "false"]),
        ({"a": 1, "b": 2}, ' { "b": 3 , "a":4} ', [4, 3], []),
        ({"logits": [1]}, '{"logits": [ 7 ]}', [7], []),
        ([1, 2], "[3, -4e-1]", [3, -0.4], []),
    ],
)  # fmt: skip
def test_plain_lines_are_read(first, line, logits, others):
    found = _read(first, line, line) if isinstance(first, list) else _read(first, first, line)
    assert found.logits[-1].tolist() == logits
    assert found.others.height == (2 if others else 0)
    assert [str(cell) for cell in (found.others.rows() or [()])[-1]] == others


@pytest.mark.parametrize(("columns", "logits"), [(("2",), [[2]]), (("3,1",), [[3, 1]])])
def test_of_bare_lists_the_chosen_columns_are_kept(columns, logits):
    assert _read([1, 2, 3], [1, 2, 3], columns=columns).logits.tolist() == logits


@each("line", [
    '{"a":1}', '{"a":1,"b":2,"c":3}', '{"a":1,"c":2}', '{"a":1,"a":2}', '{"a":1,"b":null}', '{"a":1,"b":"2"}',
    '{"a":1,"b":true}', '{"a":1,"b":1e400}', '{"a":1,"b":NaN}', '{"a":1,"b":Infinity}', '{"a":1,"b":[2]}',
    '{"a":1,"b":{"c":2}}', '{"a":1,"b":01}', '{"a":1,"b":.5}', '{"a":1,"b":2,}', '{"a":1 "b":2}', "", "[1,2]",
    "null", '{"a":1,"b":2}{"a":1,"b":2}', '{"a":1,"b":2}x', '{"a":1,"b":2', '[{"a":1,"b":2}]',
])  # fmt: skip
def test_a_line_of_fields_that_is_not_plain_is_left(line):
    plain = {"a": 1, "b": 2}
    assert _read(plain, plain, plain) is not None
    assert _read(plain, plain, line, plain) is None


@each("value", ["null", '"5"', "5.5", "true", "9223372036854775808", "[5]", '{"u":5}'])
def test_another_value_of_another_type_is_left(value):
    plain = {"id": 7, "logits": [1, 2]}
    assert _read(plain, plain, f'{{"id":{value},"logits":[1,2]}}') is None


@pytest.mark.parametrize("value", ["5", "null", '5,"more":1', '"\\x"', '"a\tb"'])
def test_what_is_no_text_where_a_text_was_is_left(value):
    plain = {"id": "u", "logits": [1, 2]}
    assert _read(plain, plain, f'{{"id":{value},"logits":[1,2]}}') is None


@each("items", ["[1]", "[1,2,3]", "[]", "[1,null]", '[1,"2"]', "[1,[2]]", "[1,1e999]", "5"])
def test_another_list_is_left(items):
    plain = {"logits": [1, 2]}
    assert _read(plain, plain, f'{{"logits":{items}}}') is None


@pytest.mark.parametrize(
    "first", [{"a": 1, "x": {}}, {"a": 1, "x": 1.5, "logits": [1]}, {"a": None, "b": 1, "x": []}]
)
def test_a_first_record_that_is_not_plain_leaves_all(first):
    assert _read(first, first) is None


@pytest.mark.parametrize("kind", FIRST)
@modest
@given(
    st.lists(
        st.tuples(st.integers(-(2**63), 2**63 - 1), texts, st.booleans(), numbers, numbers),
        min_size=1,
        max_size=5,
    )
)
def test_rows_are_those_of_the_strict_reader(kind, rows):
    records = [
        {
            "id": i,
            "note": note,
            "ok": ok,
            **({"a": a, "b": b} if kind == "fields" else {"logits": [a, b]}),
        }
        for i, note, ok, a, b in rows
    ]
    shape = _shape(FIRST[kind])
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    found = FastPath(shape, FIRST[kind]).read(text.encode())
    if found is None:
        written = [json.dumps(note, ensure_ascii=False)[1:-1] for _, note, *_ in rows]
        assert any(mark in note for note in written for mark in "\\:[{")
        return
    strict = RowBuilder(shape, "x").rows(records, lambda i: Location("x", line=i + 1))
    np.testing.assert_array_equal(found.logits, strict.logits)
    read, expected = (
        [[json.loads(cell) for cell in row] for row in frame.rows()]
        for frame in (found.others, strict.passthrough)
    )
    assert read == expected


@modest
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=5
        )
    )
)
@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_lists_are_the_matrix_that_python_reads(separators, rows):
    text = "".join(json.dumps(row, separators=separators) + "\n" for row in rows)
    assert matrix_of_lists(text.encode(), len(rows[0])).tolist() == np.array(rows, float).tolist()


@each(
    "text",
    ["[1,2]", "[1,2]\r\n", "[1,2]\n\n", "\n[1,2]\n", "[1]\n", "[1,2,3]\n", "[1]\n[1,2,3]\n", "[]\n", "\n", "",
     "[1,2]\n3,4]\n", "[1,2]\n[3,4\n", "[[1,2]\n3,4]]\n", "[1,2\n][3,4]\n", "[1,2][3,4]\n\n", "[1 ,2]\n", "[1,  2]\n", "[1, 2 3]\n",
     "[1,]\n", "[,1]\n", "[1,inf]\n", "[1,nan]\n", "[1,null]\n", "[1,1e400]\n", "[1,true]\n", '[1,"2"]\n', "[1,1_0]\n",
     "[1,0x1]\n", "[1;2]\n", "[1,１]\n", "[1,--2]\n", "[1,2.3.4]\n"],
)  # fmt: skip
def test_what_is_not_a_plain_list_a_line_is_left(text):
    assert matrix_of_lists(text.encode(), 2) is None


@pytest.mark.parametrize("width", [1, WIDE - 1, WIDE, WIDE + 1])
def test_lines_of_any_width_are_one_matrix(width):
    values = np.random.default_rng(0).normal(size=(3, width))
    lines = [",".join(map(repr, row)) for row in values.tolist()]
    found = matrix_of_lines(("\n".join(lines) + "\n").encode(), 3, width)
    np.testing.assert_array_equal(found, values)
    for spoilt in ("x", "inf", "1,2"):
        text = "\n".join([*lines, ",".join(["1"] * (width - 1) + [spoilt])]) + "\n"
        assert matrix_of_lines(text.encode(), 4, width) is None


@pytest.mark.parametrize(
    "line",
    [
        '{"id":["u"],"x":1,"z":2}',
        '{"id":{},"x":1,"z":2}',
        '{"id":"\\ud800","x":1,"z":2}',
        '{"id":"\\"\\"","x":1,"z":2}\n{"id":5,"x":1,"z":2}',
    ],
)
def test_what_might_become_another_value_is_left(line):
    first = {"id": "a", "x": 1.5, "z": 2.5}
    text = json.dumps(first) + "\n" + line + "\n"
    assert FastPath(_shape(first), first).read(text.encode()) is None


@each("number", ["01", "-01", "00", ".5", "-.5", "1.", "1.e5", "+1", "1e+.5"])
def test_what_is_no_number_in_json_is_left(number):
    assert matrix_of_lists(f"[1, {number}]\n".encode(), 2) is None
    assert matrix_of_lists(f"[{number},1]\n".encode(), 2) is None


@each("number", ["0", "-0", "0.05", "100", "1.007", "1e05", "1E-05", "1e+05", "-0e0"])
def test_what_is_a_number_in_json_is_read(number):
    assert matrix_of_lists(f"[1, {number}]\n".encode(), 2).tolist() == [[1, float(number)]]
    assert matrix_of_lists(f"[{number},1]\n".encode(), 2).tolist() == [[float(number), 1]]


def _wide(**others):
    return {**others, **{f"class {i}": i / 3 - 50 for i in range(WIDE)}}


@each(
    "record",
    [
        _wide(),
        _wide(id="class 0", tags=["u"]),
        _wide(id="a") | {"label": None, "note": "class 255"},
    ],
)
@each("separators", [(",", ":"), (", ", ": ")])
def test_objects_of_many_classes_are_read_without_a_schema(separators, record):
    line = json.dumps(record, separators=separators)
    found = _read(record, line, line)
    expected = [value for name, value in record.items() if name.startswith("class ")]
    assert found.logits.tolist() == [expected, expected]
    others = [value for name, value in record.items() if not name.startswith("class ")]
    cells = [None if x is None else json.dumps(x, separators=(",", ":")) for x in others]
    assert (list(map(list, found.others.rows())) or [[], []]) == [cells, cells]


@each(
    ("old", "new"),
    [
        ('"class 7":', '"class 8":'), ('"class 7":', '"class  7":'), ('"class 7":', '"class 7"::'),
        ('"class 7": ', '"class 7": 0'), ('"class 7": ', '"class 7": 1,'), (', "class 7"', '  "class 7"'),
        ('"class 7": -', '"class 7": "-1", "class 7": -'), ('"class 7": -', '"class 7": null, "x": -'),
        ('"class 0"', '"class 1"'), ("{", "{{"), ("}", "}}"), ("}", ""), ("}", ', "more": 1}'),
        ('"class 7": -', '"class 7": - '), ('"class 7": ', '"class 7": [-'),
    ],
)  # fmt: skip
def test_objects_of_many_classes_with_anything_else_are_left_to_the_strict_reader(old, new):
    line = json.dumps(_wide())
    assert _read(_wide(), line, line.replace(old, new, 1)) is None
