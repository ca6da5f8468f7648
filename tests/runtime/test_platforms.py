"""The same results without what only POSIX has."""

import ast
import errno
import io
import os
import select
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from softmax_cli.calibration import spool
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.streams.output import open_output
from softmax_cli.formats.streams.raw_file import RawFile
from softmax_cli.runtime import memory
from softmax_cli.runtime.positional_read import read_at
from softmax_cli.runtime.threads import cpu_count
from tests.each import each
from tests.runner import Ran, softmax

PACKAGE = Path(__file__).parent.parent.parent / "softmax_cli"
# Modules and names that Windows lacks; the two with a fallback are listed in the test.
POSIX_MODULES = {"fcntl", "grp", "posix", "pty", "pwd", "resource", "termios", "tty"}
POSIX_NAMES = {
    "O_CLOEXEC", "O_DIRECTORY", "O_NOFOLLOW", "O_TMPFILE", "SIGALRM", "SIGCHLD", "SIGHUP",
    "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGWINCH", "alarm", "chown", "copy_file_range",
    "fchmod", "fchown", "fork", "getegid", "geteuid", "getgid", "getuid", "killpg", "madvise",
    "memfd_create", "mkfifo", "nice", "posix_fadvise", "pread", "preadv", "pthread_sigmask",
    "pwrite", "pwritev", "readv", "sched_getaffinity", "sendfile", "setitimer", "setsid",
    "sigwait", "splice", "statvfs", "sysconf", "uname", "writev",
}  # fmt: skip
# Takes away, in an interpreter that then runs the program, what Windows lacks.
BARE = """
import ctypes, os, select, signal
for module in (os, signal):
    for name in (
        "O_CLOEXEC", "SIGALRM", "SIGHUP", "SIGPIPE", "fchmod", "fork", "mkfifo", "posix_fadvise",
        "pread", "preadv", "pwrite", "readv", "sched_getaffinity", "sendfile", "statvfs", "writev",
    ):
        if hasattr(module, name):
            delattr(module, name)
os.supports_fd.clear()
def fail(*_arguments, **_options):
    raise OSError(10038, "not a socket")
select.select = fail
class Library(ctypes.CDLL):
    def __init__(self, name, *arguments, **options):
        if name is None:
            raise TypeError("argument of type 'NoneType' is not iterable")
        super().__init__(name, *arguments, **options)
ctypes.CDLL = Library
from softmax_cli.cli import main
main()
"""
ROWS = "id,cat,dog,label\n" + "".join(
    f"r{i},{i % 7 / 3!r},1,{'dog' if (i % 7 < 3) ^ (i % 4 == 0) else 'cat'}\n" for i in range(200)
)


