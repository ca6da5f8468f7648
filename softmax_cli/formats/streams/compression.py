"""Compressed streams: known by their first bytes when read, by the suffix when written."""

from __future__ import annotations

import importlib
import sys
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


@dataclass(frozen=True)
class Compression:
    """A compression and, where we read it, the module and class that do."""

    name: str
    suffix: str
    magic: bytes
    module: str = ""
    opener: str = ""

    def reader(self, raw: object) -> Any:  # noqa: ANN401
        """The decompressed stream of `raw`, concatenated members included."""
        return self._open(raw, mode="rb")

    def writer(self, raw: IO[bytes]) -> Any:  # noqa: ANN401
        """A stream that compresses into `raw`; the same bytes for the same input."""
        # gzip would put the name and the time into the header.
        return self._open(raw, mode="wb", **({"mtime": 0} if self.name == "gzip" else {}))

    def _open(self, raw: object, **how: object) -> Any:  # noqa: ANN401
        opener = getattr(importlib.import_module(self.module), self.opener)
        if self.name == "gzip":
            return opener(filename="", fileobj=raw, **how)
        return opener(raw, **how)


COMPRESSIONS = (
    Compression("gzip", ".gz", b"\x1f\x8b", "gzip", "GzipFile"),
    Compression("bzip2", ".bz2", b"BZh", "bz2", "BZ2File"),
    Compression("xz", ".xz", b"\xfd7zXZ\x00", "lzma", "LZMAFile"),
    Compression("zstd", ".zst", b"\x28\xb5\x2f\xfd", _ZSTD, "ZstdFile"),
    Compression("zip", ".zip", b""),  # what begins as one is taken for npz
    Compression("7z", ".7z", b"7z\xbc\xaf\x27\x1c"),
    Compression("lz4", ".lz4", b"\x04\x22\x4d\x18"),
    Compression("lzip", ".lz", b"LZIP"),
    Compression("compress", ".Z", b"\x1f\x9d"),
    Compression("snappy", ".sz", b"\xff\x06\x00\x00sNaPpY"),
)
MAGICS = [compression.magic for compression in COMPRESSIONS if compression.magic]


def compression_from_content(head: bytes, source: str) -> Compression | None:
    """The compression that the first bytes show; one we do not read is an error."""
    for compression in COMPRESSIONS:
        if compression.magic and head.startswith(compression.magic):
            return _require_supported(compression, source)
    return None


def compression_from_suffix(path: str) -> Compression | None:
    """The compression that the suffix of an output's path asks for."""
    for compression in COMPRESSIONS:
        if path.lower().endswith(compression.suffix.lower()):
            return _require_supported(compression, path)
    return None


def without_suffix(path: str) -> str:
    """The path without the suffix of its compression: `a.csv.gz` to `a.csv`."""
    for compression in COMPRESSIONS:
        if path.lower().endswith(compression.suffix.lower()):
            return path[: -len(compression.suffix)]
    return path


def _require_supported(compression: Compression, source: str) -> Compression:
    if compression.module:
        return compression
    raise SoftmaxError(
        f"{compression.name} compression is not supported",
        source=source,
        hint="Use gzip, bzip2, xz or zstd, or no compression.",
    )


@contextmanager
def wrap_decompression_errors(compression: Compression | None, source: str) -> Iterator[None]:
    """Tell of damaged or truncated compressed bytes as one of our errors."""
    try:
        yield
    except Exception as error:
        if compression is None or not _is_decompression_error(error):
            raise
        raise SoftmaxError(
            f"the {compression.name} data is damaged or cut short ({error})", source=source
        ) from error


def _is_decompression_error(error: Exception) -> bool:
    # Each module has an error class of its own; bz2 and gzip use OSError without an errno.
    return (
        isinstance(error, EOFError | zlib.error)
        or type(error).__name__ in ("LZMAError", "ZstdError")
        or (isinstance(error, OSError) and error.errno is None)
    )
