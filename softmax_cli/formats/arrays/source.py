"""Arrays as a source of rows, and as labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.arrays.npy_stream import as_floats
from softmax_cli.formats.columns.inference import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.rows import Location, NumberedRows, Rows
from softmax_cli.formats.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from softmax_cli.formats.arrays.npy_stream import ArrayStream
    from softmax_cli.formats.read_options import ReadOptions

_VALUES = 1 << 18  # in a block


@dataclass(frozen=True)
class ArrayChunk:
    """Rows, read when they are wanted, with the number of the first, from 1, and labels."""

    read: Callable[[], NDArray[Any]]
    first_row: int
    position: int
    labels: pl.DataFrame | None = None


class ArraySource(Source):
    """The rows of an array of logits, with labels beside them where there are any."""

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
        chosen = select_columns(names, read_options.columns, "--columns", self.source) or range(
            width
        )
        count = len(labels.names) if labels else 0
        self._chosen = (
            None if len(chosen) == width and list(chosen) == list(range(width)) else chosen
        )
        self.dtypes = {len(chosen) + k: labels.dtype for k in range(count)} if labels else {}
        self.columns = Columns(
            (*(str(i) for i in chosen), *(labels.names if labels else ())),
            header=labels is not None,
            logits=tuple(range(len(chosen))),
            labels=tuple(range(len(chosen), len(chosen) + count)),
            text_columns=(),
        )

    def close(self) -> None:
        """Close the file."""
        self._close()

    def chunks(self) -> Iterator[ArrayChunk]:
        """The rows, in order."""
        step = max(1, _VALUES // self._logits.width)
        for first in range(0, self._logits.rows, step):
            read = self._logits.next_rows(step)
            count = min(step, self._logits.rows - first)
            labels = self._labels.take(count)[0] if self._labels else None
            yield ArrayChunk(read, first + 1, self._logits.position, labels)
        self._logits.require_end()
        if self._labels:
            self._labels.require_end()

    def parse(self, chunk: ArrayChunk) -> Rows:
        """The rows of a block."""
        values = chunk.read()
        if self._chosen is not None:
            values = values[:, list(self._chosen)]
        return NumberedRows(as_floats(values), self.source, chunk.first_row, chunk.labels)


class LabelArray:
    """Labels in an array: shape (N,), (N, 1), or (N, C) with 1 for yes and 0 for no."""

    def __init__(
        self, stream: ArrayStream, close: Callable[[], None], name: str = "labels"
    ) -> None:
        self.source = stream.source
        self.names = [name] if stream.width == 1 else [f"{name}_{k}" for k in range(stream.width)]
        self.close = close
        self._stream = stream
        self._taken = 0

    @property
    def dtype(self) -> pl.DataType:
        """The type of a column of these labels."""
        import polars as pl

        return pl.Series(np.empty(0, self._type)).dtype

    @property
    def _type(self) -> np.dtype[Any]:
        """The type of labels in memory; truth values are 1 and 0."""
        held = self._stream.dtype
        return np.dtype(np.int8) if held.kind == "b" else held.newbyteorder("=")

    def take(self, count: int) -> tuple[pl.DataFrame, Callable[[int], Location]]:
        """The labels of the next `count` rows, and the place of each."""
        import polars as pl

        array = self._stream.next_rows(count)()
        first = self._taken + 1
        self._taken += len(array)
        if len(array) < count:
            raise SoftmaxError(
                f"{self._taken} labels for {first - 1 + count} rows of logits or more",
                source=self.source,
            )
        native = array.astype(self._type)
        columns = {
            name: pl.Series(native[:, k], nan_to_null=True) for k, name in enumerate(self.names)
        }
        return pl.DataFrame(columns), lambda row: Location(self.source, row=first + row)

    def require_end(self) -> None:
        """Raise SoftmaxError if there are labels left."""
        if self._taken < self._stream.rows:
            raise SoftmaxError(
                f"there are {self._stream.rows} labels for {self._taken} rows of logits",
                source=self.source,
            )
        self._stream.require_end()
