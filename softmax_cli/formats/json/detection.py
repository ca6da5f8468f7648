"""Detection of the shape of JSON records from the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.json.record_shapes import (
    ClassFields,
    LabelScoreList,
    ListField,
    NumberList,
    is_cell,
    is_label_score,
    is_number,
)
from softmax_cli.formats.json.shape import Record, Shape
from softmax_cli.formats.json.top_logprobs import TopLogprobs, holds_logprobs

if TYPE_CHECKING:
    from softmax_cli.formats.read_options import ReadOptions


def detect_shape(record: Record, read_options: ReadOptions, source: str) -> Shape:
    """The shape of a record.

    Raises ValueError, with the reason, for what holds no logits.
    """
    if isinstance(record, dict):
        _require_valid_names(record)
    if isinstance(record, list) and record and all(map(is_label_score, record)):
        return LabelScoreList(record, read_options, source)
    if isinstance(record, list) and record and all(map(is_cell, record)):
        return NumberList(record, read_options, source)
    if isinstance(record, dict) and holds_logprobs(record):
        read_options.reject_column_names(source, "a response with top_logprobs")
        return TopLogprobs(record)
    if isinstance(record, dict) and (name := _list_field(record, read_options)):
        return ListField(record, name, read_options, source)
    if isinstance(record, dict) and record:
        return ClassFields(record, read_options, source)
    raise ValueError("this holds no logits: a list of numbers or an object is expected")


def _require_valid_names(record: dict[str, Any]) -> None:
    try:
        "".join(record).encode()
    except UnicodeEncodeError:
        raise ValueError("the name of a field is not valid text") from None


def _list_field(record: dict[str, Any], read_options: ReadOptions) -> str | None:
    lists = [
        name
        for name, value in record.items()
        if isinstance(value, list) and any(map(is_number, value)) and all(map(is_cell, value))
    ]
    if read_options.columns:
        return (
            read_options.columns[0]
            if list(read_options.columns[:1])
            == [name for name in lists if name == read_options.columns[0]]
            else None
        )
    if "logits" in lists:
        return "logits"
    if len(lists) > 1:
        raise ValueError(
            f"more than one field holds a list of numbers: {quote_names(lists)}; "
            "name the one of logits with --columns"
        )
    return lists[0] if lists else None
