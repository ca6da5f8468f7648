"""A table in Arrow files, of which polars would read all at once."""

from __future__ import annotations

from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import polars as pl

from softmax_cli.formats.tables.arrow.file_batches import ArrowFile
from softmax_cli.formats.tables.file_table import FileTable
from softmax_cli.formats.tables.polars_errors import wrap_polars_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


class ArrowTable(FileTable):
    """A table whose rows are decoded in pieces of bounded size."""

    def transform(self, function: Callable[[Any], Any]) -> None:
        """Apply a function to each frame, which keeps its rows."""
        super().transform(function)
        self._functions.append(function)

    def head(self, names: Sequence[str], count: int) -> pl.DataFrame:
        """Return the first rows of some columns, at most `count`."""
        with wrap_polars_errors(self.source, self._path):
            frames = list(self._batches(count, 0, min(count, self.rows)))
        return pl.concat([pl.DataFrame(schema=self.schema), *frames]).select(names)

    @cached_property
    def _functions(self) -> list[Callable[[Any], Any]]:
        return []

    @cached_property
    def _rows_of_files(self) -> list[int]:
        return [file.rows for file in self._open()]

    def _count_rows(self) -> int:
        return sum(self._rows_of_files)

    def _batches(self, rows: int, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """Yield frames of limited length with a range of the rows of all files."""
        for count, file in zip(self._rows_of_files, self._open(), strict=True):
            first, last = max(0, start), min(stop, count)
            if first < last:
                for frame in file.frames(first, last):
                    whole = reduce(lambda whole, function: function(whole), self._functions, frame)
                    yield from whole.iter_slices(rows)
            start, stop = start - count, stop - count

    def _open(self) -> Iterator[ArrowFile]:
        """Open one file after the other."""
        for path in self._files:
            with open(path, "rb", buffering=0) as file:  # noqa: PTH123
                yield ArrowFile(file.fileno(), self.source)
