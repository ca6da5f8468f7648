"""Stream of a NumPy array: a header, which is validated, then rows on demand.

Pickles are never loaded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError, wrap_os_errors
from softmax_cli.formats.arrays.array_layout import (
    ArrayUse,
    layout_of_column,
    layout_of_logits,
)
from softmax_cli.formats.arrays.npy_header import read_header, require_dtype
from softmax_cli.runtime.positional_read import read_at

_LOGIT_KINDS, _LABEL_KINDS = "fiu", "fiubUS"
# Values of a run of rows across several axes that are read at once, not class by class.
_WHOLE_VALUES = 1 << 20


class ArrayStream:
    """An array of shape (N, C), read in order.

    Args:
        read: returns at most the requested number of bytes; none at the end.
        source: name for error messages.
        use: what the array is read as.
        size: size of the file in bytes, if known.
        descriptor: file descriptor of a random-access file, where rows can be read out of order.

    Attributes:
        source: name for error messages.
        shape: shape of the array in the file.
        dtype: dtype of the file; with named fields, each row is a record, and C is 1.
        one_dimensional: True if the array of the file is 1-D.
        rows: N.
        width: C.
        bytes: size of the data, without the header.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        source: str,
        use: ArrayUse,
        *,
        size: int | None = None,
        descriptor: int | None = None,
    ) -> None:
        self._read = read
        self._descriptor = descriptor
        self.source = source
        header = read_header(self._read_exactly, source)
        self.shape, self.dtype, self._start = header.shape, header.dtype, header.size
        require_dtype(self.dtype, _LABEL_KINDS if use.as_labels else _LOGIT_KINDS, source)
        if self.dtype.names is not None or use.flatten(self.shape):
            self._layout = layout_of_column(self.shape, fortran=header.fortran)
        else:
            self._layout = layout_of_logits(self.shape, use, source, fortran=header.fortran)
        self._axis = use.axis
        self.one_dimensional = self._layout.one_dimensional
        self.rows, self.width = self._layout.rows, self._layout.width
        self.bytes = self.rows * self.width * self.dtype.itemsize
        self._done = 0
        self._pending = np.empty((0, self.width), self.dtype)
        if size is not None and size != self._start + self.bytes:
            self._reject(
                f"expected {self.bytes} bytes for shape {self.shape}, found {size - self._start}"
            )

    @property
    def has_random_access(self) -> bool:
        """True if rows can be read from any row on."""
        return self._descriptor is not None and not self._layout.permuted

    def skip_to(self, row: int) -> None:
        """Go on with a row, where there is random access."""
        assert self.has_random_access
        self._done = row

    def next_rows(self, count: int) -> Callable[[], NDArray[Any]]:
        """Return a thread-safe function that returns the next rows, at most `count`.

        Its result has shape (n, C) and the dtype of the file. The function itself reads a
        random-access file, so that threads share that work; a stream is read by this call.
        """
        first, count = self._done, min(count, self.rows - self._done)
        self._done += count
        if self.has_random_access:
            return partial(self._rows_at, first, count)
        if self._layout.inner == 1 and not self._layout.permuted:
            data = self._read_exactly(count * self.width * self.dtype.itemsize)
            return partial(np.frombuffer(data, self.dtype).reshape, count, self.width)
        return partial(np.asarray, self._buffered_rows(count))

    def _buffered_rows(self, count: int) -> NDArray[Any]:
        """Return the next rows of a stream whose classes are apart, a block of them at a time."""
        blocks, missing = [self._pending], count - len(self._pending)
        while missing > 0:
            block = self._read_whole() if self._layout.permuted else self._read_block()
            blocks.append(block)
            missing -= len(block)
        rows = np.concatenate(blocks) if len(blocks) > 1 else blocks[0]
        self._pending = rows[count:]
        return rows[:count]

    def _read_block(self) -> NDArray[Any]:
        shape = self.width, self._layout.inner
        data = self._read_exactly(shape[0] * shape[1] * self.dtype.itemsize)
        return np.frombuffer(data, self.dtype).reshape(shape).T

    def _read_whole(self) -> NDArray[Any]:
        array = np.frombuffer(self._read_exactly(self.bytes), self.dtype)
        array = array.reshape(self.shape, order="F")
        if self.width == 1:
            return array.reshape(-1, 1)
        return np.moveaxis(array, -1 if self._axis is None else self._axis, -1).reshape(
            -1, self.width
        )

    def require_end(self) -> None:
        """Raise SoftmaxError if data follow the array."""
        if self._descriptor is None and self._read(1):
            self._reject("trailing data after the array")

    @property
    def position(self) -> int:
        """Bytes of the file up to the next row."""
        return self._start + self._done * self.width * self.dtype.itemsize

    def _rows_at(self, first: int, count: int) -> NDArray[Any]:
        """Read rows from a random-access file."""
        inner = self._layout.inner
        if inner == 1:
            return self._read_at((count, self.width), first * self.width)
        if inner * self.width <= _WHOLE_VALUES:
            before, behind = first // inner, -(-(first + count) // inner)
            shape = behind - before, self.width, inner
            blocks = self._read_at(shape, before * self.width * inner)
            rows = blocks.transpose(0, 2, 1).reshape(-1, self.width)
            return rows[first - before * inner :][:count]
        return self._class_by_class(first, count)

    def _class_by_class(self, first: int, count: int) -> NDArray[Any]:
        inner, columns = self._layout.inner, np.empty((self.width, count), self.dtype)
        done = 0
        while done < count:
            outer, start = divmod(first + done, inner)
            size = min(inner - start, count - done)
            for k in range(self.width):
                part = columns[k, done : done + size]
                self._fill(part, (outer * self.width + k) * inner + start)
            done += size
        return columns.T

    def _read_at(self, shape: tuple[int, ...], index: int) -> NDArray[Any]:
        array = np.empty(shape, self.dtype)
        self._fill(array, index)
        return array

    def _fill(self, array: NDArray[Any], index: int) -> None:
        """Read values into an array, from the one at `index` in the file on."""
        assert self._descriptor is not None
        offset = self._start + index * self.dtype.itemsize
        with wrap_os_errors(self.source):
            n_bytes = read_at(self._descriptor, array, offset)
        if n_bytes < array.nbytes:
            self._reject("file was truncated while being read")

    def _read_exactly(self, size: int) -> bytes:
        pieces, missing = [], size
        while missing and (data := self._read(missing)):
            pieces.append(data)
            missing -= len(data)
        if missing:
            self._reject(f"truncated array: {missing} bytes missing")
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _reject(self, message: str) -> NoReturn:
        raise SoftmaxError(message, source=self.source)


def as_floats(array: NDArray[Any]) -> NDArray[np.float64]:
    """Return an array of any numeric dtype as float64."""
    return np.asarray(array, np.float64)
