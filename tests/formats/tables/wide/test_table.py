"""Tables of very many columns are what polars reads of them, whole or in parts."""

import io
from contextlib import closing
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.part import Part
from softmax_cli.formats.tables import input as input_
from softmax_cli.formats.tables.input import open_input
from softmax_cli.formats.tables.wide import batches, matrices, opening
from softmax_cli.formats.tables.wide.opening import open_wide
from softmax_cli.formats.tables.wide.table import WideTable
from tests.each import each
from tests.runner import softmax


def _some(values):
    """Leave out every fifth value."""
    return [None if i % 5 == 3 else value for i, value in enumerate(values)]


def _frame(rows, number=pl.Float64):
    numbers = range(rows)
    logits = {f"c{j}": [i / (j + 3) for i in numbers] for j in range(7)}
    return pl.DataFrame(
        {
            "id": _some("é" * (i % 4) + str(i) for i in numbers),
            **logits,
            "i8": pl.Series(_some(i % 100 for i in numbers), dtype=pl.Int8),
            "i64": [2**62 + i for i in numbers],
            "u64": _some(2**63 + i for i in numbers),
            "some": _some(i / 7 for i in numbers),
            "category": pl.Series(_some("abc"[i % 3] for i in numbers), dtype=pl.Categorical),
            "enum": pl.Series(["ab"[i % 2] for i in numbers], dtype=pl.Enum(["a", "b"])),
            "bool": _some(i % 3 == 0 for i in numbers),
            "binary": _some(b"x" * (i % 5) for i in numbers),
            "date": _some(date(2020, 1, 1 + i % 28) for i in numbers),
            "moment": [datetime(2020, 1, 1, i % 24) for i in numbers],
            "span": _some(timedelta(seconds=i) for i in numbers),
            "decimal": pl.Series(_some(Decimal(i) / 10 for i in numbers), dtype=pl.Decimal(9, 1)),
        },
        schema_overrides=dict.fromkeys(logits, number),
    )


def _ipc(frame, **options):
    file = io.BytesIO()
    frame.write_ipc(file, **options)
    return file.getvalue()


def _parquet(frame, **options):
    file = io.BytesIO()
    frame.write_parquet(file, **options)
    return file.getvalue()


FRAME = _frame(23)
FILES = [
    ("arrow", _ipc(FRAME)),
    ("arrow", _ipc(FRAME, compat_level=pl.CompatLevel.oldest())),
    ("arrow", _ipc(FRAME, record_batch_size=10)),
    ("arrow", _ipc(FRAME, compression="zstd")),
    ("arrow", _ipc(_frame(23, pl.Float32), compression="lz4")),
    ("parquet", _parquet(FRAME)),
    ("parquet", _parquet(FRAME, row_group_size=10, compression="uncompressed")),
    ("parquet", _parquet(_frame(23, pl.Float32), statistics=False)),
]
READ = {"arrow": pl.read_ipc, "parquet": pl.read_parquet}


@pytest.fixture(autouse=True)
def _few_columns(monkeypatch):
    """Take few columns for very many, and decode fewer at a time."""
    monkeypatch.setattr(opening, "_COLUMNS", 6)
    monkeypatch.setattr(batches, "_COLUMNS", 4)


def _open(path, content, format_name):
    path.write_bytes(content)
    opened = open_wide([str(path)], "x", format_name, None)
    assert opened is not None
    return opened


@each("format_name, content", FILES)
@each("in_memory", [0, 1 << 22])
@each("part", [(0, 23, 100), (0, 23, 4), (3, 21, 7), (10, 11, 1), (23, 23, 5)])
def test_rows_are_those_that_polars_reads(
    format_name, content, in_memory, part, tmp_path, monkeypatch
):
    start, stop, rows = part
    monkeypatch.setattr(matrices, "_IN_MEMORY", in_memory)
    whole = READ[format_name](content)
    opened = _open(tmp_path / "x", content, format_name)
    assert (opened.rows, dict(opened.schema)) == (23, dict(whole.schema))
    columns = [1, 2, 3, 4, 5, 6, 7]
    expected, row = whole[start:stop], 0
    for frame, _position in opened.frames(rows, Part(start, stop)):
        part = expected[row : row + frame.height]
        # A missing number in the matrix is NaN.
        assert frame.select(whole.columns).fill_nan(None).equals(part)
        assert (frame.numbers(columns) == part[:, columns].to_numpy()).all()
        assert np.array_equal(
            frame.numbers([0 + 8, 10]), part[:, [8, 10]].cast(pl.Float64).to_numpy(), True
        )
        row += frame.height
    assert row == stop - start
    opened.close()


