"""Table of file formats, and functions that open files.

To add a format, write its package in this folder and its row here.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import STDIN, UsageError
from softmax_cli.formats.read_options import Passthrough, ReadContext, ReadOptions
from softmax_cli.formats.streams.compression import without_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.labels.source import LabelSource
    from softmax_cli.formats.output_schema import OutputSchema
    from softmax_cli.formats.source import Source
    from softmax_cli.formats.writer import Writer

SINGLE_CLASS = "softmax of a single class is always 1"
_DEFAULT = ReadContext()


@dataclass(frozen=True)
class Format:
    """A file format: its suffixes, and its functions as `module:function`.

    Attributes:
        suffixes: suffixes of its files.
        reader: opens logits, given a path, ReadOptions and a ReadContext.
        label_reader: opens labels, given the same and the names of the classes.
        writer: returns a Writer, given an OutputSchema, the decimals and the delimiter.
        delimiter: delimiter of delimited text, "" to detect it; None for other formats.
        binary: True if numbers are stored as float32 or float64, not as text.
    """

    suffixes: tuple[str, ...]
    reader: str
    label_reader: str
    writer: str | None
    delimiter: str | None = None
    binary: bool = False

    def make_writer(self, schema: OutputSchema, decimals: int | None, delimiter: str) -> Writer:
        """Return a writer of rows of a schema."""
        assert self.writer is not None
        writer: Writer = _load_and_call(self.writer, schema, decimals, self.delimiter or delimiter)
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
        (".arrow", ".arrows", ".feather", ".ipc"), *_TABLE, "tables.writer:arrow_writer",
        binary=True,
    ),
}  # fmt: skip
READABLE = list(FORMATS)
# Formats whose readers open folders of parts themselves.
_TABLES = ("parquet", "arrow")
WRITABLE = [name for name, format_ in FORMATS.items() if format_.writer]


def open_source(path: str, options: ReadOptions, context: ReadContext = _DEFAULT) -> Source:
    """Open the logits of a path, or of standard input for `-`.

    Raises:
        SoftmaxError: if it cannot be opened or has no rows of logits.
    """
    source = _open_source(path, options, context)
    source.reopen = partial(_open_source, path, options, context)
    return source


def _open_source(path: str, options: ReadOptions, context: ReadContext) -> Source:
    if options.grouping:
        grouped: Source = _load_and_call("groups.opening:open_groups", path, options, _open_items)
        return grouped
    name = options.input_format or _format_of_input(path) or "csv"
    shown = STDIN if path == "-" else path
    if name not in ("json", "jsonl"):
        # Tables may hold lists of the best labels, which are seen once they are open.
        accepted = ("--candidates",) if name in ("parquet", "arrow") else ()
        options.reject_response_options(shown, name, accepted)
    if name not in ("npy", "npz"):
        options.reject_axis(shown, name)
    context = replace(context, format_name=name)
    source = _open(path, options, context)
    if context.exclusive and len(source.columns.logits) == 1:
        source.close()
        raise UsageError(SINGLE_CLASS, source=source.source, hint=_single_class_hint(source))
    return source


def _single_class_hint(source: Source) -> str:
    from softmax_cli.formats.columns.class_order import label_and_score

    columns = source.columns
    if columns.named_scores:
        return "Name all labels with --candidates, or use -a sigmoid for binary logits."
    pair = (*(columns.names[i] for i in columns.labels), *columns.classes)
    if source.json_encoded and label_and_score(pair):
        return (
            'If the label is the best of a row, put both in a list, "scores": [{"label": ..., '
            '"score": ...}], and use --candidates; if it is the true label, use -a sigmoid.'
        )
    return "Use -a sigmoid for binary scores, or transpose a column of logits to a row."


def _open(path: str, options: ReadOptions, context: ReadContext) -> Source:
    """Open a file or a folder of parts in a known format."""
    name = context.format_name
    source: Source
    if name not in _TABLES and os.path.isdir(path):  # noqa: PTH112
        source = _load_and_call(
            "folder:open_folder",
            path,
            options,
            name,
            partial(_open_file, context),
        )
    else:
        source = _open_file(context, path, options)
    return source


def _open_file(context: ReadContext, path: str, options: ReadOptions) -> Source:
    source: Source = _load_and_call(FORMATS[context.format_name].reader, path, options, context)
    return source


def _open_items(path: str, options: ReadOptions) -> Source:
    """Open rows with one logit, of which many are a group."""
    name = options.input_format or _format_of_input(path)
    if name in ("npy", "npz"):
        raise UsageError(f"--group needs column names, {name} has none", source=path)
    grouping = options.grouping
    long = grouping is not None and not grouping.wide
    passthrough = Passthrough.ALL_AS_TEXT if long else Passthrough.COLUMNS
    context = ReadContext(exclusive=False, passthrough=passthrough)
    return open_source(path, replace(options, grouping=None), context)


def open_labels(
    path: str, options: ReadOptions, context: ReadContext, classes: Sequence[str]
) -> LabelSource:
    """Open the labels of a path, or of standard input for `-`, for rows of these classes."""
    name = _format_of_input(path) or "csv"
    context = replace(context, format_name=name)
    reader = FORMATS[name].label_reader
    labels: LabelSource = _load_and_call(reader, path, options, context, classes)
    return labels


def open_vectors(vectors: Sequence[Sequence[float]]) -> Source:
    """Open vectors given as arguments, like a file of them without a header."""
    source: Source = _load_and_call("delimited.source:open_vectors", vectors)
    return source


def _format_of_input(path: str) -> str | None:
    """Return the format of the suffix of a path, or of the files in a folder or zip archive."""
    if path.lower().endswith(".zip"):
        member = _load_and_call("streams.archive:member_of_archive", path)
        if member and (name := format_from_suffix(member, READABLE)):
            return name
    name = format_from_suffix(path, READABLE)
    if name is None and os.path.isdir(path):  # noqa: PTH112
        name = _load_and_call(
            "folder:format_of_folder", path, lambda part: format_from_suffix(part, READABLE)
        )
    return name


def format_from_suffix(path: str, supported: Sequence[str]) -> str | None:
    """Return the format of a path's suffix, after that of a compression is removed.

    Raises:
        UsageError: if the format is not among `supported`, or one of other programs.
    """
    suffix = os.path.splitext(without_suffix(path))[1].lower()  # noqa: PTH122
    for name, format_ in FORMATS.items():
        if suffix in format_.suffixes:
            if name not in supported:
                raise UsageError(f"cannot write {suffix} files", source=path, hint="Use .npy.")
            return name
    if hint := _CONVERSION_HINTS.get(suffix):
        raise UsageError(f"{suffix} files are not supported", source=path, hint=hint)
    return None


def _load_and_call(reference: str, *arguments: object) -> Any:  # noqa: ANN401
    """Import the module of a function only now, because few are needed, and call it."""
    module, _, name = reference.partition(":")
    return getattr(import_module(f"softmax_cli.formats.{module}"), name)(*arguments)


_TORCH = (
    "Convert it: python -c \"import numpy, torch; numpy.save('logits.npy', "
    "torch.load('FILE', weights_only=True).float().numpy())\"."
)
_PICKLE = "Pickles can run arbitrary code. At the source, run numpy.save('logits.npy', logits)."
_HDF5 = (
    'Convert it: python -c "import h5py, numpy; '
    "numpy.save('logits.npy', h5py.File('FILE')['logits'])\"."
)
_SAFETENSORS = (
    'Convert it: python -c "import numpy; from safetensors.numpy import load_file; '
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
