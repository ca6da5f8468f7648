"""Tables as documents hold them: the forms of pandas, of columns, and of inference servers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.json.label_scores import are_names, are_pairs, list_names, require_one_row
from softmax_cli.formats.json.named_scores import NAME_FIELDS, SCORE_FIELDS
from softmax_cli.formats.json.record_shapes import is_cell, is_number
from softmax_cli.formats.output_schema import first_duplicate

LABEL_AND_SCORE = frozenset(["label", "score"])
RECORDS_HINT = "Write records: df.to_json(FILE, orient='records', lines=True)."


def to_records(document: Any, source: str) -> list[Any]:  # noqa: ANN401
    """Return the records of a document: one, a list of them, or those of a table."""
    if isinstance(document, dict):
        for form in TABLES.values():
            if (records := form(document, source)) is not None:
                return records
        return [document]
    if not isinstance(document, list) or not document:
        raise SoftmaxError("no logits in the document", source=source)
    if all(isinstance(item, list) for item in document):
        return document
    if all(isinstance(item, dict) for item in document):
        # A list of {label, score} objects is one row; other objects are one row each.
        if all(set(item) == LABEL_AND_SCORE for item in document):
            require_one_row(document, source)
            return [document]
        return document
    return [document]


def _split(document: dict[str, Any], source: str) -> list[Any] | None:
    """Read `{"columns": [...], "data": [[...]]}`, with an index or without."""
    names, rows = document.get("columns"), document.get("data")
    if not isinstance(names, list) or not isinstance(rows, list) or not _is_list_of_lists(rows):
        return None
    columns = [".".join(map(str, n)) if isinstance(n, list) else str(n) for n in names]
    if (duplicate := first_duplicate(columns)) is not None:
        raise SoftmaxError(f'duplicate column "{printable(duplicate)}"', source=source)
    for i, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise SoftmaxError(
                f"expected {len(columns)} values, found {len(row)}", source=source, row=i
            )
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return _with_index(document.get("index"), records)


def _with_schema(document: dict[str, Any], _source: str) -> list[Any] | None:
    """Read `{"schema": {"fields": ...}, "data": [{...}]}`: pandas' table."""
    schema, rows = document.get("schema"), document.get("data")
    if isinstance(schema, dict) and isinstance(rows, list) and rows:
        return rows if all(isinstance(row, dict) for row in rows) else None
    return None


def _frame(document: dict[str, Any], source: str) -> list[Any] | None:
    """Read `{"cat": {"0": 1.5, "1": 2}, ...}`, or the same by rows: pandas' columns and index."""
    inner = _common_keys(document)
    if not inner or any(name in SCORE_FIELDS for name in document):
        return None
    rows_are_inner, rows_are_outer = _are_numbers(inner), _are_numbers(list(document))
    if rows_are_inner == rows_are_outer:
        outer = quote_names(list(document))
        raise SoftmaxError(
            f"ambiguous document: {outer} are rows or columns, {quote_names(inner)} the other",
            source=source,
            hint=RECORDS_HINT,
        )
    if rows_are_outer:
        return _with_index(list(document), list(document.values()))
    records = [{name: column[key] for name, column in document.items()} for key in inner]
    return _with_index(inner, records)


def _common_keys(document: dict[str, Any]) -> list[str]:
    """Return the keys that all values of an object of flat objects have; [] otherwise."""
    objects = list(document.values())
    if not objects or not all(isinstance(one, dict) and one for one in objects):
        return []
    cells = [value for one in objects for value in one.values()]
    same = all(one.keys() == objects[0].keys() for one in objects)
    flat = all(map(is_cell, cells)) and any(map(is_number, cells))
    return list(objects[0]) if same and flat else []


def _are_numbers(keys: list[str]) -> bool:
    return all(key.isascii() and key.lstrip("-").isdigit() for key in keys)


def _with_index(index: Any, records: list[Any]) -> list[Any]:  # noqa: ANN401
    """Return records with their index in front, unless it only counts them."""
    if not isinstance(index, list) or len(index) != len(records):
        return records
    if list(map(str, index)) == list(map(str, range(len(records)))):
        return records
    name = "level_0" if any("index" in record for record in records) else "index"
    return [{name: key, **record} for key, record in zip(index, records, strict=True)]


def _tensors(document: dict[str, Any], source: str) -> list[Any] | None:
    """Read `{"outputs": [{"name", "shape", "data"}]}`: KServe and Triton, version 2."""
    outputs = document.get("outputs")
    if not isinstance(outputs, list) or not outputs or not all(map(_is_tensor, outputs)):
        return None
    tensors = {str(one.get("name", i)): one for i, one in enumerate(outputs)}
    name = _select_tensor(tensors, source)
    rows = _matrix(tensors[name], name, source)
    others = {
        other: _flatten(one["data"])
        for other, one in tensors.items()
        if other != name and _size(one) == len(rows) == one["shape"][0]
    }
    if not others:
        return rows
    columns = {name: rows, **others}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _is_tensor(value: Any) -> bool:  # noqa: ANN401
    if not isinstance(value, dict) or not isinstance(value.get("shape"), list):
        return False
    shape = value["shape"]
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in shape)
    return bool(shape) and whole and isinstance(value.get("data"), list)


