"""Logits in structs, tensors and lists of lists, and columns of types that hold none."""

import base64
import json
import zlib

import polars as pl
import pytest

from tests.each import each
from tests.formats.files import write_table
from tests.runner import softmax

ROWS = [[0.0, 0.0], [5.0, 5.0]]
STRUCTS = pl.Series([dict(zip(("cat", "dog"), row, strict=True)) for row in ROWS])
# Written by pyarrow as arrow.fixed_shape_tensor: [[1, 0], [3, 0]] as two rows of shape (2,), and
# as one row of shape (2, 2).
TENSOR = (
    "c-oCo%}T>S5dQLG3?+vkMLY<WoIDf}kGZIKLFh$6N?GWt0rNw$VnKW#AHm1)=wtW>>CEgF)1Lfbc7Ar|o0;9d@B7"
    "9BQZPnH5Md87Sp+X6ALPY!hVG;=$&utAkdCQhU-D9nDI$d_-+xQ3&E=XOl8EG`ekx1{_+;NZ&M%td)Y+V`+O~c>d"
    "n{IZx#*r%qZdY3UEMPKnB;mkyS>Zxilaqc<&`Qmq+cSFa^I=rJ0W?`geA)#F6Ps$(QWx^l%YzBoX<a`=PqZdjan+"
    "Bc<Pv#cy{0IIo#U5ofoh^c0J*AVRUKhBdNCx0Il19x?LCv4&BQq!ipf2nI_m^M84gP|K<kv&wTtL!2dBB*!~U=20L"
    "uy_j22huQnF%!+H(IRYEQ"
)
MATRIX = (
    "c-oCo%}T>S5S}zK4JC&lMLhIS;>AOd+G8&2T@ZRvkWv=9YQX%EtXL4=$4Br%Jo*s6LHuU2#k40sn9NV+`*voxZQHh"
    "Th$3Q)C?uZ_C_n@_9&$n!;Op5h%CKYUKZFm!7)oD6V^o9~@&7O3cD>B`hWW7P@-Z_F(E#zC)%?U9r#9w(RoCU~*+"
    "aI`>s9llD!nqgXv&(^$FQr#;^sEh8?I($krpb~B<F=PDW5yDdMB{ASXAQlexA&iNnGhVe=*8{i`pzXU%tz^`?|R{"
    "YORdo$pfhQR+D$_Z{FRX<FcRF9<n|&I`8<t@Og8r+kV(x7$F_mn-4{iTu<hi(iS7+-ERCg*VMh4Lw|7T|CsjT!JZ"
    "EF=HJE7#cm#4ZX@1@{V$soLiq"
)


def _convert(frame, tmp_path, *arguments, suffix="parquet"):
    path = str(tmp_path / f"x.{suffix}")
    write_table(frame, path)
    return softmax("convert", "-q", path, "-f", "csv", *arguments)


@each("suffix", ["parquet", "arrow"])
@each("name", ["scores", "logits", "x"])
def test_fields_of_a_struct_name_the_classes(name, suffix, tmp_path):
    frame = pl.DataFrame({"id": ["a", "b"], name: STRUCTS, "label": ["cat", "dog"]})
    ran = _convert(frame, tmp_path, suffix=suffix)
    assert ran.out == "id,cat,dog,label\na,0.5,0.5,cat\nb,0.5,0.5,dog\n"
    shown = json.loads(softmax("evaluate", str(tmp_path / f"x.{suffix}"), "-f", "json").out)
    assert (shown["rows"], shown["metrics"]["accuracy"]) == (2, 0.5)


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        ([], "seconds,cat,dog,bird\n0.25,0.5,0.5,0.0\n"),
        (["--columns", "scores"], "seconds,cat,dog,bird\n0.25,0.5,0.5,0.0\n"),
        (["--columns", "cat,dog"], "seconds,cat,dog,bird\n0.25,0.5,0.5,-1000.0\n"),
        (["--columns", "!bird"], "seconds,cat,dog,bird\n0.25,0.5,0.5,-1000.0\n"),
        (["--columns", "!seconds"], "seconds,cat,dog,bird\n0.25,0.5,0.5,0.0\n"),
    ],
)
def test_numbers_next_to_a_struct_of_scores_are_no_classes(arguments, out, tmp_path):
    scores = pl.Series([{"cat": 1.0, "dog": 1.0, "bird": -1000.0}])
    frame = pl.DataFrame({"seconds": [0.25], "scores": scores})
    assert _convert(frame, tmp_path, *arguments).out == out


