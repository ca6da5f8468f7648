"""Commands on a cluster give what they give on one machine, for parts of any size."""

import os
import re
import time

import numpy as np
import polars as pl
import pytest

from softmax_cli.conversion.parts.part_writer import PartWriter
from tests.fake_cluster import use_threads
from tests.formats.files import GIVEN, OUTPUTS, put
from tests.runner import softmax

HEAD = "id,cat,dog,bird,label\n"
LOGITS = np.random.default_rng(3).normal(0, 3, (60, 3)).round(2).tolist()
WORDS = ("cat", "dog", "bird")
ROWS = [f"r{i},{a},{b},{c},{WORDS[i % 3]}\n" for i, (a, b, c) in enumerate(LOGITS)]
PLAIN = HEAD + "".join(ROWS)
QUOTED = HEAD + "".join(ROWS[:40]) + '"two\nlines",1,2,3,cat\n' + "".join(ROWS[40:])


def written(folder):
    """The parts of an output, in the order of their names."""
    names = sorted(name for name in os.listdir(folder) if not name.startswith(("_", ".")))
    return [os.path.join(folder, name) for name in names]


def joined(paths, suffix):
    """What the parts hold, one after the other, in a form that compares."""
    if suffix == "npy":
        return np.concatenate([np.load(path) for path in paths]).tobytes()
    if suffix in ("parquet", "arrow"):
        read = pl.read_parquet if suffix == "parquet" else pl.read_ipc
        return pl.concat([read(path) for path in paths])
    texts = []
    for path in paths:
        with open(path, "rb") as file:
            texts.append(file.read())
    if suffix in ("csv", "tsv") and texts[0].startswith((b"id", b"cat", b"label")):
        head = texts[0].partition(b"\n")[0] + b"\n"
        assert all(text.startswith(head) for text in texts)
        return head + b"".join(text.removeprefix(head) for text in texts)
    return b"".join(texts)


def same(found, expected):
    return found.equals(expected) if isinstance(found, pl.DataFrame) else found == expected


def convert(path, folder, *options):
    return softmax("convert", "-q", path, "--cluster", "local", "-o", f"{folder}/", *options)


@pytest.mark.parametrize("given", GIVEN, ids=lambda given: given.name)
def test_the_parts_of_every_format_are_what_one_machine_writes(given, tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=40)
    path = str(tmp_path / f"x.{given.suffix}")
    given.write(path)
    suffix = "npy" if given.suffix == "npz" else given.suffix
    if suffix not in OUTPUTS:
        suffix = "csv"
    assert softmax("convert", "-q", path, "-o", str(tmp_path / f"whole.{suffix}")).code == 0
    assert convert(path, tmp_path / "parts", "-f", suffix).code == 0
    parts = written(tmp_path / "parts")
    assert same(joined(parts, suffix), joined([tmp_path / f"whole.{suffix}"], suffix))
    assert all(re.fullmatch(rf"x-\d{{5}}\.{suffix}", os.path.basename(part)) for part in parts)
    assert os.path.exists(tmp_path / "parts" / "_SUCCESS")
    assert os.listdir(tmp_path / "parts" / ".softmax-cli") == ["run.json"]


@pytest.mark.parametrize("text", [PLAIN, QUOTED], ids=["plain", "quoted"])
@pytest.mark.parametrize("options", [(), ("--decimals", "3"), ("--top", "1", "--add", "entropy")])
def test_parts_of_text_are_the_same_bytes(text, options, tmp_path, monkeypatch):
    path = put(tmp_path, "x.csv", text)
    expected = softmax("convert", "-q", path, *options).out.encode()
    for part_size in (45, 5000):
        use_threads(monkeypatch, part_size=part_size)
        folder = tmp_path / f"{part_size}"
        assert convert(path, folder, *options).code == 0
        assert joined(written(folder), "csv") == expected
    assert len(written(tmp_path / "45")) > 5


def test_several_inputs_are_several_outputs(tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=300)
    paths = [put(tmp_path, "a.csv", PLAIN), put(tmp_path, "b.csv.gz", b""), ""]
    assert softmax("convert", "-q", paths[0], "-o", paths[1]).code == 0
    paths[2] = put(tmp_path, "c.jsonl", '{"cat":1,"dog":2}\n' * 30)
    arguments = ["--cluster", "local", "-o", str(tmp_path / "out") + "/"]
    shown = softmax("convert", *paths, *arguments)
    assert (shown.code, shown.out) == (0, "")
    assert "b.csv.gz: read by one worker, because it cannot be split\n" in shown.err
    names = [os.path.basename(path) for path in written(tmp_path / "out")]
    assert names[0] == "a-00000.csv"
    assert [name for name in names if name.startswith("b")] == ["b-00000.csv.gz"]
    assert names[-1] == "c-00001.jsonl"


@pytest.mark.parametrize(
    ("bad", "options"),
    [
        ("bad,x,2,3,cat\n", ()),
        ("bad,1,2\n", ()),
        ("bad,inf,2,3,cat\n", ()),
        ('bad,"1"2,2,3,cat\n', ()),
    ],
)
def test_an_error_is_that_of_one_machine_and_leaves_no_success(bad, options, tmp_path, monkeypatch):
    path = put(tmp_path, "x.csv", PLAIN + bad + "".join(ROWS))
    expected = softmax("convert", "-q", path, *options)
    assert "line 62" in expected.err
    for part_size in (45, 5000):
        use_threads(monkeypatch, part_size=part_size)
        shown = convert(path, tmp_path / f"{part_size}", *options)
        assert (shown.err, shown.code, shown.out) == (expected.err, 1, "")
        assert not os.path.exists(tmp_path / f"{part_size}" / "_SUCCESS")


