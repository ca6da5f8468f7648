"""The table of file formats, and what the user says about reading one.

To add a format, write its file in this folder and its line here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import UsageError
from softmax_cli.formats.read_options import ReadContext, ReadOptions
from softmax_cli.formats.streams.compression import without_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.labels.source import LabelSource
    from softmax_cli.formats.output_schema import OutputSchema
    from softmax_cli.formats.source import Source
    from softmax_cli.formats.writer import Writer

_DEFAULT = ReadContext()


@dataclass(frozen=True)
class Format:
    """A file format: its suffixes, and where its functions are, as `module:function`.

    Attributes:
        suffixes: suffixes of its files.
        reader: opens logits, from a path, ReadOptions and a ReadContext.
        label_reader: opens labels, from the same and the names of the classes.
        writer: makes a Writer, from an OutputSchema, the decimals and the delimiter.
        delimiter: that of delimited text ("" is detected); None for other formats.
        binary: True if numbers are stored as float32 or float64, not as text.
    """

    suffixes: tuple[str, ...]
    reader: str
    label_reader: str
    writer: str | None
    delimiter: str | None = None
    binary: bool = False

    def make_writer(self, layout: OutputSchema, decimals: int | None, delimiter: str) -> Writer:
        """Return a writer of rows of that schema."""
        assert self.writer is not None
        writer: Writer = _load_and_call(self.writer, layout, decimals, self.delimiter or delimiter)
        return writer


_TEXT = ("delimited.source:open_delimited", "labels.text_source:open_label_text")
_RECORDS = "labels.in_memory:open_label_records"
_TABLE = ("tables.source:open_table", "labels.in_memory:open_label_table")

FORMATS: dict[str, Format] = {
    "csv": Format((".csv",), *_TEXT, "delimited.writer:delimited_writer", delimiter=""),
    "tsv": Format((".tsv", ".tab"), *_TEXT, "delimited.writer:delimited_writer", delimiter="\t"),
    "jsonl": Format(
        (".jsonl", ".ndjson"), "json.lines:open_lines", _RECORDS, "json.writer:lines_writer"
    ),
    "json": Format(
        (".json",), "json.document:open_document", _RECORDS, "json.writer:document_writer"
    ),
    "npy": Format(
        (".npy",), "arrays.npy:open_npy", "arrays.npy:open_label_array",
        "arrays.npy_writer:npy_writer", binary=True,
    ),
    "npz": Format((".npz",), "arrays.npz:open_npz", "arrays.npz:open_label_member", None),
    "parquet": Format((".parquet", ".pq"), *_TABLE, "tables.writer:parquet_writer", binary=True),
    "arrow": Format(
        (".arrow", ".feather", ".ipc"), *_TABLE, "tables.writer:arrow_writer", binary=True
    ),
}  # fmt: skip
READABLE = list(FORMATS)
WRITABLE = [name for name, format_ in FORMATS.items() if format_.writer]


def open_source(path: str, options: ReadOptions, context: ReadContext = _DEFAULT) -> Source:
    """Open the logits of a path, or of standard input for `-`.

    Raises SoftmaxError for what cannot be opened or has no rows of logits.
    """
    name = options.input_format or format_from_suffix(path, READABLE) or "csv"
    own = replace(context, format_name=name)
    source: Source = _load_and_call(FORMATS[name].reader, path, options, own)
    return source


def open_labels(
    path: str, options: ReadOptions, context: ReadContext, classes: Sequence[str]
) -> LabelSource:
    """Open the labels of a path, or of standard input for `-`, for rows of these classes."""
    name = format_from_suffix(path, READABLE) or "csv"
    own = replace(context, format_name=name)
    labels: LabelSource = _load_and_call(FORMATS[name].label_reader, path, options, own, classes)
    return labels


def open_vectors(vectors: Sequence[Sequence[float]]) -> Source:
    """Open vectors given as arguments, like a file of them without a header."""
    source: Source = _load_and_call("delimited.source:open_vectors", vectors)
    return source


def format_from_suffix(path: str, known: Sequence[str]) -> str | None:
    """The format that a path's suffix names, that of a compression left out.

    Raises UsageError for a format of others, and for one that is not among those `known`.
    """
    suffix = os.path.splitext(without_suffix(path))[1].lower()  # noqa: PTH122
    for name, format_name in FORMATS.items():
        if suffix in format_name.suffixes:
            if name not in known:
                raise UsageError(
                    f"{suffix} files are read, not written", source=path, hint="Use .npy."
                )
            return name
    if hint := _CONVERSION_HINTS.get(suffix):
        raise UsageError(f"{suffix} files are not supported", source=path, hint=hint)
    return None


def _load_and_call(reference: str, *arguments: object) -> Any:  # noqa: ANN401
    """Call a function of this package; its module is imported now, as few are ever needed."""
    module, _, name = reference.partition(":")
    return getattr(import_module(f"softmax_cli.formats.{module}"), name)(*arguments)


_TORCH = (
    "Save an array instead: python -c \"import numpy, torch; numpy.save('logits.npy', "
    "torch.load('FILE', weights_only=True).float().numpy())\"."
)
_PICKLE = (
    "A pickle may run any code when it is read. Where it came from: "
    "numpy.save('logits.npy', logits)."
)
_HDF5 = (
    'Save an array instead: python -c "import h5py, numpy; '
    "numpy.save('logits.npy', h5py.File('FILE')['logits'])\"."
)
_SAFETENSORS = (
    'Save an array instead: python -c "import numpy; from safetensors.numpy import load_file; '
    "numpy.save('logits.npy', load_file('FILE')['logits'])\"."
)
_EXCEL = "Save the sheet as CSV."
_CONVERSION_HINTS = {
    **dict.fromkeys((".pt", ".pth", ".bin"), _TORCH),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
    **dict.fromkeys((".h5", ".hdf5"), _HDF5),
    ".safetensors": _SAFETENSORS,
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _EXCEL),
    **dict.fromkeys((".mat", ".rds", ".orc", ".avro"), "Use CSV, npy or Parquet."),
}
