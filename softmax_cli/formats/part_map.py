"""A function of the chunks of each part of a source, by tasks of an executor."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.part import UNKNOWN_LINE, Part, QuoteFoundError, with_quotes
from softmax_cli.runtime.executors import TaskLostError
from softmax_cli.runtime.ordered_map import executor_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.executors import ClusterExecutor

R = TypeVar("R")
T = TypeVar("T")
# Tasks submitted ahead of the first result: enough for most clusters, few for a scheduler.
AHEAD = 4000


@dataclass(frozen=True)
class PartResult(Generic[R]):
    """The result of a part.

    Attributes:
        result: what the function returned.
        part: the part.
        next_line: number of the line behind it; counted from UNKNOWN_LINE if it is not the first.
        lines_before: lines of the text before the part.
    """

    result: R
    part: Part
    next_line: int = 0
    lines_before: int = 0

    @property
    def lines_through(self) -> int:
        """Lines of the text up to the end of the part."""
        if self.next_line >= UNKNOWN_LINE:
            return self.lines_before + self.next_line - UNKNOWN_LINE
        return max(self.lines_before, self.next_line - 1)


@dataclass(frozen=True)
class PartFunction(Generic[R]):
    """A function of the number of a part and its chunks, with the source that reads them."""

    source: Source
    function: Callable[[int, PartChunks], R]

    def __call__(self, item: tuple[int, Part]) -> PartResult[R] | None:
        """Return the result of a numbered part; None if it has a quote that was not expected."""
        number, part = item
        stream: Any = self.source.read(part)
        with closing(stream), suppress(QuoteFoundError):
            chunks = PartChunks(part, stream)
            return PartResult(self.function(number, chunks), part, chunks.next_line)
        return None


class PartChunks(Iterator[Any]):
    """The chunks of a part, with the number of the line behind the last that was drawn."""

    def __init__(self, part: Part, chunks: Iterator[Any]) -> None:
        self.part = part
        self.next_line = 0
        self._chunks = chunks

    def __next__(self) -> Any:  # noqa: ANN401
        chunk = next(self._chunks)
        if (text := getattr(chunk, "text", None)) is not None:
            self.next_line = chunk.first_line + text.count(b"\n")
        return chunk


def text_line(line: int | None, lines_before: int) -> int | None:
    """Return the line number in the text of a line of a part, given the lines before the part."""
    if line is None or line < UNKNOWN_LINE:
        return line
    return line + lines_before + 1 - UNKNOWN_LINE


def renumber(error: SoftmaxError, lines_before: int) -> None:
    """Give an error of a part its line in the text."""
    error.line = text_line(error.line, lines_before)


@dataclass(frozen=True)
class PartTasks:
    """The parts of a source, and the executor of the tasks that read them."""

    parts: Sequence[Part]
    executor: ClusterExecutor


class PartJob(Generic[R]):
    """A function of the parts of one source; those that are `done` are not run again."""

    def __init__(
        self,
        function: PartFunction[R],
        parts: Sequence[Part],
        done: Mapping[int, PartResult[R]] | None = None,
    ) -> None:
        self.function = function
        self.parts = list(parts)
        self.next = 0
        self._lines = 0
        self._done = done or {}

    @property
    def expects_quotes(self) -> bool:
        """True if quotes must be counted before any part runs."""
        counted = any(result.part.quoted is not None for result in self._done.values())
        return self.function.source.expects_quotes or counted

    @property
    def uncounted(self) -> list[Part]:
        """The parts from the next on, if it is not known which begin inside quotes."""
        left = self.parts[self.next :]
        return left if any(part.quoted is None for part in left) else []

    def set_quotes(self, counts: Sequence[int]) -> None:
        """Set the number of quotes in the uncounted parts."""
        self.parts[self.next :] = with_quotes(self.parts[self.next :], counts)

    def done(self, number: int) -> PartResult[R] | None:
        """Return the result of a part, if it was done with the records that are in it now."""
        result, now = self._done.get(number), self.parts[number]
        if result is None:
            return None
        # Without a quote in it, a part is the same where its start is outside quotes.
        same = result.part.quoted is None and not (now.quoted and now.quoted[0])
        return result if same or result.part == now else None

    def advance(self, result: PartResult[R]) -> PartResult[R]:
        """Return the result of the next part, with the lines before it."""
        numbered = replace(result, lines_before=self._lines)
        self._lines = numbered.lines_through
        self.next += 1
        return numbered

    def take(self, results: Iterator[PartResult[R] | None]) -> PartResult[R] | None:
        """Return the next result; raise an error with its line in the text."""
        try:
            return next(results)
        except SoftmaxError as error:
            renumber(error, self._lines)
            raise
        except TaskLostError as error:
            raise SoftmaxError(
                f"part {self.next + 1} of {len(self.parts)} was lost: {error.attempts} workers "
                "died while they worked on it",
                source=self.function.source.source,
                hint="The logs of the workers say why; memory is the usual reason.",
            ) from error


def map_parts(
    jobs: Sequence[PartJob[R]], executor: ClusterExecutor, counting: ClusterExecutor | None = None
) -> Generator[tuple[int, PartResult[R]]]:
    """Yield the number of a job and the result of each of its parts, in order, over all jobs.

    Once a quote is found where none was expected, the quotes of that part and all behind it are
    counted, by the executor `counting` if it is another one, and these parts run again.

    Raises:
        SoftmaxError: the first in the order of the jobs and parts.
    """
    counting = counting or executor
    _count_quotes([job for job in jobs if job.expects_quotes], counting)
    while left := [(i, job) for i, job in enumerate(jobs) if job.next < len(job.parts)]:
        with closing(_run(left, executor)) as results:
            yield from results
        if any(job.next < len(job.parts) for _, job in left):
            executor.settle()  # or a part would be overwritten by what it was before
        _count_quotes([job for _, job in left], counting)


def _run(
    left: Sequence[tuple[int, PartJob[R]]], executor: ClusterExecutor
) -> Generator[tuple[int, PartResult[R]]]:
    """Yield results up to the first part with a quote that was not expected."""
    spans = [(i, job, range(job.next, len(job.parts))) for i, job in left]

    def missing() -> Iterator[tuple[Any, Any]]:
        for _, job, numbers in spans:
            shared: Any = None
            for number in numbers:
                if job.done(number) is None:
                    shared = shared or executor.share(job.function)
                    yield shared, (number, job.parts[number])

    with closing(executor_map(_apply, missing(), executor, AHEAD)) as results:
        for i, job, numbers in spans:
            for number in numbers:
                result = job.done(number) or job.take(results)
                if result is None:
                    return
                yield i, job.advance(result)


def _count_quotes(jobs: Sequence[PartJob[R]], executor: ClusterExecutor) -> None:
    """Count the quotes of the parts that are left, where they have not been counted."""
    uncounted = [(job, parts) for job in jobs if (parts := job.uncounted)]

    def items() -> Iterator[tuple[Any, Any]]:
        for job, parts in uncounted:
            shared = executor.share(job.function.source.count_quotes)
            yield from ((shared, part) for part in parts)

    with closing(executor_map(_apply, items(), executor, AHEAD)) as counts:
        for job, parts in uncounted:
            job.set_quotes([next(counts) for _ in parts])


def _apply(call: tuple[Callable[[T], R], T]) -> R:
    function, argument = call
    return function(argument)
