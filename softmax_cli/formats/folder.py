"""Folders of part files of text, read as one source."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.selection import column_ranges, quote_names
from softmax_cli.formats.part import Part
from softmax_cli.formats.source import Source, require_same_columns
from softmax_cli.formats.streams.folders import data_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.rows import Rows

OpenPart = Callable[[str, "ReadOptions"], Source]

_IN_PARTS = ("csv", "tsv", "jsonl")
_HINTS = {"json": "Use --input-format jsonl for a record per line, or pass the files."}


@dataclass(frozen=True)
class FolderChunk:
    """A chunk of one part; `position` counts the bytes of all parts."""

    part: Source
    chunk: Any
    position: int


class FolderSource(Source):
    """The rows of the files of a folder, in the order of their names.

    The first part decides on the roles of the columns. Each of the others is opened when it is
    reached, and SoftmaxError is raised if its columns differ.
    """

    open_state = ("_current",)

    def __init__(
        self, folder: str, paths: Sequence[str], options: ReadOptions, open_part: OpenPart
    ) -> None:
        self.source = folder
        self._paths = paths
        self._open = open_part
        self._sizes = [os.path.getsize(path) for path in paths]  # noqa: PTH202
        self.size = sum(self._sizes)
        self._first = first = self._current = open_part(paths[0], options)
        self._options = options
        self.format_name, self.columns = first.format_name, first.columns
        self.delimiter, self.dtypes = first.delimiter, first.dtypes
        self.json_encoded, self.decimal_comma = first.json_encoded, first.decimal_comma

    def chunks(self) -> Iterator[FolderChunk]:
        """Yield the chunks of every part, in order."""
        starts = accumulate(self._sizes, initial=0)
        for number, start in zip(range(len(self._paths)), starts, strict=False):
            part = self._current = self._open_part(number) if number else self._first
            for chunk in part.chunks():
                yield FolderChunk(part, chunk, start + chunk.position)
            part.close()

    def parts(self, part_size: int) -> list[Part]:  # noqa: ARG002
        """Return a part for each file."""
        return [Part(i, i + 1, size) for i, size in enumerate(self._sizes)]

    def read(self, part: Part) -> Iterator[FolderChunk]:
        """Yield the chunks of a file."""
        with closing(self._open_part(part.start)) as source:
            for chunk in source.chunks():
                yield FolderChunk(source, chunk, chunk.position)

    def _open_part(self, number: int) -> Source:
        """Open a file of the folder; raise SoftmaxError if its columns are not those of the first.

        The first part is opened as the folder was.
        """
        options = self._part_options if number else self._options
        part = self._open(self._paths[number], options)
        try:
            require_same_columns([self._first, part])
        except SoftmaxError:
            part.close()
            raise
        return part

    @property
    def _part_options(self) -> ReadOptions:
        """The options, with the roles of the first part where text has columns."""
        columns = self._first.columns
        if self.delimiter is None:
            return self._options
        return replace(
            self._options,
            columns=tuple(column_ranges(columns.logits, columns.names)),
            labels=tuple(column_ranges(columns.labels, columns.names)),
        )

    def parse(self, chunk: FolderChunk) -> Rows:
        """Return the rows of a chunk."""
        return chunk.part.parse(chunk.chunk)

    def close(self) -> None:
        """Close the part that is open."""
        self._current.close()


def open_folder(
    folder: str, options: ReadOptions, format_name: str, open_part: OpenPart
) -> FolderSource:
    """Open the files of a folder as one source of rows of text.

    Raises UsageError for formats whose files are read one by one only.
    """
    if format_name not in _IN_PARTS:
        raise UsageError(
            f"is a folder, and {format_name} is not read in parts",
            source=folder,
            hint=_HINTS.get(format_name, "Pass the files."),
        )
    return FolderSource(folder, _data_files(folder), options, open_part)


def format_of_folder(folder: str, format_of: Callable[[str], str | None]) -> str | None:
    """Return the format of the files of a folder, by their suffixes.

    Raises UsageError if there are several.
    """
    names = {format_of(path): path for path in _data_files(folder)}
    if len(names) > 1:
        examples = [os.path.basename(path) for path in names.values()]  # noqa: PTH119
        raise UsageError(
            f"the folder holds files of several formats: {quote_names(examples)}",
            source=folder,
            hint="Pass the files of one format.",
        )
    return next(iter(names))


def _data_files(folder: str) -> list[str]:
    """Return the files of a folder that hold data; raise SoftmaxError if there are none."""
    if paths := data_files(folder):
        return paths
    raise SoftmaxError("no files with data in the folder", source=folder)
