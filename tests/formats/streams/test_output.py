"""An output file is whole or untouched."""

import os
import stat
import subprocess
import threading

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.output import open_output
from tests.each import each
from tests.runner import PROGRAM, softmax

GIVEN = "a,b\n0,0\n1,0\n"
HALVES = "a,b\n0.500,0.500\n0.731,0.269\n"
CONVERT = ("convert", "--decimals", "3")


def test_the_target_is_replaced_at_the_end_only(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    with open_output(str(target)) as file:
        file.write(b"new")
        file.flush()
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert os.listdir(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("name", ["é" * 117 + ".npy", "x" * 251 + ".csv"])
def test_a_name_may_be_as_long_as_the_system_allows(name, tmp_path):
    with open_output(str(tmp_path / name)) as file:
        file.write(b"new")
    assert os.listdir(tmp_path) == [name]


@each("size", [0, 1, 8192, 1 << 19, (1 << 19) + 1, 3_000_001])
def test_a_large_write_arrives_whole(size, tmp_path, capfdbinary):
    data = os.urandom(size)
    for path in (None, str(tmp_path / "out")):
        with open_output(path) as file:
            file.write(b"before ")
            file.write(memoryview(data))
            file.write(b" behind")
    assert (tmp_path / "out").read_bytes() == b"before " + data + b" behind"
    assert capfdbinary.readouterr().out == b"before " + data + b" behind"


def test_after_an_error_only_the_old_file_is_left(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    with pytest.raises(ZeroDivisionError), open_output(str(target)) as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_invalid_data_leaves_the_target_unchanged(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    assert softmax(*CONVERT, "-o", str(target), stdin=GIVEN + "x,1\n").code == 1
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("kind", ["same", "dots", "symlink", "hard link"])
def test_the_output_may_be_the_input(kind, tmp_path):
    source = tmp_path / "data.csv"
    source.write_text(GIVEN)
    other = tmp_path / "other.csv"
    target = {"same": source, "dots": tmp_path / ".." / tmp_path.name / "data.csv"}.get(kind, other)
    if kind == "symlink":
        other.symlink_to(source)
    if kind == "hard link":
        other.hardlink_to(source)
    assert softmax(*CONVERT, str(source), "-o", str(target)).code == 0
    assert target.read_text() == HALVES
    if kind == "symlink":
        assert other.is_symlink()
        assert source.read_text() == HALVES


def test_the_mode_of_a_replaced_file_is_kept(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    target.chmod(0o604)
    assert softmax(*CONVERT, "-o", str(target), stdin=GIVEN).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o604


def test_a_target_that_is_no_regular_file_is_written_directly(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    read = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()), daemon=True)
    reader.start()
    assert softmax(*CONVERT, "-o", str(fifo), stdin=GIVEN).code == 0
    reader.join(20)
    assert read == [HALVES]
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert softmax(*CONVERT, "-o", "/dev/null", stdin=GIVEN).code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.parametrize("path", ["-", "/dev/stdout"])
def test_standard_output_has_several_names(path):
    done = subprocess.run(
        [*PROGRAM, *CONVERT, "-o", path], input=GIVEN, capture_output=True, text=True, check=True
    )
    assert done.stdout == HALVES


def test_a_full_device_as_output_is_an_error():
    ran = softmax(*CONVERT, "-o", "/dev/full", stdin=GIVEN)
    assert ran.err == "softmax: /dev/full: No space left on device.\n"
    assert ran.code == 1


def test_an_invalid_path_fails_before_any_row_is_written(tmp_path):
    for path in (tmp_path / "no" / "out.csv", tmp_path):
        with (
            pytest.raises(SoftmaxError, match=r"No such file|Is a directory"),
            open_output(str(path)),
        ):
            raise AssertionError("not reached")
