"""`softmax convert`: files and streams to probabilities."""

import bz2
import gzip
import lzma
import sys

import numpy as np
import pytest

from softmax_cli import softmax as softmax_of
from softmax_cli.formats.delimited import small_parser
from softmax_cli.formats.text import small_rendering
from tests.each import each
from tests.runner import softmax


@pytest.fixture(autouse=True, params=["small", "large"])
def _small_and_large(request, monkeypatch):
    """Run every test twice: with the parser of small files, and with that of large ones."""
    if request.param == "large":
        monkeypatch.setattr(small_parser, "MOST_BYTES", -1)
        monkeypatch.setattr(small_rendering, "MOST_VALUES", -1)


if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PLAIN = "a,b\n0,0\n1,0\n"
HALVES = "a,b\n0.500,0.500\n0.731,0.269\n"
THREE = ["--decimals", "3", "-q"]


@each(
    ("given", "expected"),
    [
        ("a,b\n0,0\n1,0\n", HALVES),
        ("a,b\n0,0\n1,0", HALVES),
        ("a,b\r\n0,0\r\n1,0\r\n", HALVES),
        ("a,b\r\n0,0\r\n1,0\r\n\r\n", HALVES),
        ("a,b\n0,0\n1,0\n\n\n", HALVES),
        ("\n\na,b\n0,0\n1,0\n", HALVES),
        ("\ufeffa,b\n0,0\n1,0\n", HALVES),
        ("a,b\n0,0\n1,0\n".encode("utf-16"), HALVES),
        ("\ufeffa,b\r\n0,0\r\n1,0\r\n".encode("utf-16-be"), HALVES),
        ("a,b\n0,0\n1,0\n".encode("utf-32"), HALVES),
        ("a, b\n0, 0\n1, 0\n", HALVES),
        ('"a","b"\n"0","0"\n"1","0"\n', HALVES),
        ('a,b\n"0",0\n1,"0"\n', HALVES),
        ("0,0\n1,0\n", "0.500,0.500\n0.731,0.269\n"),
        ("a;b\n0;0\n1;0\n", HALVES.replace(",", ";")),
        ("a\tb\n0\t0\n1\t0\n", HALVES.replace(",", "\t")),
        ("a|b\n0|0\n1|0\n", HALVES.replace(",", "|")),
        ("a b\n0 0\n1 0\n", HALVES.replace(",", " ")),
        ("  a   b\n  0   0\n  1   0\n", HALVES.replace(",", " ")),
        ("# a,b\n0,0\n1,0\n", HALVES),
        ("#a,b\n0,0\n1,0\n", HALVES),
        ("# a b\n0 0\n1 0\n", HALVES.replace(",", " ")),
        (",0,1\n0,0,0\n1,1,0\n", ",0,1\n0,0.500,0.500\n1,0.731,0.269\n"),
        ("1,2\n0,0\n1,0\n", "1,2\n0.500,0.500\n0.731,0.269\n"),
        ("0,1,2\n0,0,0\n", "0,1,2\n0.333,0.333,0.333\n"),
        ("id,a,b\nx,0,0\ny,1,0\n", "id,a,b\nx,0.500,0.500\ny,0.731,0.269\n"),
        ("a,note,b\n0,x,0\n1,y,0\n", "a,note,b\n0.500,x,0.500\n0.731,y,0.269\n"),
        ("a,b,label\n0,0,1\n1,0,\n", "a,b,label\n0.500,0.500,1\n0.731,0.269,\n"),
        ("Index,a,b,Target\n7,0,0,1\n", "Index,a,b,Target\n7,0.500,0.500,1\n"),
        ('id,a,b\n"x,1",0,0\n"y""z",1,0\n', 'id,a,b\n"x,1",0.500,0.500\n"y""z",0.731,0.269\n'),
        ('id,a,b\n"x\n1",0,0\n"y\r\nz",1,0\n',
         'id,a,b\n"x\n1",0.500,0.500\n"y\r\nz",0.731,0.269\n'),
        ('id,a,b\n"",0,0\n,1,0\n', "id,a,b\n,0.500,0.500\n,0.731,0.269\n"),
        ('"a,1","b""2"\n0,0\n', '"a,1","b""2"\n0.500,0.500\n'),
        ("id,a,b\n=cmd(),0,0\n", "id,a,b\n=cmd(),0.500,0.500\n"),
        ("id,a,b\n[red]\x1b[31m,0,0\n", "id,a,b\n[red]\x1b[31m,0.500,0.500\n"),
        ("a,b\n-inf,0\n0,-INFINITY\n", "a,b\n0.000,1.000\n1.000,0.000\n"),
        ("a,b\n+0,.0\n1e0,0E5\n", HALVES),
        ("a,b\n 0 ,0\n1,\t0\n", HALVES),
        ("a,b\n", "a,b\n"),
        ("虎,ウサギ\n0,0\n", "虎,ウサギ\n0.500,0.500\n"),
    ],
)  # fmt: skip
def test_every_dialect_is_read(given, expected):
    ran = softmax("convert", *THREE, stdin=given)
    assert (ran.out, ran.err, ran.code) == (expected, "", 0)


