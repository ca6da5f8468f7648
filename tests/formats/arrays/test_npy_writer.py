"""`.npy` written block by block."""

import io

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import UsageError
from softmax_cli.formats.arrays.npy_writer import npy_writer
from softmax_cli.formats.output_schema import NumericColumns, OutputField, OutputSchema
from tests.each import each


@each("single", [False, True])
@each("cuts", [[4], [1, 3], [0, 4, 0], []])
def test_blocks_become_one_array(cuts, single, tmp_path):
    values = np.arange(8.0).reshape(4, 2) / 3
    layout = OutputSchema([OutputField(("a", "b"))], True, float32=single)
    writer = npy_writer(layout, None, ",")
    done, parts = 0, []
    for count in cuts:
        parts.append(writer.render([NumericColumns(values[done : done + count])]))
        done += count
    with open(tmp_path / "x.npy", "wb") as file:
        writer.write(file, parts)
    found = np.load(tmp_path / "x.npy", allow_pickle=False)
    assert found.dtype == (np.float32 if single else np.float64)
    assert np.array_equal(found, values[:done].astype(found.dtype))
    assert (tmp_path / "x.npy").stat().st_size == 128 + found.nbytes


def test_numbers_stand_side_by_side_and_text_is_left_out():
    layout = OutputSchema(
        [OutputField(("id",), numbers=False), OutputField(("a",)), OutputField(("e",))], True
    )
    writer = npy_writer(layout, None, ",")
    assert writer.dropped == ["id"]
    pieces = [
        pl.Series(["u"]),
        NumericColumns(np.array([[1.0]])),
        NumericColumns(np.array([[2.0]])),
    ]
    assert writer.render(pieces).tolist() == [[1.0, 2.0]]


def test_what_cannot_go_back_is_refused():
    with pytest.raises(UsageError, match="npy cannot be piped"):
        npy_writer(OutputSchema([OutputField(("a",))], True), None, ",").write(io.BytesIO(), [])
