"""Labels of tables and JSON in memory: columns, values, lists and identifiers."""

import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.labels.in_memory import (
    InMemoryLabels,
    open_label_records,
    open_label_table,
)
from softmax_cli.formats.read_options import ReadContext, ReadOptions
from tests.each import each
from tests.formats.files import put


def _records(folder, name, text, **read_options):
    path = put(folder, name, text)
    labels = open_label_records(
        path, ReadOptions(**read_options), ReadContext(name.rpartition(".")[2]), ()
    )
    assert labels.source == path
    return labels


def _all(labels, count):
    frame, where = labels.take(count)
    labels.require_end()
    labels.close()
    assert [where(i).row for i in range(count)] == [*range(1, count + 1)]
    return frame.rows()


@each(
    ("name", "text", "names", "rows"),
    [
        ("y.jsonl", '"cat"\n"dog"\n', ["labels"], [("cat",), ("dog",)]),
        ("y.jsonl", "1\n\n  \nnull\n2.0", ["labels"], [("1",), (None,), ("2.0",)]),
        ("y.jsonl", '{"id":1,"label":"a"}\n{"label":null,"id":2}\n{"id":3}\n', ["label"],
         [("a",), (None,), (None,)]),
        ("y.jsonl", '{"Y ":true}\n{"Y ":false}', ["Y "], [("True",), ("False",)]),
        ("y.jsonl", '{"id":1,"species":"a"}', ["species"], [("a",)]),
        ("y.jsonl", '{"class":"a","y":"b","target":"c"}', ["target"], [("c",)]),
        ("y.json", '["cat", null]', ["labels"], [("cat",), (None,)]),
        ("y.json", '[{"class": 1, "note": [2]}]', ["class"], [("1",)]),
        ("y.json", '{"labels": ["u"], "y": ["v"], "label": 5}', ["labels"], [("v",)]),
        ("y.json", "\ufeff[0]", ["labels"], [("0",)]),
        ("y.jsonl", "[1,0]\n[0,1]\n", ["labels"], [("[1, 0]",), ("[0, 1]",)]),
        ("y.jsonl", '{"y":[1,0]}\n{"y":null}\n', ["y"], [("[1, 0]",), (None,)]),
        ("y.json", "[[1],[0]]", ["labels"], [("[1]",), ("[0]",)]),
        ("y.json", '{"0":"cat","1":"dog"}', ["label"], [("cat",), ("dog",)]),
        ("y.json", '{"a.jpg":1,"b.jpg":0}', ["label"], [("1",), ("0",)]),
        ("y.json", '{"name":"species","index":[7,9],"data":["cat","dog"]}', ["species"],
         [("cat",), ("dog",)]),
        ("y.json", '{"name":null,"index":[7,9],"data":[1,0]}', ["label"], [("1",), ("0",)]),
        ("y.json", '{"columns":["y"],"index":[7,9],"data":[[1],[0]]}', ["y"], [("1",), ("0",)]),
        ("y.json", '{"y":{"7":1,"9":0}}', ["y"], [("1",), ("0",)]),
        ("y.json", '{"y_a":{"7":1,"9":0},"y":{"7":0,"9":1}}', ["y"], [("0",), ("1",)]),
    ],
)  # fmt: skip
def test_labels_of_json_are_values_or_a_field(tmp_path, name, text, names, rows):
    labels = _records(tmp_path, name, text)
    assert labels.names == names
    assert _all(labels, len(rows)) == rows


def test_label_fields_are_selected_by_name(tmp_path):
    text = '{"y_a":1,"label":"u","y_b":0}\n{"y_b":null,"y_a":true,"label":"v"}\n'
    labels = _records(tmp_path, "y.jsonl", text, labels=("y_*",))
    assert labels.names == ["y_a", "y_b"]
    assert _all(labels, 2) == [("1", "0"), ("True", None)]
    with pytest.raises(UsageError, match=r'--label: no column "z"\. Columns: "y_a", "label"'):
        _records(tmp_path, "y.jsonl", text, labels=("z",))


