"""Rows as delimited text."""

import csv
import io

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.delimited.row_renderer import DelimitedRows
from softmax_cli.formats.delimited.writer import delimited_writer
from softmax_cli.formats.output_schema import NumericColumns, OutputField, OutputSchema
from tests.each import each
from tests.runner import softmax

TEXTS = ["a", "b,1", 'c"2', "d\ne", "", "é;虎\t"]
FIELDS = [OutputField(("i,d",), numbers=False), OutputField(("a", "b"))]


@each("decimals", [None, 3])
@each("delimiter", [",", "\t", ";"])
def test_text_and_numbers_read_back(delimiter, decimals):
    values = np.arange(12.0).reshape(6, 2) / 16
    writer, file = delimited_writer(OutputSchema(FIELDS, True), decimals, delimiter), io.BytesIO()
    writer.write(file, [writer.render([pl.Series(TEXTS), NumericColumns(values)])])
    rows = list(csv.reader(io.StringIO(file.getvalue().decode(), newline=""), delimiter=delimiter))
    assert rows[0] == ["i,d", "a", "b"]
    assert [row[0] for row in rows[1:]] == TEXTS
    found = np.array([[float(cell) for cell in row[1:]] for row in rows[1:]])
    assert (
        np.array_equal(found, values) if decimals is None else np.allclose(found, values, atol=6e-4)
    )


@each(
    ("delimiter", "cells", "written"),
    [
        (",", ["a b", "", "#;\t'"], ["a b", "", "#;\t'"]),
        (",", ["a", None], ["a", ""]),
        (",", ["a", "b,c"], ["a", '"b,c"']),
        (";", ["a", "b,c"], ["a", "b,c"]),
        (";", ["a", "", "b;c"], ["a", "", '"b;c"']),
        ("\t", ["a\tb", "c"], ['"a\tb"', "c"]),
        (",", ["a", 'b"c'], ["a", '"b""c"']),
        (",", ["a\nb", "c\r"], ['"a\nb"', '"c\r"']),
        (",", ["", None], ["", ""]),
    ],
)
def test_texts_are_quoted_where_they_need_it(delimiter, cells, written):
    values = np.full((len(cells), 2), 0.5)
    data = [pl.Series(cells, dtype=pl.String), NumericColumns(values)]
    renderer = DelimitedRows(OutputSchema(FIELDS, True), delimiter, None)
    rows = [delimiter.join([cell, "0.5", "0.5"]) + "\n" for cell in written]
    assert b"".join(renderer.render(data)).decode() == "".join(rows)


def test_lists_are_written_back_into_their_cells():
    fields = [OutputField(("id",), numbers=False), OutputField(("0", "1"), nested="v")]
    writer = delimited_writer(OutputSchema(fields, True, list_in_cell=True), None, ",")
    pieces = [pl.Series(["u"]), NumericColumns(np.array([[0.5, np.nan]]))]
    assert b"".join(writer.render(pieces)) == b'u,"[0.5,null]"\n'
    assert writer.header() == b"id,v\n"
    assert not writer.can_splice(",", 2)


def test_lists_from_other_formats_become_columns():
    fields = [OutputField(("0", "1"), nested="v")]
    writer = delimited_writer(OutputSchema(fields, True), 2, ",")
    rows = writer.render([NumericColumns(np.array([[0.5, 0.25]]))])
    assert writer.header() + b"".join(rows) == b"0,1\n0.50,0.25\n"
    assert writer.can_splice(",", 2)
    assert not writer.can_splice(";", 2)
    assert not writer.can_splice(None, 2)


def test_output_without_names_has_no_header():
    assert delimited_writer(OutputSchema(FIELDS, False), None, ",").header() == b""


COMMAS = "id;a;b\nx;0,5;0,5\ny;-1000;2e0\n"


@each(
    ("arguments", "shown"),
    [
        ([], "id;a;b\nx;0,5;0,5\ny;0,0;1,0\n"),
        (["--decimals", "2"], "id;a;b\nx;0,50;0,50\ny;0,00;1,00\n"),
        (["--add", "prediction"], "id;a;b;prediction\nx;0,5;0,5;a\ny;0,0;1,0;b\n"),
        (["--drop", "id"], "a;b\n0,5;0,5\n0,0;1,0\n"),
        (["-f", "csv"], "id,a,b\nx,0.5,0.5\ny,0.0,1.0\n"),
        (["-f", "jsonl"], '{"id":"x","a":0.5,"b":0.5}\n{"id":"y","a":0.0,"b":1.0}\n'),
    ],
)
def test_decimal_commas_are_written_where_they_were_read(arguments, shown):
    given = ["convert", "-q", "--decimal-comma", *arguments]
    assert softmax(*given, stdin=COMMAS).out == shown


@pytest.mark.parametrize("options", [[], ["--decimals", "3"]])
def test_decimal_commas_go_through_files_of_any_size(options, tmp_path):
    rows = [f"x.{i};{i % 7},25;-{i % 3},5" for i in range(3000)]
    path, out = tmp_path / "x.csv", tmp_path / "out.csv"
    path.write_text("id;a;b\n" + "\n".join(rows) + "\n")
    assert (
        softmax("convert", "-q", "--decimal-comma", str(path), "-o", str(out), *options).code == 0
    )
    lines = out.read_text().splitlines()
    points = softmax("convert", "-q", "--decimal-comma", str(path), "-f", "csv", *options).out
    body = [line.split(",", 1) for line in points.splitlines()[1:]]
    assert lines[0] == "id;a;b"
    assert lines[1:] == [
        f"{name};{numbers.replace(',', ';').replace('.', ',')}" for name, numbers in body
    ]
    back = softmax("invert", "-q", "--decimal-comma", str(out))
    assert (back.code, back.out.splitlines()[0]) == (0, "id;a;b")
