"""Parquet and Arrow IPC as sources."""

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.formats.files import write_table
from tests.runner import softmax


def _rows(frame, path, read_options=None):
    write_table(frame, path)
    source = open_source(path, read_options or ReadOptions())
    rows = [source.parse(chunk) for chunk in source.chunks()]
    source.close()
    return source, rows


@pytest.mark.parametrize("group", [1, 7, 1000])
def test_slices_of_row_groups_of_any_size_hold_all_rows_in_order(group, tmp_path, monkeypatch):
    monkeypatch.setattr("softmax_cli.formats.tables.file_table._FRAMES_PER_SLICE", 2)
    monkeypatch.setattr("softmax_cli.formats.tables.source._MAX_ROWS", 3)
    frame = pl.DataFrame({"a": np.sin(np.arange(20)), "b": np.cos(np.arange(20))})
    frame.write_parquet(tmp_path / "x.parquet", row_group_size=group)
    source = open_source(str(tmp_path / "x.parquet"), ReadOptions())
    rows = [source.parse(chunk) for chunk in source.chunks()]
    source.close()
    assert max(map(len, rows)) == 3
    assert np.array_equal(np.concatenate([part.logits for part in rows]), frame.to_numpy())
    assert rows[-1].location(0).row + len(rows[-1]) == 21


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
@pytest.mark.parametrize(
    "kind",
    [pl.Int8, pl.Int64, pl.UInt16, pl.UInt64, pl.Float32, pl.Float64, pl.Decimal(10, 2), pl.Int128],
    ids=str,
)
def test_numbers_of_every_type_are_logits(kind, suffix, tmp_path):
    frame = pl.DataFrame({"a": [0, 1], "b": [2, None]}).cast(kind)
    source, rows = _rows(frame, str(tmp_path / f"x.{suffix}"))
    assert rows[0].logits.dtype == np.float64
    assert np.array_equal(rows[0].logits, [[0, 2], [1, np.nan]], equal_nan=True)
    assert source.float32 == (kind == pl.Float32)
    assert source.columns.header


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
@pytest.mark.parametrize("kind", [pl.List, lambda inner: pl.Array(inner, 2)], ids=["list", "array"])
@pytest.mark.parametrize("inner", [pl.Int32, pl.Float32, pl.Float64], ids=str)
def test_lists_of_numbers_are_logits(inner, kind, suffix, tmp_path):
    lists = pl.Series([[0, 1], None, [None, 2]], dtype=kind(inner))
    frame = pl.DataFrame({"id": ["u", "v", "w"], "x": lists})
    source, rows = _rows(frame, str(tmp_path / f"x.{suffix}"))
    nan = np.nan
    assert np.array_equal(rows[0].logits, [[0, 1], [nan, nan], [nan, 2]], equal_nan=True)
    assert (source.columns.names, source.columns.nested) == (("id", "0", "1"), "x")
    assert rows[0].passthrough.rows() == [("u",), ("v",), ("w",)]


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_large_tables_come_in_blocks_in_order(suffix, tmp_path):
    count = 150_000
    frame = pl.DataFrame({"id": range(count), "a": np.arange(count) % 11, "b": [0.0] * count})
    _, rows = _rows(frame, str(tmp_path / f"x.{suffix}"))
    assert len(rows) > 1
    assert np.array_equal(
        np.concatenate([part.logits[:, 0] for part in rows]), np.arange(count) % 11
    )
    assert rows[-1].location(len(rows[-1]) - 1).row == count


@pytest.mark.parametrize("name", ["label", "y", "target"])
def test_labels_are_found_by_their_name(name, tmp_path):
    frame = pl.DataFrame({"a": [1.0], "b": [2.0], name: [1]})
    source, rows = _rows(frame, str(tmp_path / "x.parquet"))
    assert source.columns.labels == (2,)
    assert rows[0].read_labels().rows() == [(1,)]


@pytest.mark.parametrize("name", ["x y", "x[1]*.parquet", "虎.parquet", "a?b.parquet"])
def test_paths_are_no_patterns(name, tmp_path):
    path = str(tmp_path / name)
    pl.DataFrame({"a": [0.0], "b": [0.0]}).write_parquet(path)
    assert softmax("convert", "--input-format", "parquet", path).out == "a,b\n0.5,0.5\n"


def test_a_table_of_no_lists_is_refused(tmp_path):
    path = str(tmp_path / "x.parquet")
    write_table(pl.DataFrame({"x": []}, schema={"x": pl.List(pl.Float64)}), path)
    ran = softmax("convert", "-q", path, "-f", "jsonl")
    assert (ran.out, ran.code) == ("", 1)
    assert "empty list of logits" in ran.err
