"""Matrices that are filled some columns at a time and read some rows at a time."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from softmax_cli.errors import SoftmaxError
from softmax_cli.runtime.positional_read import read_at

if TYPE_CHECKING:
    from typing import BinaryIO

    from softmax_cli.activations.exact import Floats

_IN_MEMORY = 1 << 22  # values


def new_matrix(
    shape: tuple[int, int], dtype: np.dtype[Any], source: str
) -> MatrixInMemory | MatrixInFile:
    """Return a matrix to be filled: in a temporary file if it is large."""
    if shape[0] * shape[1] <= _IN_MEMORY:
        return MatrixInMemory(shape, dtype)
    return MatrixInFile(dtype, source)


class MatrixInMemory:
    """A matrix in memory."""

    def __init__(self, shape: tuple[int, int], dtype: np.dtype[Any]) -> None:
        self._values = np.empty(shape, dtype)
        self._filled = 0

    def append(self, columns: Floats) -> None:
        """Add columns."""
        end = self._filled + columns.shape[1]
        self._values[:, self._filled : end] = columns
        self._filled = end

    def rows(self, first: int, stop: int) -> Floats:
        """Return rows, all columns of them."""
        return self._values[first:stop]

    def close(self) -> None:
        """Free nothing: the rows may be in use."""


class MatrixInFile:
    """A matrix in a file without a name, as one block of rows after the other."""

    def __init__(self, dtype: np.dtype[Any], source: str) -> None:
        self._dtype, self._source = dtype, source
        self._blocks: list[tuple[int, int]] = []  # position and number of columns
        self._file = cast("BinaryIO", tempfile.TemporaryFile(buffering=0))  # noqa: SIM115

    def append(self, columns: Floats) -> None:
        """Add columns."""
        data = np.ascontiguousarray(columns, self._dtype).data.cast("B")
        self._blocks.append((self._file.tell(), columns.shape[1]))
        try:
            while data:
                data = data[self._file.write(data) :]
        except OSError as error:
            raise SoftmaxError(
                f"cannot write a temporary file: {error.strerror or error}",
                source=self._source,
                hint="Rows of large batches are gathered there. Set TMPDIR to a folder with space.",
            ) from error

    def rows(self, first: int, stop: int) -> Floats:
        """Return rows, all columns of them."""
        blocks = []
        for position, width in self._blocks:
            block = np.empty((stop - first, width), self._dtype)
            read_at(self._file.fileno(), block, position + first * width * self._dtype.itemsize)
            blocks.append(block)
        return np.concatenate(blocks, axis=1)

    def close(self) -> None:
        """Delete the file."""
        self._file.close()
