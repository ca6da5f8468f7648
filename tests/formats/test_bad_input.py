"""Bad input of every format: one clear sentence each, and nothing is written."""

import io
import json
import os
import zipfile

import numpy as np
import polars as pl
import pytest

from tests.each import each
from tests.formats.files import GIVEN, LOGITS, npy, put, refused, wide, within, write_table
from tests.runner import softmax, spawn

BY_NAME = {given.name: given for given in GIVEN}
SKIP = " Use --invalid skip to skip such rows."
NO_LOGITS = "no logits: expected a list of numbers or an object."


def _content(name, folder):
    given = BY_NAME[name]
    path = os.path.join(folder, f"whole.{given.suffix}")
    given.write(path)
    with open(path, "rb") as file:
        content = file.read()
    os.unlink(path)
    return content


BINARY = ["npy random", "npy fortran", "npz labels", "parquet wide", "parquet list", "arrow wide"]


@each("name", BINARY)
def test_truncated_binary_file_is_an_error(name, tmp_path):
    content = _content(name, tmp_path)
    short = (0, 1, 4) if name.startswith("arrow") else (0, 1, 4, 7, 9)
    for length in (*short, 12, 60, len(content) // 2, len(content) - 9, len(content) - 1):
        path = put(tmp_path, f"cut.{BY_NAME[name].suffix}", content[:length])
        ran = refused(tmp_path, [path], f"softmax: {path}")
        assert ran.out == ""


@pytest.mark.parametrize("content", [b"ARROW1", b"ARROW1\0\0"])
def test_arrow_file_with_only_its_magic_is_an_error(content, tmp_path):
    path = put(tmp_path, "x.arrow", content)
    refused(tmp_path, [path], f"softmax: {path}: ")


@pytest.mark.parametrize("name", ["jsonl field", "json vectors", "json columns", "json objects"])
def test_truncated_json_is_an_error(name, tmp_path):
    content = _content(name, tmp_path)
    for length in (1, 7, len(content) // 3, len(content) // 2, len(content) - 3):
        path = put(tmp_path, f"cut.{BY_NAME[name].suffix}", content[:length])
        refused(tmp_path, [path], "JSON")


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_corrupt_table_never_loses_rows_silently(suffix, tmp_path):
    path = str(tmp_path / f"x.{suffix}")
    write_table(pl.DataFrame({"a": [0.0, 3, 6, 9], "b": [1.0, 4, 7, 10]}), path)
    whole = (tmp_path / f"x.{suffix}").read_bytes()
    for place in (545, 548) if suffix == "arrow" else (59, 179):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        put(tmp_path, f"x.{suffix}", damaged)
        ran = softmax("convert", "-q", path)
        assert ran.code == 1 or ran.out.count("\n") == 5


def test_corrupt_table_prints_no_traceback(tmp_path):
    path = str(tmp_path / "x.arrow")
    write_table(pl.DataFrame({"a": [0.0, 3, 6, 9], "b": [1.0, 4, 7, 10]}), path)
    whole = (tmp_path / "x.arrow").read_bytes()
    put(tmp_path, "x.arrow", whole[:529] + bytes([whole[529] ^ 0xFF]) + whole[530:])
    ran = spawn("convert", "-q", path)
    assert ran.code == 1
    assert "Traceback" not in ran.err


CONTENTS = {
    "text": b"a,b\n1,2\n",
    "npy": npy(),
    "npz": b"PK\x03\x04" + b"\0" * 60,
    "parquet": b"PAR1" + b"\0" * 60,
    "arrow": b"ARROW1\0\0" + b"\0" * 60,
    "HDF5": b"\x89HDF\r\n\x1a\n" + b"\0" * 60,
    "pickle": b"\x80\x04\x95" + b"\0" * 60,
    "Excel workbook": b"\xd0\xcf\x11\xe0" + b"\0" * 60,
}


@each("content", CONTENTS)
@each("suffix", ["csv", "jsonl", "json", "npy", "npz", "parquet", "arrow"])
def test_suffix_mismatch_reports_actual_format(suffix, content, tmp_path):
    if content == suffix or (content == "text" and suffix in ("csv", "jsonl", "json")):
        return
    if content == "npz":
        return  # this is no zip file that could be opened; a valid one is tested below
    path = put(tmp_path, f"x.{suffix}", CONTENTS[content])
    problem = (
        f"not a valid {suffix} file" if content == "text" else f"expected {suffix}, found {content}"
    )
    refused(tmp_path, [path], f"softmax: {path}: {problem}")


@pytest.mark.parametrize("suffix", ["csv", "npy", "jsonl", "parquet", "arrow"])
def test_archive_with_another_suffix_is_reported_as_npz(suffix, tmp_path):
    path = put(tmp_path, f"x.{suffix}", _content("npz labels", tmp_path))
    refused(tmp_path, [path], f"softmax: {path}: expected {suffix}, found npz")


HEADERS = [
    ("shape larger than the file", npy(shape="(1000000000000, 2)"),
     "expected 16000000000000 bytes for shape (1000000000000, 2), found 32."),
    ("shape beyond 64 bits", npy(shape="(4611686018427387904, 4)"), "bytes for shape (4611686018427387904, 4), found 32"),
    ("shape of 5,000 digits", npy(shape=f"({'9' * 5000}, 2)"), "invalid array header"),
    ("negative", npy(shape="(-2, 2)"), "invalid array shape (-2, 2)."),
    ("both negative", npy(shape="(-2, -2)"), "invalid array shape (-2, -2)."),
    ("a fraction", npy(shape="(2.5, 2)"), "invalid array header"),
    ("a list", npy(shape="[2, 2]"), "invalid array header"),
    ("over 10 kB", npy(header="{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }" + " " * 10001),
     "unsupported array header: 10060 bytes"),
    ("claims 4 GB", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "unsupported array header: 4294967295 bytes"),
    ("no dict", npy(header="[1, 2]"), "invalid array header"),
    ("empty dict", npy(header="{}"), "invalid array header"),
    ("nothing", npy(header=""), "invalid array header"),
    ("nested", npy(header="(" * 3000 + ")" * 3000), "invalid array header"),
    ("NUL", npy(header="{'descr': '<f8'\0}"), "invalid array header"),
    ("unknown type", npy("'zz'"), "invalid array header"),
    ("order", npy(fortran="'yes'"), "invalid array header"),
    ("version 9", npy(version=9), "unknown version"),
    ("version 0", npy(version=0), "unknown version"),
    ("objects", npy("'|O'"), "array holds pickled objects, not numbers."),
    ("records", npy("[('a', '<f8')]", shape="(3, 2)"), "expected 48 bytes for shape (3, 2), found 32."),
    ("records with objects", npy("[('a', '|O')]"), "array holds pickled objects, not numbers."),
    ("sub-arrays", npy("('<f8', (2,))"), "array holds raw bytes or sub-arrays, not numbers."),
    ("bfloat16", npy("'<V2'"), "a type that NumPy lacks, such as bfloat16. Save them as float32"),
    ("bfloat16 by name", npy("'bfloat16'"), "a type that NumPy lacks, such as bfloat16."),
    ("complex", npy("'<c16'"), "array holds complex numbers, not numbers."),
    ("text", npy("'<U2'"), "array holds text, not numbers."),
    ("bytes", npy("'|S2'"), "array holds text, not numbers."),
    ("dates", npy("'<M8[s]'"), "array holds dates, not numbers."),
    ("times", npy("'<m8[s]'"), "array holds times, not numbers."),
    ("truth", npy("'|b1'"), "array holds booleans, not numbers."),
    ("void", npy("'|V8'"), "array holds raw bytes or sub-arrays, not numbers."),
    ("three axes", npy(shape="(2, 2, 1)"), "ambiguous class axis: array of shape (2, 2, 1). Name the axis"),
    ("no axis", npy(shape="()", data=b"\0" * 8), "array is a single number, without axes."),
    ("no class", npy(shape="(2, 0)", data=b""), "array of shape (2, 0) has no classes."),
    ("none at all", npy(shape="(0,)", data=b""), "array of shape (0,) has no classes."),
    ("a row too wide", npy(shape="(1, 1000000000)"), "array of shape (1, 1000000000): 1000000000 values per row is too many."),
    ("more data", npy() + b"x", "expected 32 bytes for shape (2, 2), found 33."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"), [row[1:] for row in HEADERS], ids=[r[0] for r in HEADERS]
)
def test_invalid_array_header_is_an_error_before_allocation(
    content, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = put(tmp_path, "x.npy", content)
    refused(tmp_path, [path], message)
    refused(tmp_path, ["--input-format", "npy"], message, stdin=content)
    assert not (tmp_path / "ran").exists()


CODE = [
    "__import__('os').mkdir('ran')",
    "{'descr': '<f8', 'fortran_order': False, 'shape': tuple([2, 2])}",
]


@pytest.mark.parametrize("header", CODE)
def test_code_in_an_array_header_is_never_run(header, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = softmax("convert", "-q", put(tmp_path, "x.npy", npy(header=header)))
    assert "x.npy: invalid array header: malformed node or string" in ran.err
    assert (ran.out, ran.code, os.listdir(tmp_path)) == ("", 1, ["x.npy"])


def test_header_error_contains_no_memory_address(tmp_path):
    ran = softmax("convert", "-q", put(tmp_path, "x.npy", npy(header=CODE[0])))
    assert "0x" not in ran.err


def test_pickled_arrays_are_never_loaded(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    np.save(tmp_path / "x.npy", np.array([Trap()], dtype=object))
    np.savez(tmp_path / "x.npz", logits=np.array([Trap()], dtype=object))
    refused(tmp_path, [str(tmp_path / "x.npy")], "array holds pickled objects")
    refused(tmp_path, [str(tmp_path / "x.npz")], "x.npz[logits]: array holds pickled objects")
    assert not (tmp_path / "ran").exists()


def _member(content, name="logits.npy", method=zipfile.ZIP_STORED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr(name, content)
    return file.getvalue()


def _arrays(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def _changed(content, *places):
    raw = bytearray(content)
    for place, value in places:
        raw[place] = value
    return bytes(raw)


_DIRECTORY = _member(npy()).rfind(b"PK\x01\x02")
ARCHIVES = [
    (_arrays(a=LOGITS, b=LOGITS), [], 1, 'no array "logits" among "a", "b". Name it with --columns.'),
    (_arrays(labels=np.arange(4)), [], 1, 'no array "logits" among "labels".'),
    (_member(b"x", "readme.txt"), [], 1, "no arrays found."),
    (_arrays(logits=LOGITS), ["--columns", "z"], 2, '--columns: no array "z". Arrays: "logits".'),
    (_arrays(logits=LOGITS), ["--label", "z"], 2, '--label: no array "z".'),
    (_arrays(logits=LOGITS, labels=np.arange(5)), [], 1, "x.npz[labels]: 5 labels for 4 rows."),
    (_arrays(logits=LOGITS, labels=np.arange(3)), [], 1, "x.npz[labels]: 3 labels for 4 rows."),
    (_arrays(logits=LOGITS, labels=np.array([1j] * 4)), [], 1, "x.npz[labels]: array holds complex numbers, not numbers."),
    (_member(npy(shape="(1000000, 2)")), [], 1, "x.npz[logits]: truncated array: "),
    (_member(npy()[:-8]), [], 1, "x.npz[logits]: truncated array: 8 bytes missing."),
    (_member(b"a,b\n1,2\n"), [], 1, "x.npz[logits]: truncated array"),
    (_member(b""), [], 1, "x.npz[logits]: truncated array"),
    (_member(npy("'|O'")), [], 1, "x.npz[logits]: array holds pickled objects"),
    (_changed(_member(npy()), (6, 1), (_DIRECTORY + 8, 1)), [], 1, "cannot read array: File 'logits.npy' is encrypted"),
    (_changed(_member(npy()), (8, 99), (_DIRECTORY + 10, 99)), [], 1, "cannot read array: That compression method"),
    (_changed(_member(npy()), (30, 88)), [], 1, "cannot read array: File name in directory"),
    (_changed(_member(npy()), (120, 9)), [], 1, "x.npz[logits]: corrupt zip file: Bad CRC-32"),
    (_member(npy(), method=zipfile.ZIP_DEFLATED)[:-10], [], 1, "x.npz: corrupt zip file: File is not a zip file."),
]  # fmt: skip


@each(("content", "arguments", "code", "message"), ARCHIVES)
def test_archive_without_valid_logits_is_an_error(content, arguments, code, message, tmp_path):
    path = put(tmp_path, "x.npz", content)
    refused(tmp_path, [path, *arguments], message, code=code)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_corrupt_archive_member_is_an_error(method, tmp_path):
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).normal(size=(100, 20)))
    content = _member(file.getvalue(), method=method)
    middle = len(content) // 2
    path = put(tmp_path, "x.npz", _changed(content, *((middle + i, 0) for i in range(99))))
    refused(tmp_path, [path], "x.npz[logits]: corrupt zip file")


def test_archive_member_longer_than_its_array_is_an_error(tmp_path):
    refused(
        tmp_path,
        [put(tmp_path, "x.npz", _member(npy() + b"12345678"))],
        "trailing data after the array",
    )


TWO = "[1,2]\n"
LINES = [
    ("", "<stdin>: empty input."),
    ("[1,2]\n[1]", "line 2: expected 2 values, found 1."),
    ("[1,2]\n[1,2,3]", "line 2: expected 2 values, found 3."),
    ("[1,2]\n[]", "line 2: expected 2 values, found 0."),
    ('[1,2]\n{"a":1}', "line 2: expected a list of numbers, as in row 1."),
    ("[1,2]\n5", "line 2: expected a list of numbers, as in row 1."),
    ("[1,2]\nnull", "line 2: expected a list of numbers, as in row 1."),
    ("[1,2]\n[[1],2]", 'line 2, column "0": [1] is not a number.'),
    ('{"a":1,"b":2}\n{"a":1}', 'line 2: missing field "b".'),
    ('{"a":1,"b":2}\n{"a":1,"b":2,"c":3}', 'line 2: unexpected field "c", not in row 1.'),
    ('{"a":1,"b":2}\n[1,2]', "line 2: expected an object, as in row 1."),
    ('{"logits":[1,2]}\n{"logits":3}', "line 2: expected a list of numbers, as in row 1."),
    ('{"logits":[1,2]}\n{"logit":[1,2]}', 'line 2: missing field "logits".'),
    ('{"a":1,"a":2}', 'line 1: duplicate field "a".'),
    ('[1,2]\n[3,{"x":1,"x":2}]', 'line 2: duplicate field "x".'),
    ("[" * 100_000, "line 1: JSON is nested too deeply."),
    (TWO + "[" * 100_000 + "]" * 100_000, "line 2: JSON is nested too deeply."),
    ('{"a":' * 100_000, "line 1: JSON is nested too deeply."),
    (f"[1{'0' * 5000},2]", "line 1: number has too many digits."),
    (f"{TWO}[2,1{'0' * 5000}]", "line 2: number has too many digits."),
    (f"{TWO}[2,1{'0' * 400}]", 'line 2, column "1": number is out of range for float64.'),
    ("[true,1]", f'line 1, column "0": true is not a number.{SKIP}'),
    (TWO + '[1,"x"]', f'line 2, column "1": "x" is not a number.{SKIP}'),
    (TWO + "[null,1]", f'line 2, column "0": null is not a number.{SKIP}'),
    (TWO + "[NaN,1]", f"line 2: a logit is NaN.{SKIP}"),
    (TWO + "[Infinity,1]", f"line 2: a logit is +inf, which softmax has no answer for.{SKIP}"),
    (TWO + "[-Infinity,-Infinity]", f"line 2: every logit is -inf, so that no class is left.{SKIP}"),
    ('{"a":1,"b":2}\n{"a":"x","b":1}', f'line 2, column "a": "x" is not a number.{SKIP}'),
    (b"[1,2]\n[\xff,2]", "line 2: invalid UTF-8: invalid start byte."),
    (b'{"id":"\xff","logits":[1,2]}', "line 1: invalid UTF-8: invalid start byte."),
    ("\0", "line 1: invalid JSON"),
    ("[1,2]\0", "line 1: invalid JSON"),
    (TWO + "[1,\0]", "line 2: invalid JSON"),
    ("5", f"line 1: {NO_LOGITS}"),
    ('"x"', f"line 1: {NO_LOGITS}"),
    ("null", f"line 1: {NO_LOGITS}"),
    ("{}", f"line 1: {NO_LOGITS}"),
    ("[]", f"line 1: {NO_LOGITS}"),
    ("[{}]", f"line 1: {NO_LOGITS}"),
    ("[1,[2]]", f"line 1: {NO_LOGITS}"),
    ("[[1,2],[3,4]]", f"line 1: {NO_LOGITS}"),
    ("[\n[1,2],\n[3,4]\n]\n", "found a JSON document. Use --input-format json."),
    ("[1,2],\n[3,4]\n", "line 1: invalid JSON: Extra data at character 6."),
    ("[1,2] [3,4]", "line 1: invalid JSON: Extra data at character 7."),
    ('{"a":{"b":1}}', 'no logits: field "a" holds an object with numbers, which is not read.'),
    ('[{"label":"a","score":1},{"label":"b","score":1}]\n[{"label":"c","score":1}]', 'line 1: missing label "c": found 2 of 3'),
    ('[{"label":"a","score":1},{"label":"b","score":1}]\n[{"label":"a","score":1}]', 'line 2: missing label "b": found 1 of 2'),
    ('[{"label":"a","score":1},{"label":"b","score":1}]\n[{"label":"a","score":1},{"label":"a","score":2}]', 'line 2: duplicate label "a".'),
    ('[{"label":"a","score":1},{"label":"b","score":1}]\n[1]', "line 2: expected a list of {label, score} objects, as in row 1."),
]  # fmt: skip


@each(("given", "message"), LINES)
def test_invalid_json_line_error_names_the_line(given, message, tmp_path):
    stdin = given if isinstance(given, bytes) else given.encode()
    refused(tmp_path, ["--input-format", "jsonl"], message, stdin=stdin)


@pytest.mark.parametrize("given", ["\n\n\n", "\n[1,2]", " \n\n{bad"])
def test_leading_blank_lines_are_skipped(given):
    with within(1):
        ran = softmax("convert", "-q", "--input-format", "jsonl", stdin=given)
    assert ran.code == (0 if "1" in given else 1)
    assert "bad" not in given or "line 3: invalid JSON" in ran.err


@pytest.mark.parametrize("format_name", ["jsonl", "json"])
def test_overflowing_number_is_never_read_as_infinity(format_name, tmp_path):
    refused(
        tmp_path,
        ["--input-format", format_name],
        "out of range for float64",
        stdin=b"[-1e400,0]",
    )


def test_overflowing_number_has_no_sigmoid(tmp_path):
    arguments = ["--input-format", "jsonl", "-a", "sigmoid"]
    refused(tmp_path, arguments, "out of range for float64", stdin=b"[1e400,0]")


@pytest.mark.parametrize(
    "given", [b'{"id":"\\ud800","logits":[1,2]}', b'{"id":"\xed\xa0\x80","logits":[1,2]}']
)
def test_lone_surrogate_is_rejected_or_preserved(given):
    ran = softmax("convert", "-q", "--input-format", "jsonl", stdin=given)
    assert "internal error" not in ran.err


def test_duplicate_label_in_a_scored_list_is_an_error(tmp_path):
    given = b'[{"label":"a","score":1},{"label":"a","score":2}]'
    refused(tmp_path, ["--input-format", "jsonl"], 'duplicate label "a"', stdin=given)


def test_overflowing_integer_can_be_skipped():
    arguments = ["convert", "-q", "--input-format", "jsonl", "--invalid", "skip"]
    ran = softmax(*arguments, stdin=f"[0,0]\n[1{'0' * 400},2]\n")
    assert (ran.out, ran.code) == ("[0.5,0.5]\n", 0)


BAD_ROWS = '[0,0]\n[null,1]\n[NaN,1]\n["x",1]\n[true,1]\n[Infinity,0]\n[0,0]\n'


@pytest.mark.parametrize("format_name", ["jsonl", "json"])
def test_invalid_option_applies_to_bad_json_cells(format_name):
    given = BAD_ROWS if format_name == "jsonl" else f"[{BAD_ROWS.strip()}]".replace("\n", ",")
    arguments = ["convert", "--input-format", format_name, "-f", "jsonl", "--invalid"]
    ran = softmax(*arguments, "skip", stdin=given)
    assert (ran.out, ran.code) == ("[0.5,0.5]\n" * 2, 0)
    assert "5 of 7 rows skipped; first: <stdin>, " in ran.err
    ran = softmax(*arguments, "nan", stdin=given)
    assert (ran.out, ran.code) == ("[0.5,0.5]\n" + "[null,null]\n" * 5 + "[0.5,0.5]\n", 0)
    ran = softmax(*arguments, "fail", stdin=given)
    assert (ran.out, ran.code) == ("", 1)


DOCUMENTS = [
    ("", "<stdin>: empty input."),
    (" \n ", "invalid JSON"),
    ("[]", "no logits in the document."),
    ("7", "no logits in the document."),
    ('"x"', "no logits in the document."),
    ("null", "no logits in the document."),
    ("[[]]", f"row 1: {NO_LOGITS}"),
    ("{}", f"row 1: {NO_LOGITS}"),
    ("[[1,2],3]", 'row 2: expected a list or an object, found "3".'),
    ('[[1,2],{"a":1}]', "row 2: expected a list of numbers, as in row 1."),
    ("[[[1,2]],[[3,4]]]", f"row 1: {NO_LOGITS}"),
    ("[1,2]\n[3,4]\n", "invalid JSON: Extra data at character 7. For one record per line, use --input-format jsonl."),
    ("[[1,2],[3]]", "row 2: expected 2 values, found 1."),
    ('{"logits":[[1,2]],"labels":[0,1]}', '"labels" has 2 values for 1 rows.'),
    ('{"logits":[[1,2]],"labels":[]}', '"labels" has 0 values for 1 rows.'),
    ('{"logits":[[1,2]],"model":5}', '"model" must be a list of 1 values.'),
    ('{"logits":[[1,2],[3]],"labels":[0,1]}', "row 2: expected 2 values, found 1."),
    ('{"logits":[[1,2],[3,null]]}', 'row 2, column "1": null is not a number.'),
    ('[{"a":1,"b":2},{"a":1}]', 'row 2: missing field "b".'),
    ('{"logits":[1,2],"logits":[3,4]}', 'duplicate field "logits".'),
    ("[" * 100_000, "JSON is nested too deeply."),
    (f"[[1{'0' * 5000}]]", "number has too many digits."),
    (b"[[1,2],[\xff]]", "invalid UTF-8"),
    ("[[1,2]]\0", "invalid JSON"),
]  # fmt: skip


@each(("given", "message"), DOCUMENTS)
def test_json_document_without_rows_is_an_error(given, message, tmp_path):
    stdin = given if isinstance(given, bytes) else given.encode()
    refused(tmp_path, ["--input-format", "json"], message, stdin=stdin)


def _frame(**columns):
    return pl.DataFrame(columns, strict=False)


TABLES = [
    (_frame(a=["1"], b=["2"]), [], 1, 'no logit columns: "a" holds "String", "b" holds "String".'),
    (_frame(a=["1"], b=[2]), ["--columns", "a"], 1, 'column "a": column has type String, not numbers.'),
    (_frame(a=[True], b=[2]), ["--columns", "a,b"], 1, 'column "a": column has type Boolean, not numbers.'),
    (_frame(a=[1], b=[2]), ["--columns", "z"], 2, '--columns: no column "z".'),
    (_frame(a=[1], b=[2]), ["--label", "z"], 2, '--label: no column "z".'),
    (_frame(x=[[1.0, 2], [1.0]]), [], 1, 'row 2, column "x": expected 2 values, found 1.'),
    (_frame(x=[[1.0, 2], []]), [], 1, 'row 2, column "x": expected 2 values, found 0.'),
    (_frame(x=[[1.0, 2], None]), [], 1, f"row 2: a logit is NaN.{SKIP}"),
    (_frame(x=[[1.0, 2], [None, 1.0]]), [], 1, f"row 2: a logit is NaN.{SKIP}"),
    (_frame(x=[[1.0]], z=[[1.0]]), [], 2, 'ambiguous logits: lists in "x", "z". Select the logits'),
    (_frame(x=[["a"]]), [], 1, 'no logit columns: "x" holds "List(String)".'),
    (_frame(a=[1.0, None], b=[1.0, 2]), [], 1, f"row 2: a logit is NaN.{SKIP}"),
    (_frame(a=[1.0, np.inf], b=[1.0, 2]), [], 1, "row 2: a logit is +inf"),
    (pl.DataFrame(), [], 1, "table has no columns."),
]  # fmt: skip


@each("suffix", ["parquet", "arrow"])
@each(("frame", "arguments", "code", "message"), TABLES)
def test_table_without_numeric_columns_is_an_error(
    frame, arguments, code, message, suffix, tmp_path
):
    path = str(tmp_path / f"x.{suffix}")
    write_table(frame, path)
    refused(tmp_path, [path, *arguments], message, code=code)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_invalid_option_applies_to_nulls_in_tables(suffix, tmp_path):
    path = str(tmp_path / f"x.{suffix}")
    for frame in (
        _frame(a=[None, 1.0, 0], b=[0.0, np.nan, 0]),
        _frame(x=[None, [None, 1.0], [0.0, 0]]),
    ):
        write_table(frame, path)
        ran = softmax("convert", "-q", path, "--invalid", "skip", "--header", "auto", "-f", "csv")
        assert ran.out.splitlines()[-1] == "0.5,0.5"
        assert ran.code == 0
        ran = softmax("convert", "-q", path, "--invalid", "nan")
        assert ran.out.splitlines()[-3:] == ["NaN,NaN", "NaN,NaN", "0.5,0.5"]


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_empty_table_gives_empty_output(suffix, tmp_path):
    path, target = str(tmp_path / f"x.{suffix}"), str(tmp_path / "out.parquet")
    write_table(wide(pl.Float64)[:0], path)
    assert softmax("convert", "-q", path).out == "id,cat,dog,bird,label\n"
    assert softmax("convert", "-q", path, "-f", "jsonl").out == ""
    assert json.loads(softmax("convert", "-q", path, "-f", "json").out) == []
    assert softmax("convert", "-q", path, "-o", target).code == 0
    assert pl.read_parquet(target).columns == ["id", "cat", "dog", "bird", "label"]
    np.save(tmp_path / "x.npy", np.empty((0, 3)))
    assert softmax("convert", str(tmp_path / "x.npy"), "-o", str(tmp_path / "out.npy")).code == 0
    assert np.load(tmp_path / "out.npy").shape == (0, 3)


@pytest.mark.parametrize("output", ["parquet", "arrow"])
def test_duplicate_logit_columns_leave_the_old_table(output, tmp_path):
    target = put(tmp_path, f"old.{output}", "old")
    ran = softmax("convert", "-q", "-o", target, stdin="a,a\n1,2\n")
    assert ran.err == (
        'softmax: <stdin>: duplicate logit column "a" (columns 1 and 2). '
        "Rename one, or pass one through: --columns '!2'.\n"
    )
    assert (ran.code, os.listdir(tmp_path)) == (1, [f"old.{output}"])


def test_duplicate_logit_columns_make_no_json_object():
    ran = softmax("convert", "-q", "-f", "jsonl", stdin="a,a\n1,2\n")
    assert ran.out.count('"a"') < 2


@each(
    ("suffix", "way"),
    [
        ("pt", "torch.load('FILE', weights_only=True)"),
        ("pth", "numpy.save('logits.npy'"),
        ("pkl", "Pickles can run arbitrary code. At the source, run "),
        ("joblib", "numpy.save('logits.npy', logits)"),
        ("h5", "h5py.File('FILE')['logits']"),
        ("safetensors", "load_file('FILE')['logits']"),
        ("xlsx", "Save the sheet as CSV."),
        ("ods", "Save the sheet as CSV."),
        ("mat", "Use CSV, npy or Parquet."),
    ],
)
def test_unsupported_format_error_explains_the_conversion(suffix, way, tmp_path):
    path = put(tmp_path, f"x.{suffix}", b"\0" * 100)
    refused(tmp_path, [path], f"softmax: {path}: .{suffix} files are not supported. ", code=2)
    refused(tmp_path, [path], way, code=2)
    refused(tmp_path, [path.upper() if suffix == "pt" else path], way, code=2)
    ran = softmax("convert", "-q", "-o", str(tmp_path / f"new.{suffix}"), stdin="a,b\n1,2\n")
    assert way in ran.err
    assert ran.code == 2


@pytest.mark.parametrize("format_name", ["npz", "parquet", "arrow"])
def test_standard_input_in_another_format_is_an_error(format_name, tmp_path):
    message = f"softmax: <stdin>: not a valid {format_name} file."
    refused(tmp_path, ["--input-format", format_name], message, stdin=b"x")
    refused(tmp_path, ["--input-format", format_name, "-"], message, stdin=b"x")
    refused(tmp_path, ["--input-format", format_name, "-"], "softmax: <stdin>: empty file.")


@each("option", ["--header no", "--header yes", "--delimiter ;", "--decimal-comma"])
@each(
    "name", ["npy random", "npz one", "parquet wide", "arrow wide", "jsonl lists", "json vectors"]
)
def test_delimited_text_options_are_rejected_for_other_formats(name, option, tmp_path):
    given = BY_NAME[name]
    path = put(tmp_path, f"x.{given.suffix}", _content(name, tmp_path))
    message = f"{option.split()[0]} applies to delimited text, not {given.suffix}."
    refused(tmp_path, [path, *option.split()], message, code=2)


@pytest.mark.parametrize("option", ["--id", "--label"])
def test_column_names_are_rejected_for_arrays(option, tmp_path):
    path = put(tmp_path, "x.npy", npy())
    refused(tmp_path, [path, option, "y"], f"{option} needs column names, npy has none.", code=2)


@pytest.mark.parametrize("given", ["[1,2]", '[{"label":"a","score":1},{"label":"b","score":2}]'])
def test_unknown_columns_are_rejected_for_lists(given, tmp_path):
    for option in ("--columns", "--id"):
        refused(
            tmp_path,
            ["--input-format", "jsonl", option, "zz"],
            option,
            code=2,
            stdin=given.encode(),
        )


def test_arrays_cannot_be_piped_or_compressed(tmp_path):
    path = put(tmp_path, "x.npy", npy())
    ran = softmax("convert", "-q", path, "-f", "npy")
    assert ran.err == (
        "softmax: npy cannot be piped or compressed: its header stores the row count. "
        "Use -o OUT.npy.\n"
    )
    assert (ran.out, ran.code) == ("", 2)
    assert softmax("convert", "-q", path, "-o", str(tmp_path / "out.npz")).code == 2
    assert softmax("convert", "-q", path, "-o", str(tmp_path / "out.npy.gz")).code == 2
    assert os.listdir(tmp_path) == ["x.npy"]


@pytest.mark.parametrize(
    ("output", "good"),
    [(name, 1) for name in ("npy", "parquet", "arrow", "json", "jsonl", "csv")]
    + [("npy", 50_000), ("arrow", 50_000), ("csv", 50_000)],
)
def test_error_in_the_last_row_preserves_the_old_file(output, good, tmp_path):
    target = put(tmp_path, f"old.{output}", "old")
    arguments = ["convert", "-q", "--input-format", "jsonl", "-o", target]
    ran = softmax(*arguments, stdin="[1,2]\n" * good + "[1]\n")
    assert ran.err == f"softmax: <stdin>, line {good + 1}: expected 2 values, found 1.\n"
    assert (ran.code, os.listdir(tmp_path)) == (1, [f"old.{output}"])
    with open(target, encoding="utf-8") as file:
        assert file.read() == "old"


@each("suffix", ["npy", "npz", "parquet", "arrow", "jsonl", "json"])
def test_missing_file_and_folder_report_the_system_error(suffix, tmp_path):
    path = str(tmp_path / f"missing.{suffix}")
    refused(tmp_path, [path], f"softmax: {path}: No such file or directory.")
    os.mkdir(path)
    folder = f"is a folder, and {suffix} is not read in parts. Pass the files"
    if suffix in ("parquet", "arrow"):
        folder = f"no {suffix} files in the folder"
    elif suffix == "jsonl":
        folder = "no files with data in the folder"
    elif suffix == "json":
        folder = "is a folder, and json is not read in parts. Use --input-format jsonl for a record per line, or pass the files"
    code = 2 if "not read in parts" in folder else 1
    refused(tmp_path, [path], f"softmax: {path}: {folder}.", code=code)
