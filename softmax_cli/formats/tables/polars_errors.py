"""Errors of polars as errors of the user's file."""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.tables.arrow.messages import unsupported_columns
from softmax_cli.formats.tables.file_metadata import schema_message
from softmax_cli.formats.tables.panics import silenced_panics

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def wrap_polars_errors(source: str, path: str | None = None) -> Iterator[None]:
    """Re-raise errors and panics of polars as SoftmaxError, with the source's name.

    `path` is where the file is, if not at `source`. What a panic prints is discarded.
    """
    with silenced_panics(), translate_polars_errors(source, path):
        yield


@contextmanager
def translate_polars_errors(source: str, path: str | None = None) -> Iterator[None]:
    """Do the same without discarding anything, for generators, which other threads may drop."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        require_supported(schema_message(path or source), source)
        if isinstance(error, pl.exceptions.PanicException):
            reason = "corrupt data, or content that is not supported"
        else:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SoftmaxError(f"cannot read file: {reason[:200]}", source=source) from error


@contextmanager
def wrap_corruption(source: str, format_name: str) -> Iterator[None]:
    """Raise SoftmaxError for what is no file of a format, or not all of one."""
    try:
        yield
    except (struct.error, LookupError, ValueError) as error:
        raise SoftmaxError(f"truncated or corrupt {format_name} file", source=source) from error


def require_supported(schema_message: bytes, source: str) -> None:
    """Raise SoftmaxError for the first column of a type that polars cannot read."""
    for name, type_name in unsupported_columns(schema_message):
        raise SoftmaxError(
            f"unsupported column type: {type_name}",
            source=source,
            column=printable(name),
            hint="Cast the column, or leave it out, where the file is written.",
        )
