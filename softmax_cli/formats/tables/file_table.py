"""A table in files with random access, read lazily by polars."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.part import Part, split_rows
from softmax_cli.formats.tables.file_metadata import index_of_file
from softmax_cli.formats.tables.polars_errors import translate_polars_errors, wrap_polars_errors

_FRAMES_PER_SLICE = 16


class FileTable:
    """A table in one or more files.

    Args:
        frame: a scan of the files.
        source: name for error messages.
        files: paths of the files, if they are local.
        sliced: True to hold no more than a slice of the rows at a time.
        spool: the temporary file at that path, to be closed with the table.

    Attributes:
        schema: names and dtypes of the columns.
        size: size of the files in bytes; None if unknown.
        rows: number of rows.
    """

    def __init__(
        self,
        frame: pl.LazyFrame,
        source: str,
        *,
        files: Sequence[str] = (),
        sliced: bool = False,
        spool: BinaryIO | None = None,
    ) -> None:
        self.source = source
        self._frame = frame
        self._files = files
        self._sliced = sliced
        self._spool = spool
        self.size = sum(map(os.path.getsize, files)) if files else None
        with self._errors():
            self.schema = frame.collect_schema()
            self.rows = self._count_rows()

    def transform(self, function: Callable[[pl.LazyFrame], pl.LazyFrame]) -> None:
        """Apply a function to the frame, which keeps its rows."""
        with self._errors():
            self._frame = function(self._frame)
            self.schema = self._frame.collect_schema()

    def head(self, names: Sequence[str], count: int) -> pl.DataFrame:
        """Return the first rows of some columns, at most `count`."""
        with self._errors():
            if 2 * len(names) > len(self.schema):
                # A query of 128,000 columns by their names takes 200 MB.
                return self._frame.head(count).collect()[list(names)]
            return self._frame.select(names).head(count).collect()

    def cells(self, names: Sequence[str], count: int) -> dict[str, list[Any]]:
        """Return the values of some columns in the first rows, at most `count`."""
        return self.head(names, count).to_dict(as_series=False)

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of rows; none of a copy of a pipe, which other processes cannot read."""
        if self._spool is not None:
            return []
        size = self.size or 8 * self.rows * len(self.schema)  # not known of a URL
        return split_rows(self.rows, size, part_size)

    def frames(self, rows: int, part: Part | None = None) -> Iterator[tuple[pl.DataFrame, int]]:
        """Yield frames of limited length, with the bytes up to the end of each."""
        start, stop = (part.start, part.stop) if part else (0, self.rows)
        done = start
        with translate_polars_errors(self.source, self._path):
            for frame in self._batches(rows, start, stop):
                done += frame.height
                yield frame, int((self.size or 0) * done / max(1, self.rows))
        if done != stop:
            raise SoftmaxError(
                f"corrupt file: read {done - start} of {stop - start} rows", source=self.source
            )

    def _count_rows(self) -> int:
        return int(self._frame.select(pl.len()).collect().item())

    def _batches(self, rows: int, start: int, stop: int) -> Iterator[pl.DataFrame]:
        """Yield frames of limited length, from slices of bounded memory if there are several.

        Polars holds whole row groups of Parquet, of which one may be all of a file. A slice of a
        group is read in a query, which costs a fifth more.
        """
        size = rows * _FRAMES_PER_SLICE
        if not self._sliced or self.rows <= size:
            every = stop - start == self.rows
            chosen = self._frame if every else self._frame.slice(start, stop - start)
            yield from chosen.collect_batches(chunk_size=rows, maintain_order=True)
            return
        for first in range(start, stop, size):
            count = min(size, stop - first)
            yield from self._frame.slice(first, count).collect().iter_slices(rows)

    def lazy(self) -> pl.LazyFrame:
        """Return all rows, for one query."""
        return self._frame if self._spool is None else self._frame.collect().lazy()

    def index_names(self) -> frozenset[str]:
        """Return the columns that pandas' metadata in the file call its index."""
        return index_of_file(self._files[0]) if self._files else frozenset()

    def close(self) -> None:
        """Close the temporary file; others are open only while they are read."""
        if self._spool is not None:
            self._spool.close()

    def _errors(self) -> AbstractContextManager[None]:
        return wrap_polars_errors(self.source, self._path)

    @property
    def _path(self) -> str | None:
        return self._files[0] if self._files else None
