"""Labels of tables and JSON, loaded into memory: one column, or one value per record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.label_inference import infer_label_columns
from softmax_cli.formats.columns.names import find_label, is_id_name
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.labels.source import LabelSource
from softmax_cli.formats.rows import Location
from softmax_cli.formats.streams.signatures import closed_on_error, open_text
from softmax_cli.formats.tables.input import scan_table
from softmax_cli.formats.tables.polars_errors import wrap_polars_errors
from softmax_cli.formats.text import strict_json
from softmax_cli.formats.text.strict_json import escape_surrogates

if TYPE_CHECKING:
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.labels.source import LabelChunk
    from softmax_cli.formats.read_options import ReadContext, ReadOptions


class InMemoryLabels(LabelSource):
    """Labels in memory; `frame` has columns of labels, then of identifiers."""

    def __init__(self, frame: pl.DataFrame, source: str, ids: int = 0) -> None:
        self.source = source
        count = frame.width - ids
        self.names, self.id_names = frame.columns[:count], frame.columns[count:]
        self._frame = frame
        self._next = 0

    def close(self) -> None:
        """Do nothing: the file is closed after loading."""

    def take_up_to(self, count: int) -> LabelChunk:
        """Return the next rows, at most `count`, and the location of each."""
        first = self._next
        frame = self._frame[first : first + count]
        self._next += frame.height
        return frame, lambda row: Location(self.source, row=first + row + 1)


def open_label_table(
    path: str, read_options: ReadOptions, context: ReadContext, _classes: Sequence[str]
) -> InMemoryLabels:
    """Open the labels of a Parquet or Arrow file: --label, else by name, else the only column."""
    table = scan_table(path, context.format_name)
    with wrap_polars_errors(path):
        columns = _select(list(table.collect_schema()), read_options, path)
        names = [columns.names[i] for i in (*columns.labels, *columns.ids)]
        return InMemoryLabels(table.select(names).collect(), path, len(columns.ids))


def open_label_records(
    path: str, read_options: ReadOptions, context: ReadContext, _classes: Sequence[str]
) -> InMemoryLabels:
    """Open the labels of JSON Lines or of a document: bare values, or a field of objects."""
    format_name = context.format_name
    stream = open_text(path, format_name)
    with closed_on_error(stream):
        text = b"".join(iter(stream.read, b""))
    stream.close()
    records = _records(text, format_name, stream.source, read_options)
    if not records:
        raise SoftmaxError("no labels found", source=stream.source)
    if not isinstance(records[0], dict):
        cells = [
            _cells(record, None, stream.source, i) for i, record in enumerate(records, start=1)
        ]
        return InMemoryLabels(_frame(["labels"], cells), stream.source)
    columns = _select(list(records[0]), read_options, stream.source)
    names = [columns.names[i] for i in (*columns.labels, *columns.ids)]
    rows = [_cells(record, names, stream.source, i) for i, record in enumerate(records, start=1)]
    return InMemoryLabels(_frame(names, rows), stream.source, len(columns.ids))


def _frame(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            name: pl.Series([_to_text(cell) for cell in column], dtype=pl.String)
            for name, column in zip(names, zip(*rows, strict=True), strict=True)
        }
    )


def _to_text(cell: Any) -> str | None:  # noqa: ANN401
    if isinstance(cell, list):
        return json.dumps(cell)
    return None if cell is None else escape_surrogates(str(cell))


def _records(text: bytes, format_name: str, source: str, read_options: ReadOptions) -> list[Any]:
    if format_name == "jsonl":
        lines = [(i, line) for i, line in enumerate(text.split(b"\n"), start=1) if line.strip()]
        records = [_load(line, Location(source, line=i)) for i, line in lines]
    else:
        document = _load(text, Location(source))
        if isinstance(document, dict):
            return _label_lists(document, read_options.labels, source)
        if not isinstance(document, list):
            raise SoftmaxError("document is not a list of labels", source=source)
        records = document
    if read_options.labels and records and not isinstance(records[0], dict):
        raise UsageError("--label needs field names; the labels have none", source=source)
    return records


def _label_lists(document: dict[str, Any], selected: Sequence[str], source: str) -> list[Any]:
    """Return the records of the selected lists of a document, or of its list of labels."""
    lists = {name: document[name] for name in selected if isinstance(document.get(name), list)}
    if lists and len(lists) == len(set(selected)):
        if len(set(map(len, lists.values()))) > 1:
            raise SoftmaxError("label lists differ in length", source=source)
        return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]
    names = [name for name, value in document.items() if isinstance(value, list)]
    if (label := find_label(names)) is not None:
        ids = [name for name in names if is_id_name(name)]
        if ids and len(document[ids[0]]) == len(document[names[label]]):
            columns = [names[label], ids[0]]
            values = zip(*(document[name] for name in columns), strict=True)
            return [dict(zip(columns, row, strict=True)) for row in values]
        return list(document[names[label]])
    if records := _pandas_records(document):
        return records
    raise SoftmaxError("document is not a list of labels", source=source)


def _pandas_records(document: dict[str, Any]) -> list[Any]:
    """Return labels as pandas writes a Series or a frame, with its index; none for others."""
    index, data = document.get("index"), document.get("data")
    if isinstance(index, list) and isinstance(data, list) and len(index) == len(data):
        names = document.get("columns") or [document.get("name") or "label"]
        rows = [row if isinstance(row, list) else [row] for row in data]
        return [
            {"index": key, **dict(zip(names, row, strict=False))}
            for key, row in zip(index, rows, strict=True)
        ]
    values = list(document.values())
    if len(values) > 1 and not any(isinstance(value, list | dict) for value in values):
        return [{"index": key, "label": value} for key, value in document.items()]
    columns = values if all(isinstance(value, dict) for value in values) else []
    if not columns or any(column.keys() != columns[0].keys() for column in columns):
        return []
    return [
        {"index": key, **{name: column[key] for name, column in document.items()}}
        for key in columns[0]
    ]


def _load(text: bytes, location: Location) -> Any:  # noqa: ANN401
    try:
        return strict_json.loads(text)
    except ValueError as error:
        raise location.error(str(error)) from error


def _cells(record: Any, names: Sequence[str] | None, source: str, row: int) -> list[Any]:  # noqa: ANN401
    """Return the labels of a record: its fields of these names, or itself if names is None."""
    has_fields = isinstance(record, dict)
    cells = [record.get(name) for name in names or ()] if has_fields else [record]
    mixed = has_fields != (names is not None)
    if mixed or any(isinstance(cell, dict) for cell in cells):
        raise SoftmaxError("not a label", source=source, row=row)
    return cells


def _select(names: Sequence[str], options: ReadOptions, source: str) -> Columns:
    if not names:
        raise SoftmaxError("first record has no fields", source=source)
    columns = infer_label_columns(names, options, source)
    if len(columns.labels) > 1 and not options.labels:
        raise UsageError(
            f"ambiguous label column: {quote_names([names[i] for i in columns.labels])}",
            source=source,
            hint="Name it with --label.",
        )
    return columns
