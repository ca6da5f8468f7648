"""A cluster of threads that takes copies of everything, as one of other processes does."""

import contextlib
import pickle
from concurrent.futures import ThreadPoolExecutor, wait

from softmax_cli import run_options
from softmax_cli.formats.streams.raw_file import RawFile


class Shared:
    """A value on a worker, which has a copy."""

    def __init__(self, value):
        self._pickled = pickle.dumps(value)

    def result(self):
        return pickle.loads(self._pickled)


class CopyingThreads(ThreadPoolExecutor):
    """Threads whose calls get copies of their arguments, and whose results are copies."""

    threads = 2

    def __init__(self):
        super().__init__(8)
        self.calls = 0
        self._tasks = []

    def share(self, value):
        return Shared(value)

    def submit(self, function, /, *arguments):
        call = _copied((function, arguments))
        self.calls += 1

        def run():
            own, own_arguments = _resolved(call)
            return pickle.loads(pickle.dumps(own(*own_arguments)))

        self._tasks.append(super().submit(run))
        return self._tasks[-1]

    def settle(self):
        wait(self._tasks)


def _copied(value):
    if isinstance(value, list | tuple):
        return type(value)(map(_copied, value))
    return value if hasattr(value, "result") else Shared(value)


def _resolved(value):
    if isinstance(value, list | tuple):
        return type(value)(map(_resolved, value))
    return value.result()


def use_threads(monkeypatch, *, part_size):
    """Have --cluster run on threads, with parts of about this size."""
    monkeypatch.setattr(run_options, "LEAST_PART", part_size)
    monkeypatch.setattr(run_options, "MOST_PART", part_size)
    # The client sees only the head of a file, of which small files have no more.
    monkeypatch.setattr(RawFile.read, "__defaults__", (200,))
    used = []

    @contextlib.contextmanager
    def connect(address, *, quiet):
        with CopyingThreads() as threads:
            used.append(threads)
            yield threads

    monkeypatch.setattr(run_options, "connect", connect)
    return used
