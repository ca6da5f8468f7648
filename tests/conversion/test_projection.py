"""What `convert` writes of a source."""

from contextlib import closing

import numpy as np
import polars as pl
import pytest

from softmax_cli.conversion.convert_options import ConvertOptions
from softmax_cli.conversion.projection import Projection
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.registry import open_source
from tests.formats.files import put

JSON = '{"id":1,"logits":[1,2],"note":"u"}'


def _plan(tmp_path, name, text, **request):
    with closing(open_source(put(tmp_path, name, text), ReadOptions())) as source:
        return Projection(source, ConvertOptions(**request)), source.parse(next(source.chunks()))


@pytest.mark.parametrize(
    ("name", "text", "request_", "names"),
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
def test_fields_and_pieces_go_together(name, text, request_, names, tmp_path):
    plan, rows = _plan(tmp_path, name, text, **request_)
    layout = plan.schema(float32=False)
    assert layout.names == names
    pieces = plan.column_data(rows, np.array([[0.25, 0.75]]))
    assert len(pieces) == len(layout.fields)
    for field, piece in zip(layout.fields, pieces, strict=True):
        assert field.numbers == isinstance(piece, NumericColumns)
        if field.numbers:
            assert piece.values.shape == (1, len(field.names))


def test_the_layout_tells_what_the_source_was(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3, "f4"))
    source = open_source(str(tmp_path / "x.npy"), ReadOptions())
    layout = Projection(source, ConvertOptions()).schema(float32=source.float32)
    source.close()
    assert (layout.float32, layout.one_dimensional, layout.header, layout.bare) == (
        True,
        True,
        False,
        True,
    )
    layout = _plan(tmp_path, "x.jsonl", JSON)[0].schema(float32=False)
    assert [field.nested for field in layout.fields] == [None, "logits", None]
    assert [field.json_encoded for field in layout.fields] == [True, False, True]
    pl.DataFrame({"n": pl.Series(["u"]), "k": [True], "a": [1.0]}).write_parquet(
        tmp_path / "x.parquet"
    )
    layout = Projection(
        open_source(str(tmp_path / "x.parquet"), ReadOptions()), ConvertOptions()
    ).schema(float32=False)
    assert [field.dtype for field in layout.fields[:2]] == [None, pl.Boolean]


def test_requests_that_cannot_be_met_are_refused(tmp_path):
    with pytest.raises(UsageError, match="--top 3: there are only 2 classes"):
        _plan(tmp_path, "x.csv", "a,b\n1,2\n", top=3)
    with pytest.raises(UsageError, match="--add needs probabilities"):
        _plan(tmp_path, "x.csv", "a,b\n1,2\n", add=("entropy",), activation="tanh")
    with pytest.raises(SoftmaxError, match='has a column "logit_a" already'):
        _plan(tmp_path, "x.csv", "logit_a,a\nu,2\n", keep=True)[0].schema(float32=False)
