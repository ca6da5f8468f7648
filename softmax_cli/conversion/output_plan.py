"""Where the output of convert goes, and in which format."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError, printable, wrap_os_errors
from softmax_cli.formats.registry import (
    FORMATS,
    WRITABLE,
    format_from_suffix,
)
from softmax_cli.formats.streams.compression import without_suffix

if TYPE_CHECKING:
    from softmax_cli.formats.source import Source


@dataclass(frozen=True)
class WriteOptions:
    """Where the output goes, in which format and with how many digits."""

    output: str | None
    format_name: str | None
    decimals: int | None


def plan_outputs(
    sources: Sequence[Source], write_options: WriteOptions
) -> list[tuple[str | None, Sequence[Source]]]:
    """What goes where: all into one output, or each into a file of its name in a folder."""
    folder = write_options.output
    if folder is None or not (folder.endswith(os.sep) or os.path.isdir(folder)):  # noqa: PTH112
        return [(folder, sources)]
    format_name = write_options.format_name
    paths = [os.path.join(folder, _output_name(source, format_name)) for source in sources]  # noqa: PTH118
    for i, path in enumerate(paths):
        if path in paths[:i]:
            raise UsageError(
                f'two inputs would be written to "{printable(path)}"',
                hint="Convert one after the other.",
            )
    with wrap_os_errors(folder):
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
    return [(path, [source]) for path, source in zip(paths, sources, strict=True)]


def _output_name(source: Source, format_name: str | None) -> str:
    """The name of the output of one source among several."""
    name = os.path.basename(source.source)  # noqa: PTH119
    if name.startswith("<"):
        raise UsageError(f"{name} has no name to be written under in a folder")
    if format_name is None and source.format_name == "npz":
        format_name = "npy"
    if format_name is None:
        return name
    return os.path.splitext(without_suffix(name))[0] + FORMATS[format_name].suffixes[0]  # noqa: PTH122


def _explicit_format(write_options: WriteOptions) -> str | None:
    """The format of the output where the options or its suffix tell it."""
    return write_options.format_name or (
        format_from_suffix(write_options.output, WRITABLE) if write_options.output else None
    )


def can_splice_text(write_options: WriteOptions) -> bool:
    """Whether the text around the logits may be written as it is."""
    return write_options.decimals is not None and _explicit_format(write_options) in (
        None,
        "csv",
        "tsv",
    )


def output_format(write_options: WriteOptions, source: Source) -> tuple[str, str]:
    """The format and delimiter of the output: as told, else by its suffix, else as the input.

    Binary input gives csv where nothing says otherwise: one looks at standard output.
    """
    format_name = _explicit_format(write_options)
    if format_name is not None:
        return format_name, ","
    if source.delimiter:
        return "csv", source.delimiter
    return (source.format_name if source.format_name in ("jsonl", "json") else "csv"), ","


def require_file(format_name: str, output: str | None) -> None:
    """Refuse tables where they cannot be read: in a terminal, or compressed as a whole."""
    if format_name not in ("parquet", "arrow"):
        return
    if output is None and sys.stdout is not None and sys.stdout.isatty():
        raise UsageError(
            f"{format_name} is nothing to look at", hint=f"Give a file: -o OUT.{format_name}."
        )
    if output is not None and without_suffix(output) != output:
        raise UsageError(
            f"{format_name} is compressed within, not as a whole",
            source=output,
            hint=f"Use -o {without_suffix(output)}.",
        )
