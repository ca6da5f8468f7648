"""Rows kept for passes to come: in memory while they are few, else in a temporary file.

A stream can be read but once, and text that is parsed anew for each pass costs several times
what numbers do. The file has no name: it is gone with the process, however that ends.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.errors import wrap_os_errors

if TYPE_CHECKING:
    from io import FileIO

    from numpy.typing import NDArray

    Labels = NDArray[np.integer]

# What all spools of a process may hold in memory together, in bytes, is a few times this.
_IN_MEMORY = 32 << 20


@dataclass(frozen=True)
class _Kept:
    """Where a block's logits are, and what is known of its rows."""

    shape: tuple[int, ...]
    known: Labels
    logits: Floats | None
    place: int


class Spool:
    """Blocks of logits, shape (N, C), and what is known of them, to be read again and again."""

    def __init__(self) -> None:
        self._kept: list[_Kept] = []
        self._held = 0
        self._size = 0
        self._file: FileIO | None = None
        self.rows = 0

    def add(self, logits: Floats, known: Labels) -> None:
        """Keep a block."""
        if not len(logits):
            return
        self.rows += len(logits)
        if self._held + logits.nbytes <= _IN_MEMORY:
            self._held += logits.nbytes
            self._kept.append(_Kept(logits.shape, known, logits, 0))
            return
        self._kept.append(_Kept(logits.shape, known, None, self._size))
        self._write(logits)

    def __len__(self) -> int:
        """How many blocks there are."""
        return len(self._kept)

    def read(self, i: int) -> tuple[Floats, Labels]:
        """The logits and labels of block i; safe to call from many threads at once."""
        kept = self._kept[i]
        if kept.logits is not None:
            return kept.logits, kept.known
        assert self._file is not None
        size = int(np.prod(kept.shape)) * 8
        with wrap_os_errors(tempfile.gettempdir()):
            data = os.pread(self._file.fileno(), size, kept.place)
        return np.frombuffer(data, np.float64).reshape(kept.shape), kept.known

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def _write(self, logits: Floats) -> None:
        with wrap_os_errors(tempfile.gettempdir()):
            if self._file is None:
                self._file = tempfile.TemporaryFile(  # noqa: SIM115  closed by close()
                    prefix="softmax-", buffering=0
                )
            data = np.ascontiguousarray(logits).data.cast("B")
            while len(data):
                data = data[self._file.write(data) :]
        self._size += logits.nbytes
