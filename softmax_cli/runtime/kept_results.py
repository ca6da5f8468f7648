"""Results that stay on the workers: only summaries of them are fetched, or all merged to one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from softmax_cli.runtime.executors import ClusterExecutor, Task

R = TypeVar("R")
# Results merged by one task.
_TOGETHER = 16


@dataclass(frozen=True)
class KeepingExecutor:
    """An executor whose results stay on the workers.

    Attributes:
        executor: runs the calls.
        summarize: returns the part of a result that is fetched.
        attach: returns a summary with the task whose result stays; the result of a task here.
    """

    executor: ClusterExecutor
    summarize: Callable[[Any], Any]
    attach: Callable[[Any, Task[Any]], Any]

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Task[Any]:  # noqa: ANN401
        """Run a call."""
        kept = self.executor.submit(function, *arguments)
        return _KeptTask(self, kept, self.executor.submit(self.summarize, kept))

    def share(self, value: Any) -> Any:  # noqa: ANN401
        """Return a stand-in for a value."""
        return self.executor.share(value)

    def settle(self) -> None:
        """Wait for calls that had begun when they were cancelled."""
        self.executor.settle()


@dataclass(frozen=True)
class _KeptTask:
    keeping: KeepingExecutor
    kept: Task[Any]
    summary: Task[Any]

    def result(self) -> Any:  # noqa: ANN401
        return self.keeping.attach(self.summary.result(), self.kept)

    def cancel(self) -> bool:
        self.summary.cancel()
        return self.kept.cancel()


class TreeMerge(Generic[R]):
    """Results of tasks, merged in order by further tasks: one result is fetched in the end.

    `extract` returns what is merged of the result of a task, None if nothing is.
    """

    def __init__(
        self,
        executor: ClusterExecutor,
        merge: Callable[[R, R], R],
        extract: Callable[[Any], R | None] | None = None,
    ) -> None:
        self._executor = executor
        self._merge = merge
        self._extract = extract
        self._levels: list[list[Task[Any]]] = [[]]

    def add(self, task: Task[Any]) -> None:
        """Add the next result."""
        level = 0
        self._levels[0].append(task)
        while len(self._levels[level]) == _TOGETHER:
            merged = self._merged(level, self._levels[level])
            self._levels[level] = []
            level += 1
            if level == len(self._levels):
                self._levels.append([])
            self._levels[level].append(merged)

    def result(self) -> R | None:
        """Return all results merged; None if there is nothing to merge."""
        tasks: list[Task[Any]] = []
        for level, own in enumerate(self._levels):
            last = [*own, *tasks]  # those of a higher level come first
            if level == 0:
                tasks = [self._merged(0, own)] if own else []
            else:
                tasks = [self._merged(level, last)] if last else []
        found: R | None = tasks[0].result() if tasks else None
        return found

    def _merged(self, level: int, tasks: Sequence[Task[Any]]) -> Task[Any]:
        extract = self._extract if level == 0 else None
        return self._executor.submit(_merge_all, self._merge, extract, *tasks)


def _merge_all(
    merge: Callable[[R, R], R],
    extract: Callable[[Any], R | None] | None,
    *results: Any,  # noqa: ANN401
) -> R | None:
    total: R | None = None
    for result in results:
        own = result if extract is None else extract(result)
        if own is not None:
            total = own if total is None else merge(total, own)
    return total
