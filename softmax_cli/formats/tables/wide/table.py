"""A table of very many columns in files, decoded some columns at a time.

What polars holds for each of its columns is kilobytes, however few the rows: of 128,000, more than
half a gigabyte. Here the files say where the data of their columns are, polars decodes those of two
thousand at a time, and the numbers go into a matrix.
"""

from __future__ import annotations

import os
from contextlib import closing
from functools import reduce
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.part import Part, split_rows
from softmax_cli.formats.tables.polars_errors import translate_polars_errors, wrap_polars_errors
from softmax_cli.formats.tables.wide.batches import DecodedBatch, decode_others
from softmax_cli.formats.tables.wide.frame import MatrixLayout, WideFrame

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from softmax_cli.formats.tables.wide.batches import Batch, Decode, WideFile

_ROWS = 1024  # at a time, where all are wanted


class WideTable:
    """A table in files of the same columns.

    Args:
        files: the open files.
        paths: where they are.
        source: name for error messages.
        spool: the temporary file that is to be closed with the table.

    Attributes:
        schema: names and dtypes of the columns.
        size: size of the files in bytes.
        rows: number of rows.
    """

    def __init__(
        self,
        files: Sequence[WideFile],
        paths: Sequence[str],
        source: str,
        spool: BinaryIO | None = None,
    ) -> None:
        self.source = source
        self._files, self._paths, self._spool = files, paths, spool
        self._functions: list[Callable[[Any], Any]] = []
        self._kept: DecodedBatch | None = None
        self.size = sum(map(os.path.getsize, paths))
        self.rows = sum(file.rows for file in files)
        with self._errors():
            self._read_schema()

    def transform(self, function: Callable[[Any], Any]) -> None:
        """Apply a function to each frame, which keeps its rows and columns."""
        with self._errors():
            self._functions.append(function)
            self._read_schema()

    def head(self, names: Sequence[str], count: int) -> pl.DataFrame:
        """Return the first rows of some columns, at most `count`."""
        return self._first_rows(count).select(names)

    def cells(self, names: Sequence[str], count: int) -> Mapping[str, Sequence[object]]:
        """Return the values of some columns in the first rows, at most `count`."""
        first = self._first_rows(count)
        cells = {name: [*column] for name, column in first.cells(names).items()}
        left, batches = count - first.height, islice(self._batches(), 1, None)
        while names and left > 0 and (batch := next(batches, None)) is not None:
            with self._errors(), closing(self._decoded_columns(batch, names)) as decoded:
                more = decoded.frame(0, min(left, batch.rows)).cells(names)
            for name in names:
                cells[name] += more[name]
            left -= batch.rows
        return cells

    def parts(self, part_size: int) -> list[Part]:
        """Return ranges of rows; none of a copy of a pipe, which other processes cannot read."""
        return [] if self._spool else split_rows(self.rows, self.size, part_size)

    def frames(self, rows: int, part: Part | None = None) -> Iterator[tuple[WideFrame, int]]:
        """Yield frames of limited length, with the bytes up to the end of each."""
        start, stop = (part.start, part.stop) if part else (0, self.rows)
        done = 0
        with translate_polars_errors(self.source, self._paths[0]):
            for number, batch in enumerate(self._batches()):
                first, last = max(start - done, 0), min(stop - done, batch.rows)
                if first < last:
                    with closing(self._decoded(number, batch)) as decoded:
                        for row in range(first, last, rows):
                            end = min(row + rows, last)
                            yield decoded.frame(row, end), self.size * (done + end) // self.rows
                done += batch.rows
        if done != self.rows:
            raise SoftmaxError(f"corrupt file: read {done} of {self.rows} rows", source=self.source)

    def lazy(self) -> pl.LazyFrame:
        """Return all rows, for one query."""
        frames = [frame.select(self.schema) for frame, _ in self.frames(_ROWS)]
        return pl.concat([pl.DataFrame(schema=self.schema), *frames]).lazy()

    def index_names(self) -> frozenset[str]:
        """Return the columns that pandas' metadata in the file call its index."""
        return self._files[0].index_names()

    def close(self) -> None:
        """Close the files."""
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        for file in self._files:
            file.close()
        if self._spool is not None:
            self._spool.close()

    def _read_schema(self) -> None:
        kinds = self._files[0].kinds
        first_of_kind = {kind: i for i, kind in reversed([*enumerate(kinds)])}
        columns = sorted(first_of_kind.values())
        frame = self._transformed(self._files[0].no_rows)(columns)
        dtypes = dict(zip(columns, frame.dtypes, strict=True))
        names = self._files[0].names
        self.schema: Mapping[str, pl.DataType] = {
            name: dtypes[first_of_kind[kind]] for name, kind in zip(names, kinds, strict=True)
        }
        self._layout = MatrixLayout(self.schema)
        others = self._no_rows_of_others(self._files[0]).schema
        for file in self._files[1:]:
            same = file.names == names and file.kinds == kinds
            if not same or self._no_rows_of_others(file).schema != others:
                raise SoftmaxError("files have different columns", source=self.source)

    def _first_rows(self, count: int) -> WideFrame:
        with self._errors():
            for batch in self._batches():
                self._kept = self._kept or self._decoded(0, batch)
                return self._kept.frame(0, min(count, batch.rows))
        nothing = np.empty((0, int(self._layout.in_matrix.sum())))
        return WideFrame(self._layout, nothing, self._no_rows_of_others(self._files[0]))

    def _no_rows_of_others(self, file: WideFile) -> pl.DataFrame:
        return decode_others(self._transformed(file.no_rows), self._layout)

    def _batches(self) -> Iterator[Batch]:
        for file in self._files:
            yield from (batch for batch in file.batches() if batch.rows)

    def _decoded(self, number: int, batch: Batch) -> DecodedBatch:
        """Decode a batch, unless it is the first and was kept."""
        if number == 0 and self._kept is not None:
            kept, self._kept = self._kept, None
            return kept
        return DecodedBatch(batch, self._layout, self._transformed(batch.columns), self.source)

    def _decoded_columns(self, batch: Batch, names: Sequence[str]) -> DecodedBatch:
        """Decode some columns of a batch."""
        place = {name: i for i, name in enumerate(self.schema)}
        places, decode = [place[name] for name in names], self._transformed(batch.columns)
        return DecodedBatch(
            batch,
            MatrixLayout({name: self.schema[name] for name in names}),
            lambda columns: decode([places[i] for i in columns]),
            self.source,
        )

    def _transformed(self, decode: Decode) -> Decode:
        return lambda columns: reduce(
            lambda frame, apply: apply(frame), self._functions, decode(columns)
        )

    def _errors(self) -> AbstractContextManager[None]:
        return wrap_polars_errors(self.source, self._paths[0])