@each(
    ("arguments", "given", "expected"),
    [
        (["-a", "sigmoid"], PLAIN, "a,b\n0.500,0.500\n0.731,0.500\n"),
        (["-a", "log-softmax"], PLAIN, "a,b\n-0.693,-0.693\n-0.313,-1.313\n"),
        (["-a", "log-sigmoid"], PLAIN, "a,b\n-0.693,-0.693\n-0.313,-0.693\n"),
        (["-a", "tanh"], "a,b\n0,-1\n", "a,b\n0.000,-0.762\n"),
        (["-t", "0"], PLAIN, "a,b\n0.500,0.500\n1.000,0.000\n"),
        (["-t", "inf"], PLAIN, "a,b\n0.500,0.500\n0.500,0.500\n"),
        (["-t", "0.5"], PLAIN, "a,b\n0.500,0.500\n0.881,0.119\n"),
        (["-f", "tsv"], PLAIN, HALVES.replace(",", "\t")),
        (["-f", "csv"], "a\tb\n0\t0\n1\t0\n", HALVES),
        (["--delimiter", ";"], "a;b\n0;0\n1;0\n", HALVES.replace(",", ";")),
        (["--delimiter", "tab"], "a\tb\n0\t0\n1\t0\n", HALVES.replace(",", "\t")),
        (["--input-format", "tsv"], "a,1\tb\n0\t0\n", '"a,1"\tb\n0.500\t0.500\n'.replace('"', "")),
        (["--delimiter", ";", "--decimal-comma"], "a;b\n2,5;2,5\n1;0\n",
         HALVES.replace(",", ";").replace(".", ",")),
        (["--header", "no"], "0,1\n0,0\n", "0.269,0.731\n0.500,0.500\n"),
        (["--header", "yes"], "7,3\n0,0\n", "7,3\n0.500,0.500\n"),
        (["--columns", "a,b"], "a,x,b\n0,9,0\n", "a,x,b\n0.500,9,0.500\n"),
        (["--columns", "c*"], "x,c1,c2\n9,0,0\n", "x,c1,c2\n9,0.500,0.500\n"),
        (["--columns", "2-3"], "x,a,b\n9,0,0\n", "x,a,b\n9,0.500,0.500\n"),
        (["--columns", "b", "--columns", "a"], "a,b\n1,0\n", "a,b\n0.731,0.269\n"),
        (["--columns", "2", "-a", "sigmoid"], "x,a,b\n9,0,0\n", "x,a,b\n9,0.500,0\n"),
        (["--id", "x"], "x,a,b\n9,0,0\n", "x,a,b\n9,0.500,0.500\n"),
        (["--id", "1"], "9,0,0\n", "9,0.500,0.500\n"),
        (["--label", "x"], "a,b,x\n0,0,7\n", "a,b,x\n0.500,0.500,7\n"),
        (["--label", "4", "--id", "1"], "5,0,1,7\n", "5,0.269,0.731,7\n"),
        (["--top", "1"], PLAIN, "class_1,probability_1\na,0.500\na,0.731\n"),
        (["--top", "2"], "id,a,b\nx,0,1\n",
         "id,class_1,probability_1,class_2,probability_2\nx,b,0.731,a,0.269\n"),
        (["--top", "1", "-a", "log-softmax"], PLAIN, "class_1,log_probability_1\na,-0.693\na,-0.313\n"),
        (["--top", "1"], "0,0\n1,0\n", "0,0.500\n0,0.731\n"),
        (["--keep"], PLAIN, "a,b,logit_a,logit_b\n0.500,0.500,0.0,0.0\n0.731,0.269,1.0,0.0\n"),
        (["--add", "prediction,confidence,entropy,margin"], "a,b,label\n0,0,x\n1,0,y\n",
         "a,b,prediction,confidence,entropy,margin,label\n"
         "0.500,0.500,a,0.500,0.693,0.000,x\n0.731,0.269,a,0.731,0.582,0.462,y\n"),
        (["--add", "margin", "--add", "prediction,margin"], "a,b\n0,0\n",
         "a,b,margin,prediction\n0.500,0.500,0.000,a\n"),
        (["--add", "prediction", "-a", "sigmoid"], "a,b,c\n0,1,-1\n-1,-1,-1\n",
         "a,b,c,prediction\n0.500,0.731,0.269,a|b\n0.269,0.269,0.269,\n"),
        (["--add", "entropy"], "a,b\n0,-inf\n", "a,b,entropy\n1.000,0.000,0.000\n"),
        (["--accept", "0.7"], "a,b,y\n0,0,u\n1,0,v\n",
         "a,b,accepted,y\n0.500,0.500,false,u\n0.731,0.269,true,v\n"),
        (["--accept", "0.731", "-a", "sigmoid"], "a\n0\n1\n-1.1\n",
         "a,accepted\n0.500,false\n0.731,true\n0.250,true\n"),
        (["--accept", "0.5", "--add", "prediction", "--top", "1"], "a,b,c\n0,0,0\n1,0,-1\n",
         "class_1,probability_1,prediction,accepted\na,0.333,a,false\na,0.665,a,true\n"),
        (["-j", "1"], PLAIN, HALVES),
        (["-j", "7"], PLAIN, HALVES),
        (["--add", "prediction", "--top", "1"], PLAIN,
         "class_1,probability_1,prediction\na,0.500,a\na,0.731,a\n"),
    ],
)  # fmt: skip
def test_options(arguments, given, expected):
    ran = softmax("convert", *THREE, *arguments, stdin=given)
    assert (ran.out, ran.err, ran.code) == (expected, "", 0)


