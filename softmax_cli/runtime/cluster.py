"""The workers of a Dask cluster as an executor."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
import warnings
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from softmax_cli import __version__
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.runtime.executors import LOCAL, TaskLostError
from softmax_cli.runtime.threads import cpu_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

R = TypeVar("R")

# Seconds to wait for the scheduler, and for the client to say goodbye to it.
_CONNECT, _CLOSE = 10, 2
_PAUSE = 0.1
_NO_SCHEDULER = "Check that the scheduler runs, and its address."


class Remote(Generic[R]):
    """A call on a worker, or its result, which stays there until it is asked for."""

    def __init__(self, future: Any, cluster: Cluster) -> None:  # noqa: ANN401
        self._future = future
        self._cluster = cluster

    def result(self) -> R:
        """Wait for the result, and fetch it; raise what the call raised."""
        with self._cluster.errors():
            return cast("R", self._future.result())

    def cancel(self) -> bool:
        """Have the call not run, if it has not begun."""
        self._cluster.cancel(self._future)
        return True


class Cluster:
    """The workers of one scheduler."""

    def __init__(self, client: Any, address: str) -> None:  # noqa: ANN401
        self._client = client
        self._address = address
        self._cancelled: set[str] = set()

    @property
    def threads(self) -> int:
        """The number of threads of all workers."""
        with self.errors():
            return sum(self._client.nthreads().values())

    @property
    def is_connected(self) -> bool:
        """True if the scheduler answers."""
        return bool(self._client.status == "running")

    def submit(self, function: Callable[..., Any], /, *arguments: Any) -> Remote[Any]:  # noqa: ANN401
        """Run a call; what is remote among the function and its arguments stays on the workers."""
        values = [_unwrapped(value) for value in (function, *arguments)]
        with self.errors():
            return Remote(self._client.submit(_call, __version__, *values, pure=False), self)

    def share(self, value: Any) -> Any:  # noqa: ANN401
        """Return a stand-in for a value that many calls take, so that it is sent only once."""
        with self.errors():
            # A task, not scattered data: if its worker dies, the scheduler makes it again. Copies
            # on all workers, as calls go where their arguments are.
            future = self._client.submit(_identity, _unwrapped(value), pure=False)
            self._client.replicate(future)
            return Remote(future, self)

    def cancel(self, future: Any) -> None:  # noqa: ANN401
        """Have a call not run, if it has not begun."""
        if self.is_connected and not future.done():
            self._cancelled.add(future.key)
            future.cancel()

    def settle(self) -> None:
        """Wait for calls that had begun when they were cancelled: Dask does not stop them."""
        with self.errors():
            while any(self._cancelled & keys for keys in self._client.run(_running).values()):
                time.sleep(_PAUSE)
        self._cancelled.clear()

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Raise SoftmaxError for a scheduler that is gone, TaskLostError for a lost task."""
        from distributed import KilledWorker
        from distributed.comm.core import CommClosedError

        try:
            yield
        except KilledWorker as error:
            raise TaskLostError(error.allowed_failures + 1) from None
        except CancelledError:
            # A client that is about to notice the lost connection cancels its tasks first.
            raise SoftmaxError(
                f"the scheduler {self._address} was lost, or cancelled the tasks"
            ) from None
        except Exception as error:
            if self.is_connected and not isinstance(error, CommClosedError):
                raise
            raise SoftmaxError(f"lost the connection to the scheduler {self._address}") from None

    def versions(self, packages: list[str]) -> dict[str, dict[str, dict[str, str | None]]]:
        """Return the versions of packages and of Python, by worker, and for the client."""
        with self.errors():
            found = self._client.get_versions(packages=packages)
        wanted = ("python", *packages)
        hosts = {"client": found["client"], **found["workers"]}
        return {
            name: {package: host["packages"].get(package) for package in wanted}
            for name, host in hosts.items()
        }

    def wait_for_workers(self, notify: Callable[[str], None]) -> None:
        """Wait for a first worker; say so if there is none yet."""
        if not self.threads:
            notify(f"waiting for a worker of {self._address}")
            with self.errors():
                self._client.wait_for_workers(1)


@contextmanager
def open_cluster(address: str) -> Iterator[Cluster]:
    """Connect to a scheduler: its address, its file, or `local` for workers on this machine.

    Raises:
        UsageError: if Dask is not installed, or there is no such file.
        SoftmaxError: if the scheduler does not answer.
    """
    _require_dask()
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")  # of versions, which are compared by us
        _silence_logs()
        target = address
        if address == LOCAL:
            target = _start_local(stack)
        yield Cluster(_connect(stack, target, address), address)


def _connect(stack: ExitStack, target: str, address: str) -> Any:  # noqa: ANN401
    import distributed

    make_client: Any = distributed.Client  # without types
    is_file = os.path.isfile(target)  # noqa: PTH113
    if not is_file and ":" not in target:
        raise UsageError(
            f'--cluster: no file "{target}"',
            hint="Give the address of a scheduler (tcp://HOST:8786), its file, or local.",
        )
    where = {"scheduler_file": target} if is_file else {"address": target}
    try:
        client = make_client(**where, timeout=_CONNECT, set_as_default=False, name="softmax")
    except (OSError, ValueError) as error:
        raise SoftmaxError(
            f"cannot connect to the scheduler {address}", hint=_NO_SCHEDULER
        ) from error
    stack.callback(client.close, _CLOSE)
    return client


def _start_local(stack: ExitStack) -> str:
    """Start a scheduler, and a worker for each CPU; return the address."""
    import distributed

    os.environ.setdefault("POLARS_MAX_THREADS", "1")  # of each worker
    make_cluster: Any = distributed.LocalCluster
    with _ignored_interrupts():
        cluster = make_cluster(
            n_workers=cpu_count(),
            threads_per_worker=1,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        )
    stack.enter_context(cluster)
    return str(cluster.scheduler_address)


@contextmanager
def _ignored_interrupts() -> Iterator[None]:
    """Have processes that are started inherit that Ctrl-C is ignored: we stop them ourselves."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _require_dask() -> None:
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise UsageError(
            "--cluster needs Dask", hint="Install it: pip install '.[cluster]' in a checkout."
        ) from error


def _silence_logs() -> None:
    """Silence Dask's logs: what matters is raised."""
    for name in [*logging.root.manager.loggerDict]:
        if name.split(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def _unwrapped(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list | tuple):
        return type(value)(map(_unwrapped, value))
    return value._future if isinstance(value, Remote) else value


def _call(version: str, function: Callable[..., R], *arguments: Any) -> R:  # noqa: ANN401
    """Run a call on a worker, which may have joined after the versions were compared."""
    if version != __version__:
        raise SoftmaxError(f"a worker has softmax-cli {__version__}, the client has {version}")
    return function(*arguments)


def _running(dask_worker: Any) -> set[str]:  # noqa: ANN401
    """Return the keys of the calls that threads of a worker run."""
    return set(dask_worker.active_threads.values())


def _identity(value: R) -> R:
    return value
