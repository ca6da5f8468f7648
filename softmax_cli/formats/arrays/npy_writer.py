"""Writer of NPY files: streamed, with the row count put into the header at the end."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from numpy.typing import NDArray

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError
from softmax_cli.formats.output_schema import ColumnData, NumericColumns, OutputSchema

if TYPE_CHECKING:
    from softmax_cli.formats.text.splice import SpliceTemplate

_SIGNATURE = b"\x93NUMPY\x01\x00"
# NumPy pads to this length, with room for any row count.
_HEADER_BYTES = 128


def npy_writer(schema: OutputSchema, decimals: int | None, _delimiter: str) -> NpyWriter:
    """Return a writer of the numeric fields as one array."""
    if decimals is not None:
        raise UsageError("--decimals applies to text formats, not npy")
    if any(field.added and not field.numbers for field in schema.fields):
        raise UsageError(
            "npy holds only numbers (no column of --top, --add prediction, --accept or sample)",
            hint="Use csv, jsonl or parquet.",
        )
    return NpyWriter(schema)


@dataclass(frozen=True)
class NpyWriter:
    """Writer of rows of numbers: float32 if the input is, else float64."""

    schema: OutputSchema

    @property
    def dropped(self) -> list[str]:
        """Names of the columns that are not numbers, which an array cannot hold."""
        return [name for field in self.schema.fields if not field.numbers for name in field.names]

    def can_splice(self, _delimiter: str | None, _count: int) -> bool:
        """Return False, because an array holds no text."""
        return False

    def render(
        self, column_data: Sequence[ColumnData], _template: SpliceTemplate | None = None
    ) -> NDArray[np.floating]:
        """Return the numbers of some rows as an array of shape (n, K)."""
        arrays = [column.values for column in column_data if isinstance(column, NumericColumns)]
        matrix = arrays[0] if len(arrays) == 1 else np.hstack(arrays)
        return np.ascontiguousarray(matrix, np.float32 if self.schema.float32 else np.float64)

    def write(self, file: BinaryIO, chunks: Iterable[NDArray[np.floating]]) -> None:
        """Write a header, which is completed at the end, and all rows."""
        if not _can_seek_back(file):
            raise UsageError(
                "npy cannot be piped or compressed: its header stores the row count",
                hint="Use -o OUT.npy.",
            )
        file.write(self._header(0))
        rows = 0
        for chunk in chunks:
            file.write(chunk.data.cast("B") if chunk.size else b"")
            rows += len(chunk)
        file.seek(0)
        file.write(self._header(rows))

    def _header(self, rows: int) -> bytes:
        width = sum(len(field.names) for field in self.schema.fields if field.numbers)
        shape = (
            (rows * width,) if self.schema.one_dimensional and 1 in (rows, width) else (rows, width)
        )
        descr = "<f4" if self.schema.float32 else "<f8"
        text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
        text = text.ljust(_HEADER_BYTES - len(_SIGNATURE) - 3) + "\n"
        return _SIGNATURE + len(text).to_bytes(2, "little") + text.encode("latin1")


def _can_seek_back(file: BinaryIO) -> bool:
    # Compressed streams claim to be seekable, but cannot seek back.
    return isinstance(file, io.BufferedWriter | io.FileIO) and file.seekable()
