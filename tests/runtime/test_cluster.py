"""A real cluster of processes: its results, and what dies or goes away."""

import json
import os
import signal
import threading
import time

import pytest

from softmax_cli import run_options
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.streams.raw_file import RawFile
from softmax_cli.runtime.cluster import open_cluster
from softmax_cli.runtime.executors import TaskLostError
from tests.commands.test_cluster import joined, written
from tests.commands.test_cluster_reports import CSV, LINES, close
from tests.dask_cluster import started
from tests.formats.files import put
from tests.runner import softmax

pytest.importorskip("distributed")
pytestmark = pytest.mark.filterwarnings("default")

ROWS = CSV + "".join(LINES) * 30


@pytest.fixture(scope="module")
def address():
    with started(2) as (_, address):
        yield address


@pytest.fixture
def parts(monkeypatch):
    monkeypatch.setattr(run_options, "LEAST_PART", 2000)
    monkeypatch.setattr(run_options, "MOST_PART", 2000)
    monkeypatch.setattr(RawFile.read, "__defaults__", (2000,))


def after_some_parts(folder, action):
    """Do something in another thread once a few parts are written."""

    def wait():
        limit = time.monotonic() + 30
        while time.monotonic() < limit and not (os.path.isdir(folder) and len(written(folder)) > 3):
            time.sleep(0.005)
        action()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def run(path, folder, address, *options):
    arguments = ("convert", "-q", path, "--cluster", address, "-o", f"{folder}/", *options)
    return softmax(*arguments)


def same_as_alone(path, folder):
    expected = softmax("convert", "-q", path)
    assert joined(written(folder), "csv") == expected.out.encode()
    assert os.path.exists(folder / "_SUCCESS")


def test_processes_write_what_one_machine_writes(address, parts, tmp_path):
    path = put(tmp_path, "x.csv", ROWS)
    shown = run(path, tmp_path / "out", address)
    assert (shown.err, shown.code) == ("", 0)
    assert len(written(tmp_path / "out")) > 20
    same_as_alone(path, tmp_path / "out")


def test_paths_are_those_of_the_client_whatever_the_folder_of_the_workers(
    address, parts, tmp_path, monkeypatch
):
    put(tmp_path, "x.csv", ROWS)
    monkeypatch.chdir(tmp_path)
    assert softmax("convert", "-q", "x.csv", "--cluster", address, "-o", "out/").code == 0
    same_as_alone("x.csv", tmp_path / "out")
    for command in ("evaluate", "calibrate"):
        shown = softmax(command, "-q", "x.csv", "--cluster", address, "-f", "json")
        assert shown.code == 0


def test_quotes_that_come_late_are_counted_by_processes(address, parts, tmp_path):
    path = put(tmp_path, "x.csv", ROWS + '"cat\n",1,2,3\n' + "".join(LINES))
    shown = run(path, tmp_path / "out", address, "--drop", "label")
    assert (shown.err, shown.code) == ("", 0)
    expected = softmax("convert", "-q", path, "--drop", "label").out.encode()
    assert joined(written(tmp_path / "out"), "csv") == expected


@pytest.mark.parametrize("command", ["evaluate", "calibrate"])
def test_processes_report_what_one_machine_reports(command, address, monkeypatch, tmp_path):
    monkeypatch.setattr(run_options, "LEAST_PART", 10_000)
    path = put(tmp_path, "x.csv", ROWS)
    options = ("--map", "bias") if command == "calibrate" else ("--by-class",)
    alone = softmax(command, "-q", path, "-f", "json", *options)
    there = softmax(command, "-q", path, "-f", "json", *options, "--cluster", address)
    assert (there.err, there.code) == (alone.err, 0)
    close(json.loads(there.out), json.loads(alone.out))


def test_an_error_of_a_process_is_that_of_one_machine(address, parts, tmp_path):
    path = put(tmp_path, "x.csv", ROWS + "cat,1,x,2\n" + ROWS.partition("\n")[2] + "cat,y,1,2\n")
    expected = softmax("convert", "-q", path)
    shown = run(path, tmp_path / "out", address)
    assert (shown.err, shown.code) == (expected.err, 1)
    assert 'line 3002, column "dog"' in shown.err
    assert not os.path.exists(tmp_path / "out" / "_SUCCESS")


def test_a_worker_that_dies_is_survived(address, parts, tmp_path):
    path = put(tmp_path, "x.csv", ROWS)
    with open_cluster(address) as cluster:
        victim = cluster.submit(os.getpid).result()
    thread = after_some_parts(tmp_path / "out", lambda: os.kill(victim, signal.SIGKILL))
    shown = run(path, tmp_path / "out", address)
    thread.join()
    assert (shown.err, shown.code) == ("", 0)
    same_as_alone(path, tmp_path / "out")


def test_rows_of_a_worker_that_dies_are_read_again(address, tmp_path):
    with open_cluster(address) as cluster:
        first = cluster.submit(os.getpid)
        kept = cluster.submit(max, first, first)
        assert kept.result() == first.result()
        os.kill(kept.result(), signal.SIGKILL)
        time.sleep(0.5)
        assert cluster.submit(bool, kept).result() is True


def test_a_task_that_kills_its_workers_is_lost(address):
    with open_cluster(address) as cluster, pytest.raises(TaskLostError) as lost:
        cluster.submit(os._exit, 1).result()
    assert lost.value.attempts == 4


def test_an_interrupt_leaves_parts_to_resume(address, parts, tmp_path):
    path, folder = put(tmp_path, "x.csv", ROWS), tmp_path / "out"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        thread = after_some_parts(folder, lambda: os.kill(os.getpid(), signal.SIGINT))
        shown = run(path, folder, address)
        thread.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert (shown.err, shown.out, shown.code) == ("", "", 130)
    assert not os.path.exists(folder / "_SUCCESS")
    shown = run(path, folder, address, "--resume")
    assert (shown.err, shown.code) == ("", 0)
    same_as_alone(path, folder)


def test_a_scheduler_that_goes_away_ends_the_run(parts, tmp_path):
    path = put(tmp_path, "x.csv", ROWS)
    with started(1) as (process, address):
        thread = after_some_parts(tmp_path / "out", lambda: os.killpg(process.pid, signal.SIGKILL))
        shown = run(path, tmp_path / "out", address)
        thread.join()
    assert (shown.out, shown.code) == ("", 1)
    assert shown.err.startswith("softmax: ")
    assert address in shown.err
    assert shown.err.count("\n") == 1
    assert not os.path.exists(tmp_path / "out" / "_SUCCESS")


def test_what_is_no_scheduler_is_rejected(monkeypatch):
    with pytest.raises(UsageError, match=r"no file .nowhere"), open_cluster("nowhere.json"):
        pass
    monkeypatch.setattr("softmax_cli.runtime.cluster._CONNECT", 0.2)
    with pytest.raises(SoftmaxError, match="cannot connect"), open_cluster("127.0.0.1:9"):
        pass


def test_other_versions_on_a_worker_are_rejected(address, monkeypatch):
    monkeypatch.setattr(run_options, "_PACKAGES", ["softmax-cli", "no-such-package"])
    with run_options.connect(address, quiet=True) as cluster:
        assert cluster.threads == 2
    hosts = {"client": {"softmax-cli": "1.0"}, "tcp://w:1": {"softmax-cli": None}}
    monkeypatch.setattr("softmax_cli.runtime.cluster.Cluster.versions", lambda *_: hosts)
    message = "worker tcp://w:1 lacks softmax-cli, the client has 1.0"
    with pytest.raises(SoftmaxError, match=message), run_options.connect(address, quiet=True):
        pass
