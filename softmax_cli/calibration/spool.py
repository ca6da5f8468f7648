"""Spool of rows for repeated passes: in memory while small, else in a temporary file.

A stream can be read only once, and parsing text again for each pass costs several times as
much as reading numbers. The file has no name, so it never outlives the process.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.exact import Floats
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import wrap_os_errors
from softmax_cli.runtime.positional_read import read_at

if TYPE_CHECKING:
    from io import FileIO

    from numpy.typing import NDArray

    Labels = NDArray[np.integer]

# Bytes in memory per spool; a process has a few spools.
_IN_MEMORY = 32 << 20


@dataclass(frozen=True)
class _SpooledChunk:
    """Logits in memory, or None if at an offset of the file, and labels in memory."""

    shape: tuple[int, ...]
    labels: Labels
    logits: Floats | None
    offset: int


class Spool:
    """Chunks of logits, shape (N, C), and labels, for repeated reading.

    Without `spills`, all of them are in memory, in which `in_memory` counts the bytes.
    """

    def __init__(self, *, spills: bool = True) -> None:
        self._chunks: list[_SpooledChunk] = []
        self._spills = spills
        self.in_memory = 0
        self._size = 0
        self._file: FileIO | None = None
        self.rows = 0

    def add(self, logits: Floats, labels: Labels) -> None:
        """Store a chunk."""
        if not len(logits):
            return
        self.rows += len(logits)
        if not self._spills or self.in_memory + logits.nbytes <= _IN_MEMORY:
            self.in_memory += logits.nbytes
            self._chunks.append(_SpooledChunk(logits.shape, labels, logits, 0))
            return
        self._chunks.append(_SpooledChunk(logits.shape, labels, None, self._size))
        self._write(logits)

    def __len__(self) -> int:
        """Return the number of chunks."""
        return len(self._chunks)

    def read(self, i: int) -> tuple[Floats, Labels]:
        """Return the logits and labels of chunk i; safe to call from several threads at once."""
        chunk = self._chunks[i]
        if chunk.logits is not None:
            return chunk.logits, chunk.labels
        assert self._file is not None
        logits = np.empty(chunk.shape)
        with wrap_os_errors(tempfile.gettempdir()):
            size = read_at(self._file.fileno(), logits, chunk.offset)
        assert size == logits.nbytes
        return logits, chunk.labels

    def close(self) -> None:
        """Close the file, which deletes it."""
        if self._file is not None:
            self._file.close()

    def _write(self, logits: Floats) -> None:
        with wrap_os_errors(tempfile.gettempdir()):
            if self._file is None:
                self._file = tempfile.TemporaryFile(  # noqa: SIM115  closed by close()
                    prefix="softmax-", buffering=0
                )
            self._file.seek(self._size)  # because a read may have moved the position
            data = np.ascontiguousarray(logits).data.cast("B")
            while len(data):
                data = data[self._file.write(data) :]
        self._size += logits.nbytes
