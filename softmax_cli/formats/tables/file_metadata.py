"""Metadata of Parquet and Arrow files: the Arrow schema, and the index of pandas."""

from __future__ import annotations

import base64
import json

import polars as pl

from softmax_cli.formats.tables.arrow.messages import custom_metadata
from softmax_cli.formats.tables.panics import silenced_panics

_MAX_SCHEMA = 1 << 24


def schema_message(path: str) -> bytes:
    """Return the message with the Arrow schema of a file; nothing if there is none."""
    arrow = _arrow_head(path)
    text = _parquet_metadata(path).get("ARROW:schema", "") if not arrow else ""
    try:
        return arrow or base64.b64decode(text)
    except ValueError:
        return b""


def index_of_file(path: str) -> frozenset[str]:
    """Return the columns that pandas' metadata in a file call its index."""
    if arrow := _arrow_head(path):
        return index_of_schema(arrow)
    return index_names(_parquet_metadata(path).get("pandas"))


def index_of_schema(message: bytes) -> frozenset[str]:
    """Return the columns that pandas' metadata in a schema message call the index."""
    return index_names(custom_metadata(message, "pandas"))


def index_names(metadata: str | None) -> frozenset[str]:
    """Return the columns that pandas' metadata call its index: not the megabytes on all columns."""
    _, found, after = (metadata or "").partition('"index_columns":')
    try:
        index, _end = json.JSONDecoder().raw_decode(after.lstrip()) if found else ((), 0)
    except ValueError:
        return frozenset()
    return frozenset(name for name in index if isinstance(name, str))


def _arrow_head(path: str) -> bytes:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read(_MAX_SCHEMA) if file.read(8).startswith(b"ARROW1") else b""
    except OSError:
        return b""


def _parquet_metadata(path: str) -> dict[str, str]:
    try:
        with silenced_panics():
            return pl.read_parquet_metadata(path)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return {}