@each(
    ("decimals", "expected"),
    [
        ("0", "a,b\n0,0\n1,0\n"),
        ("1", "a,b\n0.5,0.5\n0.7,0.3\n"),
        ("17", "a,b\n0.50000000000000000,0.50000000000000000\n"
               "0.73105857863000490,0.26894142136999510\n"),
    ],
)  # fmt: skip
def test_decimals_are_fixed_from_0_to_17(decimals, expected):
    ran = softmax("convert", "-q", "--decimals", decimals, stdin=PLAIN)
    assert (ran.out, ran.err, ran.code) == (expected, "", 0)


@each(
    ("policy", "given", "out", "err", "code"),
    [
        ("skip", "a,b\n0,0\nx,1\n1,0\n,3\n", HALVES,
         '2 of 4 rows skipped; first: <stdin>, line 3, column "a": "x" is not a number', 0),
        ("nan", "a,b\n0,0\nx,1\n", "a,b\n0.500,0.500\nNaN,NaN\n",
         '1 of 2 rows written as NaN; first: <stdin>, line 3, column "a": "x" is not a number', 0),
        ("skip", "id,a,b\nu,-inf,-inf\nv,0,0\n", "id,a,b\nv,0.500,0.500\n",
         "1 of 2 rows skipped; first: <stdin>, line 2: every logit is -inf, "
         "so that no class is left", 0),
        ("skip", "a,b\nNA,1\n", "a,b\n",
         '1 of 1 rows skipped; first: <stdin>, line 2, column "a": "NA" is not a number', 0),
        ("nan", "a,b,label\n0,nan,u\n", "a,b,label\nNaN,NaN,u\n",
         '1 of 1 rows written as NaN; first: <stdin>, line 2, column "b": '
         '"nan" is not a number', 0),
        ("skip", "a,b\n0,0\n1\n", "", "<stdin>, line 3: expected 2 fields, found 1.", 1),
        ("nan", "a,b\n0,0\n\n1,0\n", "", "<stdin>, line 3: blank line.", 1),
    ],
)  # fmt: skip
def test_invalid_rows_are_skipped_or_written_as_nan(policy, given, out, err, code):
    ran = softmax("convert", "--decimals", "3", "--invalid", policy, stdin=given)
    assert ran.out == (out if code == 0 else "a,b\n")
    assert err in ran.err
    assert ran.code == code


