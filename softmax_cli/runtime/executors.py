"""Executors of tasks: threads of this process, or the workers of a cluster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

R_co = TypeVar("R_co", covariant=True)

# In place of a scheduler: one of this machine, started for the run.
LOCAL = "local"


class TaskLostError(Exception):
    """A task whose worker died as often as is allowed; `attempts` counts them."""

    def __init__(self, attempts: int) -> None:
        super().__init__(attempts)
        self.attempts = attempts


class Task(Protocol[R_co]):
    """A call that runs elsewhere."""

    def result(self) -> R_co:
        """Wait for the result; raise what the call raised."""
        ...

    def cancel(self) -> bool:
        """Have the call not run, if it has not begun."""
        ...


class Executor(Protocol):
    """A runner of calls: as much of `concurrent.futures.Executor` as a map needs."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Task[Any]:  # noqa: ANN401
        """Run a call; a shared value among its arguments is passed as the value."""
        ...


class ClusterExecutor(Executor, Protocol):
    """A runner of calls in other processes."""

    def share(self, value: Any) -> Any:  # noqa: ANN401
        """Return a stand-in for a value that many calls take, so that it is sent only once."""
        ...

    def settle(self) -> None:
        """Wait for calls that had begun when they were cancelled."""
        ...
