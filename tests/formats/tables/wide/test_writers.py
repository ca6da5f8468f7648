"""Files of very many columns: what polars reads of them is what was written."""

import io

import numpy as np
import polars as pl
import pytest

from softmax_cli.formats.output_schema import NumericColumns, OutputField
from softmax_cli.formats.tables.wide import writer
from softmax_cli.formats.tables.wide.arrow_writer import WideArrow
from softmax_cli.formats.tables.wide.parquet_writer import WideParquet
from softmax_cli.formats.tables.wide.writer import can_write
from softmax_cli.formats.text import wide
from tests.runner import softmax

FIELDS = [
    OutputField(("id",), numbers=False),
    OutputField(("n",), numbers=False, dtype=pl.Int64),
    OutputField(tuple(f"c{i}" for i in range(20))),
    OutputField(("x",), numbers=False, dtype=pl.Float64),
    OutputField(("é",)),
]
FORMATS = [(WideParquet, pl.read_parquet), (WideArrow, pl.read_ipc)]


def _chunk(first, height):
    numbers = range(first, first + height)
    return [
        pl.Series([f"é{i}" if i % 3 else None for i in numbers], dtype=pl.String),
        pl.Series([i - 2**62 if i % 2 else None for i in numbers], dtype=pl.Int64),
        NumericColumns(np.arange(height * 20.0).reshape(-1, 20) + first),
        pl.Series([None] * height, dtype=pl.Float64),
        NumericColumns(np.full((height, 1), np.nan)),
    ]


@pytest.mark.parametrize(("format_writer", "read"), FORMATS)
@pytest.mark.parametrize("rows", [1, 3, 100])
@pytest.mark.parametrize("float32", [False, True])
def test_polars_reads_what_was_written(format_writer, read, rows, float32, monkeypatch):
    monkeypatch.setattr(writer, "_VALUES", 24 * rows)
    chunks = [_chunk(0, 4), _chunk(4, 7), _chunk(11, 0), _chunk(11, 1)]
    file = io.BytesIO()
    format_writer(file, FIELDS, float32=float32).write_rows(chunks)
    frame = read(io.BytesIO(file.getvalue()))
    number = pl.Float32 if float32 else pl.Float64
    assert frame.dtypes == [pl.String, pl.Int64, *[number] * 20, pl.Float64, number]
    assert frame.columns[-1] == "é"
    for i in (0, 1, 3):
        expected = pl.concat([chunk[i] for chunk in chunks])
        assert frame.to_series(i if i < 2 else 22).to_list() == expected.to_list()
    expected = np.concatenate([chunk[2].values for chunk in chunks])
    assert (frame[:, 2:22].to_numpy() == expected).all()
    assert np.isnan(frame.to_series(23).to_numpy()).all()


@pytest.mark.parametrize(("format_writer", "read"), FORMATS)
def test_whole_numbers_keep_their_types_and_categories_become_texts(format_writer, read):
    ends = {
        dtype: [pl.select(dtype.min()).item(), None, pl.select(dtype.max()).item()]
        for dtype in writer._INTEGERS
    }
    columns = [pl.Series(values, dtype=dtype) for dtype, values in ends.items()]
    columns.append(pl.Series(["b", None, "a"], dtype=pl.Categorical))
    fields = [
        OutputField((f"c{i}",), numbers=False, dtype=column.dtype)
        for i, column in enumerate(columns)
    ]
    assert can_write(fields)
    file = io.BytesIO()
    format_writer(file, fields, float32=False).write_rows([columns])
    frame = read(io.BytesIO(file.getvalue()))
    assert frame.dtypes == [*ends, pl.String]
    assert [column.to_list() for column in frame] == [column.to_list() for column in columns]


@pytest.mark.parametrize(("format_writer", "read"), FORMATS)
def test_no_rows_are_a_table_of_no_rows(format_writer, read):
    file = io.BytesIO()
    format_writer(file, FIELDS, float32=False).write_rows([])
    assert read(io.BytesIO(file.getvalue())).shape == (0, 24)


def test_an_arrow_file_is_a_stream_after_its_first_bytes():
    file = io.BytesIO()
    WideArrow(file, FIELDS, float32=False).write_rows([_chunk(0, 4)])
    stream = pl.read_ipc_stream(io.BytesIO(file.getvalue()[8:]))
    assert stream.equals(pl.read_ipc(io.BytesIO(file.getvalue())))


@pytest.mark.parametrize(
    ("field", "written"),
    [
        (OutputField(("a",)), True),
        (OutputField(("0", "1"), nested="a"), False),
        (OutputField(("a",), numbers=False, dtype=pl.Date), False),
    ],
)
def test_other_types_are_left_to_polars(field, written):
    assert can_write([*FIELDS, field]) is written


@pytest.mark.parametrize("name", ["id", "day"])
@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_wide_tables_pass_through_all_columns(name, suffix, tmp_path):
    """A column of dates is written by polars, one of text is not."""
    width = wide.WIDE
    cells = pl.Series(["2024-01-01", None, "2024-01-03"])
    first = cells.str.to_date() if name == "day" else cells
    logits = {f"c{i}": np.full(3, i / width) for i in range(width)}
    pl.DataFrame({name: first, **logits}).write_ipc(tmp_path / "a.arrow")
    output = tmp_path / f"b.{suffix}"
    ran = softmax("convert", "-q", "--id", name, str(tmp_path / "a.arrow"), "-o", str(output))
    assert (ran.err, ran.code) == ("", 0)
    frame = pl.read_parquet(output) if suffix == "parquet" else pl.read_ipc(output)
    assert frame.to_series(0).to_list() == first.to_list()
    assert frame.columns == [name, *logits]
    assert frame[:, 1:].sum_horizontal().to_list() == pytest.approx([1, 1, 1])