def _run(*arguments, code=None):
    program = ["-c", code] if code else ["-m", "softmax_cli"]
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        input=ROWS.encode(), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout, done.stderr, done.returncode


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["1", "2"], 0),
        (["convert"], 0),
        (["convert", "--decimals", "3"], 0),
        (["calibrate"], 0),
        (["convert", "logits.npy"], 0),
        (["convert", "columns.npy", "--decimals", "3"], 0),
        (["convert", "missing.csv"], 1),
        (["convert", "--nonsense"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_all_of_posix_taken_away_nothing_changes(arguments, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    array = np.random.default_rng(0).normal(size=(500, 3))
    np.save("logits.npy", array)
    np.save("columns.npy", np.asfortranarray(array))
    expected = softmax(*arguments, stdin=ROWS)
    assert expected.code == code
    out, err, exit_code = _run(*arguments, code=BARE)
    assert Ran(out.decode(), err.decode(), exit_code) == expected


def test_all_of_posix_taken_away_a_file_is_replaced(tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    expected = _run("convert")[0]
    assert _run("convert", "-o", str(target), code=BARE) == (b"", *_run("convert")[1:])
    assert target.read_bytes() == expected
    assert os.listdir(tmp_path) == ["out.csv"]


def test_names_that_only_posix_has_are_used_where_there_is_a_fallback():
    used = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id in ("os", "signal", "mmap") and node.attr in POSIX_NAMES:
                    used.add((path.relative_to(PACKAGE).as_posix(), node.attr))
            elif isinstance(node, ast.Import):
                assert not {name.name for name in node.names} & POSIX_MODULES, path
            elif isinstance(node, ast.ImportFrom):
                assert node.module not in POSIX_MODULES, path
    assert used == {
        ("runtime/positional_read.py", "preadv"),
        ("runtime/threads.py", "sched_getaffinity"),
    }


@pytest.fixture(params=[True, False], ids=["preadv", "seek"])
def preadv(request, monkeypatch):
    if not request.param:
        monkeypatch.delattr(os, "preadv")


@pytest.mark.usefixtures("preadv")
@each("dtype", ["<f8", ">f4", "<f2", "u1", "?"])
def test_an_array_is_filled_from_any_offset(dtype, tmp_path):
    numbers = np.arange(60).astype(dtype)
    path = tmp_path / "x"
    path.write_bytes(b"head" + numbers.tobytes())
    with path.open("rb", buffering=0) as file:
        for first, count in [(0, 60), (59, 1), (7, 0), (7, 12)]:
            found = np.empty((count, 1), dtype)
            offset = 4 + first * numbers.itemsize
            assert read_at(file.fileno(), found, offset) == found.nbytes
            assert found.ravel().tolist() == numbers[first : first + count].tolist()


@pytest.mark.usefixtures("preadv")
def test_a_read_ends_where_the_file_does(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(bytes(range(10)))
    found = np.zeros(8, np.uint8)
    with path.open("rb", buffering=0) as file:
        assert read_at(file.fileno(), found, 7) == 3
        assert found.tolist() == [7, 8, 9, 0, 0, 0, 0, 0]
        assert read_at(file.fileno(), found, 10) == 0
        assert read_at(file.fileno(), found, 1000) == 0


@pytest.mark.usefixtures("preadv")
def test_many_threads_read_one_file(tmp_path):
    path = tmp_path / "x"
    numbers = np.arange(200_000)
    numbers.tofile(path)

    def total(i):
        part = np.empty(1000, numbers.dtype)
        assert read_at(file.fileno(), part, i * part.nbytes) == part.nbytes
        return part.sum()

    with path.open("rb", buffering=0) as file, ThreadPoolExecutor(8) as pool:
        assert list(pool.map(total, range(200))) == numbers.reshape(200, 1000).sum(1).tolist()


@pytest.mark.usefixtures("preadv")
def test_rows_may_be_spooled_between_readings(monkeypatch):
    monkeypatch.setattr(spool, "_IN_MEMORY", 0)
    kept = spool.Spool()
    for i in range(5):
        kept.add(np.full((3, 2), float(i)), np.zeros(3, int))
        assert [kept.read(k)[0].tolist() for k in range(i + 1)] == [
            [[k, k]] * 3 for k in map(float, range(i + 1))
        ]
    kept.close()


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_are_converted_without_preadv(order, tmp_path, monkeypatch):
    path = tmp_path / "logits.npy"
    np.save(path, np.array(np.random.default_rng(0).normal(size=(20_000, 5)), order=order))
    expected = softmax("convert", "-q", str(path))
    monkeypatch.delattr(os, "preadv")
    assert softmax("convert", "-q", "-j", "4", str(path)) == expected
    assert expected.code == 0


def test_a_temperature_is_fitted_without_preadv(monkeypatch):
    expected = softmax("calibrate", stdin=ROWS)
    monkeypatch.setattr(spool, "_IN_MEMORY", 0)
    monkeypatch.delattr(os, "preadv")
    assert softmax("calibrate", stdin=ROWS) == expected
    assert expected.code == 0


@pytest.mark.parametrize("count", [3, None])
def test_processors_are_counted_without_affinity(count, monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: count)
    assert cpu_count() == (count or 1)


@pytest.mark.parametrize(
    "error",
    [OSError(10038, "not a socket"), ValueError("filedescriptor out of range in select()")],
    ids=["Windows", "many files"],
)
def test_a_pipe_that_cannot_be_polled_counts_as_ready(error, monkeypatch, tmp_path):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr(select, "select", fail)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    descriptor = os.open(fifo, os.O_RDWR)  # or opening it would wait for a writer
    try:
        raw = RawFile(str(fifo))
        assert raw.ready(0)
        os.write(descriptor, ROWS.encode())
        assert raw.read() == ROWS.encode()
        raw.close()
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("name", ["SIGHUP", "SIGPIPE"])
def test_a_signal_need_not_exist(name, monkeypatch):
    monkeypatch.delattr(signal, name)
    assert softmax("convert", "--decimals", "3", stdin="a,b\n0,0\n").out == "a,b\n0.500,0.500\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_that_is_ignored_stays_so(number):
    saved = signal.signal(number, signal.SIG_IGN)
    try:
        assert softmax("1", "2").code == 0
        assert signal.getsignal(number) == signal.SIG_IGN
    finally:
        signal.signal(number, saved)


def test_a_pipe_without_reader_ends_quietly_without_its_signal(monkeypatch):
    monkeypatch.delattr(signal, "SIGPIPE")
    monkeypatch.setattr("softmax_cli.inputs.vectors", _broken_pipe)
    ran = softmax("1", "2")
    assert (ran.out, ran.err, ran.code) == ("", "", 141)


def _broken_pipe(_tokens):
    raise BrokenPipeError


@pytest.mark.parametrize(
    ("platform", "number", "expected"),
    [
        ("win32", errno.EINVAL, BrokenPipeError),
        ("win32", errno.ENOSPC, SoftmaxError),
        ("linux", errno.EINVAL, SoftmaxError),
        ("linux", errno.EPIPE, BrokenPipeError),
    ],
)
def test_what_windows_says_of_a_closed_pipe_is_one(platform, number, expected, monkeypatch):
    class Closed(io.RawIOBase):
        def writable(self):
            return True

        def write(self, _data):
            raise OSError(number, os.strerror(number))

    stream = io.TextIOWrapper(Closed(), write_through=True)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        patch.setattr(sys, "platform", platform)
        with pytest.raises(expected), open_output(None) as file:
            file.write(b"x")


def test_the_exit_code_is_kept_without_a_null_device(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "devnull", str(tmp_path / "none" / "null"))
    ran = softmax("convert", str(tmp_path / "missing.csv"))
    assert ran.code == 1
    assert "No such file or directory" in ran.err


@pytest.mark.parametrize("mode", [0o604, None])
def test_the_mode_is_set_by_name_where_an_open_file_has_no_other(mode, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "supports_fd", set())
    target = tmp_path / "out.csv"
    if mode is not None:
        target.write_text("old")
        target.chmod(mode)
    assert softmax("convert", "-q", "-o", str(target), stdin=ROWS).code == 0
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(target.stat().st_mode) == (0o666 & ~umask if mode is None else mode)


def test_a_file_is_closed_before_it_is_moved(tmp_path, monkeypatch):
    replace = os.replace
    targets = []

    def closed_then_replaced(source, target):
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(descriptor)
        targets.append(target)
        replace(source, target)

    monkeypatch.setattr(os, "replace", closed_then_replaced)
    with open_output(str(tmp_path / "out")) as file:
        descriptor = file.fileno()
        file.write(b"new")
    assert targets == [str(tmp_path / "out")]
    assert (tmp_path / "out").read_bytes() == b"new"


def test_a_temporary_name_is_text_however_the_target_is_cut(tmp_path, monkeypatch):
    opened = []
    true_open = os.open

    def recorded(path, *arguments):
        opened.append(os.path.basename(path))
        return true_open(path, *arguments)

    monkeypatch.setattr(os, "open", recorded)
    with open_output(str(tmp_path / ("x" + "é" * 120))) as file:
        file.write(b"new")
    assert opened[0].isprintable()
    assert opened[0].startswith(".x" + "é" * 99 + ".")


@pytest.mark.parametrize("error", [OSError("too many mappings"), ImportError("no mmap")])
def test_a_copy_is_made_without_mappings(error, monkeypatch):
    def fail(*_arguments):
        raise error

    monkeypatch.setattr("mmap.mmap", fail)
    array = np.arange(6, dtype=np.uint64).reshape(2, 3)
    copy = memory.copy_to_mmap(array)
    np.testing.assert_array_equal(copy, array)
    assert not np.shares_memory(copy, array)


def test_rows_are_evaluated_without_mappings(monkeypatch):
    rows = "a,b,label\n" + "1,2,a\n0,3,b\n" * 10_000
    expected = softmax("evaluate", stdin=rows)
    monkeypatch.setattr("mmap.mmap", _no_mapping)
    assert softmax("evaluate", stdin=rows) == expected
    assert expected.code == 0


def _no_mapping(*_arguments):
    raise OSError(errno.ENOMEM, "no more mappings")


@pytest.mark.parametrize("error", [TypeError, OSError, AttributeError])
def test_the_allocator_may_be_out_of_reach(error, monkeypatch):
    def fail(_name):
        raise error

    monkeypatch.setattr("ctypes.CDLL", fail)
    memory._raise_malloc_thresholds()


def test_ctypes_need_not_exist(monkeypatch):
    monkeypatch.setitem(sys.modules, "ctypes", None)
    memory._raise_malloc_thresholds()
