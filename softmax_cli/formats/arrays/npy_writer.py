"""`.npy`, written block by block: the number of rows goes into the header at the end."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import UsageError
from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputSchema

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate

_MAGIC = b"\x93NUMPY\x01\x00"
# As long as numpy pads it to be, with room for any number of rows.
_HEADER = 128


def npy_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> NpyWriter:
    """What writes an array of the fields that are numbers."""
    if decimals is not None:
        raise UsageError("--decimals is for text: npy keeps all digits")
    if any(field.added and not field.numbers for field in schema.fields):
        raise UsageError(
            "npy holds numbers alone, and --top and --add prediction give names of classes",
            hint="Write csv, jsonl or parquet.",
        )
    return NpyWriter(schema)


@dataclass(frozen=True)
class NpyWriter:
    """Writes rows of numbers as float64, or as float32 where the input was no more."""

    schema: OutputSchema

    @property
    def dropped(self) -> list[str]:
        """The columns that an array of numbers has no place for."""
        return [name for field in self.schema.fields if not field.numbers for name in field.names]

    def can_splice(self, _delimiter: str | None, _count: int) -> bool:
        """Never: an array holds no text."""
        return False

    def render(
        self, column_data: Sequence[ColumnData], _edges: SpliceTemplate | None = None
    ) -> NDArray[np.floating]:
        """The numbers of some rows, side by side."""
        arrays = [column.values for column in column_data if isinstance(column, NumericColumns)]
        whole = arrays[0] if len(arrays) == 1 else np.hstack(arrays)
        return np.ascontiguousarray(whole, np.float32 if self.schema.float32 else np.float64)

    def write(self, file: BinaryIO, parts: Iterable[NDArray[np.floating]]) -> None:
        """All rows behind a header that is completed at the end."""
        if not _can_go_back(file):
            raise UsageError(
                "npy cannot go to a pipe or be compressed: its header tells how many rows follow",
                hint="Give a file: -o OUT.npy.",
            )
        file.write(self._header(0))
        rows = 0
        for part in parts:
            file.write(part.data.cast("B") if part.size else b"")
            rows += len(part)
        file.seek(0)
        file.write(self._header(rows))

    def _header(self, rows: int) -> bytes:
        width = sum(len(field.names) for field in self.schema.fields if field.numbers)
        shape = (
            (rows * width,) if self.schema.one_dimensional and 1 in (rows, width) else (rows, width)
        )
        kind = "<f4" if self.schema.float32 else "<f8"
        text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
        text = text.ljust(_HEADER - len(_MAGIC) - 3) + "\n"
        return _MAGIC + len(text).to_bytes(2, "little") + text.encode("latin1")


def _can_go_back(file: BinaryIO) -> bool:
    # A compressed stream says that it can, and cannot.
    return isinstance(file, io.BufferedWriter | io.FileIO) and file.seekable()
