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
    as_tsv,
)

INF, NAN = math.inf, math.nan
HARD = ['a,"b"', "tab\there", "two\nlines", ""]


def _item(logits, classes=None, *, row=1, temperature=1.0, activations=("softmax",), **passthrough):
    classes = classes or [f"c{i}" for i in range(len(logits))]
    info = VectorInfo("f.csv", row, classes, passthrough)
    return compare_vector(info, np.array(logits, float), activations, [temperature])


@pytest.mark.parametrize(("export", "delimiter"), [(as_csv, ","), (as_tsv, "\t")])
def test_names_of_any_kind_come_back_from_delimited_text(export, delimiter):
    item = _item([1, 2, 3, 4], HARD, **{"id,": 'u\n"'})
    header, *lines = csv.reader(io.StringIO(export([item], None)), delimiter=delimiter)
    assert header == ["row", "id,", "class", "logit", "softmax"]
    assert [line[:3] for line in lines] == [["1", 'u\n"', name] for name in HARD]
    assert [float(line[4]) for line in lines] == item.results[0].values.tolist()


@pytest.mark.parametrize("decimals", [0, 2, None])
def test_logits_are_never_rounded_and_values_as_binary_outcomes(decimals):
    item = _item([1 / 3, 2], activations=("softmax", "tanh"))
    _, *lines = csv.reader(io.StringIO(as_csv([item], decimals)))
    record = json.loads(as_json([item], decimals))[0]
    assert [float(line[2]) for line in lines] == record["logits"] == [1 / 3, 2]
    for place, result in enumerate(item.results, start=3):
        values = result.values.tolist()
        kept = values if decimals is None else [round(value, decimals) for value in values]
        assert [float(line[place]) for line in lines] == kept
        assert record[result.activation]["values"] == kept


def test_infinities_and_nan_are_written_as_each_format_can():
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
def test_the_temperature_is_one_number_or_one_per_class(given, expected):
    item = _item([1, 2], temperature=given, activations=("sigmoid",))
    assert json.loads(as_json([item], 1))[0]["temperature"] == expected


def test_json_has_passthrough_columns_only_if_there_are_any():
    first, second = json.loads(as_json([_item([1]), _item([1], row=7, id="é")], None))
    assert "columns" not in first
    assert (second["columns"], second["row"], second["source"]) == ({"id": "é"}, 7, "f.csv")


def test_delimited_text_has_the_passthrough_columns_of_all_inputs():
    items = [_item([1], id="u"), _item([1], row=2, key="v")]
    assert as_csv(items, 1) == (
        "row,id,key,class,logit,softmax\n1,u,,c0,1.0,1.0\n2,,v,c0,1.0,1.0\n"
    )


def test_several_temperatures_are_columns_of_text_and_records_of_json():
    info = VectorInfo("f.csv", 1, ["a", "b"])
    item = compare_vector(info, np.zeros(2), ["sigmoid", "softmax"], [0.5, 2.0])
    assert as_csv([item], 1).splitlines()[0] == (
        "row,class,logit,sigmoid T=0.5,sigmoid T=2,softmax T=0.5,softmax T=2"
    )
    records = json.loads(as_json([item], 1))
    assert [record["temperature"] for record in records] == [0.5, 2.0]
    assert all({"sigmoid", "softmax"} < record.keys() for record in records)


def test_no_comparisons_are_no_records():
    assert (as_json([], None), as_jsonl([], None)) == ("[]\n", "")


@pytest.mark.parametrize("name", EXPORTS)
def test_every_format_ends_with_one_newline(name):
    text = EXPORTS[name]([_item([1, 2]), _item([3, 4], row=2)], 3)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