def test_nan_rows_have_no_prediction_and_no_top_class():
    ran = softmax("convert", *THREE, "--invalid", "nan", "--add", "prediction", stdin="a,b\nNA,1\n")
    assert ran.out == "a,b,prediction\nNaN,NaN,\n"
    ran = softmax("convert", *THREE, "--invalid", "nan", "--top", "1", stdin="a,b\nNA,1\n")
    assert ran.out == "class_1,probability_1\n,NaN\n"
    ran = softmax("convert", *THREE, "--invalid", "nan", "--accept", "0", stdin="a,b\nNA,1\n")
    assert ran.out == "a,b,accepted\nNaN,NaN,\n"


SKIP = " Use --invalid skip to skip such rows."


@each(
    ("given", "message"),
    [
        *[
            (f"a,b\n0,0\n1,{cell}\n".encode(), f'line 3, column "b": "{cell}" is not a number.{SKIP}')
            for cell in [
                "NA", "null", "nan", "1_000", "１", "0x10", "1d5", "$1", "1.2.3", "1e", "--1", "1 2",
                "infinit",
            ]
        ],
        (b"a,b\n0,0\n1,true\n", 'line 3, column "b": "true" is not a number. '
         "Use --columns '!b' if the column holds no logits."),
        ("a,b\n0,0\n1,−1\n".encode(), 'line 3, column "b": "−1" is not a number. '
         "Write minus signs as hyphens (-)."),
        (b"a,b\n0,0\n1,\n", f'line 3, column "b": empty cell.{SKIP}'),
        (b"a,b\n0,0\n1, \n", f'line 3, column "b": empty cell.{SKIP}'),
        (b'a,b\n0,0\n1,""\n', f'line 3, column "b": empty cell.{SKIP}'),
        (b"a,b\n0,0\n1,1e400\n", f'line 3, column "b": "1e400" is out of range for float64.{SKIP}'),
        (b"a,b\n0,0\n1,-1e400\n",
         f'line 3, column "b": "-1e400" is out of range for float64.{SKIP}'),
        (b"a,b\n0,0\n1,inf\n", "line 3: a logit is +inf, which softmax has no answer for."),
        (b"a,b\n0,0\n-inf,-inf\n", "line 3: every logit is -inf, so that no class is left."),
        (b"a;b\n0;0\n1;1,5\n", 'line 3, column "b": "1,5" is not a number. '
         "Use --decimal-comma if commas are decimal points."),
        (b"a,b\n0,0\n1,2,3\n", "line 3: expected 2 fields, found 3. "
         "Check for a trailing delimiter or an unquoted delimiter in a value."),
        (b"a,b\n0,0\n1,2,\n", "line 3: expected 2 fields, found 3. "
         "Check for a trailing delimiter or an unquoted delimiter in a value."),
        (b"a,b\n0,0\n1\n", "line 3: expected 2 fields, found 1."),
        (b"id,a,b,label\nx,0,0,u\ny,0,0\n", "line 3: expected 4 fields, found 3."),
        (b"id,a,b,label\nx,0,0,u\ny,0,0\nz,0,0,v,w\n", "line 3: expected 4 fields, found 3."),
        (b"a,b\n0,0\n\n1,0\n", "line 3: blank line."),
        (b"a,b\n0,0\n1,\xff\n", "line 3: byte 0xff is not UTF-8. "
         "Convert the file first: iconv -f latin1 -t utf-8."),
        (b"id,a,b\nx,0,0\n\xff,0,0\n", "line 3: byte 0xff is not UTF-8. "
         "Convert the file first: iconv -f latin1 -t utf-8."),
        (b"a,\xffb\n0,0\n", "line 1: byte 0xff is not UTF-8. "
         "Convert the file first: iconv -f latin1 -t utf-8."),
        (b"a,b\n0,0\n1,\x000\n", "line 3: unexpected NUL byte. "
         "UTF-16 input needs a byte-order mark."),
        (b'id,a,b\nx,0,0\n"y,0,0\n', "line 3: unterminated quoted field."),
        (b'id,a,b\nx,0,0\n"y"z,0,0\n', "line 3: text after a closing quote."),
        (b'id,a,b\nx,0,0\ny"z",0,0\n', "line 3: quote inside an unquoted field."),
        (b'a,b\n"x\n\n', "line 2: unterminated quoted field."),
        (b'"a,b\n0,0\n', "line 1: unterminated quoted field."),
        (b"id,name\nx,y\n", 'no logit columns: "id" holds "x", "name" holds "y". '
         "Use --columns (names, globs or ranges such as 2-11)."),
        (b"a,a\n0,0\n", 'duplicate logit column "a" (columns 1 and 2). '
         "Rename one, or pass one through: --columns '!2'."),
        (b"x,a,b\nu,0,0\n3,0,0\n", 'line 3, column "x": number "3" in a text column. '
         "Assign the column with --id or --columns, or use --header yes if the first row is a header."),
        (b"a,b\r1,2\r3,4\r", "line 1: bare carriage return within a line."),
        (b"1\r2\r3\r", "line 1: bare carriage return within a line."),
        (b"a,b\r\n1,2\r\n3,4\r5,6\r\n", "line 3: bare carriage return within a line."),
        *[
            (f"cat,dog\n{cell},2\n".encode(), f'line 2, column "cat": "{cell}" is not a number.')
            for cell in ["-nan(ind)", "0x10", "1d5", "#DIV/0!", "#N/A", "true", "$1", "1.#QNAN"]
        ],
        (b"a,b;2\n1,5;2\n", 'ambiguous delimiter: ";" or ",". '
         "Use --delimiter, plus --decimal-comma if commas are decimal points."),
        (b"0,5 1,5\n2,5 1,0\n", 'ambiguous delimiter: "," or a space.'),
        (b'id,a,b\n"x\n\ny",0,0\nz,q,0\n', f'line 5, column "a": "q" is not a number.{SKIP}'),
        ("a,b\n0,0\n1,é\n".encode("utf-16"), f'line 3, column "b": "é" is not a number.{SKIP}'),
        (b"\xff\xfea\x00\xd8\xd8", "cannot decode text"),
    ],
)  # fmt: skip
def test_malformed_input_is_an_error_with_its_location(given, message):
    ran = softmax("convert", "-q", stdin=given)
    assert ran.code == 1
    assert ran.err.startswith("softmax: <stdin>")
    assert message in ran.err
    assert ran.err.count("\n") == 1


