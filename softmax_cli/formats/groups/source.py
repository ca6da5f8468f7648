"""The source of whole groups, around the source of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.columns.selection import quote_names, resolve_column
from softmax_cli.formats.groups.keys import KeyedRows, find_runs, read_classes, read_keys, read_text
from softmax_cli.formats.groups.merging import ContiguousGroups, GatheredGroups
from softmax_cli.formats.source import Source
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from softmax_cli.formats.groups.merging import GroupChunk
    from softmax_cli.formats.read_options import GroupOptions
    from softmax_cli.formats.rows import Rows

# Threads that parse: merging is in order, and more chunks in memory than this save no time.
_PARSERS = 1


class GroupSource(Source):
    """Chunks of whole groups of the rows of another source."""

    def __init__(self, items: Source, options: GroupOptions) -> None:
        names, source = items.columns.names, items.source
        self._items = items
        self.source, self.size = source, items.size
        self.format_name, self.delimiter = items.format_name, items.delimiter
        self.decimal_comma = items.decimal_comma
        self.float32 = items.float32
        self.json_encoded: tuple[int, ...] = ()
        keys = [resolve_column(names, spec, "--group", source) for spec in options.group]
        self._keys = tuple(dict.fromkeys(keys))
        spec = options.class_column
        self._class = None if spec is None else resolve_column(names, spec, "--class", source)
        self._value = _value_column(items)
        for option, column in (*(("--group", key) for key in keys), ("--class", self._class)):
            if column == self._value:
                name = printable(names[column])
                raise UsageError(
                    f'column "{name}" is both --value and {option}', source=source,
                    hint="Name different columns.",
                )  # fmt: skip
        self._label: int | None = None
        self._merger = GatheredGroups() if options.unsorted else ContiguousGroups()

    def close(self) -> None:
        """Close the file."""
        self._items.close()

    def chunks(self) -> Iterator[GroupChunk]:
        """Yield chunks of whole groups, in order."""
        scans = ordered_map(self._scan, self._items.chunks(), _PARSERS)
        return self._merger.merge(keyed for keyed in scans if keyed is not None)

    def require_no_shared_groups(self, others: Sequence[Source]) -> None:
        """Have a group that is also in another source of the same output raise an error."""
        self._merger.others += [
            other._merger.seen for other in others if isinstance(other, GroupSource)
        ]

    def _scan(self, chunk: Any) -> KeyedRows | None:  # noqa: ANN401
        """Return the rows of a chunk with their keys; None if there are no rows."""
        rows = self._items.parse(chunk)
        if not len(rows):
            return None
        row_keys = read_keys(rows, self._keys)
        starts = find_runs(row_keys)
        keys = row_keys[starts]
        return KeyedRows(
            rows,
            self._frame(rows),
            None if self._class is None else read_classes(rows, self._class),
            None if self._label is None else read_text(rows, self._label),
            keys,
            starts,
            keys.hash_rows().to_numpy(),
            chunk.position,
        )

    def _frame(self, rows: Rows) -> pl.DataFrame:
        """Return the columns to write of the rows of a chunk."""
        raise NotImplementedError


def _value_column(items: Source) -> int:
    columns = items.columns
    if columns.nested is not None:
        raise UsageError(
            f'--group needs one logit per row, "{printable(columns.nested)}" holds lists',
            source=items.source,
        )
    if len(columns.logits) > 1:
        raise UsageError(
            f"--group needs one logit column, not {len(columns.logits)}: "
            f"{quote_names([columns.names[i] for i in columns.logits])}",
            source=items.source,
            hint="Use --value with one of them.",
        )
    return columns.logits[0]