@each(
    ("name", "text", "message"),
    [
        ("y.jsonl", "", "no labels found"),
        ("y.jsonl", "\n \n", "no labels found"),
        ("y.json", "[]", "no labels found"),
        ("y.json", '{"label":[]}', "no labels found"),
        ("y.json", "5", "document is not a list of labels"),
        ("y.json", '{"label":"a"}', "document is not a list of labels"),
        ("y.json", "[1,", "invalid JSON"),
        ("y.jsonl", "1\n\nx\n", "line 3: invalid JSON"),
        ("y.jsonl", '{"y":1}\n{"y":1,"y":2}\n', 'line 2: duplicate field "y"'),
        ("y.json", '{"label":"a","x":[1]}', "document is not a list of labels"),
        ("y.json", '{"y":{"0":1},"z":{"1":1}}', "document is not a list of labels"),
        ("y.json", '{"a":[1],"z":{}}', "document is not a list of labels"),
        ("y.jsonl", '{"y":1}\n{"y":{"a":1}}\n', "row 2: not a label"),
        ("y.json", '[{"a":1,"b":2}]', 'ambiguous label column: "a", "b".'),
    ],
)
def test_json_without_labels_is_an_error(tmp_path, name, text, message):
    with pytest.raises(SoftmaxError) as caught:
        _records(tmp_path, name, text)
    assert caught.value.source == str(tmp_path / name)
    assert message in str(caught.value)


def test_a_bare_value_among_records_is_an_error(tmp_path):
    with pytest.raises(SoftmaxError, match="row 2: not a label"):
        _records(tmp_path, "y.jsonl", '{"a":1,"b":0}\n5\n', labels=("a,b",))


@each("format_name", ["parquet", "arrow"])
@each(
    ("columns", "selected", "names"),
    [
        ({"id": ["u"], "label": [2], "y": [3]}, (), ["label"]),
        ({"q": [1.5]}, (), ["q"]),
        ({"Name": ["u"], "q": [True]}, (), ["q"]),
        ({"a": [1], "b": [0], "label": ["u"]}, ("b", "a"), ["b", "a"]),
    ],
)
def test_columns_of_a_table_keep_their_types(tmp_path, format_name, columns, selected, names):
    frame, path = pl.DataFrame(columns), str(tmp_path / "y")
    (frame.write_parquet if format_name == "parquet" else frame.write_ipc)(path)
    labels = open_label_table(path, ReadOptions(labels=selected), ReadContext(format_name), ())
    assert (labels.names, labels.source) == (names, path)
    found, _ = labels.take(1)
    assert found.equals(frame.select(names))
    assert found.schema == frame.select(names).schema


def test_a_table_with_several_columns_needs_the_name_of_the_label(tmp_path):
    path = str(tmp_path / "y.parquet")
    pl.DataFrame({"a": [1], "b": [2]}).write_parquet(path)
    with pytest.raises(UsageError, match=r"ambiguous label column: \"a\", \"b\""):
        open_label_table(path, ReadOptions(), ReadContext("parquet"), ())
    labels = open_label_table(path, ReadOptions(labels=("b",)), ReadContext("parquet"), ())
    assert labels.take(1)[0].rows() == [(2,)]


@pytest.mark.parametrize("steps", [[5], [1] * 5, [2, 0, 3], [4, 1]])
def test_labels_are_taken_in_steps_of_any_size(steps):
    labels = InMemoryLabels(pl.DataFrame({"y": [*"abcde"]}), "f")
    found, rows = [], []
    for count in steps:
        frame, where = labels.take(count)
        assert frame.height == count
        found += frame["y"].to_list()
        rows += [where(i).row for i in range(count)]
    labels.require_end()
    assert (found, rows) == ([*"abcde"], [1, 2, 3, 4, 5])


def test_another_number_of_labels_is_an_error():
    labels = InMemoryLabels(pl.DataFrame({"y": [*"abc"]}), "f")
    labels.take(2)
    with pytest.raises(SoftmaxError, match="f: more labels than the 2 rows"):
        labels.require_end()
    labels = InMemoryLabels(pl.DataFrame({"y": [*"abc"]}), "f")
    labels.take(2)
    with pytest.raises(SoftmaxError, match="f: 3 labels for at least 4 rows"):
        labels.take(2)


