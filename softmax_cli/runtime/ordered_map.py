"""Ordered, bounded parallel map over chunks."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from concurrent.futures import Future

    from softmax_cli.runtime.executors import Executor, Task

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(function: Callable[[T], R], items: Iterable[T], jobs: int) -> Generator[R]:
    """Yield `function` of each item in order, computed on `jobs` threads.

    A separate thread draws the items, at most `jobs` + 1 ahead of the results. A result is
    yielded as soon as it and all before it are ready, even while the next item is still
    awaited. An exception, of the function or of the items, is raised in its turn. With 0 jobs,
    all happens in the caller's thread: for few items, starting others takes longer.
    """
    if not jobs:
        yield from map(function, items)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        yield from executor_map(function, items, pool, ahead=jobs + 1)


def executor_map(
    function: Callable[[T], R], items: Iterable[T], executor: Executor, ahead: int
) -> Generator[R]:
    """Yield `function` of each item in order, as `ordered_map` does, from any executor."""
    feeder = _Feeder(function, items, executor, ahead)
    feeder.start()
    try:
        yield from feeder.results()
    finally:
        feeder.stop()


def map_ahead(function: Callable[[T], R], items: Iterable[T], jobs: int) -> Iterator[R]:
    """Yield `function` of each item in order, as `ordered_map` does, from items drawn here.

    The caller can then close what yields the items.
    """
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(jobs) as pool:
        futures: deque[Future[R]] = deque()
        for item in items:
            futures.append(pool.submit(function, item))
            if len(futures) > jobs:
                yield futures.popleft().result()
        while futures:
            yield futures.popleft().result()


class _Feeder(threading.Thread, Generic[T, R]):
    """Thread that submits items to the pool; a daemon, as it may block on a pipe."""

    def __init__(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        executor: Executor,
        ahead: int,
    ) -> None:
        super().__init__(daemon=True)
        self._stopped = False
        # Held by whoever submits or stops: behind stop(), nothing is submitted any more.
        self._submitting = threading.Lock()
        self._function = function
        self._items = items
        self._executor = executor
        self._room = threading.Semaphore(ahead)
        self._futures: deque[Task[R] | None] = deque()
        self._available = threading.Semaphore(0)

    def run(self) -> None:
        """Submit every item, then None to mark the end."""
        try:
            for item in self._items:
                self._room.acquire()
                with self._submitting:
                    if self._stopped:
                        return
                    self._append(self._executor.submit(self._function, item))
        except BaseException as error:
            from concurrent.futures import Future

            failed: Future[R] = Future()
            failed.set_exception(error)
            self._append(failed)
        self._append(None)

    def stop(self) -> None:
        """Stop drawing items, and cancel what has not begun."""
        with self._submitting:
            self._stopped = True
        self._room.release()
        while self._futures:
            if future := self._futures.popleft():
                future.cancel()

    def results(self) -> Iterator[R]:
        """Yield the results in order, up to the first exception."""
        while True:
            self._available.acquire()
            future = self._futures.popleft()
            if future is None:
                return
            yield future.result()
            del future  # frees this chunk's memory while the next one is awaited
            self._room.release()

    def _append(self, future: Task[R] | None) -> None:
        self._futures.append(future)
        self._available.release()
