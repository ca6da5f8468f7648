"""Source of logits in arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.arrays.labels import LabelArray, require_hard_labels
from softmax_cli.formats.arrays.npy_stream import as_floats
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.part import Part, split_rows
from softmax_cli.formats.rows import NumberedRows, Rows
from softmax_cli.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from softmax_cli.formats.arrays.npy_stream import ArrayStream
    from softmax_cli.formats.read_options import ReadOptions

_VALUES = 1 << 18  # per chunk


@dataclass(frozen=True)
class ArrayChunk:
    """A run of rows of an array.

    Attributes:
        read: returns the rows, shape (n, C).
        first_row: 1-based number of the first row.
        position: bytes of the input read up to the end of the chunk.
        labels: the labels of these rows, if the source has labels.
    """

    read: Callable[[], NDArray[Any]]
    first_row: int
    position: int
    labels: pl.DataFrame | None = None


class ArraySource(Source):
    """The rows of an array of logits, with labels if there are any."""

    open_state = ("_close", "_logits", "_labels")

    def __init__(
        self,
        logits: ArrayStream,
        read_options: ReadOptions,
        format_name: str,
        close: Callable[[], None],
        labels: LabelArray | None = None,
    ) -> None:
        self.format_name = format_name
        self.source = logits.source
        self.size: int | None = logits.bytes
        self.one_dimensional = logits.one_dimensional
        self.float32 = logits.dtype.itemsize <= 4 and logits.dtype.kind == "f"
        self._close = close
        self._logits = logits
        self._labels = labels
        width = logits.width
        names = tuple(str(i + 1) for i in range(width))
        selected = select_columns(names, read_options.columns, "--columns", self.source) or range(
            width
        )
        count = len(labels.names) if labels else 0
        self._selected = (
            None if len(selected) == width and list(selected) == list(range(width)) else selected
        )
        if labels and labels.dtype is not None:
            self.dtypes = {len(selected) + k: labels.dtype for k in range(count)}
        self.columns = Columns(
            (*(str(i) for i in selected), *(labels.names if labels else ())),
            header=labels is not None,
            logits=tuple(range(len(selected))),
            labels=tuple(range(len(selected), len(selected) + count)),
            warnings=_doubts(logits, read_options.axis),
        )

    def close(self) -> None:
        """Close the file."""
        self._close()

    def chunks(self) -> Iterator[ArrayChunk]:
        """Yield chunks of rows, in order."""
        return self._chunks(0, self._logits.rows)

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of rows, or all where they cannot be read in any order."""
        if not self._logits.has_random_access:
            return super().parts(part_size)
        return split_rows(self._logits.rows, self._logits.bytes, part_size)

    def _read_range(self, part: Part) -> Iterator[ArrayChunk]:
        with self.reopened() as source:
            source._logits.skip_to(part.start)
            yield from source._chunks(part.start, part.stop)

    def _chunks(self, start: int, stop: int) -> Iterator[ArrayChunk]:
        step = max(1, _VALUES // self._logits.width)
        for first in range(start, stop, step):
            count = min(step, stop - first)
            read = self._logits.next_rows(count)
            labels = self._labels.take_any(count) if self._labels else None
            yield ArrayChunk(read, first + 1, self._logits.position, labels)
        self._logits.require_end()
        if self._labels:
            self._labels.require_end()

    def parse(self, chunk: ArrayChunk) -> Rows:
        """Return the rows of a chunk."""
        values = chunk.read()
        if self._selected is not None:
            values = values[:, list(self._selected)]
        return _ArrayRows(
            as_floats(values), self.columns, self.source, chunk.first_row, chunk.labels
        )


class _ArrayRows(NumberedRows):
    """Rows of an array with labels; those that are probabilities pass, but are no labels."""

    def read_labels(self) -> pl.DataFrame:
        labels = super().read_labels()
        require_hard_labels(labels, self.location(0).source, self.location(0).row or 1)
        return labels


def _doubts(logits: ArrayStream, axis: int | None) -> tuple[str, ...]:
    """Return a warning about a vector, which may be the scores of as many rows."""
    if not logits.one_dimensional or logits.rows != 1 or axis is not None:
        return ()
    return (
        f"array of shape {logits.shape} is read as one row of {logits.width} classes. "
        f"Use -a sigmoid if it is {logits.width} binary scores, --axis 0 if it is one row.",
    )
