"""Paths and formats of outputs."""

import os
from contextlib import ExitStack, closing

import pytest

from softmax_cli.conversion.output_plan import (
    WriteOptions,
    can_splice_text,
    output_format,
    plan_outputs,
    require_file,
)
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.each import each
from tests.formats.files import put

TEXTS = {"csv": "a,b\n1,2\n", "tsv": "a\tb\n1\t2\n", "jsonl": "[1,2]\n", "json": "[[1,2]]"}


@pytest.fixture
def opened(tmp_path):
    with ExitStack() as stack:

        def opened(*names):
            sources = []
            for name in names:
                (tmp_path / name).parent.mkdir(exist_ok=True)
                path = put(tmp_path, name, TEXTS[name.rpartition(".")[2]])
                sources.append(stack.enter_context(closing(open_source(path, ReadOptions()))))
            return sources

        yield opened


@pytest.mark.parametrize("output", [None, "out.csv", "out"])
def test_one_output_takes_all_sources(opened, tmp_path, output):
    sources = opened("x.csv", "y.csv")
    path = output and str(tmp_path / output)
    assert plan_outputs(sources, WriteOptions(path, None)) == [(path, sources)]


@pytest.mark.parametrize(
    ("format_name", "names"),
    [(None, ["x.csv", "y.jsonl"]), ("json", ["x.json", "y.json"]),
     ("parquet", ["x.parquet", "y.parquet"])],
)  # fmt: skip
def test_a_folder_takes_one_output_for_each_source(opened, tmp_path, format_name, names):
    sources = opened("x.csv", "y.jsonl")
    folder = os.path.join(str(tmp_path), "out", "")
    planned = plan_outputs(sources, WriteOptions(folder, format_name))
    assert planned == [
        (folder + name, [source]) for name, source in zip(names, sources, strict=True)
    ]
    assert os.path.isdir(folder)


def test_a_folder_that_exists_needs_no_slash(opened, tmp_path):
    (tmp_path / "out").mkdir()
    sources = opened("x.csv")
    planned = plan_outputs(sources, WriteOptions(str(tmp_path / "out"), None))
    assert planned == [(str(tmp_path / "out" / "x.csv"), sources)]


@pytest.mark.parametrize("folder", [".", "in/..", "./"])
def test_an_output_never_replaces_an_input(opened, tmp_path, folder):
    (tmp_path / "in").mkdir()
    sources = opened("x.csv", "y.csv")
    with pytest.raises(SoftmaxError) as caught:
        plan_outputs(sources, WriteOptions(os.path.join(str(tmp_path), folder), None))
    assert isinstance(caught.value, UsageError)
    assert (tmp_path / "x.csv").read_text() == TEXTS["csv"]


def test_an_output_with_another_name_may_lie_next_to_an_input(opened, tmp_path):
    planned = plan_outputs(opened("x.csv"), WriteOptions(str(tmp_path), "json"))
    assert planned[0][0] == str(tmp_path / "x.json")


def test_inputs_of_one_name_collide_unless_they_are_converted_separately(opened, tmp_path):
    sources = opened("one/x.csv", "two/x.csv")
    options = WriteOptions(os.path.join(str(tmp_path), "out", ""), None)
    with pytest.raises(UsageError, match="inputs collide on output") as caught:
        plan_outputs(sources, options)
    assert caught.value.hint == "Convert them separately."
    for source in sources:
        assert len(plan_outputs([source], options)) == 1


@each(
    ("source", "output", "format_name", "expected"),
    [
        ("x.csv", None, None, ("csv", ",")),
        ("x.tsv", None, None, ("csv", "\t")),
        ("x.jsonl", None, None, ("jsonl", ",")),
        ("x.json", None, None, ("json", ",")),
        ("x.csv", "o.jsonl", None, ("jsonl", ",")),
        ("x.csv", "o.parquet", None, ("parquet", ",")),
        ("x.csv", "o.csv.gz", None, ("csv", ",")),
        ("x.csv", "o", None, ("csv", ",")),
        ("x.json", "o.txt", None, ("json", ",")),
        ("x.tsv", "o.out", None, ("csv", "\t")),
        ("x.csv", "o.jsonl", "json", ("json", ",")),
        ("x.csv", "o.xyz", "tsv", ("tsv", ",")),
    ],
)
def test_format_follows_the_option_else_the_suffix_else_the_input(
    opened, source, output, format_name, expected
):
    (opened_source,) = opened(source)
    assert output_format(WriteOptions(output, format_name), opened_source) == expected


@pytest.mark.parametrize("output", ["o.xyz", "o.png", "o.csvv", "o.CSV1", "o.jsn.gz"])
def test_an_unknown_suffix_is_an_error_with_a_hint_that_works(opened, output):
    (source,) = opened("x.csv")
    with pytest.raises(UsageError, match="unknown suffix") as caught:
        output_format(WriteOptions(output, None), source)
    assert caught.value.hint == "Use -f with one of csv, tsv, jsonl, json, npy, parquet, arrow."
    assert output_format(WriteOptions(output, "csv"), source) == ("csv", ",")


@each(
    ("output", "format_name", "decimals", "expected"),
    [
        (None, None, 6, True),
        ("o.csv", None, 6, True),
        ("o.tsv", None, 6, True),
        ("o.json", None, 6, False),
        (None, "jsonl", 6, False),
        (None, None, None, False),
    ],
)
def test_text_is_spliced_into_delimited_output_with_decimals(
    output, format_name, decimals, expected
):
    assert can_splice_text(WriteOptions(output, format_name, decimals)) is expected


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_tables_are_not_compressed_as_a_whole(format_name):
    with pytest.raises(UsageError, match="compresses internally") as caught:
        require_file(format_name, f"o.{format_name}.gz")
    assert caught.value.hint == f"Use -o o.{format_name}."
    require_file(format_name, f"o.{format_name}")


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_tables_are_not_written_to_a_terminal(format_name, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(UsageError, match="is a binary format") as caught:
        require_file(format_name, None)
    assert caught.value.hint == f"Use -o OUT.{format_name}."
    require_file(format_name, f"OUT.{format_name}")
    require_file("csv", None)
