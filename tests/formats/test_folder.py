"""Folders of part files of text as one source."""

import gzip
import os

import numpy as np
import pytest

from softmax_cli import softmax as softmax_of
from tests.each import each
from tests.runner import softmax

PARTS = {
    "part-0.csv": "id,a,b,label\nx,1.5,2.5,b\n",
    "part-1.csv": "id,a,b,label\n",
    "part-2.csv": "id,a,b,label\ny,0.5,0.25,a\nz,-1.5,3,b\n",
}
WHOLE = "id,a,b,label\nx,1.5,2.5,b\ny,0.5,0.25,a\nz,-1.5,3,b\n"


def _folder(path, files):
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


@each("command", [["convert"], ["compare", "-f", "csv"], ["evaluate", "-f", "json"]])
def test_part_files_are_one_table_in_the_order_of_their_names(command, tmp_path_factory):
    extra = {"_SUCCESS": "", ".part-0.csv.crc": "x", "part-3.csv": ""}
    folder = _folder(tmp_path_factory.mktemp("parts") / "d", PARTS | extra)
    whole = _folder(tmp_path_factory.mktemp("whole") / "d", {"all.csv": WHOLE})
    ran, expected = softmax(*command, "-q", folder), softmax(*command, "-q", f"{whole}/all.csv")
    assert (ran.out.replace(folder, f"{whole}/all.csv"), ran.code) == (expected.out, 0), ran.err


def test_parts_may_be_compressed(tmp_path):
    parts = {f"{name}.gz": gzip.compress(text.encode()) for name, text in PARTS.items()}
    ran = softmax("convert", "-q", _folder(tmp_path / "d", parts))
    assert (ran.out, ran.code) == (softmax("convert", "-q", stdin=WHOLE).out, 0)


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ""])
def test_records_in_lines_are_read_from_a_folder(suffix, tmp_path):
    rows = np.array([[1.5, 2.0], [3.0, -1.0]])
    files = {f"{i}{suffix}": f"{row.tolist()}\n" for i, row in enumerate(rows)}
    options = [] if suffix == ".jsonl" else ["--input-format", "jsonl"]
    ran = softmax("convert", *options, _folder(tmp_path / "d", files))
    assert ran.code == 0, ran.err
    found = [line.strip("[]").split(",") for line in ran.out.splitlines()]
    assert np.array_equal(np.array(found, float), softmax_of(rows))


def test_the_first_part_decides_on_the_roles_of_columns(tmp_path):
    # By itself, the second part would have two logits, one of them another.
    files = {"0.csv": "n,a,b\nu,1.5,2.5\nv,0.5,0.25\n", "1.csv": "n,a,b\n0.5,2.5,1.5\n"}
    ran = softmax("convert", "-q", "--decimals", "3", _folder(tmp_path / "d", files))
    assert ran.out == "n,a,b\nu,0.269,0.731\nv,0.562,0.438\n0.5,0.731,0.269\n"


@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        ({}, [], "d: no files with data in the folder."),
        ({"a.csv": "a,b\n1,2\n", "b.jsonl": "[1,2]\n"}, [],
         'd: the folder holds files of several formats: "a.csv", "b.jsonl". Pass the files of one format.'),
        ({"a.csv": "a,b\n0.5,2\n", "b.csv": "b,a\n0.5,2\n"}, [],
         'd/b.csv: the columns differ from those of d/a.csv: column 1 is "b" instead of "a".'),
        ({"a.csv": "a,b\n0.5,2\n", "b.csv": "a,b\n0.5,q\n"}, [],
         'd/b.csv, line 2, column "b": "q" is not a number. Use --invalid skip to skip such rows.'),
        ({"a.json": "[1,2]\n"}, [],
         "d: is a folder, and json is not read in parts. Use --input-format jsonl for a record per "
         "line, or pass the files."),
        ({"a.npy": "x"}, [], "d: is a folder, and npy is not read in parts. Pass the files."),
    ],
)  # fmt: skip
def test_errors(files, options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _folder(tmp_path / "d", files)
    ran = softmax("convert", "-q", "d", *options)
    assert (ran.err, ran.code != 0) == (f"softmax: {message}\n", True)


@pytest.mark.parametrize(("name", "output"), [("d", "d.csv"), ("d/", "d.csv"), ("x.csv", "x.csv")])
def test_output_in_a_folder_has_the_suffix_of_the_format(name, output, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    _folder(tmp_path / name, PARTS)
    assert softmax("convert", "-q", name, "-o", "out/").code == 0
    assert os.listdir("out") == [output]


def test_a_folder_in_a_folder_is_not_left_out(tmp_path):
    folder = _folder(tmp_path / "d", PARTS)
    os.mkdir(f"{folder}/sub.csv")
    ran = softmax("convert", "-q", folder)
    assert (ran.err, ran.code) == (
        f"softmax: {folder}/sub.csv: Is a directory. Put the files in one folder.\n",
        1,
    )


def test_many_parts_are_opened_one_after_another(tmp_path):
    resource = pytest.importorskip("resource")
    folder = _folder(tmp_path / "d", {f"{i:03}.csv": f"a,b\n{i}.5,1\n" for i in range(60)})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = len(os.listdir("/proc/self/fd")) + 40 if os.path.isdir("/proc/self/fd") else soft
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        ran = softmax("convert", "-q", folder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (len(ran.out.splitlines()), ran.code) == (61, 0), ran.err
