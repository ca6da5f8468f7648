"""Columns that `convert` writes of a source."""

from contextlib import closing
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.conversion.convert_options import ConvertOptions
from softmax_cli.conversion.projection import Projection, _order
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.each import each
from tests.formats.files import put

JSON = '{"id":1,"logits":[1,2],"note":"u"}'


def _plan(tmp_path, name, text, **options):
    with closing(open_source(put(tmp_path, name, text), ReadOptions())) as source:
        return Projection(source, ConvertOptions(**options)), source.parse(next(source.chunks()))


@each(
    ("name", "text", "options", "names"),
    [
        ("x.csv", "id,a,b,label\nu,1,2,0\n", {}, ["id", "a", "b", "label"]),
        ("x.csv", "a,note,b\n1,u,2\n", {}, ["a", "note", "b"]),
        ("x.csv", "a,note,b\n1,u,2\n", {"add": ("entropy",)}, ["a", "note", "b", "entropy"]),
        ("x.csv", "id,a,b\nu,1,2\n", {"top": 1}, ["id", "class_1", "probability_1"]),
        ("x.jsonl", JSON, {}, ["id", "0", "1", "note"]),
        ("x.jsonl", JSON, {"keep": True}, ["id", "0", "1", "logit_0", "logit_1", "note"]),
        ("x.jsonl", "[1,2]", {"add": ("margin",)}, ["0", "1", "margin"]),
    ],
)
def test_fields_and_column_data_match(name, text, options, names, tmp_path):
    plan, rows = _plan(tmp_path, name, text, **options)
    schema = plan.schema(float32=False)
    assert schema.names == names
    column_data = plan.column_data(rows, np.array([[0.25, 0.75]]))
    assert len(column_data) == len(schema.fields)
    for field, data in zip(schema.fields, column_data, strict=True):
        assert field.numbers == isinstance(data, NumericColumns)
        if field.numbers:
            assert data.values.shape == (1, len(field.names))


def test_the_schema_keeps_properties_of_the_source(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3, "f4"))
    source = open_source(str(tmp_path / "x.npy"), ReadOptions())
    schema = Projection(source, ConvertOptions()).schema(float32=source.float32)
    source.close()
    assert (schema.float32, schema.one_dimensional, schema.header, schema.bare) == (
        True,
        True,
        False,
        True,
    )
    schema = _plan(tmp_path, "x.jsonl", JSON)[0].schema(float32=False)
    assert [field.nested for field in schema.fields] == [None, "logits", None]
    assert [field.json_encoded for field in schema.fields] == [True, False, True]
    pl.DataFrame({"n": pl.Series(["u"]), "k": [True], "a": [1.0], "b": [2.0]}).write_parquet(
        tmp_path / "x.parquet"
    )
    source = open_source(str(tmp_path / "x.parquet"), ReadOptions())
    schema = Projection(source, ConvertOptions()).schema(float32=False)
    source.close()
    assert [field.dtype for field in schema.fields[:2]] == [None, pl.Boolean]


@pytest.mark.parametrize(
    ("text", "options", "message", "fix"),
    [
        ("a,b\n1,2\n", {"top": 3}, "--top 3 exceeds the 2 classes", {"top": 2}),
        ("a,b\n1,2\n", {"add": ("entropy",), "activation": "tanh"}, "--add requires",
         {"add": ("entropy",), "activation": "sigmoid"}),
        ("logit_a,a,b\nu,2,3\n", {"keep": True}, '"logit_a"', {}),
    ],
)  # fmt: skip
def test_options_that_do_not_apply_are_errors(tmp_path, text, options, message, fix):
    with pytest.raises(SoftmaxError) as caught:
        _plan(tmp_path, "x.csv", text, **options)[0].schema(float32=False)
    assert message in str(caught.value)
    _plan(tmp_path, "x.csv", text, **fix)[0].schema(float32=False)


def _plain_order(columns, left_out):
    order = []
    for i in range(len(columns.names)):
        if i in columns.dropped or i in left_out:
            continue
        if i not in columns.logits:
            order.append(i)
            continue
        place = columns.logits.index(i)
        if order and isinstance(order[-1], range) and order[-1].stop == place:
            order[-1] = range(order[-1].start, place + 1)
        else:
            order.append(range(place, place + 1))
    return order


@settings(max_examples=100)
@given(st.permutations(range(9)), st.integers(1, 9), st.integers(0, 3), st.integers(0, 2))
def test_the_order_is_that_of_the_columns(places, classes, dropped, left_out):
    # Half of the classes are in the order of the columns, as usual.
    logits = [*sorted(places[: classes // 2 + 1]), *places[classes // 2 + 1 : classes]]
    others = places[classes:]
    columns = Columns(tuple("abcdefghi"), True, tuple(logits), dropped=tuple(others[:dropped]))
    hidden = others[dropped : dropped + left_out]
    order = _order(SimpleNamespace(columns=columns), hidden)
    assert order == _plain_order(columns, hidden)
    assert columns.passthrough == tuple(sorted(others[dropped:]))