@pytest.mark.parametrize(
    ("text", "row"), [('"a"\n{"label":"b"}\n', 2), ('{"label":"b"}\n"a"\n', 2)]
)
def test_labels_are_all_bare_or_all_in_fields(text, row, tmp_path):
    (tmp_path / "y.jsonl").write_text(text)
    with pytest.raises(SoftmaxError, match=f"row {row}: not a label"):
        open_label_records(str(tmp_path / "y.jsonl"), ReadOptions(), ReadContext("jsonl"), ())


def test_bare_labels_have_no_field_to_name(tmp_path):
    (tmp_path / "y.jsonl").write_text('"a"\n')
    with pytest.raises(SoftmaxError, match="--label needs field names"):
        open_label_records(
            str(tmp_path / "y.jsonl"), ReadOptions(labels=("y",)), ReadContext("jsonl"), ()
        )


def test_a_list_of_a_document_is_selected_by_name(tmp_path):
    (tmp_path / "y.json").write_text('{"label":["x"],"gold":["a","b"]}')
    found = open_label_records(
        str(tmp_path / "y.json"), ReadOptions(labels=("gold",)), ReadContext("json"), ()
    )
    assert found.take(2)[0].to_series().to_list() == ["a", "b"]


def test_an_unpaired_surrogate_is_escaped(tmp_path):
    (tmp_path / "y.jsonl").write_text('"\\ud800"\n')
    found = open_label_records(str(tmp_path / "y.jsonl"), ReadOptions(), ReadContext("jsonl"), ())
    assert found.take(1)[0].to_series().to_list() == ["\\ud800"]


def test_lists_of_a_document_are_selected_by_name(tmp_path):
    (tmp_path / "y.json").write_text('{"y1":[1,0],"y2":[0,1],"z":[1]}')
    read_options = ReadOptions(labels=("y1", "y2"))
    found = open_label_records(str(tmp_path / "y.json"), read_options, ReadContext("json"), ())
    assert found.take(2)[0].rows() == [("1", "0"), ("0", "1")]
    for labels, reason in (
        (("y1", "typo"), "is not a list of labels"),
        (("y1", "z"), "differ in length"),
    ):
        with pytest.raises(SoftmaxError, match=reason):
            open_label_records(
                str(tmp_path / "y.json"), ReadOptions(labels=labels), ReadContext("json"), ()
            )


def test_a_label_names_a_field_of_the_records_in_a_list(tmp_path):
    (tmp_path / "y.json").write_text('{"labels":[{"y":1,"z":5},{"y":0,"z":6}]}')
    found = open_label_records(
        str(tmp_path / "y.json"), ReadOptions(labels=("y",)), ReadContext("json"), ()
    )
    assert found.take(2)[0].rows() == [("1",), ("0",)]


@each(
    ("name", "text", "id_name"),
    [
        ("y.jsonl", '{"id":"u","y":1}\n{"id":"v","y":0}\n', "id"),
        ("y.jsonl", '{"y":1,"image_id":"u"}\n{"image_id":"v","y":0}\n', "image_id"),
        ("y.json", '[{"id":"u","y":1},{"id":"v","y":0}]', "id"),
        ("y.json", '{"id":["u","v"],"y":[1,0]}', "id"),
        ("y.json", '{"u":1,"v":0}', "index"),
        ("y.json", '{"index":["u","v"],"data":[1,0]}', "index"),
        ("y.json", '{"y":{"u":1,"v":0}}', "index"),
    ],
)
def test_identifiers_of_json_follow_the_labels(tmp_path, name, text, id_name):
    labels = _records(tmp_path, name, text)
    assert list(labels.id_names) == [id_name]
    assert labels.take(2, ids=True)[0].rows() == [("1", "u"), ("0", "v")]


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_identifiers_of_a_table_follow_the_labels(tmp_path, format_name):
    frame, path = pl.DataFrame({"id": [8, 9], "y": [1, 0]}), str(tmp_path / "y")
    (frame.write_parquet if format_name == "parquet" else frame.write_ipc)(path)
    labels = open_label_table(path, ReadOptions(), ReadContext(format_name), ())
    assert list(labels.id_names) == ["id"]
    assert labels.take(2, ids=True)[0].rows() == [(1, 8), (0, 9)]