@each(
    ("arguments", "message"),
    [
        (["--columns", "x"], '--columns: no column "x". Columns: "a", "bird".'),
        (["--columns", "brid"], '--columns: no column "brid". Did you mean "bird"?'),
        (["--columns", "2-9"], "--columns: invalid range 2-9 for 2 columns."),
        (["--id", "9"], '--id: no column "9".'),
        (["--label", "birds"], 'Did you mean "bird"?'),
        (["--columns", "a", "--label", "a"], 'column "a" is both a logit and the label.'),
        (["--top", "3"], "--top 3 exceeds the 2 classes."),
        (["--add", "mood"], "'mood' is not one of prediction, confidence, entropy, margin."),
        (
            ["--add", "entropy", "-a", "tanh"],
            "--add requires -a softmax or -a sigmoid.",
        ),
        (["--accept", "0.5", "-a", "log-softmax"], "--accept requires -a softmax or -a sigmoid."),
        (
            ["--accept", "0.5", "-a", "sigmoid"],
            "--accept needs one prediction per row. Use -a softmax.",
        ),
        (["--accept", "1.5"], "1.5 is not in the range 0<=x<=1"),
        (["--delimiter", "ab"], "is not a valid delimiter"),
        (["--delimiter", "1"], "is not a valid delimiter"),
        (["-o", "x.xlsx"], ".xlsx files are not supported"),
        (["-o", "x.npz"], "cannot write .npz files"),
        (["-o", "x.parquet.gz"], "parquet compresses internally. Use -o x.parquet."),
        (["-j", "0"], "0 is not in the range"),
    ],
)
def test_an_option_that_cannot_apply_is_a_usage_error(arguments, message):
    ran = softmax("convert", *arguments, stdin="a,bird\n0,0\n")
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err