@each("format_name, content", FILES)
def test_the_first_cells_are_values_of_their_types(format_name, content, tmp_path):
    opened = _open(tmp_path / "x", content, format_name)
    cells = opened.cells(["c0", "i8", "i64", "some"], 4)
    assert cells["i8"] == [0, 1, 2, None]
    assert cells["i64"] == [2**62 + i for i in range(4)]
    assert cells["some"] == [0, 1 / 7, 2 / 7, None]
    assert opened.head(["id"], 2).to_series().to_list() == ["0", "é1"]
    opened.close()


@each("format_name, content", FILES)
def test_files_without_rows_have_columns(format_name, content, tmp_path):
    file = io.BytesIO()
    none = READ[format_name](content).clear()
    none.write_ipc(file) if format_name == "arrow" else none.write_parquet(file)
    opened = _open(tmp_path / "x", file.getvalue(), format_name)
    assert (opened.rows, list(opened.frames(5))) == (0, [])
    assert opened.cells(["c0"], 5) == {"c0": []}
    assert opened.lazy().collect().equals(none)
    opened.close()


@each("format_name", ["arrow", "parquet"])
@each("changed", [False, True])
def test_several_files_are_one_table_if_their_columns_are_the_same(format_name, changed, tmp_path):
    frames = [FRAME, FRAME.with_columns(pl.col("date").cast(pl.String)) if changed else FRAME[:5]]
    paths = [str(tmp_path / name) for name in "ab"]
    for frame, path in zip(frames, paths, strict=True):
        frame.write_ipc(path) if format_name == "arrow" else frame.write_parquet(path)
    opened = open_wide(paths, "x", format_name, None)
    assert (opened is None) is changed
    if opened is not None:
        whole = opened.lazy().collect()
        assert whole.fill_nan(None).equals(pl.concat(frames))
        opened.close()


@each("column", [pl.Series("x", [[1.0]] * 5), pl.Series("x", [{"a": 1.0}] * 5)])
def test_columns_inside_columns_are_left_to_polars(column, tmp_path):
    frame = FRAME[:5].with_columns(column)
    frame.write_ipc(tmp_path / "x.arrow")
    assert open_wide([str(tmp_path / "x.arrow")], "x", "arrow", None) is None
    frame.write_parquet(tmp_path / "x.parquet")
    assert open_wide([str(tmp_path / "x.parquet")], "x", "parquet", None) is None