def _select_tensor(tensors: dict[str, Any], source: str) -> str:
    """Return the name of the tensor of logits: by its name, or as the only one with classes."""
    wide = [name for name, one in tensors.items() if one["shape"][-1] > 1 and len(one["shape"]) > 1]
    wide = wide or [name for name, one in tensors.items() if one["shape"][-1] > 1]
    named = [name for name in SCORE_FIELDS if name in wide]
    if len(wide) != 1 and not named:
        if not wide:
            raise SoftmaxError("no output has more than one class", source=source)
        raise SoftmaxError(
            f"ambiguous logits: outputs {quote_names(wide)}",
            source=source,
            hint="Keep one of them: jq '.outputs |= map(select(.name == \"NAME\"))' FILE.",
        )
    return (named or wide)[0]


def _matrix(tensor: dict[str, Any], name: str, source: str) -> list[list[Any]]:
    """Return the rows of a tensor of one or two axes."""
    shape, values = tensor["shape"], _flatten(tensor["data"])
    if len(shape) > 2:
        raise SoftmaxError(
            f'output "{printable(name)}" has {len(shape)} axes, expected 2', source=source
        )
    if len(values) != _size(tensor):
        raise SoftmaxError(
            f'output "{printable(name)}" has {len(values)} values for its shape {shape}',
            source=source,
        )
    width = shape[-1]
    return [values[i : i + width] for i in range(0, len(values), width)]


def _size(tensor: dict[str, Any]) -> int:
    size = 1
    for length in tensor["shape"]:
        size *= length
    return size


def _flatten(values: list[Any]) -> list[Any]:
    while any(isinstance(value, list) for value in values):
        values = [
            item for value in values for item in (value if isinstance(value, list) else [value])
        ]
    return values


def _wrapped(document: dict[str, Any], source: str) -> list[Any] | None:
    """Read `{"predictions": [{...}]}` and `{"outputs": {...}}`: TensorFlow Serving, Vertex AI."""
    rows, columns = document.get("predictions"), document.get("outputs")
    others = [value for name, value in document.items() if name != "predictions"]
    if isinstance(rows, list) and rows and all(isinstance(row, dict) for row in rows):
        # Labels with scores are one row; what stands next to rows is about the server.
        server = all(isinstance(value, str) for value in others)
        return rows if server and not are_pairs(rows) else None
    if isinstance(columns, dict) and len(document) == 1:
        return to_records(columns, source)
    return None


def _columns(document: dict[str, Any], source: str) -> list[Any] | None:
    """Read `{"logits": [[...], ...], "labels": [...]}`, with the names of classes or without."""
    lists = {name: value for name, value in document.items() if _is_list_of_lists(value)}
    if not lists:
        return None
    rows = len(next(iter(lists.values())))
    columns = _named(document, lists, rows)
    for name, value in columns.items():
        if isinstance(value, str):
            columns[name] = [value] * rows
        elif not isinstance(value, list):
            raise SoftmaxError(f'"{name}" must be a list of {rows} values', source=source)
        elif len(value) != rows:
            raise SoftmaxError(f'"{name}" has {len(value)} values for {rows} rows', source=source)
    if list(columns) == ["logits"] and _is_list_of_lists(columns["logits"]):
        return list(columns["logits"])
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _named(document: dict[str, Any], lists: dict[str, Any], rows: int) -> dict[str, Any]:
    """Return the columns of a document, with its lists of logits as objects if it names classes."""
    columns = dict(document)
    for field in NAME_FIELDS:
        ambiguous = field == "labels" and isinstance(document.get(field), list)
        if field not in document or (ambiguous and len(document[field]) == rows):
            continue
        wide = [name for name, value in lists.items() if _is_matrix(value, document[field])]
        if name := next((name for name in (*SCORE_FIELDS, *wide) if name in wide), None):
            names = list_names(columns.pop(field))
            scores = [dict(zip(names, row, strict=True)) for row in columns.pop(name)]
            return {(name if name in SCORE_FIELDS else "scores"): scores, **columns}
    return columns


def _is_matrix(rows: list[list[Any]], names: Any) -> bool:  # noqa: ANN401
    return are_names(names, len(rows[0])) and all(len(row) == len(rows[0]) for row in rows)


def _is_list_of_lists(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and bool(value) and all(isinstance(v, list) for v in value)


TABLES: dict[str, Callable[[dict[str, Any], str], list[Any] | None]] = {
    "columns and data": _split,
    "schema and data": _with_schema,
    "tensors": _tensors,
    "wrapped records": _wrapped,
    "columns of lists": _columns,
    "objects of objects": _frame,
}