def test_an_added_column_must_not_exist():
    ran = softmax("convert", "-q", "--add", "entropy", stdin="entropy,a,b\n0,0,0\n")
    assert 'input already has a column "entropy"' in ran.err
    assert (ran.out, ran.code) == ("", 1)


def test_inferred_columns_are_noted_once_on_stderr():
    given = "id,cat,dog,label\nx,0,0,1\n"
    ran = softmax("convert", stdin=given)
    assert ran.err == (
        'softmax: <stdin>: 2 logits: "cat", "dog"; passthrough: "id"; label: "label"\n'
    )
    assert softmax("convert", "-q", stdin=given).err == ""
    named = ["--id", "id", "--label", "label"]
    assert softmax("convert", *named, stdin=given).err == ""
    assert "--header no if it is data" in softmax("convert", stdin="0,1\n5,6\n").err


@pytest.mark.parametrize(
    "compress",
    [gzip.compress, bz2.compress, lzma.compress, zstd.compress],
    ids=lambda f: f.__module__,
)
def test_compression_of_input_is_detected_from_its_content(compress, tmp_path):
    data = compress(PLAIN.encode())
    assert softmax("convert", *THREE, stdin=data).out == HALVES
    path = tmp_path / "no-suffix"
    path.write_bytes(data)
    assert softmax("convert", *THREE, str(path)).out == HALVES
    members = compress(b"a,b\n0,0\n") + compress(b"1,0\n")
    assert softmax("convert", *THREE, stdin=members).out == HALVES


ROWS = b"a,b\n" + b"".join(b"%d,%d\n" % (i * i % 71, i * i) for i in range(5000))


@each(
    ("compress", "name", "checked"),
    [
        (gzip.compress, "gzip", True),
        (bz2.compress, "bzip2", True),
        (lzma.compress, "xz", True),
        (zstd.compress, "zstd", False),
    ],
)
def test_damaged_or_truncated_compressed_input_is_an_error(compress, name, checked):
    data = compress(ROWS)
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]
    for broken in (data[:-3], data[:middle], *([flipped] if checked else [])):
        ran = softmax("convert", *THREE, stdin=broken)
        assert ran.code == 1
        assert f"<stdin>: corrupt or truncated {name} data" in ran.err


