"""The source of groups as rows."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.columns.names import NameKind, kind_of_name
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import quote_names, resolve_column
from softmax_cli.formats.groups.items import Items
from softmax_cli.formats.groups.labels import GroupLabels
from softmax_cli.formats.groups.merging import join_chunks
from softmax_cli.formats.groups.source import GroupSource
from softmax_cli.formats.groups.wide_rows import WideRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from softmax_cli.formats.groups.merging import GroupChunk
    from softmax_cli.formats.read_options import GroupOptions, ReadOptions
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source


class WideSource(GroupSource):
    """A row per group, with its key, its label if there is one, and a column for each class.

    The classes are those of the first group; if all groups are in memory, those of all. Without
    a class column they are places in a group, and all groups are read to know the longest.
    """

    def __init__(self, items: Source, options: GroupOptions, read_options: ReadOptions) -> None:
        super().__init__(items, options)
        own = items.columns
        labels = read_options.labels
        if len(labels) > 1 or (labels and len(own.labels) > 1):
            raise UsageError("--group takes one label column", source=self.source)
        self._label = own.labels[0] if labels else None
        specs = {
            spec: resolve_column(own.names, spec, option, self.source)
            for spec, option in read_options.id_options
        }
        # Columns of an option that are as wanted of a group as of its rows.
        self._others = tuple(
            i for i in dict.fromkeys(specs.values()) if i not in (*self._keys, self._label)
        )
        chunks = super().chunks()
        first = next(chunks, None) if self._class is not None else join_chunks(chunks)
        if first is None:
            raise SoftmaxError("the input has no rows", source=self.source)
        self._chunks = chain([first], chunks)
        head = Items(first)
        self._labels: GroupLabels | None = None
        if self._label is not None:
            name = printable(own.names[self._label])
            self._labels = GroupLabels(head, name, placed=self._class is None)
        every = options.unsorted or self._class is None
        self.columns = self._columns(self._classes(head, all_groups=every), read_options.ids)
        specs |= {spec: self._label for spec in labels if self._label is not None}
        places = {i: place for place, i in enumerate(self._before)}
        self.spec_names = {spec: self.columns.names[places[i]] for spec, i in specs.items()}
        self.dtypes = {places[i]: dtype for i, dtype in items.dtypes.items() if i in places}
        if items.json_encoded:
            self.json_encoded = tuple(range(len(self._before)))
        self.parse = self._parse

    @property
    def _before(self) -> tuple[int, ...]:
        """The columns of the items that stand before the classes."""
        return (*self._keys, *self._others, *(() if self._label is None else (self._label,)))

    def _columns(self, classes: Sequence[str], own_ids: Sequence[str]) -> Columns:
        """Return the columns: those of the key, the label, and the classes."""
        own = self._items.columns
        prefix = "" if own.header else "column_"
        before = [prefix + own.names[i] for i in self._before]
        for name in before:
            if name in classes:
                raise SoftmaxError(
                    f'class "{printable(name)}" has the name of another column',
                    source=self.source,
                    hint="Rename one.",
                )
        keys = range(len(self._keys))
        ids = [i for i in keys if before[i] in own_ids or kind_of_name(before[i]) is NameKind.ID]
        return Columns(
            (*before, *classes),
            header=True,
            logits=tuple(range(len(before), len(before) + len(classes))),
            labels=() if self._label is None else (len(before) - 1,),
            ids=tuple(ids),
            text_columns=tuple(i for i in keys if i not in ids),
            note=self._note(),
        )

    def chunks(self) -> Iterator[GroupChunk]:
        """Yield chunks of whole groups, in order."""
        return self._chunks

    def _parse(self, chunk: GroupChunk) -> Rows:
        """Return the groups of a chunk."""
        column = None if self._class is None else self._items.columns.names[self._class]
        return WideRows(Items(chunk), self.columns, column, self._labels)

    def _classes(self, items: Items, *, all_groups: bool) -> list[str]:
        if self._class is None:
            return [str(place) for place in range(1, int(items.lengths.max()) + 1)]
        classes = items.classes if all_groups else items.classes[items.members(0)]
        return list(classes.unique(maintain_order=True))

    def _frame(self, rows: Rows) -> pl.DataFrame:
        passthrough = self._items.columns.passthrough
        return rows.passthrough[:, [passthrough.index(i) for i in (*self._keys, *self._others)]]

    def _note(self) -> str | None:
        """Return a note about the columns that are not read."""
        own = self._items.columns
        used = {*self._before, self._class, self._value}
        left_out = [name for i, name in enumerate(own.names) if i not in used]
        return f"left out: {quote_names(left_out)}" if left_out else None