def test_warnings_are_those_of_one_machine(tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=200)
    path = put(tmp_path, "x.csv", PLAIN + "bad,x,2,3,cat\n" + "".join(ROWS) + "bad,inf,2,3,cat\n")
    expected = softmax("convert", "-q", path, "--invalid", "skip")
    assert "2 of 122 rows skipped; first: " in expected.err
    shown = convert(path, tmp_path / "out", "--invalid", "skip")
    assert (shown.err, shown.code) == (expected.err, 0)
    assert joined(written(tmp_path / "out"), "csv") == expected.out.encode()


def interrupted(monkeypatch, path, folder, *options, parts):
    """Run until some parts are written; then the run is interrupted."""
    original = PartWriter.__call__

    def write(self, number, chunks):
        if number >= parts:
            raise KeyboardInterrupt
        return original(self, number, chunks)

    with monkeypatch.context() as patch:
        patch.setattr(PartWriter, "__call__", write)
        shown = convert(path, folder, *options)
    assert (shown.code, shown.err) == (130, "")
    assert len(os.listdir(folder / ".softmax-cli")) > parts
    return shown


@pytest.mark.parametrize("text", [PLAIN, QUOTED], ids=["plain", "quoted"])
def test_resume_writes_the_parts_that_are_missing(text, tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=200)
    path, folder = put(tmp_path, "x.csv", text + "bad,x,2,3,cat\n"), tmp_path / "out"
    options = ("--invalid", "skip")
    expected = softmax("convert", "-q", path, *options)
    interrupted(monkeypatch, path, folder, *options, parts=3)
    kept = {part: os.stat(part).st_ino for part in written(folder)[:3]}
    use_threads(monkeypatch, part_size=1000)  # the parts are those of the first run
    shown = convert(path, folder, *options, "--resume")
    assert (shown.err, shown.code) == (expected.err, 0)
    assert joined(written(folder), "csv") == expected.out.encode()
    assert {part: os.stat(part).st_ino for part in kept} == kept
    assert convert(path, folder, *options, "--resume").code == 0


def test_a_part_that_is_written_late_does_not_replace_what_is_right(tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=200)
    inside = "".join(f"{row[:-1]}\n" for row in ROWS)
    path = put(tmp_path, "x.csv", f'{PLAIN}"{inside}",1,2,3,cat\n' + "".join(ROWS))
    original = PartWriter.__call__

    def write(self, number, chunks):
        if chunks.part.quoted is None and chunks.part.start > len(PLAIN):
            time.sleep(0.3)
        return original(self, number, chunks)

    monkeypatch.setattr(PartWriter, "__call__", write)
    assert convert(path, tmp_path / "out").code == 0
    expected = softmax("convert", "-q", path).out.encode()
    assert joined(written(tmp_path / "out"), "csv") == expected


def test_resume_stops_at_the_same_error(tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=200)
    path = put(tmp_path, "x.csv", PLAIN + "bad,x,2,3,cat\n")
    first = convert(path, tmp_path / "out")
    again = convert(path, tmp_path / "out", "--resume")
    assert (again.err, again.code) == (first.err, 1)
    assert "line 62" in again.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: put(*os.path.split(path), PLAIN + "more,1,2,3,cat\n"), "x.csv has changed"),
        (lambda path: ["-t", "2"], "option temperature has changed"),
        (lambda path: ["--decimals", "3"], "option decimals has changed"),
        (lambda path: ["--drop", "id"], "option drop has changed"),
    ],
)
def test_resume_rejects_other_inputs_and_options(change, message, tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=200)
    path, folder = put(tmp_path, "x.csv", PLAIN), tmp_path / "out"
    interrupted(monkeypatch, path, folder, parts=2)
    options = change(path)
    shown = convert(path, folder, *(options if isinstance(options, list) else ()), "--resume")
    assert (shown.code, shown.out) == (1, "")
    assert f"cannot resume: {path if 'x.csv' in message else ''}"[:20] in shown.err
    assert message in shown.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x.csv", "--cluster", "local"], "--cluster writes parts to a folder. Use -o FOLDER/."),
        (["x.csv", "--cluster", "local", "-o", "y.csv"], "--cluster writes parts to a folder"),
        (["--cluster", "local", "-o", "out/"], "--cluster reads files, not standard input"),
        (["-", "--cluster", "local", "-o", "out/"], "--cluster reads files, not standard input"),
        (["1", "2", "--cluster", "local", "-o", "out/"], "--cluster reads files"),
        (["x.csv", "--resume"], "--resume has no effect without --cluster"),
        (["x.csv", "--cluster", "local", "-j", "2", "-o", "out/"], "--jobs has no effect"),
        (["x.csv", "--cluster", "local", "-o", "full/"], "output folder is not empty"),
        (["x.csv", "--cluster", "local", "-o", "full/", "--resume"], "no record of an earlier"),
        (["x.csv", "--cluster", "local", "--group", "id", "--value", "cat", "-o", "out/"],
         "--cluster cannot keep the rows of a group in one part"),
    ],
)  # fmt: skip
def test_what_has_no_effect_on_a_cluster_is_rejected(arguments, message, tmp_path, monkeypatch):
    use_threads(monkeypatch, part_size=200)
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "x.csv", PLAIN)
    os.mkdir("full")
    put("full", "old.txt", "old")
    shown = softmax("convert", *arguments)
    assert (shown.code, shown.out) == (2, "")
    assert message in shown.err
    assert sorted(os.listdir(".")) == ["full", "x.csv"]
