"""Rows as JSON."""

import io
import json

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.json.writer import document_writer, lines_writer
from softmax_cli.formats.output_schema import NumericColumns, OutputField, OutputSchema

NUMBERS = NumericColumns(np.array([[0.25, np.nan], [np.inf, -np.inf]]))


def _text(make, layout, parts, decimals=None):
    writer, file = make(layout, decimals, ","), io.BytesIO()
    writer.write(file, [writer.render(pieces) for pieces in parts])
    return file.getvalue().decode()


@pytest.mark.parametrize(
    ("fields", "options", "lines"),
    [
        ([OutputField(("0", "1"))], {"header": False}, ['[0.25,null]', '["inf","-inf"]']),
        ([OutputField(("a", "b"))], {"header": True}, ['{"a":0.25,"b":null}', '{"a":"inf","b":"-inf"}']),
        ([OutputField(("0", "1"), nested="x")], {"header": True}, ['{"x":[0.25,null]}', '{"x":["inf","-inf"]}']),
        ([OutputField(("a", 'b"'))], {"header": True, "label_score_list": True},
         ['[{"label":"a","score":0.25},{"label":"b\\"","score":null}]',
          '[{"label":"a","score":"inf"},{"label":"b\\"","score":"-inf"}]']),
    ],
)  # fmt: skip
def test_rows_have_the_shape_of_the_layout(fields, options, lines):
    layout = OutputSchema(fields, **options)
    assert _text(lines_writer, layout, [[NUMBERS]]).splitlines() == lines
    document = _text(document_writer, layout, [[NUMBERS], [NUMBERS]])
    assert json.loads(document) == [json.loads(line) for line in lines * 2]


@pytest.mark.parametrize("parts", [[], [[NumericColumns(np.empty((0, 2)))]]])
def test_no_rows_are_an_empty_list(parts):
    layout = OutputSchema([OutputField(("0", "1"))], header=False)
    assert _text(document_writer, layout, parts) == "[]\n"
    assert _text(lines_writer, layout, parts) == ""


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pl.Series(["a", None, 'b"\\\n\t\x01é虎</x>']), ["a", None, 'b"\\\n\t\x01é虎</x>']),
        (pl.Series([1, None]), [1, None]),
        (pl.Series([True, None]), [True, None]),
        (pl.Series([0.5, float("nan"), None]), [0.5, None, None]),
        (pl.Series([{"u": 1}, None]), [{"u": 1}, None]),
    ],
)
def test_other_values_are_written_as_json(values, expected):
    fields = [OutputField(("x",), numbers=False), OutputField(("a",))]
    text = _text(
        lines_writer,
        OutputSchema(fields, header=True),
        [[values, NumericColumns(np.zeros((len(values), 1)))]],
    )
    assert [json.loads(line)["x"] for line in text.splitlines()] == expected


def test_json_texts_stay_as_they_are():
    fields = [OutputField(("x",), numbers=False, json_encoded=True), OutputField(("a",))]
    pieces = [pl.Series(['{"u":[1]}', None]), NumericColumns(np.zeros((2, 1)))]
    text = _text(lines_writer, OutputSchema(fields, header=True), [pieces], decimals=1)
    assert text == '{"x":{"u":[1]},"a":0.0}\n{"x":null,"a":0.0}\n'


@pytest.mark.parametrize("label_score_list", [True, False])
def test_many_classes_are_written_as_each_of_them_is(label_score_list):
    odd = ['"', "\\", "a\nb", "\0", "%", "%s%%", ",", ": ", "\u2028", "\xe9", "", " ", "\x7f"]
    names = [*odd, *(f"token_{i}" for i in range(300))]
    numbers = NumericColumns(np.arange(len(names), dtype=float)[None])
    layout = OutputSchema([OutputField(tuple(names))], True, label_score_list=label_score_list)
    line = _text(lines_writer, layout, [[numbers]]).removesuffix("\n")
    keys = [json.dumps(name, ensure_ascii=False) for name in names]
    items = enumerate(keys)
    if label_score_list:
        expected = ",".join(f'{{"label":{key},"score":{i}.0}}' for i, key in items)
        assert line == f"[{expected}]"
    else:
        assert line == "{" + ",".join(f"{key}:{i}.0" for i, key in items) + "}"
