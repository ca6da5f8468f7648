"""Header of a NumPy array: its shape, order and dtype, validated (numpy.lib.format 1 to 3)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError

_MAX_HEADER_BYTES = 10_000
_KIND_NAMES = {
    "c": "complex numbers",
    "S": "text",
    "U": "text",
    "M": "dates",
    "m": "times",
    "V": "raw bytes or sub-arrays",
    "b": "booleans",
}
# NumPy has no name for the types of other libraries, and stores them as raw bytes.
_FOREIGN = "values of a type that NumPy lacks, such as bfloat16"
_FOREIGN_SIZE = 2
_FOREIGN_HINT = "Save them as float32, such as logits.astype('float32') or logits.float().numpy()."


@dataclass(frozen=True)
class Header:
    """The declared shape and type of an array; `size` is the size of the header in bytes."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    size: int


def read_header(read: Callable[[int], bytes], source: str) -> Header:
    """Read a header from a function that returns exactly the requested number of bytes.

    Raises:
        SoftmaxError: before anything is allocated for the shape that the header claims.
    """
    magic = read(8)
    width = 2 if magic[6] == 1 else 4
    length = read(width)
    size = int.from_bytes(length, "little")
    if magic[6] not in (1, 2, 3) or size > _MAX_HEADER_BYTES:
        _reject(source, f"unsupported array header: {size} bytes, or unknown version")
    text = read(size)
    try:
        shape, fortran, dtype = _parse(magic + length + text, width)
    except (ValueError, TypeError, KeyError, SyntaxError, RecursionError, MemoryError) as error:
        if b"bfloat16" in text or b"float8" in text:
            _reject(source, f"array holds {_FOREIGN}", _FOREIGN_HINT)
        reason = str(error).splitlines()[0] if str(error) else "unreadable"
        reason = re.sub(r" at 0x[0-9a-f]+", "", reason)
        _reject(source, f"invalid array header: {reason[:200]}")
    if any(length < 0 for length in shape):
        _reject(source, f"invalid array shape {shape}")
    return Header(shape, fortran, dtype, 8 + width + size)


def require_dtype(dtype: np.dtype[Any], kinds: str, source: str) -> None:
    """Raise SoftmaxError unless an array holds records, or one of some kinds of values."""
    if dtype.names is not None and not dtype.hasobject:
        return
    if dtype.kind in kinds and dtype.subdtype is None and dtype.itemsize:
        return
    if dtype.hasobject:
        _reject(source, "array holds pickled objects, not numbers", _hint(kinds))
    if dtype.kind == "V" and dtype.subdtype is None and dtype.itemsize <= _FOREIGN_SIZE:
        _reject(source, f"array holds {_FOREIGN}", _FOREIGN_HINT)
    kind = _KIND_NAMES.get(dtype.kind, str(dtype))
    _reject(source, f"array holds {kind}, not numbers", _hint(kinds))


def _hint(kinds: str) -> str:
    if "U" in kinds:
        return "Save numbers or text, such as labels.astype(str)."
    return "Save floats or integers."


def _parse(header: bytes, width: int) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    file = io.BytesIO(header)
    np.lib.format.read_magic(file)
    read = (
        np.lib.format.read_array_header_1_0 if width == 2 else np.lib.format.read_array_header_2_0
    )
    return read(file, max_header_size=_MAX_HEADER_BYTES)


def _reject(source: str, message: str, hint: str | None = None) -> NoReturn:
    raise SoftmaxError(message, source=source, hint=hint)
