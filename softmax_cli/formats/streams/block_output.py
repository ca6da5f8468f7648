"""Compressed output in blocks, on all CPUs and written in order.

Blocks end at fixed offsets, so that the same input gives the same bytes whatever the number of
threads. Those of gzip continue one member, with the end of the block before as a dictionary, as
in Mark Adler's pigz; those of bzip2 and xz are streams that readers join.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import IO, TYPE_CHECKING, Any

from softmax_cli.runtime.threads import cpu_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor
    from types import TracebackType

_MIB = 1 << 20
_WINDOW = 1 << 15  # bytes that gzip looks back


class BlockWriter:
    """File that compresses what is written to it into `raw`, which stays open.

    Args:
        raw: binary file for the compressed bytes.
        compress: returns the compressed bytes of a block, given also the end of the block
            before; called from many threads.
        size: bytes per block.
    """

    def __init__(
        self, raw: IO[bytes], compress: Callable[[bytes, bytes], bytes], size: int = _MIB
    ) -> None:
        self._raw = raw
        self._compress = compress
        self._size = size
        self._block = bytearray()
        self._before = b""
        self._pool: ThreadPoolExecutor | None = None
        self._futures: deque[Future[bytes]] = deque()

    def __enter__(self) -> BlockWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: object, _traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            if self._pool is not None:
                self._pool.shutdown(cancel_futures=True)

    def isatty(self) -> bool:
        """Return False, because no terminal shows compressed bytes."""
        return False

    def write(self, data: bytes | memoryview) -> int:
        """Compress bytes, and write blocks that are ready; return their number."""
        view = memoryview(data)
        start = 0
        while start < len(view):
            stop = start + self._size - len(self._block)
            self._block += view[start:stop]
            start = stop
            if len(self._block) == self._size:
                self._submit()
        return len(view)

    def _submit(self) -> None:
        block = bytes(self._block)
        self._block.clear()
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor

            self._pool = ThreadPoolExecutor(cpu_count())
        self._futures.append(self._pool.submit(self._compress, block, self._before))
        self._end_block(block)
        while len(self._futures) > cpu_count() or (self._futures and self._futures[0].done()):
            self._raw.write(self._futures.popleft().result())

    def _end_block(self, block: bytes) -> None:
        """Take note of a block, in order."""
        self._before = block[-_WINDOW:]

    def _finish(self) -> None:
        """Write all that is left."""
        while self._futures:
            self._raw.write(self._futures.popleft().result())
        if self._block or not self._before:  # an empty file is compressed, too
            block = bytes(self._block)
            self._raw.write(self._compress(block, self._before))
            self._end_block(block)


class GzipWriter(BlockWriter):
    """Writer of one gzip member (RFC 1952), without time and name."""

    def __init__(self, raw: IO[bytes]) -> None:
        deflate, level = _deflate_library()

        def compress(block: bytes, before: bytes) -> bytes:
            dictionary = {"zdict": before} if before else {}
            stream = deflate.compressobj(level, deflate.DEFLATED, -15, **dictionary)
            return bytes(stream.compress(block) + stream.flush(deflate.Z_SYNC_FLUSH))

        super().__init__(raw, compress)
        self._crc32 = deflate.crc32
        self._crc = self._length = 0
        raw.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff")

    def _end_block(self, block: bytes) -> None:
        super()._end_block(block)
        self._crc = self._crc32(block, self._crc)
        self._length += len(block)

    def _finish(self) -> None:
        super()._finish()
        end = b"\x03\0"  # an empty last block
        self._raw.write(end + struct.pack("<II", self._crc, self._length & 0xFFFFFFFF))


def bzip2_writer(raw: IO[bytes]) -> BlockWriter:
    """Return a writer of bzip2 streams of one block each."""
    import bz2

    return BlockWriter(raw, lambda block, _before: bz2.compress(block), 900_000)


def xz_writer(raw: IO[bytes]) -> BlockWriter:
    """Return a writer of xz streams, tuned for digits.

    Digits repeat by chance only: a single look at the latest match, but optimal parsing, gives
    files as small as those of the default preset in a tenth of its time.
    """
    import lzma

    filters = [
        {
            "id": lzma.FILTER_LZMA2,
            "preset": 6,
            "dict_size": 4 * _MIB,
            "pb": 0,
            "mode": lzma.MODE_NORMAL,
            "mf": lzma.MF_HC3,
            "depth": 1,
            "nice_len": 16,
        }
    ]
    return BlockWriter(raw, lambda block, _before: lzma.compress(block, filters=filters), 4 * _MIB)


def _deflate_library() -> tuple[Any, int]:
    """Return a module with the interface of zlib, and the level to use.

    ISA-L takes two fifths of the time of level 1 of zlib for files that are smaller by 4%, and
    a sixteenth of the time of level 6 for 4% larger ones.
    """
    try:
        from isal import isal_zlib
    except ImportError:
        import zlib

        return zlib, 1
    return isal_zlib, 3
