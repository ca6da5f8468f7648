"""The source of items of groups as rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.groups.items import Items
from softmax_cli.formats.groups.long_rows import LongRows
from softmax_cli.formats.groups.source import GroupSource

if TYPE_CHECKING:
    from softmax_cli.formats.groups.merging import GroupChunk
    from softmax_cli.formats.read_options import GroupOptions
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source


class LongSource(GroupSource):
    """The items of groups as rows, with a column of values behind the columns of the input."""

    def __init__(self, items: Source, options: GroupOptions) -> None:
        super().__init__(items, options)
        self.grouped = True
        own = items.columns
        name = options.output_name if own.header else str(len(own.names) + 1)
        self.columns = replace(own, names=(*own.names, name), logits=(len(own.names),))
        kept = [own.names[i] for i in self.columns.passthrough]
        if own.header and name in kept:
            raise SoftmaxError(
                f'input already has a column "{name}"',
                source=self.source,
                hint=f"Rename it, or use --drop {name}.",
            )
        self.dtypes = items.dtypes
        self._text = options.as_text and items.delimiter is not None
        if not self._text:
            number = pl.Float32 if items.float32 else pl.Float64
            self.dtypes = {**items.dtypes, self._value: number}
        if items.json_encoded:
            self.json_encoded = self.columns.passthrough
        self.parse = self._parse

    def _parse(self, chunk: GroupChunk) -> Rows:
        """Return the rows of a chunk."""
        items = Items(chunk)
        if self._class is not None:
            items.require_distinct_classes(self._items.columns.names[self._class])
        return LongRows(items, self.columns)

    def _frame(self, rows: Rows, chunk: Any) -> pl.DataFrame:  # noqa: ANN401
        own = self._items.columns
        columns = dict(zip(own.passthrough, rows.passthrough.get_columns(), strict=True))
        if self._value in self.columns.passthrough:
            columns[self._value] = self._values(rows, chunk)
        places = self.columns.passthrough
        return pl.DataFrame([columns[i].alias(str(i)) for i in places])

    def _values(self, rows: Rows, chunk: Any) -> pl.Series:  # noqa: ANN401
        """Return the column of values to write: as text where it was text."""
        if self._text and (text := self._items.read_text(chunk, [self._value])) is not None:
            return text.to_series()
        values = pl.Series(rows.logits[:, 0])
        if not self.json_encoded:
            return values.cast(pl.Float32) if self.float32 else values
        json = values.cast(pl.String)
        for number, literal in ((np.inf, '"inf"'), (-np.inf, '"-inf"')):
            json = json.set(values == number, literal)
        return json.set(values.is_nan(), "null")
