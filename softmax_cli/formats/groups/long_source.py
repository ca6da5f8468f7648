"""The source of items of groups as rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.groups.items import Items
from softmax_cli.formats.groups.long_rows import LongRows
from softmax_cli.formats.groups.source import GroupSource
from softmax_cli.formats.output_schema import NumericColumns
from softmax_cli.formats.text.rendering import lines_as_column, render_json_lists

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.groups.merging import GroupChunk
    from softmax_cli.formats.read_options import GroupOptions
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source

# Whole numbers as JSON writes them: others are written as floats.
_WHOLE = r"^-?(0|[1-9][0-9]*)$"


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
        self._as_text = options.as_text
        dtype = items.dtype_in_table(self._value)
        if self._as_text and items.delimiter is not None:
            self.dtypes = items.dtypes
        else:
            self.dtypes = {**items.dtypes, self._value: dtype or pl.Float64()}
            if dtype is None:
                self.json_encoded = (self._value,)
        if items.json_encoded:
            self.json_encoded = self.columns.passthrough
        self.parse = self._parse

    def _parse(self, chunk: GroupChunk) -> Rows:
        """Return the rows of a chunk."""
        items = Items(chunk)
        if self._class is not None:
            items.require_distinct_classes(self._items.columns.names[self._class])
        return LongRows(items, self.columns)

    def _frame(self, rows: Rows) -> pl.DataFrame:
        own = self._items.columns
        columns = dict(zip(own.passthrough, rows.passthrough.get_columns(), strict=True))
        if self._value in self.columns.passthrough:
            columns[self._value] = self._values(rows)
        places = self.columns.passthrough
        return pl.DataFrame([columns[i].alias(str(i)) for i in places])

    def _values(self, rows: Rows) -> pl.Series:
        """Return the column of values to write, as the input has them."""
        given = rows.read_logits_as_given()
        if given is None:
            return numbers_as_json(rows.logits)
        values = given.to_series()
        if self._items.delimiter is None or self._as_text:
            return values
        whole = values.str.contains(_WHOLE).fill_null(value=False)
        return numbers_as_json(rows.logits).zip_with(~whole, values)


def numbers_as_json(numbers: Floats) -> pl.Series:
    """Return numbers, shape (N, 1), as JSON text."""
    return lines_as_column(render_json_lists(NumericColumns(numbers), None).translate(None, b"[]"))