@pytest.mark.parametrize(("format_name", "content"), [FILES[1], FILES[5]])
def test_damaged_files_are_errors_in_one_line_or_have_all_rows(
    format_name, content, tmp_path, capsys
):
    path, codes = tmp_path / f"x.{format_name}", set()
    arguments = ("convert", "-q", str(path), "--columns", "c0", "--columns", "c1")
    for position in range(4, len(content), max(1, len(content) // 60)):
        path.write_bytes(content[:position] + b"\xff\xfe\xfd\x7c" + content[position + 4 :])
        ran = softmax(*arguments)
        codes.add(ran.code)
        assert "internal error" not in ran.err
        assert ran.code == 0 or len(ran.err.splitlines()) >= 1
    assert 1 in codes


@each("format_name", ["arrow", "parquet"])
def test_what_is_converted_is_what_text_is(format_name, tmp_path):
    frame = FRAME.select("id", *(f"c{i}" for i in range(7)))
    path = tmp_path / f"x.{format_name}"
    frame.write_ipc(path) if format_name == "arrow" else frame.write_parquet(path)
    frame.write_csv(tmp_path / "x.csv")
    ran = softmax("convert", "-q", str(path), "-f", "csv")
    assert ran == softmax("convert", "-q", str(tmp_path / "x.csv"))
    assert ran.code == 0


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize("nested", [False, True])
def test_streams_are_read_like_files(piped, nested, tmp_path, monkeypatch):
    monkeypatch.setattr(input_, "_LONG_SCHEMA", 100)
    frame = FRAME.select("id", *(f"c{i}" for i in range(7)))
    if nested:
        frame = frame.with_columns(list=pl.Series([["x"]] * 23))
    file = io.BytesIO()
    frame.write_ipc_stream(file)
    (tmp_path / "x.arrow").write_bytes(file.getvalue())
    frame.write_parquet(tmp_path / "x.parquet")
    options = ("convert", "-q", "--columns", "c*", "-f", "csv")
    expected = softmax(*options, str(tmp_path / "x.parquet"))
    if piped:
        ran = softmax(*options, "--input-format", "arrow", stdin=file.getvalue())
    else:
        ran = softmax(*options, str(tmp_path / "x.arrow"))
    assert (ran.out, ran.err, ran.code) == (expected.out, "", 0)


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_thousands_of_columns_are_converted_like_few(suffix, tmp_path, monkeypatch):
    monkeypatch.undo()
    path = tmp_path / f"x.{suffix}"
    columns = {f"c{i}": [i / 7, -i / 3] for i in range(5000)}
    frame = pl.DataFrame({"id": ["a", "b"], **columns, "label": ["c1", "c2"]})
    frame.write_ipc(path) if suffix == "arrow" else frame.write_parquet(path)
    with closing(open_input(str(path), suffix)) as opened:
        assert isinstance(opened, WideTable)
    frame.write_csv(tmp_path / "x.csv")
    ran = softmax("convert", "-q", str(path), "-f", "csv")
    assert ran == softmax("convert", "-q", str(tmp_path / "x.csv"))
    assert (ran.code, ran.out.count("\n")) == (0, 3)


@each("dtype", [pl.Int64, pl.UInt64])
@each("text", [False, True])
@each("suffix", ["arrow", "parquet"])
def test_large_identifiers_are_exact_next_to_numbers_alone(dtype, text, suffix, tmp_path):
    ids = pl.Series("user_id", [2**62 + 1 + 7 * i * i for i in range(9)], dtype=dtype)
    logits = {f"c{i}": [float(i * j % 5) for j in range(9)] for i in range(6)}
    frame = pl.DataFrame({"user_id": ids, **logits, **({"t": ["a"] * 9} if text else {})})
    path = tmp_path / f"x.{suffix}"
    frame.write_ipc(path) if suffix == "arrow" else frame.write_parquet(path)
    ran = softmax("convert", "-q", str(path), "-f", "csv", "--top", "1")
    assert ran.code == 0
    assert [int(line.split(",")[0]) for line in ran.out.splitlines()[1:]] == ids.to_list()


@each("dtype", [pl.Categorical, pl.Enum(["a", "b"])])
def test_categories_in_parquet_are_texts(dtype, tmp_path):
    labels = pl.Series("label", ["a", "b", "a"], dtype=dtype)
    frame = pl.DataFrame({**{f"c{i}": [0.0, 1, 2] for i in range(6)}, "label": labels})
    frame.write_parquet(tmp_path / "x.parquet")
    opened = open_wide([str(tmp_path / "x.parquet")], "x", "parquet", None)
    assert opened.head(["label"], 3).to_series().cast(pl.String).to_list() == ["a", "b", "a"]
    opened.close()


@each("suffix", ["arrow", "parquet"])
@each("rows", [1, 4, 50])
def test_values_that_are_no_logits_are_found_in_any_batches(suffix, rows, tmp_path):
    columns = {f"c{i}": [(i * j % 7) / 3 for j in range(20)] for i in range(8)}
    frame = pl.DataFrame({"ms": [1.7e12 + 1e6 * (j * j % 11) for j in range(20)], **columns})
    path = tmp_path / f"x.{suffix}"
    if suffix == "arrow":
        frame.write_ipc(path, record_batch_size=rows)
    else:
        frame.write_parquet(path, row_group_size=rows)
    ran = softmax("convert", "-q", str(path), "-f", "csv")
    assert ran.code == 1
    assert 'ambiguous column "ms"' in ran.err
