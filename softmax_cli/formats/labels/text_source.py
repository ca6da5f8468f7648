"""Labels in a file of their own: a row for each row of logits."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.inference import Columns
from softmax_cli.formats.columns.names import LABEL_NAMES, is_id_name
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.delimited.polars_parser import PolarsParser
from softmax_cli.formats.delimited.small_parser import SmallParser
from softmax_cli.formats.delimited.source import DelimitedSource, HeaderRules
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.text.numbers import is_finite_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions
    from softmax_cli.formats.rows import Location
    from softmax_cli.formats.streams.input import ByteStream

    LabelChunk = tuple[pl.DataFrame, Callable[[int], Location]]


def open_label_text(
    path: str, read_options: ReadOptions, context: ReadContext, classes: Sequence[str]
) -> LabelText:
    """The labels of a text at a path, or of standard input for `-`."""
    stream = open_text(path, "csv")
    with closed_on_error(stream):
        return LabelText(stream, read_options, context, classes)


class LabelText:
    """The labels of a stream of rows, taken as these come."""

    def __init__(
        self,
        stream: ByteStream,
        read_options: ReadOptions,
        context: ReadContext,
        classes: Sequence[str],
    ) -> None:
        rules = HeaderRules(partial(_is_header, classes=classes), _assign)
        own = replace(read_options, columns=(), delimiter=None, input_format=None)
        self._source = DelimitedSource(stream, own, context, rules=rules)
        self.source = self._source.source
        self.names = [self._source.columns.names[i] for i in self._source.columns.labels]
        self._chunks = self._read()
        self._left: LabelChunk | None = None
        self._taken = 0

    def close(self) -> None:
        """Close the file."""
        self._source.close()

    def take(self, count: int) -> LabelChunk:
        """The labels of the next `count` rows, and the place of each.

        Raises SoftmaxError where the file ends too early.
        """
        chunks: list[LabelChunk] = []
        wanted = count
        self._taken += count
        while wanted:
            frame, location = self._left or next(self._chunks, None) or self._refuse_short(wanted)
            chunks.append((frame[:wanted], location))
            rest = frame[wanted:]
            self._left = (rest, partial(_later, location, wanted)) if rest.height else None
            wanted -= min(wanted, frame.height)
        return _joined(chunks)

    def require_end(self) -> None:
        """Raise SoftmaxError if there are labels left."""
        if self._left or next(self._chunks, None):
            raise SoftmaxError(
                f"there are more labels than the {self._taken} rows of logits", source=self.source
            )

    def _read(self) -> Iterator[LabelChunk]:
        parse, chosen = self._source.parse, self._source.columns.labels
        assert isinstance(parse, SmallParser | PolarsParser)
        for chunk in self._source.chunks():
            yield parse.text_columns(chunk, chosen), partial(parse.location, chunk)

    def _refuse_short(self, missing: int) -> LabelChunk:
        raise SoftmaxError(
            f"{self._taken - missing} labels for {self._taken} rows of logits or more",
            source=self.source,
        )


def _joined(chunks: list[LabelChunk]) -> LabelChunk:
    if len(chunks) == 1:
        return chunks[0]
    starts = [0]
    for frame, _ in chunks:
        starts.append(starts[-1] + frame.height)

    def location(row: int) -> Location:
        which = bisect_right(starts, row) - 1
        return chunks[which][1](row - starts[which])

    return pl.concat([frame for frame, _ in chunks]), location


def _later(location: Callable[[int], Location], rows: int, row: int) -> Location:
    return location(rows + row)


def _is_header(cells: Sequence[str], *, classes: Sequence[str]) -> bool:
    """Whether a first row names columns: a name of a label, or text that names no class."""
    plain = [cell.strip() for cell in cells]
    if any(cell.lower() in LABEL_NAMES for cell in plain):
        return True
    known = set(classes)
    return all(cell and not is_finite_number(cell) and cell not in known for cell in plain)


def _assign(
    names: Sequence[str],
    _first: Sequence[str],
    header: bool,
    read_options: ReadOptions,
    source: str,
) -> Columns:
    """The columns of labels: as told, else the one so named, else all but identifiers."""
    labels = select_columns(names, read_options.labels, "--label", source)
    if not labels and header:
        plain = [name.strip().lower() for name in names]
        labels = [plain.index(name) for name in LABEL_NAMES if name in plain][:1] or [
            i for i, name in enumerate(names) if not is_id_name(name)
        ]
    return Columns(tuple(names), header, (), tuple(labels or range(len(names))), ())
