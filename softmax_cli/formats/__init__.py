"""The table of file formats, and what the user says about reading one.

To add a format, write its file in this folder and its line here.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from softmax_cli.errors import UsageError
from softmax_cli.formats.compression import without_suffix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.label_file import LabelSource
    from softmax_cli.formats.layout import Layout, Writer
    from softmax_cli.formats.source import Source


@dataclass(frozen=True)
class Format:
    """A file format: its suffixes, and where its reader and its writer are.

    `opener` is a function of a path and of what the user says, `module:function`; `writer`
    a function of a layout, the decimals and the delimiter. `delimiter` is that of delimited
    text ("" is found out); `magic` is how its files begin; numbers that are `typed` can be
    float32.
    """

    suffixes: tuple[str, ...]
    opener: str | None
    writer: str | None
    delimiter: str | None = None
    magic: bytes = b""
    typed: bool = False

    def open(self, path: str, reading: Reading) -> Source:
        """The logits of a path, or of standard input for `-`."""
        source: Source = _called(self.opener, path, reading)
        return source

    def written(self, layout: Layout, decimals: int | None, delimiter: str) -> Writer:
        """What writes rows of that layout."""
        writer: Writer = _called(self.writer, layout, decimals, self.delimiter or delimiter)
        return writer


_DELIMITED = ("delimited:open_delimited", "delimited_writer:delimited_writer")

FORMATS: dict[str, Format] = {
    "csv": Format((".csv",), *_DELIMITED, delimiter=""),
    "tsv": Format((".tsv", ".tab"), *_DELIMITED, delimiter="\t"),
    "jsonl": Format((".jsonl", ".ndjson"), "json_lines:open_lines", "json_writer:lines_writer"),
    "json": Format((".json",), "json_document:open_document", "json_writer:document_writer"),
    "npy": Format(
        (".npy",), "npy:open_npy", "npy_writer:npy_writer", magic=b"\x93NUMPY", typed=True
    ),
    "npz": Format((".npz",), "npz:open_npz", None, magic=b"PK\x03\x04"),
    "parquet": Format(
        (".parquet", ".pq"), "tables:open_parquet", "table_writer:parquet_writer",
        magic=b"PAR1", typed=True,
    ),
    "arrow": Format(
        (".arrow", ".feather", ".ipc"), "tables:open_arrow", "table_writer:arrow_writer",
        magic=b"ARROW1", typed=True,
    ),
}  # fmt: skip
_LABELS = {
    "csv": "label_file:open_label_file",
    "tsv": "label_file:open_label_file",
    "jsonl": "label_tables:open_label_records",
    "json": "label_tables:open_label_records",
    "npy": "npy:open_label_array",
    "npz": "npz:open_label_member",
    "parquet": "label_tables:open_label_table",
    "arrow": "label_tables:open_label_table",
}
READABLE = [name for name, form in FORMATS.items() if form.opener]
WRITABLE = [name for name, form in FORMATS.items() if form.writer]


@dataclass(frozen=True)
class Reading:
    """What the user says about the input; None and empty where the rules decide.

    `beside` says what is wanted with the logits of delimited text: `edges`, the bytes around
    them; `columns`, all of them; or `labels` alone. `independent` says that classes are so,
    and that a list of numbers without rows is then a column of them.
    """

    input_format: str | None = None
    columns: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    header: bool | None = None
    delimiter: str | None = None
    decimal_comma: bool = False
    beside: str = "edges"
    independent: bool = False


def open_source(path: str, reading: Reading) -> Source:
    """The logits of a path, or of standard input for `-`.

    Raises SoftmaxError for what cannot be opened or has no rows of logits.
    """
    name = reading.input_format or format_of(path, READABLE) or "csv"
    return FORMATS[name].open(path, reading)


def open_labels(path: str, reading: Reading, classes: Sequence[str]) -> LabelSource:
    """The labels of a path, or of standard input for `-`, for rows of these classes."""
    name = format_of(path, READABLE) or "csv"
    more = (classes,) if name in ("csv", "tsv") else ()
    labels: LabelSource = _called(_LABELS[name], path, reading, name, *more)
    return labels


def open_given(vectors: Sequence[Sequence[float]]) -> Source:
    """Vectors given as arguments, as a source like a file of them without a header."""
    source: Source = _called("delimited:given_source", vectors)
    return source


def format_of(path: str, known: Sequence[str]) -> str | None:
    """The format that a path's suffix names, that of a compression left out.

    Raises UsageError for a format of others, and for one that is not among those `known`.
    """
    suffix = os.path.splitext(without_suffix(path))[1].lower()  # noqa: PTH122
    for name, form in FORMATS.items():
        if suffix in form.suffixes:
            if name not in known:
                raise UsageError(
                    f"{suffix} files are read, not written", source=path, remedy="Use .npy."
                )
            return name
    if remedy := _OTHERS.get(suffix):
        raise UsageError(f"{suffix} files are not supported", source=path, remedy=remedy)
    return None


def _called(where: str | None, *arguments: object) -> Any:  # noqa: ANN401
    """A function of this folder, whose module is imported now: few formats serve a command."""
    assert where is not None
    module, _, name = where.partition(":")
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
_OTHERS = {
    **dict.fromkeys((".pt", ".pth", ".bin"), _TORCH),
    **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
    **dict.fromkeys((".h5", ".hdf5"), _HDF5),
    ".safetensors": _SAFETENSORS,
    **dict.fromkeys((".xlsx", ".xls", ".ods"), _EXCEL),
    **dict.fromkeys((".mat", ".rds", ".orc", ".avro"), "Use CSV, npy or Parquet."),
}