def test_struct_next_to_columns_of_classes_is_ambiguous(tmp_path):
    frame = pl.DataFrame({"a": [1.5], "b": [2.5], "x": STRUCTS[:1]})
    ran = _convert(frame, tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert 'ambiguous logits: lists in "x", or columns "a", "b"' in ran.err
    assert _convert(frame, tmp_path, "--columns", "x").out.startswith("a,b,cat,dog\n1.5,2.5,0.5,")
    boxes = frame.rename({"x": "bbox"})
    assert _convert(boxes, tmp_path).out.startswith("a,b,bbox\n0.26")


def test_field_of_a_struct_with_the_name_of_a_column_is_refused(tmp_path):
    frame = pl.DataFrame({"cat": ["u", "v"], "scores": STRUCTS})
    ran = _convert(frame, tmp_path)
    assert 'column "scores": field "cat" has the name of another column.' in ran.err


@pytest.mark.parametrize(
    "dtype",
    [pl.List(pl.List(pl.Float64)), pl.Array(pl.Float32, (1, 2)), pl.List(pl.Array(pl.Float64, 2))],
    ids=str,
)
def test_lists_in_lists_of_one_are_rows(dtype, tmp_path):
    frame = pl.DataFrame({"id": ["a", "b"], "x": pl.Series([[row] for row in ROWS], dtype=dtype)})
    assert _convert(frame, tmp_path).out == "id,0,1\na,0.5,0.5\nb,0.5,0.5\n"


def test_several_lists_in_a_row_are_refused_with_the_row(tmp_path):
    frame = pl.DataFrame({"logits": [[[0.0, 1.0]], [[0.0, 1.0], [2.0, 3.0]]]})
    ran = _convert(frame, tmp_path)
    assert 'row 2, column "logits": expected one list of logits per row, found 2.' in ran.err
    assert ran.code == 1


def test_tensors_of_one_axis_are_rows_and_others_are_refused_by_name(tmp_path):
    path = tmp_path / "x.arrow"
    path.write_bytes(zlib.decompress(base64.b85decode(TENSOR)))
    ran = softmax("convert", str(path), "-f", "jsonl", "--decimals", "4")
    assert ran.out == "[0.7311,0.2689]\n[0.9526,0.0474]\n"
    path.write_bytes(zlib.decompress(base64.b85decode(MATRIX)))
    ran = softmax("convert", str(path), "-f", "jsonl")
    assert 'no logit columns: "logits" holds "arrow.fixed_shape_tensor {"shape":[2,2]' in ran.err


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["cat", "dog"])], ids=str)
def test_categories_are_identifiers_and_labels(kind, tmp_path):
    words = pl.Series(["cat", "dog"], dtype=kind)
    frame = pl.DataFrame({"who": words, "cat": [5.5, 1], "dog": [1.5, 5], "label": words})
    ran = _convert(frame.with_columns(cat=pl.lit(1.5), dog=pl.lit(1.5)), tmp_path)
    assert ran.out == "who,cat,dog,label\ncat,0.5,0.5,cat\ndog,0.5,0.5,dog\n"
    write_table(frame, str(tmp_path / "y.parquet"))
    shown = json.loads(softmax("evaluate", str(tmp_path / "y.parquet"), "-f", "json").out)
    assert shown["metrics"]["accuracy"] == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [True], "b": [False]}, 'no logit columns: "a" holds "Boolean", "b" holds "Boolean"'),
        ({"a": [{"x": "u"}]}, 'no logit columns: "a" holds "Struct({\'x\': String})"'),
        ({"a": [1.5], "b": [2.5], "c": [None]}, 'column "c": column has type Null, not numbers.'),
    ],
    ids=["booleans", "struct of text", "nothing"],
)
def test_types_that_hold_no_numbers_are_named(columns, message, tmp_path):
    ran = _convert(pl.DataFrame(columns), tmp_path)
    assert message in ran.err
    assert ran.code == 1


def test_decimals_are_numbers_and_booleans_pass_through(tmp_path):
    frame = pl.DataFrame({"a": ["1.25"], "b": ["1.25"], "seen": [True]})
    frame = frame.with_columns(pl.col("a", "b").cast(pl.Decimal(10, 2)))
    assert _convert(frame, tmp_path).out == "a,b,seen\n0.5,0.5,true\n"
