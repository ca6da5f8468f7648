"""A NumPy array as it is read from a file: its header, checked, then rows as they are wanted.

The header is looked at before anything is allocated for what it claims, and pickles are
never opened (numpy.lib.format, version 1 to 3).
"""

from __future__ import annotations

import io
import math
import os
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import SoftmaxError, wrap_os_errors

_LONGEST_HEADER = 10_000
# A row of more values than this cannot be worked on in bounded memory.
_WIDEST_ROW = 1 << 26
_KINDS = {
    "c": "complex numbers",
    "O": "Python objects, which are pickled",
    "S": "text",
    "U": "text",
    "M": "dates",
    "m": "times",
    "V": "records",
    "b": "truth values",
}


class ArrayStream:
    """An array of shape (N, C); one of a single axis is N rows of one value, or one row.

    It holds floats or integers, or also `truths`, which labels may be.
    `descriptor` is that of an open regular file, where rows can be read out of order.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        source: str,
        *,
        as_column: bool,
        allow_bool: bool = False,
        size: int | None = None,
        descriptor: int | None = None,
    ) -> None:
        self._read = read
        self._descriptor = descriptor
        self.source = source
        self._kinds = "fiub" if allow_bool else "fiu"
        shape, fortran, self.dtype, self._start = self._header()
        self.one_dimensional = len(shape) == 1
        self.rows, self.width = _rows_and_width(shape, as_column=as_column, source=source)
        self._fortran = fortran and self.rows > 1 and self.width > 1
        self.bytes = self.rows * self.width * self.dtype.itemsize
        self._done = 0
        self._held: NDArray[Any] | None = None
        if size is not None and size != self._start + self.bytes:
            what = "fewer" if size < self._start + self.bytes else "more"
            self._refuse(
                f"{size - self._start} bytes of data, {what} than the {self.bytes} of an array "
                f"of shape {shape}"
            )

    def next_rows(self, count: int) -> Callable[[], NDArray[Any]]:
        """A function, for any thread, that gives the next rows: at most `count`, shape (n, C).

        They are of the file's type. A plain file is read by the function, so that several
        threads share that work; a stream has been read by then.
        """
        first, count = self._done, min(count, self.rows - self._done)
        self._done += count
        if self._fortran and self._descriptor is None:
            return partial(self._whole().__getitem__, slice(first, first + count))
        if self._descriptor is not None:
            return partial(self._columns if self._fortran else self._rows_at, first, count)
        data = self._exactly(count * self.width * self.dtype.itemsize)
        return partial(np.frombuffer(data, self.dtype).reshape, count, self.width)

    def _whole(self) -> NDArray[Any]:
        """All of an array whose columns come one by one in a stream: it must be held."""
        if self._held is None:
            values = np.frombuffer(self._exactly(self.bytes), self.dtype)
            self._held = values.reshape((self.rows, self.width), order="F")
        return self._held

    def require_end(self) -> None:
        """Refuse a stream that goes on behind the array."""
        if self._descriptor is None and self._read(1):
            self._refuse("there is more behind the array")

    @property
    def position(self) -> int:
        """How many bytes have been read."""
        return self._start + self._done * self.width * self.dtype.itemsize

    def _rows_at(self, first: int, count: int) -> NDArray[Any]:
        array = np.empty((count, self.width), self.dtype)
        self._fill(array, first * self.width)
        return array

    def _columns(self, first: int, count: int) -> NDArray[Any]:
        turned = np.empty((self.width, count), self.dtype)
        for k in range(self.width):
            self._fill(turned[k], k * self.rows + first)
        return turned.T

    def _fill(self, array: NDArray[Any], place: int) -> None:
        """Read the values from number `place` on into an array."""
        assert self._descriptor is not None
        left = array.reshape(-1).view(np.uint8)
        offset = self._start + place * self.dtype.itemsize
        with wrap_os_errors(self.source):
            while len(left):
                read = os.preadv(self._descriptor, [left.data], offset)
                if not read:
                    self._refuse("the file was cut short while it was read")
                left, offset = left[read:], offset + read

    def _header(self) -> tuple[tuple[int, ...], bool, np.dtype[Any], int]:
        magic = self._exactly(8)
        width = 2 if magic[6] == 1 else 4
        length = self._exactly(width)
        size = int.from_bytes(length, "little")
        if magic[6] not in (1, 2, 3) or size > _LONGEST_HEADER:
            self._refuse(f"the header of the array is of {size} bytes, or of an unknown version")
        file = io.BytesIO(magic + length + self._exactly(size))
        try:
            np.lib.format.read_magic(file)
            reader = (
                np.lib.format.read_array_header_1_0
                if width == 2
                else np.lib.format.read_array_header_2_0
            )
            shape, fortran, dtype = reader(file, max_header_size=_LONGEST_HEADER)
        except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError) as error:
            reason = str(error).splitlines()[0] if str(error) else "it cannot be read"
            reason = re.sub(r" at 0x[0-9a-f]+", "", reason)
            self._refuse(f"the header of the array is not valid: {reason[:200]}")
        self._require_numbers(dtype)
        if any(length < 0 for length in shape):
            self._refuse(f"the array claims the shape {shape}")
        return shape, fortran, dtype, 8 + width + size

    def _require_numbers(self, dtype: np.dtype[Any]) -> None:
        if dtype.kind in self._kinds and dtype.subdtype is None:
            return
        kind = _KINDS.get(dtype.kind, str(dtype))
        self._refuse(f"the array holds {kind}, not numbers", "Save one of floats or integers.")

    def _exactly(self, size: int) -> bytes:
        parts, missing = [], size
        while missing and (data := self._read(missing)):
            parts.append(data)
            missing -= len(data)
        if missing:
            self._refuse(f"the array is cut short: {missing} bytes of it are missing")
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _refuse(self, message: str, hint: str | None = None) -> None:
        raise SoftmaxError(message, source=self.source, hint=hint)


def as_floats(array: NDArray[Any]) -> NDArray[np.float64]:
    """The values of any type of number as float64."""
    return np.asarray(array, np.float64)


def _rows_and_width(shape: tuple[int, ...], *, as_column: bool, source: str) -> tuple[int, int]:
    if len(shape) not in (1, 2):
        raise SoftmaxError(
            f"the array has shape {shape}, where (N, C) or (C,) is expected",
            source=source,
            hint="Reshape it: logits.reshape(-1, logits.shape[-1]).",
        )
    rows, width = shape if len(shape) == 2 else ((shape[0], 1) if as_column else (1, shape[0]))
    if not width:
        raise SoftmaxError(f"the array has shape {shape}: there is no class", source=source)
    if width > _WIDEST_ROW:
        raise SoftmaxError(
            f"the array has shape {shape}: {math.prod(shape)} values are too many for one row",
            source=source,
            hint="With -a sigmoid, an array of one axis is a column.",
        )
    return rows, width
