"""Comparisons in the formats of other programs."""

import csv
import io
import json
import math

import numpy as np
import pytest

from softmax_cli.activations.comparison import VectorInfo, compare_vector
from softmax_cli.display.comparison_export import (
    EXPORTS,
    as_csv,
    as_json,
    as_jsonl,
    as_markdown,
    as_tsv,
)

INF, NAN = math.inf, math.nan
HARD = ['a,"b"', "tab\there", "two\nlines", ""]


def _item(logits, classes=None, *, row=1, temperature=1.0, activations=("softmax",), **passthrough):
    classes = classes or [f"c{i}" for i in range(len(logits))]
    place = VectorInfo("f.csv", row, classes, passthrough)
    return compare_vector(place, np.array(logits, float), activations, temperature)


@pytest.mark.parametrize(("export", "delimiter"), [(as_csv, ","), (as_tsv, "\t")])
def test_names_of_any_kind_come_back_from_delimited_text(export, delimiter):
    item = _item([1, 2, 3, 4], HARD, **{"id,": 'u\n"'})
    header, *lines = csv.reader(io.StringIO(export([item], None)), delimiter=delimiter)
    assert header == ["row", "id,", "class", "logit", "softmax"]
    assert [line[:3] for line in lines] == [["1", 'u\n"', name] for name in HARD]
    assert [float(line[4]) for line in lines] == item.results[0].values.tolist()


@pytest.mark.parametrize("decimals", [0, 2, None])
def test_logits_are_never_rounded_and_values_as_asked(decimals):
    item = _item([1 / 3, 2], activations=("softmax", "tanh"))
    _, *lines = csv.reader(io.StringIO(as_csv([item], decimals)))
    record = json.loads(as_json([item], decimals))[0]
    assert [float(line[2]) for line in lines] == record["logits"] == [1 / 3, 2]
    for place, result in enumerate(item.results, start=3):
        values = result.values.tolist()
        kept = values if decimals is None else [round(value, decimals) for value in values]
        assert [float(line[place]) for line in lines] == kept
        assert record[result.activation]["values"] == kept


def test_what_is_no_number_is_told_in_the_words_of_each_format():
    items = [_item([INF, -INF]), _item([-INF, 0], activations=("log-softmax",))]
    assert as_csv(items[:1], 2).splitlines()[1:] == ["1,c0,inf,NaN", "1,c1,-inf,NaN"]
    first, second = map(json.loads, as_jsonl(items, 2).splitlines())
    assert (first["logits"], first["softmax"]["values"]) == (["inf", "-inf"], [None, None])
    assert first["softmax"]["sum"] is None
    assert second["log-softmax"] == {"values": ["-inf", 0.0], "sum": "-inf", "predicted": ["c1"]}


@pytest.mark.parametrize(
    ("given", "expected"),
    [(2.5, 2.5), (1, 1), (np.float64(0.5), 0.5), (INF, "inf"), ([0.5, INF], [0.5, "inf"])],
)
def test_the_temperature_is_one_number_or_one_a_class(given, expected):
    item = _item([1, 2], temperature=given, activations=("sigmoid",))
    assert json.loads(as_json([item], 1))[0]["temperature"] == expected


def test_json_tells_the_columns_beside_only_where_there_are_any():
    plain, beside = json.loads(as_json([_item([1]), _item([1], row=7, id="é")], None))
    assert "columns" not in plain
    assert (beside["columns"], beside["row"], beside["source"]) == ({"id": "é"}, 7, "f.csv")


def test_no_comparisons_are_no_records():
    assert (as_json([], None), as_jsonl([], None), as_markdown([], None)) == ("[]\n", "", "")


@pytest.mark.parametrize(
    ("name", "cell"),
    [("a|b", r"a\|b"), ("*[x]_`<y>`", r"\*\[x\]\_\`\<y\>\`"), ("\\|", r"\\\|"),
     (" two\n lines\t", "two lines"), ("", "")],
)  # fmt: skip
def test_a_name_stays_one_cell_of_markdown(name, cell):
    assert as_markdown([_item([0], [name])], 1).splitlines()[2] == f"| {cell} | 0.0 | 1.0 |"


@pytest.mark.parametrize(
    ("logit", "decimals", "text"),
    [(1e-6, None, "1.000e-06"), (1e12, 2, "1.0e+12"), (-INF, 2, "-inf"), (2, 0, "2")],
)
def test_logits_in_markdown_are_figures(logit, decimals, text):
    lines = as_markdown([_item([logit, 0])], decimals).splitlines()
    assert lines[2].split(" | ")[1] == text


def test_every_row_has_a_table_of_markdown_with_its_sum():
    items = [_item([0, 0], activations=("sigmoid", "softmax")), _item([3], row=2)]
    first, second = as_markdown(items, 1).split("\n\n")
    assert first.splitlines()[-1] == "| **sum** |  | 1.0 | 1.0 |"
    assert (
        second
        == "| class | logit | softmax |\n| --- | ---: | ---: |\n| c0 | 3.0 | 1.0 |\n| **sum** |  | 1.0 |\n"
    )


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_ends_with_one_line_end(name):
    text = EXPORTS[name]([_item([1, 2]), _item([3, 4], row=2)], 3)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
