"""Labels in a separate text file, with one row per row of logits."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.formats.columns.label_inference import infer_label_columns, is_label_header
from softmax_cli.formats.columns.short_names import short_names
from softmax_cli.formats.delimited.polars_parser import PolarsParser
from softmax_cli.formats.delimited.small_parser import SmallParser
from softmax_cli.formats.delimited.source import DelimitedSource, HeaderRules
from softmax_cli.formats.labels.source import LabelSource
from softmax_cli.formats.rows import Location
from softmax_cli.formats.streams.signatures import closed_on_error, open_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.labels.source import LabelChunk
    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.streams.input import ByteStream


def open_label_text(
    path: str, read_options: ReadOptions, context: ReadContext, classes: Sequence[str]
) -> LabelText:
    """Open the labels of a text at a path, or of standard input for `-`."""
    stream = open_text(path, "csv")
    with closed_on_error(stream):
        return LabelText(stream, read_options, context, classes)


class LabelText(LabelSource):
    """Labels of delimited text, taken along with the rows of a stream."""

    def __init__(
        self,
        stream: ByteStream,
        read_options: ReadOptions,
        context: ReadContext,
        classes: Sequence[str],
    ) -> None:
        rules = HeaderRules(
            partial(is_label_header, classes=classes, short=short_names(classes)), _infer
        )
        options = replace(read_options, columns=(), drop=(), delimiter=None, input_format=None)
        self._source = DelimitedSource(stream, options, context, rules=rules)
        self.source = self._source.source
        columns = self._source.columns
        self.names = [columns.names[i] for i in columns.labels]
        self.id_names = [columns.names[i] for i in columns.ids]
        self._chunks = self._read_chunks()
        self._rest: LabelChunk | None = None

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def take_up_to(self, count: int) -> LabelChunk:
        """Return the next rows, at most `count`, and the location of each."""
        chunks: list[LabelChunk] = []
        missing = count
        while missing and (chunk := self._rest or next(self._chunks, None)):
            frame, location = chunk
            chunks.append((frame[:missing], location))
            rest = frame[missing:]
            self._rest = (rest, partial(_locate_later, location, missing)) if rest.height else None
            missing -= min(missing, frame.height)
        return _join_chunks(chunks) if chunks else (pl.DataFrame(), self._no_location)

    def count_hint(self, *, missing: bool) -> str | None:
        """Return what may be wrong with the first line, if labels are missing or too many."""
        columns = self._source.columns
        if len(columns.names) > 1 or columns.header != missing:
            return None
        if missing:
            return 'If the first line is a label, put a line "label" above it.'
        return 'If the first line is a header, rename it "label".'

    def _no_location(self, _row: int) -> Location:
        return Location(self.source)

    def _read_chunks(self) -> Iterator[LabelChunk]:
        parse, columns = self._source.parse, self._source.columns
        assert isinstance(parse, SmallParser | PolarsParser)
        for chunk in self._source.chunks():
            yield (
                parse.text_columns(chunk, (*columns.labels, *columns.ids)),
                partial(parse.location, chunk),
            )


def _join_chunks(chunks: list[LabelChunk]) -> LabelChunk:
    if len(chunks) == 1:
        return chunks[0]
    starts = [0]
    for frame, _ in chunks:
        starts.append(starts[-1] + frame.height)

    def location(row: int) -> Location:
        i = bisect_right(starts, row) - 1
        return chunks[i][1](row - starts[i])

    return pl.concat([frame for frame, _ in chunks]), location


def _locate_later(location: Callable[[int], Location], offset: int, row: int) -> Location:
    return location(offset + row)


def _infer(
    names: Sequence[str],
    _rows: Sequence[Sequence[str]],
    options: ReadOptions,
    source: str,
    *,
    header: bool,
) -> Columns:
    return infer_label_columns(names, options, source, header=header)
