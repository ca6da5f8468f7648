"""A document as JSON: the record it was made from, every field, arrays as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from softmax_cli.display.json_values import json_number, to_json_text

if TYPE_CHECKING:
    from softmax_cli.display.documents.document import Document, Settings


def to_json(document: Document, settings: Settings) -> str:
    """Return the record as JSON; decimals round its numbers."""
    record = document.record() if callable(document.record) else document.record
    return to_json_text(record_to_json(record, settings.decimals))


def record_to_json(record: Any, decimals: int | None = None) -> Any:  # noqa: ANN401
    """Return a record, and the records, arrays and numbers in it, as JSON has them."""
    if is_dataclass(record):
        return {
            field.name: record_to_json(getattr(record, field.name), decimals)
            for field in fields(record)
        }
    if isinstance(record, np.ndarray):
        return record_to_json(record.tolist(), decimals)
    if isinstance(record, Mapping):
        return {str(key): record_to_json(value, decimals) for key, value in record.items()}
    if isinstance(record, Sequence) and not isinstance(record, str):
        return [record_to_json(item, decimals) for item in record]
    if isinstance(record, float):
        return json_number(record if decimals is None else round(record, decimals))
    return record
