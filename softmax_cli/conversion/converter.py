"""Rows of numbers through a transform to rendered rows, chunk by chunk."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from softmax_cli.evaluation.row_stats import ChunkResult, RowStats, count_scored
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.projection import Projection
    from softmax_cli.conversion.transform import Transform
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Chunk, Source
    from softmax_cli.formats.writer import Writer


class Converter:
    """A transform of the chunks of one source; `float32` if the output holds no more digits."""

    def __init__(
        self,
        source: Source,
        projection: Projection,
        transform: Transform,
        writer: Writer,
        *,
        float32: bool,
    ) -> None:
        self._source = source
        self._plan = projection
        self._transform = transform
        self._writer = writer
        self._float32 = float32
        self._function = transform.function(source, float32=float32)

    def __getstate__(self) -> dict[str, Any]:
        return {name: item for name, item in vars(self).items() if name != "_function"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._function = self._transform.function(self._source, float32=self._float32)

    @property
    def numbered(self) -> bool:
        """True if `convert` needs the numbers of the rows."""
        return self._transform.numbered

    @property
    def source(self) -> Source:
        """The source."""
        return self._source

    @property
    def size(self) -> int | None:
        """The size of the raw input, where it is known."""
        return self._source.size

    def chunks(self) -> Iterator[Chunk]:
        """Yield the source's rows, to call this with."""
        return self._source.chunks()

    def write(self, chunks: Iterable[Chunk], file: BinaryIO) -> RowStats:
        """Write the rows of chunks to a file, one chunk after the other; return their counts."""
        stats = RowStats()

        def rendered() -> Iterator[Any]:
            for chunk in chunks:
                converted = self(chunk)
                stats.add(converted.stats)
                yield converted.result

        self._writer.write(file, rendered())
        return stats

    def __call__(self, chunk: Chunk) -> ChunkResult[Any]:
        """Convert a chunk; safe to call from many threads at once."""
        return self.convert(self.parse(chunk), chunk.position)

    def parse(self, chunk: Chunk) -> Rows:
        """Return the rows of a chunk."""
        return self._source.parse(chunk)

    def convert(self, given: Rows, position: int, first_row: int = 0) -> ChunkResult[Any]:
        """Convert the rows of a chunk, numbered from `first_row` if the transform needs it."""
        rows, values, stats = apply_transform(given, self._transform, self._function, first_row)
        return ChunkResult(self._render(rows, values), stats, position)

    def _render(self, rows: Rows, values: Floats) -> Any:  # noqa: ANN401
        edged = len(rows) and self._writer.can_splice(self._source.delimiter, values.size)
        template = rows.splice_template() if edged else None
        column_data = self._plan.column_data(rows, values, all_columns=template is None)
        return self._writer.render(column_data, template)


def apply_transform(
    given: Rows,
    transform: Transform,
    function: Callable[[Floats, int], Floats],
    first_row: int = 0,
) -> tuple[Rows, Floats, RowStats]:
    """Return rows, their values by a function of the transform, and their counts.

    Invalid rows raise SoftmaxError, are left out or are NaN, as the transform says.
    """
    rows = given.as_logits(transform.input_scale, exclusive=transform.exclusive)
    values = rows.apply(function, first_row)
    bad = _invalid_rows(values)
    stats = RowStats(
        rows=len(rows),
        doubts=Counter(given.warnings),
        looks_like_probabilities=transform.exclusive
        and transform.input_scale == "logits"
        and given.look_like_probabilities(),
        scored=count_scored(given),
    )
    if bad is not None:
        stats.invalid = int(bad.sum())
        stats.rows -= stats.invalid
        stats.first_error = rows.row_error(int(bad.argmax()))
        if transform.invalid == "fail":
            raise stats.first_error
        rows, values = _without(rows, values, bad, drop=transform.invalid == "skip")
    return rows, values, stats


def convert_chunks(conversions: Sequence[Converter], jobs: int) -> Iterator[ChunkResult[Any]]:
    """Yield all chunks of all sources, converted by `jobs` threads, in order."""
    parts = ((conversion, chunk) for conversion in conversions for chunk in conversion.chunks())
    if not conversions[0].numbered:
        return ordered_map(lambda part: part[0](part[1]), parts, jobs)
    # How many rows a chunk has is known once it is parsed; only then can the next be numbered.
    parsed = ordered_map(
        lambda part: (part[0], part[0].parse(part[1]), part[1].position), parts, jobs
    )
    return ordered_map(lambda part: part[0].convert(*part[1:]), _number_rows(parsed), jobs)


def _number_rows(
    parsed: Iterable[tuple[Converter, Rows, int]],
) -> Iterator[tuple[Converter, Rows, int, int]]:
    """Append the number of rows before each chunk."""
    before = 0
    for converter, rows, position in parsed:
        yield converter, rows, position, before
        before += len(rows)


def _invalid_rows(values: Floats) -> NDArray[np.bool_] | None:
    """Return True for rows without a result, shape (N,); None, and quickly, if all have one."""
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isnan(values.sum()):
            return None
    bad = np.asarray(np.isnan(values).any(axis=1))
    return bad if bad.any() else None


def _without(
    rows: Rows, values: Floats, bad: NDArray[np.bool_], *, drop: bool
) -> tuple[Rows, Floats]:
    """Return the rows without the bad ones, or with NaN for all their values."""
    if drop:
        return rows.select(~bad), values[~bad]
    return rows, np.where(bad[:, None], np.nan, values)
