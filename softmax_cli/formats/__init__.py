"""The table of file formats, and what the user says about reading one.

To add a format, write its file in this folder and its line here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError
from softmax_cli.formats.compression import without_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.delimited import DelimitedSource
    from softmax_cli.formats.label_file import LabelFile


@dataclass(frozen=True)
class Format:
    """A file format: its suffixes and, for delimited text, the delimiter ("" is found out)."""

    suffixes: tuple[str, ...]
    delimiter: str


FORMATS: dict[str, Format] = {
    "csv": Format((".csv",), ""),
    "tsv": Format((".tsv", ".tab"), "\t"),
}


@dataclass(frozen=True)
class Reading:
    """What the user says about the input; None and empty where the rules decide.

    `labelled` says that labels are wanted with the logits, and nothing else.
    """

    input_format: str | None = None
    columns: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    decimal_comma: bool = False
    labelled: bool = False


def open_source(path: str, reading: Reading) -> DelimitedSource:
    """The logits of a path, or of standard input for `-`.

    Raises SoftmaxError for what cannot be opened or has no rows of logits.
    """
    from softmax_cli.formats.delimited import DelimitedSource
    from softmax_cli.formats.streams import open_stream

    name = reading.input_format or format_of(path) or "csv"
    return DelimitedSource(open_stream(path), reading, FORMATS[name].delimiter)


def open_labels(path: str, reading: Reading, classes: Sequence[str]) -> LabelFile:
    """The labels of a path, or of standard input for `-`, for rows of these classes."""
    from softmax_cli.formats.label_file import LabelFile
    from softmax_cli.formats.streams import open_stream

    return LabelFile(open_stream(path), reading, classes)


def open_given(vectors: Sequence[Sequence[float]]) -> DelimitedSource:
    """Vectors given as arguments, as a source like a file of them without a header."""
    from softmax_cli.formats.delimited import DelimitedSource
    from softmax_cli.formats.streams import given_stream

    text = "".join(",".join(map(repr, vector)) + "\n" for vector in vectors)
    return DelimitedSource(given_stream(text.encode()), Reading(header=False), ",")


def format_of(path: str) -> str | None:
    """The format that a path's suffix names, that of a compression left out."""
    suffix = os.path.splitext(without_suffix(path))[1].lower()  # noqa: PTH122
    for name, form in FORMATS.items():
        if suffix in form.suffixes:
            return name
    if remedy := _OTHERS.get(suffix):
        raise UsageError(f"{suffix} files are not supported", source=path, remedy=remedy)
    return None


_AS_CSV = "Use CSV or TSV."
_OTHERS = dict.fromkeys(
    (".npy", ".npz", ".parquet", ".arrow", ".json", ".jsonl", ".xlsx", ".pt", ".pkl", ".h5"),
    _AS_CSV,
)
