"""Zip archives: one file is read as that file, anything else is refused by its names."""

import io
import json
import zipfile

import numpy as np
import polars as pl
import pytest

from tests.each import each
from tests.formats.files import put
from tests.runner import softmax

CSV, HALVES = b"a,b\n0,0\n", "a,b\n0.5,0.5\n"


def _zip(members, method=zipfile.ZIP_DEFLATED):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _parquet():
    file = io.BytesIO()
    pl.DataFrame({"a": [0.0], "b": [0.0]}).write_parquet(file)
    return file.getvalue()


def _npy():
    file = io.BytesIO()
    np.save(file, np.zeros((1, 2)))
    return file.getvalue()


@pytest.mark.parametrize(
    "method",
    [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA],
)
def test_one_file_is_read_with_any_compression_also_from_a_pipe(method, tmp_path):
    content = _zip({"logits.csv": CSV}, method)
    path = put(tmp_path, "x.zip", content)
    assert softmax("convert", "-q", path).out == HALVES
    assert softmax("convert", "-q", "-", stdin=content).out == HALVES


@each(
    ("file", "member", "content", "shown"),
    [
        ("x.zip", "x.jsonl", b"[0,0]\n", "[0.5,0.5]\n"),
        ("x.zip", "deep/x.json", b"[[0,0]]", "[\n[0.5,0.5]\n]\n"),
        ("x.zip", "x.tsv", b"a\tb\n0\t0\n", "a\tb\n0.5\t0.5\n"),
        ("x.csv.zip", "x.jsonl", b"[0,0]\n", "[0.5,0.5]\n"),
        ("x.jsonl.zip", "x", b"[0,0]\n", "[0.5,0.5]\n"),
        ("x.zip", "x", CSV, HALVES),
        ("x.csv", "x.csv", CSV, HALVES),
    ],
)
def test_the_suffix_of_the_file_inside_decides_its_format(file, member, content, shown, tmp_path):
    path = put(tmp_path, file, _zip({member: content}))
    assert softmax("convert", "-q", path).out == shown


@pytest.mark.parametrize(("name", "make"), [("x.parquet", _parquet), ("x.npy", _npy)])
def test_binary_formats_in_an_archive_are_read(name, make, tmp_path):
    path = put(tmp_path, "x.zip", _zip({name: make()}))
    assert softmax("convert", "-q", path, "-f", "jsonl").out in (
        '{"a":0.5,"b":0.5}\n',
        "[0.5,0.5]\n",
    )


def test_folders_and_what_macos_adds_are_no_files(tmp_path):
    path = put(tmp_path, "x.zip", _zip({"d/": b"", "d/x.csv": CSV, "__MACOSX/d/._x.csv": b"\0"}))
    assert softmax("convert", "-q", path).out == HALVES


def test_labels_are_read_from_an_archive(tmp_path):
    labels = put(tmp_path, "y.zip", _zip({"y.csv": b"label\nb\na\n"}))
    logits = put(tmp_path, "x.csv", b"a,b\n0,1\n2,0\n")
    report = softmax("evaluate", logits, "--labels", labels, "-f", "json").out
    assert json.loads(report)["rows"] == 2


def _encrypted():
    content = bytearray(_zip({"x.csv": CSV}, zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    return bytes(content)


def _changed():
    content = bytearray(_zip({"x.csv": CSV}, zipfile.ZIP_STORED))
    content[content.find(CSV) + 4] ^= 1
    return bytes(content)


def _unknown():
    content = bytearray(_zip({"x.csv": CSV}, zipfile.ZIP_STORED))
    for mark, offset in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        content[content.find(mark) + offset] = 9
    return bytes(content)


OTHERS = [
    (_zip({"a b.csv": CSV, "c.csv": CSV}),
     'expected one file in the zip archive, found 2: "a b.csv", "c.csv". '
     "Extract one of them: unzip -p {} 'a b.csv'."),
    (_zip({f"{i}.csv": CSV for i in range(9)}),
     'found 9: "0.csv", "1.csv", "2.csv", "3.csv", ... Extract'),
    (_zip({"a\x1b.csv": CSV, "b.npy": b""}), 'found 2: "a\\x1b.csv", "b.npy".'),
    (_zip({"d/": b"", "__MACOSX/x": b""}), "zip archive holds no file."),
    (_encrypted(), "zip archive is password-protected. Extract the file first."),
    (_changed(), "corrupt zip file: Bad CRC-32 for file 'x.csv'"),
    (_unknown(), "unsupported compression in the zip archive (That compression method is not"),
    (_zip({"x.csv": CSV * 99})[:-30], "corrupt zip file: File is not a zip file."),
    (_zip({"x.xlsx": CSV}), ".xlsx files are not supported."),
    (_zip({"[Content_Types].xml": b""}), "expected csv, found Excel workbook (unsupported)."),
]  # fmt: skip


@pytest.mark.parametrize(("content", "message"), OTHERS, ids=range(len(OTHERS)))
def test_other_archives_are_refused_by_what_is_wrong(content, message, tmp_path):
    path = put(tmp_path, "x.zip", content)
    ran = softmax("convert", "-q", path)
    assert (ran.out, message.format(path) in ran.err) == ("", True), ran.err
    assert ran.code in (1, 2)


def test_arrays_from_a_pipe_are_still_named(tmp_path):
    file = io.BytesIO()
    np.savez(file, logits=np.zeros((1, 2)))
    ran = softmax("convert", "-q", stdin=file.getvalue())
    assert "<stdin>: expected csv, found npz. Use --input-format npz." in ran.err
    ran = softmax("convert", "-q", "--input-format", "npz", "-f", "csv", stdin=file.getvalue())
    assert (ran.out, ran.code) == ("0.5,0.5\n", 0)


def test_output_into_a_folder_has_the_name_of_the_file_inside(tmp_path):
    named = put(tmp_path, "x.csv.zip", _zip({"x.csv": CSV}))
    bare = put(tmp_path, "y.zip", _zip({"data.jsonl": b"[0,0]\n"}))
    out = tmp_path / "out"
    out.mkdir()
    assert softmax("convert", "-q", named, bare, "-o", f"{out}/").code == 0
    assert {each.name: each.read_text() for each in out.iterdir()} == {
        "x.csv": HALVES,
        "y.jsonl": "[0.5,0.5]\n",
    }