@pytest.mark.parametrize(
    ("head", "name"),
    [(b"\x04\x22\x4d\x18", "lz4"), (b"7z\xbc\xaf\x27\x1c", "7z")],
)
def test_an_unsupported_compression_is_rejected_by_name(head, name):
    ran = softmax("convert", stdin=head + b"rest")
    assert ran.err == (
        f"softmax: <stdin>: {name} compression is not supported. "
        "Use gzip, bzip2, xz, zstd or no compression.\n"
    )
    assert ran.code == 1


@each(
    ("suffix", "decompress"),
    [(".gz", gzip.decompress), (".bz2", bz2.decompress), (".xz", lzma.decompress),
     (".zst", zstd.decompress)],
)  # fmt: skip
def test_the_suffix_of_the_output_compresses_it(suffix, decompress, tmp_path):
    target = tmp_path / f"out.csv{suffix}"
    assert softmax("convert", *THREE, "-o", str(target), stdin=PLAIN).code == 0
    assert decompress(target.read_bytes()).decode() == HALVES


def test_full_precision_reads_back_exactly():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 20, (500, 7))
    given = "".join(",".join(map(repr, row)) + "\n" for row in logits.tolist())
    ran = softmax("convert", "-q", stdin=given)
    read = np.array([[float(cell) for cell in line.split(",")] for line in ran.out.splitlines()])
    assert (read == softmax_of(logits)).all()


@each("columns", [1, 2, 300, 5000])
def test_any_number_of_columns_works(columns):
    logits = np.random.default_rng(1).normal(size=(3, columns)).round(3)
    given = "".join(",".join(map(repr, row)) + "\n" for row in logits.tolist())
    ran = softmax("convert", "-q", stdin=given)
    read = np.array([[float(cell) for cell in line.split(",")] for line in ran.out.splitlines()])
    assert (read == softmax_of(logits)).all()


def test_several_files_with_the_same_columns_make_one_output(tmp_path):
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("a,b\n0,0\n")
    two.write_text("a,b\n1,0\n")
    assert softmax("convert", *THREE, str(one), str(two)).out == HALVES
    two.write_text("a,c\n1,0\n")
    ran = softmax("convert", *THREE, str(one), str(two))
    assert (
        f'{two}: the columns differ from those of {one}: column 2 is "c" instead of "b"' in ran.err
    )
    assert (ran.out, ran.code) == ("", 1)


def test_vectors_given_as_arguments_are_converted_too():
    ran = softmax("convert", "--decimals", "3", "0,0", "1,0")
    assert ran.out == "0.500,0.500\n0.731,0.269\n"


def test_a_long_number_is_read():
    digits = "0." + "1" * 200_000
    ran = softmax("convert", *THREE, stdin=f"a,b\n{digits},{digits}\n")
    assert ran.out == "a,b\n0.500,0.500\n"


def test_points_are_not_decimal_where_commas_are():
    ran = softmax("convert", *THREE, "--decimal-comma", stdin="a;b\n0,5;1\n1.234;2\n")
    assert '<stdin>, line 3, column "a": "1.234" is not a number.' in ran.err


@pytest.mark.parametrize(
    ("arguments", "given", "name"),
    [
        (["--keep"], "logit_a,a,b\nfoo,1,2\n", "logit_a"),
        (["--top", "1"], "class_1,a,b\nfoo,1,2\n", "class_1"),
    ],
)
def test_a_derived_column_must_not_have_the_name_of_an_input_column(arguments, given, name):
    ran = softmax("convert", "-q", *arguments, stdin=given)
    assert f'input already has a column "{name}"' in ran.err
    assert (ran.out, ran.code) == ("", 1)


