"""What no format holds: one clear sentence each, and nothing written."""

import io
import json
import os
import zipfile

import numpy as np
import polars as pl
import pytest

from tests.formats.files import GIVEN, LOGITS, npy, put, refused, wide, within, write_table
from tests.runner import softmax, spawn

BY_NAME = {given.name: given for given in GIVEN}
SKIP = " Use --invalid skip to skip such rows."
NO_LOGITS = "this holds no logits: a list of numbers or an object is expected."


def _content(name, folder):
    given = BY_NAME[name]
    path = os.path.join(folder, f"whole.{given.suffix}")
    given.write(path)
    with open(path, "rb") as file:
        content = file.read()
    os.unlink(path)
    return content


BINARY = ["npy random", "npy fortran", "npz labels", "parquet wide", "parquet list", "arrow wide"]


@pytest.mark.parametrize("name", BINARY)
def test_a_binary_file_cut_short_anywhere_is_refused(name, tmp_path):
    content = _content(name, tmp_path)
    short = (0, 1, 4) if name.startswith("arrow") else (0, 1, 4, 7, 9)
    for length in (*short, 12, 60, len(content) // 2, len(content) - 9, len(content) - 1):
        path = put(tmp_path, f"cut.{BY_NAME[name].suffix}", content[:length])
        ran = refused(tmp_path, [path], f"softmax: {path}")
        assert ran.out == ""


@pytest.mark.parametrize("content", [b"ARROW1", b"ARROW1\0\0"])
def test_an_arrow_file_of_nothing_but_its_magic_is_refused(content, tmp_path):
    path = put(tmp_path, "x.arrow", content)
    refused(tmp_path, [path], f"softmax: {path}: ")


@pytest.mark.parametrize("name", ["jsonl field", "json vectors", "json columns", "json objects"])
def test_a_text_cut_short_anywhere_is_refused_or_ends_in_a_whole_row(name, tmp_path):
    content = _content(name, tmp_path)
    for length in (1, 7, len(content) // 3, len(content) // 2, len(content) - 3):
        path = put(tmp_path, f"cut.{BY_NAME[name].suffix}", content[:length])
        refused(tmp_path, [path], "not valid JSON: ")


@pytest.mark.parametrize("suffix", ["arrow", "parquet"])
def test_a_damaged_table_is_never_a_success_with_rows_missing(suffix, tmp_path):
    path = str(tmp_path / f"x.{suffix}")
    write_table(pl.DataFrame({"a": [0.0, 3, 6, 9], "b": [1.0, 4, 7, 10]}), path)
    whole = (tmp_path / f"x.{suffix}").read_bytes()
    for place in (545, 548) if suffix == "arrow" else (59, 179):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        put(tmp_path, f"x.{suffix}", damaged)
        ran = softmax("convert", "-q", path)
        assert ran.code == 1 or ran.out.count("\n") == 5


def test_a_damaged_table_is_never_a_traceback(tmp_path):
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
    "a pickle": b"\x80\x04\x95" + b"\0" * 60,
    "an Excel workbook": b"\xd0\xcf\x11\xe0" + b"\0" * 60,
}


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("suffix", ["csv", "jsonl", "json", "npy", "npz", "parquet", "arrow"])
def test_a_suffix_that_the_content_belies_is_told_with_the_content(suffix, content, tmp_path):
    if content == suffix or (content == "text" and suffix in ("csv", "jsonl", "json")):
        return
    if content == "npz" and suffix in ("csv", "jsonl", "json", "npy"):
        return  # a zip file is refused as a compression before that
    path = put(tmp_path, f"x.{suffix}", CONTENTS[content])
    found = "not" if content == "text" else content
    refused(tmp_path, [path], f"softmax: {path}: read as {suffix}, but the content is {found}")


@pytest.mark.parametrize("suffix", ["csv", "npy", "jsonl"])
def test_a_zip_of_arrays_that_is_called_otherwise_is_told_as_npz(suffix, tmp_path):
    path = put(tmp_path, f"x.{suffix}", _content("npz labels", tmp_path))
    refused(tmp_path, [path], f"softmax: {path}: read as {suffix}, but the content is npz")


HEADERS = [
    ("shape larger than the file", npy(shape="(1000000000000, 2)"),
     "32 bytes of data, fewer than the 16000000000000 of an array of shape (1000000000000, 2)."),
    ("shape beyond 64 bits", npy(shape="(4611686018427387904, 4)"), "32 bytes of data, fewer than"),
    ("shape of 5,000 digits", npy(shape=f"({'9' * 5000}, 2)"), "the header of the array is not valid"),
    ("negative", npy(shape="(-2, 2)"), "the array claims the shape (-2, 2)."),
    ("both negative", npy(shape="(-2, -2)"), "the array"),
    ("a fraction", npy(shape="(2.5, 2)"), "the header of the array is not valid"),
    ("a list", npy(shape="[2, 2]"), "the header of the array is not valid"),
    ("over 10 kB", npy(header="{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2), }" + " " * 10001),
     "the header of the array is of 10060 bytes"),
    ("claims 4 GB", b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}", "the header of the array is of 4294967295 bytes"),
    ("no dict", npy(header="[1, 2]"), "the header of the array is not valid"),
    ("empty dict", npy(header="{}"), "the header of the array is not valid"),
    ("nothing", npy(header=""), "the header of the array is not valid"),
    ("nested", npy(header="(" * 3000 + ")" * 3000), "the header of the array is not valid"),
    ("NUL", npy(header="{'descr': '<f8'\0}"), "the header of the array is not valid"),
    ("unknown type", npy("'zz'"), "the header of the array is not valid"),
    ("order", npy(fortran="'yes'"), "the header of the array is not valid"),
    ("version 9", npy(version=9), "unknown version"),
    ("version 0", npy(version=0), "unknown version"),
    ("objects", npy("'|O'"), "the array holds Python objects, which are pickled, not numbers."),
    ("records", npy("[('a', '<f8')]"), "the array holds records, not numbers."),
    ("sub-arrays", npy("('<f8', (2,))"), "the array holds records, not numbers."),
    ("complex", npy("'<c16'"), "the array holds complex numbers, not numbers."),
    ("text", npy("'<U2'"), "the array holds text, not numbers."),
    ("bytes", npy("'|S2'"), "the array holds text, not numbers."),
    ("dates", npy("'<M8[s]'"), "the array holds dates, not numbers."),
    ("times", npy("'<m8[s]'"), "the array holds times, not numbers."),
    ("truth", npy("'|b1'"), "the array holds truth values, not numbers."),
    ("void", npy("'|V8'"), "the array holds records, not numbers."),
    ("three axes", npy(shape="(2, 2, 1)"), "the array has shape (2, 2, 1), where (N, C) or (C,) is expected."),
    ("no axis", npy(shape="()", data=b"\0" * 8), "the array has shape (), where (N, C) or (C,)"),
    ("no class", npy(shape="(2, 0)", data=b""), "the array has shape (2, 0): there is no class."),
    ("none at all", npy(shape="(0,)", data=b""), "the array has shape (0,): there is no class."),
    ("a row too wide", npy(shape="(1, 1000000000)"), "1000000000 values are too many for one row."),
    ("more data", npy() + b"x", "33 bytes of data, more than the 32 of an array of shape (2, 2)."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "message"), [row[1:] for row in HEADERS], ids=[r[0] for r in HEADERS]
)
def test_a_hostile_header_is_refused_before_anything_is_allocated(
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
def test_code_in_a_header_is_never_run(header, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ran = softmax("convert", "-q", put(tmp_path, "x.npy", npy(header=header)))
    assert "x.npy: the header of the array is not valid: malformed node or string" in ran.err
    assert (ran.out, ran.code, os.listdir(tmp_path)) == ("", 1, ["x.npy"])


def test_the_reason_against_a_header_is_the_same_each_time(tmp_path):
    ran = softmax("convert", "-q", put(tmp_path, "x.npy", npy(header=CODE[0])))
    assert "0x" not in ran.err


def test_pickles_are_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (os.mkdir, (str(tmp_path / "ran"),))

    np.save(tmp_path / "x.npy", np.array([Trap()], dtype=object))
    np.savez(tmp_path / "x.npz", logits=np.array([Trap()], dtype=object))
    refused(tmp_path, [str(tmp_path / "x.npy")], "Python objects, which are pickled")
    refused(tmp_path, [str(tmp_path / "x.npz")], "x.npz[logits]: the array holds Python objects")
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
    (_arrays(a=LOGITS, b=LOGITS), [], 1, 'no array is called logits: there are "a", "b". Name it with --columns.'),
    (_arrays(labels=np.arange(4)), [], 1, 'no array is called logits: there are "labels".'),
    (_member(b"x", "readme.txt"), [], 1, "there is no array."),
    (_arrays(logits=LOGITS), ["--columns", "z"], 2, '--columns: there is no array "z". There are "logits".'),
    (_arrays(logits=LOGITS), ["--label", "z"], 2, '--label: there is no array "z".'),
    (_arrays(logits=LOGITS, labels=np.arange(5)), [], 1, "x.npz[labels]: there are 5 labels for 4 rows of logits."),
    (_arrays(logits=LOGITS, labels=np.arange(3)), [], 1, "x.npz[labels]: 3 labels for 4 rows of logits or more."),
    (_arrays(logits=LOGITS, labels=np.array(["a"] * 4)), [], 1, "x.npz[labels]: the array holds text, not numbers."),
    (_member(npy(shape="(1000000, 2)")), [], 1, "x.npz[logits]: the array is cut short: "),
    (_member(npy()[:-8]), [], 1, "x.npz[logits]: the array is cut short: 8 bytes of it are missing."),
    (_member(b"a,b\n1,2\n"), [], 1, "x.npz[logits]: the array is cut short"),
    (_member(b""), [], 1, "x.npz[logits]: the array is cut short"),
    (_member(npy("'|O'")), [], 1, "x.npz[logits]: the array holds Python objects"),
    (_changed(_member(npy()), (6, 1), (_DIRECTORY + 8, 1)), [], 1, "the array cannot be read: File 'logits.npy' is encrypted"),
    (_changed(_member(npy()), (8, 99), (_DIRECTORY + 10, 99)), [], 1, "the array cannot be read: That compression method"),
    (_changed(_member(npy()), (30, 88)), [], 1, "the array cannot be read: File name in directory"),
    (_changed(_member(npy()), (120, 9)), [], 1, "x.npz[logits]: the zip file is damaged: Bad CRC-32"),
    (_member(npy(), method=zipfile.ZIP_DEFLATED)[:-10], [], 1, "x.npz: the zip file is damaged: File is not a zip file."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "arguments", "code", "message"), ARCHIVES, ids=range(len(ARCHIVES))
)
def test_an_archive_without_sound_logits_is_refused(content, arguments, code, message, tmp_path):
    path = put(tmp_path, "x.npz", content)
    refused(tmp_path, [path, *arguments], message, code=code)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_member_of_any_compression_is_refused(method, tmp_path):
    file = io.BytesIO()
    np.save(file, np.random.default_rng(0).normal(size=(100, 20)))
    content = _member(file.getvalue(), method=method)
    middle = len(content) // 2
    path = put(tmp_path, "x.npz", _changed(content, *((middle + i, 0) for i in range(99))))
    refused(tmp_path, [path], "x.npz[logits]: the zip file is damaged")


def test_a_member_longer_than_its_array_is_refused(tmp_path):
    refused(tmp_path, [put(tmp_path, "x.npz", _member(npy() + b"12345678"))], "more behind")


TWO = "[1,2]\n"
LINES = [
    ("", "<stdin>: the input is empty."),
    ("[1,2]\n[1]", "line 2: a list of 1 where 2 are expected."),
    ("[1,2]\n[1,2,3]", "line 2: a list of 3 where 2 are expected."),
    ("[1,2]\n[]", "line 2: a list of 0 where 2 are expected."),
    ('[1,2]\n{"a":1}', "line 2: not a list of numbers, as in the first row."),
    ("[1,2]\n5", "line 2: not a list of numbers, as in the first row."),
    ("[1,2]\nnull", "line 2: not a list of numbers, as in the first row."),
    ("[1,2]\n[[1],2]", 'line 2, column "0": [1] is not a number.'),
    ('{"a":1,"b":2}\n{"a":1}', 'line 2: the field "b" is missing.'),
    ('{"a":1,"b":2}\n{"a":1,"b":2,"c":3}', 'line 2: the field "c" is not in the first row.'),
    ('{"a":1,"b":2}\n[1,2]', "line 2: not an object, as the first row is."),
    ('{"logits":[1,2]}\n{"logits":3}', "line 2: not a list of numbers, as in the first row."),
    ('{"logits":[1,2]}\n{"logit":[1,2]}', 'line 2: the field "logits" is missing.'),
    ('{"a":1,"a":2}', 'line 1: the field "a" stands twice in one object.'),
    ('[1,2]\n[3,{"x":1,"x":2}]', 'line 2: the field "x" stands twice in one object.'),
    ("[" * 100_000, "line 1: the JSON is nested too deeply."),
    (TWO + "[" * 100_000 + "]" * 100_000, "line 2: the JSON is nested too deeply."),
    ('{"a":' * 100_000, "line 1: the JSON is nested too deeply."),
    (f"[1{'0' * 5000},2]", "line 1: a number has too many digits."),
    (f"{TWO}[2,1{'0' * 5000}]", "line 2: a number has too many digits."),
    (f"{TWO}[2,1{'0' * 400}]", 'line 2, column "1": a number is too large for a 64-bit float.'),
    ("[true,1]", f'line 1, column "0": true is not a number.{SKIP}'),
    (TWO + '[1,"2"]', f'line 2, column "1": "2" is not a number.{SKIP}'),
    (TWO + "[null,1]", f'line 2, column "0": null is not a number.{SKIP}'),
    (TWO + "[NaN,1]", f"line 2: a logit is NaN.{SKIP}"),
    (TWO + "[Infinity,1]", f"line 2: a logit is +inf, which softmax has no answer for.{SKIP}"),
    (TWO + "[-Infinity,-Infinity]", f"line 2: every logit is -inf, so that no class is left.{SKIP}"),
    ('{"a":1,"b":2}\n{"a":"x","b":1}', f'line 2, column "a": "x" is not a number.{SKIP}'),
    (b"[1,2]\n[\xff,2]", "line 2: not UTF-8: invalid start byte."),
    (b'{"id":"\xff","logits":[1,2]}', "line 1: not UTF-8: invalid start byte."),
    ("\0", "line 1: not valid JSON"),
    ("[1,2]\0", "line 1: not valid JSON"),
    (TWO + "[1,\0]", "line 2: not valid JSON"),
    ("5", f"line 1: {NO_LOGITS}"),
    ('"x"', f"line 1: {NO_LOGITS}"),
    ("null", f"line 1: {NO_LOGITS}"),
    ("{}", f"line 1: {NO_LOGITS}"),
    ("[]", f"line 1: {NO_LOGITS}"),
    ("[{}]", f"line 1: {NO_LOGITS}"),
    ("[1,[2]]", f"line 1: {NO_LOGITS}"),
    ("[[1,2],[3,4]]", f"line 1: {NO_LOGITS}"),
    ("[\n[1,2],\n[3,4]\n]\n", "line 1: not valid JSON"),
    ("[1,2],\n[3,4]\n", "line 1: not valid JSON: Extra data at character 6."),
    ("[1,2] [3,4]", "line 1: not valid JSON: Extra data at character 7."),
    ('{"a":{"b":1}}', "no column is left that holds logits."),
    ('{"p":[1,2],"q":[3,4]}', 'more than one field holds a list of numbers: "p", "q"; name the one'),
    ('[{"label":"a","score":1}]\n[{"label":"b","score":1}]', 'line 2: label "b" is not one of the first row\'s.'),
    ('[{"label":"a","score":1},{"label":"b","score":1}]\n[{"label":"a","score":1}]', 'line 2: label "b" is missing.'),
    ('[{"label":"a","score":1}]\n[{"label":"a","score":1},{"label":"a","score":2}]', 'line 2: label "a" stands twice.'),
    ('[{"label":"a","score":1}]\n[1]', "line 2: not a list of objects with a label and a score, as the first is."),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), LINES, ids=range(len(LINES)))
def test_lines_that_hold_no_rows_are_refused_with_their_line(given, message, tmp_path):
    stdin = given if isinstance(given, bytes) else given.encode()
    refused(tmp_path, ["--input-format", "jsonl"], message, stdin=stdin)


@pytest.mark.parametrize("given", ["\n\n\n", "\n[1,2]", " \n\n{bad"])
def test_blank_lines_before_the_first_row_do_no_harm(given):
    with within(1):
        ran = softmax("convert", "-q", "--input-format", "jsonl", stdin=given)
    assert ran.code == (0 if "1" in given else 1)
    assert "bad" not in given or "line 3: not valid JSON" in ran.err


@pytest.mark.parametrize("format_name", ["jsonl", "json"])
def test_a_number_that_overflows_is_never_an_infinity(format_name, tmp_path):
    refused(
        tmp_path,
        ["--input-format", format_name],
        "too large for a 64-bit float",
        stdin=b"[-1e400,0]",
    )


def test_a_number_that_overflows_has_no_sigmoid(tmp_path):
    arguments = ["--input-format", "jsonl", "-a", "sigmoid"]
    refused(tmp_path, arguments, "too large for a 64-bit float", stdin=b"[1e400,0]")


@pytest.mark.parametrize(
    "given", [b'{"id":"\\ud800","logits":[1,2]}', b'{"id":"\xed\xa0\x80","logits":[1,2]}']
)
def test_half_of_a_surrogate_pair_is_refused_or_kept(given):
    ran = softmax("convert", "-q", "--input-format", "jsonl", stdin=given)
    assert "internal error" not in ran.err


def test_a_label_twice_in_the_first_scored_list_is_refused(tmp_path):
    given = b'[{"label":"a","score":1},{"label":"a","score":2}]'
    refused(tmp_path, ["--input-format", "jsonl"], 'label "a" stands twice', stdin=given)


def test_an_integer_that_overflows_can_be_skipped():
    arguments = ["convert", "-q", "--input-format", "jsonl", "--invalid", "skip"]
    ran = softmax(*arguments, stdin=f"[0,0]\n[1{'0' * 400},2]\n")
    assert (ran.out, ran.code) == ("[0.5,0.5]\n", 0)


BAD_ROWS = '[0,0]\n[null,1]\n[NaN,1]\n["x",1]\n[true,1]\n[Infinity,0]\n[0,0]\n'


@pytest.mark.parametrize("format_name", ["jsonl", "json"])
def test_bad_cells_are_treated_as_invalid_says(format_name):
    given = BAD_ROWS if format_name == "jsonl" else f"[{BAD_ROWS.strip()}]".replace("\n", ",")
    arguments = ["convert", "--input-format", format_name, "-f", "jsonl", "--invalid"]
    ran = softmax(*arguments, "skip", stdin=given)
    assert (ran.out, ran.code) == ("[0.5,0.5]\n" * 2, 0)
    assert "5 of 7 rows left out; the first: <stdin>, " in ran.err
    ran = softmax(*arguments, "nan", stdin=given)
    assert (ran.out, ran.code) == ("[0.5,0.5]\n" + "[null,null]\n" * 5 + "[0.5,0.5]\n", 0)
    ran = softmax(*arguments, "fail", stdin=given)
    assert (ran.out, ran.code) == ("", 1)


DOCUMENTS = [
    ("", "<stdin>: the input is empty."),
    (" \n ", "not valid JSON"),
    ("[]", "the document holds no logits."),
    ("7", "the document holds no logits."),
    ('"x"', "the document holds no logits."),
    ("null", "the document holds no logits."),
    ("[[]]", f"row 1: {NO_LOGITS}"),
    ("{}", f"row 1: {NO_LOGITS}"),
    ("[[1,2],3]", f"row 1: {NO_LOGITS}"),
    ('[[1,2],{"a":1}]', f"row 1: {NO_LOGITS}"),
    ("[[[1,2]],[[3,4]]]", f"row 1: {NO_LOGITS}"),
    ("[1,2]\n[3,4]\n", "not valid JSON: Extra data at character 7. Records on lines of their own are --input-format jsonl."),
    ("[[1,2],[3]]", "row 2: a list of 1 where 2 are expected."),
    ('{"logits":[[1,2]],"labels":[0,1]}', '"labels" is a list of 2, where there are 1 rows.'),
    ('{"logits":[[1,2]],"labels":[]}', '"labels" is a list of 0, where there are 1 rows.'),
    ('{"logits":[[1,2]],"model":"x"}', '"model" is not a list of 1, one a row.'),
    ('{"logits":[[1,2],[3]],"labels":[0,1]}', "row 2: a list of 1 where 2 are expected."),
    ('{"logits":[[1,2],[3,null]]}', 'row 2, column "1": null is not a number.'),
    ('[{"a":1,"b":2},{"a":1}]', 'row 2: the field "b" is missing.'),
    ('{"logits":[1,2],"logits":[3,4]}', 'the field "logits" stands twice in one object.'),
    ("[" * 100_000, "the JSON is nested too deeply."),
    (f"[[1{'0' * 5000}]]", "a number has too many digits."),
    (b"[[1,2],[\xff]]", "not UTF-8"),
    ("[[1,2]]\0", "not valid JSON"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), DOCUMENTS, ids=range(len(DOCUMENTS)))
def test_documents_without_rows_are_refused(given, message, tmp_path):
    stdin = given if isinstance(given, bytes) else given.encode()
    refused(tmp_path, ["--input-format", "json"], message, stdin=stdin)


def _frame(**columns):
    return pl.DataFrame(columns, strict=False)


TABLES = [
    (_frame(a=["1"], b=["2"]), [], 1, "no column is left that holds logits."),
    (_frame(a=["1"], b=[2]), ["--columns", "a"], 1, 'column "a": the column is of type String, not of numbers.'),
    (_frame(a=[True], b=[2]), ["--columns", "a,b"], 1, 'column "a": the column is of type Boolean, not of numbers.'),
    (_frame(a=[1], b=[2]), ["--columns", "z"], 2, '--columns: there is no column "z".'),
    (_frame(a=[1], b=[2]), ["--label", "z"], 2, '--label: there is no column "z".'),
    (_frame(x=[[1.0, 2], [1.0]]), [], 1, 'row 2, column "x": a list of 1 where 2 are expected.'),
    (_frame(x=[[1.0, 2], []]), [], 1, 'row 2, column "x": a list of 0 where 2 are expected.'),
    (_frame(x=[[1.0, 2], None]), [], 1, f"row 2: a logit is NaN.{SKIP}"),
    (_frame(x=[[1.0, 2], [None, 1.0]]), [], 1, f"row 2: a logit is NaN.{SKIP}"),
    (_frame(x=[[1.0]], y=[[1.0]]), [], 1, 'more than one column holds lists of numbers: "x", "y". Name the one of logits'),
    (_frame(x=[["a"]]), [], 1, "no column is left that holds logits."),
    (_frame(a=[1.0, None], b=[1.0, 2]), [], 1, f"row 2: a logit is NaN.{SKIP}"),
    (_frame(a=[1.0, np.inf], b=[1.0, 2]), [], 1, "row 2: a logit is +inf"),
    (pl.DataFrame(), [], 1, "no column is left that holds logits."),
]  # fmt: skip


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
@pytest.mark.parametrize(("frame", "arguments", "code", "message"), TABLES, ids=range(len(TABLES)))
def test_tables_without_rows_of_numbers_are_refused(
    frame, arguments, code, message, suffix, tmp_path
):
    path = str(tmp_path / f"x.{suffix}")
    write_table(frame, path)
    refused(tmp_path, [path, *arguments], message, code=code)


@pytest.mark.parametrize("suffix", ["parquet", "arrow"])
def test_nulls_in_tables_are_treated_as_invalid_says(suffix, tmp_path):
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
def test_tables_without_rows_give_what_has_none(suffix, tmp_path):
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
def test_two_columns_of_one_name_make_no_table(output, tmp_path):
    target = put(tmp_path, f"old.{output}", "old")
    ran = softmax("convert", "-q", "-o", target, stdin="a,a\n1,2\n")
    assert ran.err == f'softmax: {output} cannot have two columns called "a". Rename one.\n'
    assert (ran.code, os.listdir(tmp_path)) == (1, [f"old.{output}"])


def test_two_columns_of_one_name_make_no_object():
    ran = softmax("convert", "-q", "-f", "jsonl", stdin="a,a\n1,2\n")
    assert ran.out.count('"a"') < 2


@pytest.mark.parametrize(
    ("suffix", "way"),
    [
        ("pt", "torch.load('FILE', weights_only=True)"),
        ("pth", "numpy.save('logits.npy'"),
        ("pkl", "A pickle may run any code when it is read."),
        ("joblib", "numpy.save('logits.npy', logits)"),
        ("h5", "h5py.File('FILE')['logits']"),
        ("safetensors", "load_file('FILE')['logits']"),
        ("xlsx", "Save the sheet as CSV."),
        ("ods", "Save the sheet as CSV."),
        ("mat", "Use CSV, npy or Parquet."),
    ],
)
def test_formats_of_others_are_refused_with_the_way_out(suffix, way, tmp_path):
    path = put(tmp_path, f"x.{suffix}", b"\0" * 100)
    refused(tmp_path, [path], f"softmax: {path}: .{suffix} files are not supported. ", code=2)
    refused(tmp_path, [path], way, code=2)
    refused(tmp_path, [path.upper() if suffix == "pt" else path], way, code=2)
    ran = softmax("convert", "-q", "-o", str(tmp_path / f"new.{suffix}"), stdin="a,b\n1,2\n")
    assert way in ran.err
    assert ran.code == 2


@pytest.mark.parametrize("format_name", ["npz", "parquet", "arrow"])
def test_what_is_read_out_of_order_is_not_read_from_a_stream(format_name, tmp_path):
    message = f"softmax: {format_name} cannot be read from a stream. Give the file itself."
    refused(tmp_path, ["--input-format", format_name], message, code=2, stdin=b"x")
    refused(tmp_path, ["--input-format", format_name, "-"], message, code=2, stdin=b"x")


@pytest.mark.parametrize(
    "option", ["--header no", "--header yes", "--delimiter ;", "--decimal-comma"]
)
@pytest.mark.parametrize(
    "name", ["npy random", "npz one", "parquet wide", "arrow wide", "jsonl lists", "json vectors"]
)
def test_options_of_delimited_text_are_for_that_alone(name, option, tmp_path):
    given = BY_NAME[name]
    path = put(tmp_path, f"x.{given.suffix}", _content(name, tmp_path))
    message = f"{option.split()[0]} applies to delimited text, not {given.suffix}."
    refused(tmp_path, [path, *option.split()], message, code=2)


@pytest.mark.parametrize("option", ["--id", "--label"])
def test_columns_of_an_array_have_no_names(option, tmp_path):
    path = put(tmp_path, "x.npy", npy())
    refused(tmp_path, [path, option, "y"], f"{option} needs column names, npy has none.", code=2)


@pytest.mark.parametrize("given", ["[1,2]", '[{"label":"a","score":1},{"label":"b","score":2}]'])
def test_columns_that_are_not_there_are_refused_in_lists(given, tmp_path):
    for option in ("--columns", "--id"):
        refused(
            tmp_path,
            ["--input-format", "jsonl", option, "zz"],
            option,
            code=2,
            stdin=given.encode(),
        )


def test_arrays_go_to_files_alone(tmp_path):
    path = put(tmp_path, "x.npy", npy())
    ran = softmax("convert", "-q", path, "-f", "npy")
    assert ran.err == (
        "softmax: npy cannot go to a pipe or be compressed: its header tells how many rows follow. "
        "Give a file: -o OUT.npy.\n"
    )
    assert (ran.out, ran.code) == ("", 2)
    assert softmax("convert", "-q", path, "-o", str(tmp_path / "out.npz")).code == 2
    assert softmax("convert", "-q", path, "-o", str(tmp_path / "out.npy.gz")).code == 2
    assert os.listdir(tmp_path) == ["x.npy"]


@pytest.mark.parametrize("output", ["npy", "parquet", "arrow", "json", "jsonl", "csv"])
@pytest.mark.parametrize("good", [1, 50_000])
def test_a_bad_row_at_the_end_leaves_the_old_file(output, good, tmp_path):
    target = put(tmp_path, f"old.{output}", "old")
    arguments = ["convert", "-q", "--input-format", "jsonl", "-o", target]
    ran = softmax(*arguments, stdin="[1,2]\n" * good + "[1]\n")
    assert ran.err == f"softmax: <stdin>, line {good + 1}: a list of 1 where 2 are expected.\n"
    assert (ran.code, os.listdir(tmp_path)) == (1, [f"old.{output}"])
    with open(target, encoding="utf-8") as file:
        assert file.read() == "old"


@pytest.mark.parametrize("suffix", ["npy", "npz", "parquet", "arrow", "jsonl", "json"])
def test_what_the_system_refuses_is_told_in_its_words(suffix, tmp_path):
    path = str(tmp_path / f"missing.{suffix}")
    refused(tmp_path, [path], f"softmax: {path}: No such file or directory.")
    os.mkdir(path)
    refused(tmp_path, [path], f"softmax: {path}: Is a directory.")
