"""Plan of the outputs of a conversion: their paths and formats."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.registry import (
    FORMATS,
    WRITABLE,
    format_from_suffix,
)
from softmax_cli.formats.streams.compression import without_suffix
from softmax_cli.formats.streams.output import require_distinct_output
from softmax_cli.formats.streams.urls import make_folder

if TYPE_CHECKING:
    from softmax_cli.formats.source import Source

_FORMAT_NAMES = ", ".join(WRITABLE)
# Outputs called so, and those without a suffix, are text as the input is.
_TEXT_SUFFIXES = ("", ".txt", ".dat", ".data", ".out")


@dataclass(frozen=True)
class WriteOptions:
    """Path, format and decimals of the output."""

    output: str | None
    format_name: str | None
    decimals: int | None = None


def plan_outputs(
    sources: Sequence[Source], write_options: WriteOptions
) -> list[tuple[str | None, Sequence[Source]]]:
    """Return the outputs with their sources: one output, or in a folder one for each source.

    Raises UsageError for two outputs of one name, and for one that is an input.
    """
    folder = write_options.output
    if folder is None or not is_folder(folder):
        return [(folder, sources)]
    format_name = write_options.format_name
    paths = [os.path.join(folder, _output_name(source, format_name)) for source in sources]  # noqa: PTH118
    for i, path in enumerate(paths):
        if path in paths[:i]:
            raise UsageError(
                f'inputs collide on output "{printable(path)}"', hint="Convert them separately."
            )
        require_distinct_output(path, [source.source for source in sources])
    make_folder(folder)
    return [(path, [source]) for path, source in zip(paths, sources, strict=True)]


def is_folder(path: str) -> bool:
    """Return True if an output is a folder: it is one, or its name ends like that of one."""
    return path.endswith((os.sep, os.altsep or os.sep)) or os.path.isdir(path)  # noqa: PTH112


def _output_name(source: Source, format_name: str | None) -> str:
    """Return the name of the output of one source in a folder."""
    name = os.path.basename(source.source.rstrip(os.sep))  # noqa: PTH119
    if name.startswith("<"):
        raise UsageError(f"{name} needs an output file, not a folder")
    if format_name is None and source.format_name == "npz":
        format_name = "npy"
    if name.lower().endswith(".zip"):
        # Archives are not written: the file in it is, with its suffix or that of its format.
        name = without_suffix(name)
        if format_name is None and not os.path.splitext(name)[1]:  # noqa: PTH122
            format_name = source.format_name
    if format_name is None:
        if not os.path.isdir(source.source) or format_from_suffix(name, WRITABLE):  # noqa: PTH112
            return name
        return name + FORMATS[source.format_name].suffixes[0]
    return os.path.splitext(without_suffix(name))[0] + FORMATS[format_name].suffixes[0]  # noqa: PTH122


def _explicit_format(write_options: WriteOptions) -> str | None:
    """Return the format of the output that -f or the suffix of the output states."""
    output = write_options.output
    if write_options.format_name or output is None or is_folder(output):
        return write_options.format_name
    format_name = format_from_suffix(output, WRITABLE)
    suffix = os.path.splitext(without_suffix(output))[1].lower()  # noqa: PTH122
    if format_name is None and suffix not in _TEXT_SUFFIXES:
        raise UsageError(
            f"unknown suffix {suffix}", source=output, hint=f"Use -f with one of {_FORMAT_NAMES}."
        )
    return format_name


def can_splice_text(write_options: WriteOptions) -> bool:
    """Return True if the text around the logits may be written as it is."""
    return write_options.decimals is not None and writes_text(write_options)


def writes_text(write_options: WriteOptions) -> bool:
    """Return True if the output of delimited text is delimited text."""
    return _explicit_format(write_options) in (None, "csv", "tsv")


def output_format(write_options: WriteOptions, source: Source) -> tuple[str, str]:
    """Return the format and delimiter of the output: by option, else by suffix, else as the input.

    Binary input becomes csv, which can be read on standard output.
    """
    format_name = _explicit_format(write_options)
    if format_name == "csv" and not write_options.format_name and source.decimal_comma:
        return "csv", source.delimiter or ","
    if format_name is not None:
        return format_name, ","
    if source.delimiter:
        return "csv", source.delimiter
    return (source.format_name if source.format_name in ("jsonl", "json") else "csv"), ","


def require_file(format_name: str, output: str | None) -> None:
    """Raise UsageError for tables in a terminal, and for those compressed as a whole."""
    if format_name not in ("parquet", "arrow"):
        return
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError(f"{format_name} is a binary format", hint=f"Use -o OUT.{format_name}.")
    if output is not None and without_suffix(output) != output:
        raise UsageError(
            f"{format_name} compresses internally",
            source=output,
            hint=f"Use -o {without_suffix(output)}.",
        )
