"""Labels held in a table or in JSON: a column, or a value a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.names import LABEL_NAMES, is_id_name
from softmax_cli.formats.columns.selection import quote_names, select_columns
from softmax_cli.formats.rows import Location
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.tables.source import scan_table, wrap_polars_errors
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.strict_json import escape_surrogates

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadContext, ReadOptions


class InMemoryLabels:
    """Labels that are all in memory, taken as rows come."""

    def __init__(self, frame: pl.DataFrame, source: str) -> None:
        self.source = source
        self.names = frame.columns
        self._frame = frame
        self._taken = 0

    def close(self) -> None:
        """Nothing is open."""

    def take(self, count: int) -> tuple[pl.DataFrame, Callable[[int], Location]]:
        """The labels of the next `count` rows, and the place of each."""
        first = self._taken
        self._taken += count
        if self._taken > self._frame.height:
            raise SoftmaxError(
                f"{self._frame.height} labels for {self._taken} rows of logits or more",
                source=self.source,
            )
        part = self._frame[first : self._taken]
        return part, lambda row: Location(self.source, row=first + row + 1)

    def require_end(self) -> None:
        """Raise SoftmaxError if there are labels left."""
        if self._taken < self._frame.height:
            raise SoftmaxError(
                f"there are {self._frame.height} labels for {self._taken} rows of logits",
                source=self.source,
            )


def open_label_table(
    path: str, read_options: ReadOptions, context: ReadContext, _classes: Sequence[str]
) -> InMemoryLabels:
    """The labels of a Parquet or Arrow file: as told, else the column so named, or the only one."""
    table = scan_table(path, context.format_name)
    with wrap_polars_errors(path):
        names = list(table.collect_schema())
        chosen = _chosen(names, read_options, path)
        return InMemoryLabels(table.select(chosen).collect(), path)


def open_label_records(
    path: str, read_options: ReadOptions, context: ReadContext, _classes: Sequence[str]
) -> InMemoryLabels:
    """The labels of JSON lines or of a document: bare values, or a field of objects."""
    format_name = context.format_name
    stream = open_text(path, format_name)
    with closed_on_error(stream):
        text = b"".join(iter(stream.read, b""))
    stream.raw.close()
    records = _records(text, format_name, stream.source, read_options)
    if not records:
        raise SoftmaxError("there are no labels", source=stream.source)
    fields = list(records[0]) if isinstance(records[0], dict) else None
    names = None if fields is None else _chosen(fields, read_options, stream.source)
    rows = [_cells(record, names, stream.source, i) for i, record in enumerate(records, start=1)]
    columns = {
        name: pl.Series(
            [None if cell is None else escape_surrogates(str(cell)) for cell in column],
            dtype=pl.String,
        )
        for name, column in zip(names or ["labels"], zip(*rows, strict=True), strict=True)
    }
    return InMemoryLabels(pl.DataFrame(columns), stream.source)


def _records(text: bytes, format_name: str, source: str, read_options: ReadOptions) -> list[Any]:
    if format_name == "jsonl":
        lines = [(i, line) for i, line in enumerate(text.split(b"\n"), start=1) if line.strip()]
        records = [_loaded(line, Location(source, line=i)) for i, line in lines]
    else:
        document = _loaded(text, Location(source))
        if isinstance(document, dict):
            return _lists_in(document, read_options.labels, source)
        if not isinstance(document, list):
            raise SoftmaxError("the document is no list of labels", source=source)
        records = document
    if read_options.labels and records and not isinstance(records[0], dict):
        raise UsageError("--label names a field, and these labels have none", source=source)
    return records


def _lists_in(
    document: dict[str, Any], wrap_polars_errors: Sequence[str], source: str
) -> list[Any]:
    """The records of a document: the lists that are told, side by side, or one of labels."""
    lists = {
        name: document[name] for name in wrap_polars_errors if isinstance(document.get(name), list)
    }
    if lists and len(lists) == len(set(wrap_polars_errors)):
        if len(set(map(len, lists.values()))) > 1:
            raise SoftmaxError("the lists of labels are not equally long", source=source)
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    for name in LABEL_NAMES:
        if isinstance(found := document.get(name), list):
            return found
    raise SoftmaxError("the document is no list of labels", source=source)


def _loaded(text: bytes, location: Location) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(text)
    except ValueError as error:
        raise location.error(str(error)) from error


def _cells(record: Any, names: Sequence[str] | None, source: str, row: int) -> list[Any]:  # noqa: ANN401
    """The labels of a record: its fields of these names, or where there are none, itself."""
    has_fields = isinstance(record, dict)
    cells = [record.get(name) for name in names or ()] if has_fields else [record]
    mixed = has_fields != (names is not None)
    if mixed or any(isinstance(cell, list | dict) for cell in cells):
        raise SoftmaxError("this is no label", source=source, row=row)
    return cells


def _chosen(names: Sequence[str], read_options: ReadOptions, source: str) -> list[str]:
    if read_options.labels:
        return [names[i] for i in select_columns(names, read_options.labels, "--label", source)]
    plain = [name.strip().lower() for name in names]
    found = [names[plain.index(name)] for name in LABEL_NAMES if name in plain][:1]
    found = found or [name for name in names if not is_id_name(name)]
    if len(found) == 1:
        return found
    if not names:
        raise SoftmaxError("the first record has no field", source=source)
    raise UsageError(
        f"which column has the labels? There are {quote_names(list(names))}",
        source=source,
        hint="Name it with --label.",
    )