def test_an_ambiguous_column_name_is_a_usage_error():
    ran = softmax("convert", "--columns", "a", stdin="a,a,b\n1,2,3\n")
    assert '--columns: duplicate column name "a". Use its 1-based number.' in ran.err
    assert ran.code == 2


def test_columns_between_the_logits_are_noted():
    ran = softmax("convert", "--columns", "c,a", stdin="a,b,c\n1,2,3\n")
    assert ran.err == 'softmax: <stdin>: 2 logits: "c", "a"; passthrough: "b"\n'


def test_the_suffix_of_a_compression_is_case_insensitive(tmp_path):
    target = tmp_path / "OUT.CSV.GZ"
    assert softmax("convert", *THREE, "-o", str(target), stdin=PLAIN).code == 0
    assert gzip.decompress(target.read_bytes()).decode() == HALVES


def test_ids_of_every_length_pass_through_as_they_are():
    rng = np.random.default_rng(3)
    ids = ["".join(rng.choice(list("abcé虎 -"), rng.integers(0, 60))).strip() for _ in range(3000)]
    ids[0] = "first"
    given = "id,a,b,label\n" + "".join(f"{name},0,1,{i % 13}\n" for i, name in enumerate(ids))
    expected = "id,a,b,label\n" + "".join(
        f"{name},0.269,0.731,{i % 13}\n" for i, name in enumerate(ids)
    )
    assert softmax("convert", *THREE, stdin=given).out == expected
    full = softmax("convert", "-q", stdin=given).out.splitlines()
    assert [line.split(",")[0] for line in full[1:]] == ids
    assert {line.split(",")[1] for line in full[1:]} == {full[1].split(",")[1]}


@each(
    ("given", "arguments", "out"),
    [
        ("0,1\n", [], "0.269,0.731\n"),
        ("1,2\n", [], "0.269,0.731\n"),
        ("0,1\n0,1\n", [], "0,1\n0.269,0.731\n"),
        ("1,5;2,5\n", ["--decimal-comma"], "0,269;0,731\n"),
        ("a;b\n1,5;2,5\n", ["--decimal-comma"], "a;b\n0,269;0,731\n"),
        ("[red],a\n0,1\n", [], "[red],a\n0.269,0.731\n"),
    ],
)
def test_the_first_line_is_a_header_or_data(given, arguments, out):
    assert softmax("convert", *THREE, *arguments, stdin=given).out == out


@each(
    ("given", "format_name"),
    [("[1,2]\n", "jsonl"), ('{"a":1,"b":2}\n', "jsonl"), ("[\n[1,2]\n]\n", "json")],
)
def test_json_is_not_read_as_delimited_text(given, format_name):
    ran = softmax("convert", stdin=given)
    assert (ran.out, ran.code) == ("", 1)
    assert ran.err == (
        f"softmax: <stdin>: expected csv, found {format_name}. Use --input-format {format_name}.\n"
    )


@pytest.mark.parametrize(
    "arguments", [["--top", "1"], ["--add", "prediction"], ["--accept", "0.5"]]
)
def test_an_array_cannot_hold_class_names(arguments, tmp_path):
    target = tmp_path / "x.npy"
    ran = softmax("convert", *arguments, "-o", str(target), stdin="a,b\n1,2\n")
    assert (ran.code, target.exists()) == (2, False)
    assert "npy holds only numbers" in ran.err


@each("kind", [np.float32, np.float64])
@each("activation", ["log-softmax", "log-sigmoid"])
def test_a_mask_of_the_least_finite_number_converts_without_a_warning(activation, kind, tmp_path):
    least = np.finfo(kind).min
    np.save(tmp_path / "in.npy", np.array([[0.5, 1, least, least], [0, 1, 2, least]], kind))
    ran = softmax(
        "convert", str(tmp_path / "in.npy"), "-a", activation, "-o", str(tmp_path / "out.npy")
    )
    assert (ran.out, ran.err, ran.code) == ("", "", 0)
    assert (np.load(tmp_path / "out.npy")[:, 3] == least).all()
