"""A function of the chunks of each part of a source, by tasks of an executor."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.part import UNKNOWN_LINE, Part, QuoteFoundError, with_quotes
from softmax_cli.runtime.executors import TaskLostError
from softmax_cli.runtime.ordered_map import executor_map

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from softmax_cli.formats.source import Source
    from softmax_cli.runtime.executors import Executor

R = TypeVar("R")
# Tasks submitted before the results of the first: enough for any cluster, few for its scheduler.
AHEAD = 1000


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
    function: Callable[[int, Iterator[Any]], R]

    def __call__(self, item: tuple[int, Part]) -> PartResult[R] | None:
        """Return the result of a numbered part; None if it has a quote that was not expected."""
        number, part = item
        stream: Any = self.source.read(part)
        with closing(stream), suppress(QuoteFoundError):
            chunks = _Chunks(stream)
            return PartResult(self.function(number, chunks), part, chunks.next_line)
        return None


class _Chunks(Iterator[Any]):
    """Chunks, with the number of the line behind the last that was drawn."""

    def __init__(self, chunks: Iterator[Any]) -> None:
        self._chunks = chunks
        self.next_line = 0

    def __next__(self) -> Any:  # noqa: ANN401
        chunk = next(self._chunks)
        if (text := getattr(chunk, "text", None)) is not None:
            self.next_line = chunk.first_line + text.count(b"\n")
        return chunk


def map_parts(
    function: PartFunction[R],
    parts: Sequence[Part],
    executor: Executor,
    done: Mapping[int, PartResult[R]] | None = None,
) -> Iterator[PartResult[R]]:
    """Yield the result of each part in order; those that are `done` are not run again.

    Once a quote is found where none was expected, the quotes of that part and all behind it are
    counted, and these parts run again.

    Raises:
        SoftmaxError: the first in the order of the parts.
    """
    return _PartMap(function, parts, executor, done or {}).results()


def renumber(error: SoftmaxError, lines_before: int) -> SoftmaxError:
    """Return an error of a part with its line in the text, given the lines before the part."""
    if error.line is not None and error.line >= UNKNOWN_LINE:
        error.line += lines_before + 1 - UNKNOWN_LINE
    return error


class _PartMap(Generic[R]):
    """The parts that are left, from number `_next` on, and the lines before that."""

    def __init__(
        self,
        function: PartFunction[R],
        parts: Sequence[Part],
        executor: Executor,
        done: Mapping[int, PartResult[R]],
    ) -> None:
        self._function = function
        self._parts = list(parts)
        self._executor = executor
        self._done = done
        self._next = self._lines = 0

    def results(self) -> Iterator[PartResult[R]]:
        """Yield the results in order."""
        counted = any(result.part.quoted is not None for result in self._done.values())
        if self._function.source.expects_quotes or counted:
            self._count_quotes()
        while self._next < len(self._parts):
            with closing(self._run()) as results:
                for result in results:
                    if result is None:
                        break
                    numbered = replace(result, lines_before=self._lines)
                    self._lines = numbered.lines_through
                    self._next += 1
                    yield numbered
            if self._next < len(self._parts):
                self._count_quotes()

    def _run(self) -> Generator[PartResult[R] | None]:
        """Yield results up to the first part with a quote that was not expected."""
        numbers = range(self._next, len(self._parts))
        done = {i for i in numbers if i in self._done and self._is_done(self._done[i].part, i)}
        missing = ((i, self._parts[i]) for i in numbers if i not in done)
        shared = self._executor.share(self._function)
        with closing(executor_map(shared, missing, self._executor, AHEAD)) as results:
            for i in numbers:
                yield self._done[i] if i in done else self._take(results, i)

    def _take(self, results: Iterator[PartResult[R] | None], number: int) -> PartResult[R] | None:
        try:
            return next(results)
        except SoftmaxError as error:
            renumber(error, self._lines)
            raise
        except TaskLostError as error:
            raise SoftmaxError(
                f"part {number + 1} of {len(self._parts)} was lost: {error.attempts} workers died "
                "while they worked on it",
                source=self._function.source.source,
                hint="The logs of the workers say why; memory is the usual reason.",
            ) from error

    def _is_done(self, part: Part, number: int) -> bool:
        """Return True if a part was done with the records that are in it now."""
        now = self._parts[number]
        # Without a quote in it, a part is the same where its start is outside quotes.
        unquoted = part.quoted is None and not (now.quoted and now.quoted[0])
        return unquoted or part == now

    def _count_quotes(self) -> None:
        """Count the quotes of the parts that are left, of which the first begins outside quotes."""
        left = self._parts[self._next :]
        if all(part.quoted is not None for part in left):
            return
        count = self._executor.share(self._function.source.count_quotes)
        with closing(executor_map(count, left, self._executor, AHEAD)) as counts:
            self._parts[self._next :] = with_quotes(left, list(counts))
