"""Blocks through a function, in order, over threads, a bounded number at a time."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")


def ordered_map(function: Callable[[T], R], items: Iterable[T], jobs: int) -> Iterator[R]:
    """`function` of each item, computed on `jobs` threads, given in the order of the items.

    The items are drawn by a thread of their own, at most `jobs` + 1 ahead of what has been
    given: a result is given as soon as it and all before it are there, also while the next
    item is still awaited. An exception, of the function or of the items, comes in its turn.
    """
    with ThreadPoolExecutor(jobs) as pool:
        feeder = _Feeder(function, items, pool, ahead=jobs + 1)
        feeder.start()
        try:
            yield from feeder.results()
        finally:
            feeder.stop()


class _Feeder(threading.Thread, Generic[T, R]):
    """Draws items and hands them to the pool. A daemon: it may wait for a pipe for ever."""

    def __init__(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        pool: ThreadPoolExecutor,
        ahead: int,
    ) -> None:
        super().__init__(daemon=True)
        self._stopped = threading.Event()
        self._function = function
        self._items = items
        self._pool = pool
        self._room = threading.Semaphore(ahead)
        self._waiting: deque[Future[R] | None] = deque()
        self._arrived = threading.Semaphore(0)

    def run(self) -> None:
        """Submit every item; None marks the end."""
        try:
            for item in self._items:
                self._room.acquire()
                if self._stopped.is_set():
                    return
                self._give(self._pool.submit(self._function, item))
        except BaseException as error:
            failed: Future[R] = Future()
            failed.set_exception(error)
            self._give(failed)
        self._give(None)

    def stop(self) -> None:
        """Draw no more items."""
        self._stopped.set()
        self._room.release()

    def results(self) -> Iterator[R]:
        """The results in order, up to the first exception."""
        while True:
            self._arrived.acquire()
            future = self._waiting.popleft()
            if future is None:
                return
            yield future.result()
            del future  # or this block's memory would be held until the next one is there
            self._room.release()

    def _give(self, future: Future[R] | None) -> None:
        self._waiting.append(future)
        self._arrived.release()
