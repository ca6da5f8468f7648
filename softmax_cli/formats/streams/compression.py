"""Compression, detected by content on input and by suffix on output."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError
from softmax_cli.runtime.threads import cpu_count

if TYPE_CHECKING:
    from collections.abc import Iterator

_ZSTD = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"


@dataclass(frozen=True)
class Compression:
    """A compression format, with the module and class of a supported one."""

    name: str
    suffix: str
    magic: bytes
    module: str = ""
    opener: str = ""

    def reader(self, raw: object) -> Any:  # noqa: ANN401
        """Return the decompressed stream of `raw`, concatenated members included."""
        if self.name == "gzip":
            return _gzip_module(raw).GzipFile(filename="", fileobj=raw, mode="rb")
        return self._opener(raw, mode="rb")

    def writer(self, raw: IO[bytes]) -> Any:  # noqa: ANN401
        """Return a stream that compresses into `raw`, to the same bytes on any machine's CPUs."""
        from softmax_cli.formats.streams import block_output

        match self.name:
            case "gzip":
                return block_output.GzipWriter(raw)
            case "bzip2":
                return block_output.bzip2_writer(raw)
            case "xz":
                return block_output.xz_writer(raw)
        return self._opener(raw, mode="wb", options=_zstd_options(self.module))

    @property
    def _opener(self) -> Any:  # noqa: ANN401
        return getattr(importlib.import_module(self.module), self.opener)


COMPRESSIONS = (
    Compression("gzip", ".gz", b"\x1f\x8b", "gzip", "GzipFile"),
    Compression("bzip2", ".bz2", b"BZh", "bz2", "BZ2File"),
    Compression("xz", ".xz", b"\xfd7zXZ\x00", "lzma", "LZMAFile"),
    Compression("zstd", ".zst", b"\x28\xb5\x2f\xfd", _ZSTD, "ZstdFile"),
    Compression("zip", ".zip", b""),  # an archive, read by `archive`, not written
    Compression("7z", ".7z", b"7z\xbc\xaf\x27\x1c"),
    Compression("lz4", ".lz4", b"\x04\x22\x4d\x18"),
    Compression("lzip", ".lz", b"LZIP"),
    Compression("compress", ".Z", b"\x1f\x9d"),
    Compression("snappy", ".sz", b"\xff\x06\x00\x00sNaPpY"),
)
ZIP = b"PK\x03\x04"
MAGICS = [compression.magic for compression in COMPRESSIONS if compression.magic]


def compression_from_content(head: bytes, source: str) -> Compression | None:
    """Return the compression that the first bytes indicate, or None.

    Raises:
        SoftmaxError: for an unsupported compression.
    """
    for compression in COMPRESSIONS:
        if compression.magic and head.startswith(compression.magic):
            return _require_supported(compression, source)
    return None


def compression_from_suffix(path: str) -> Compression | None:
    """Return the compression that the suffix of an output path selects, or None.

    Raises:
        SoftmaxError: for an unsupported compression.
    """
    for compression in COMPRESSIONS:
        if path.lower().endswith(compression.suffix.lower()):
            return _require_supported(compression, path)
    return None


def without_suffix(path: str) -> str:
    """Return the path without its compression suffix: `a.csv` for `a.csv.gz`."""
    for compression in COMPRESSIONS:
        if path.lower().endswith(compression.suffix.lower()):
            return path[: -len(compression.suffix)]
    return path


def _gzip_module(raw: object) -> Any:  # noqa: ANN401
    """Return the module of ISA-L, which takes a third of the time, or that of Python.

    Python's for pipes, whose size is unknown: ISA-L returns nothing before it has a buffer full.
    """
    with suppress(ImportError):
        if getattr(raw, "size", None) is not None:
            return importlib.import_module("isal.igzip")
    return importlib.import_module("gzip")


def _zstd_options(module: str) -> dict[Any, int]:
    """Return the level and the number of threads, which are several wherever they can be.

    Level 1 gives smaller files of numbers than level 3, in a third of the time. One thread
    writes what several do; none, other bytes.
    """
    parameter = importlib.import_module(module).CompressionParameter
    threads = min(cpu_count(), parameter.nb_workers.bounds()[1])
    return {parameter.compression_level: 1, parameter.nb_workers: threads}


def _require_supported(compression: Compression, source: str) -> Compression:
    if compression.module:
        return compression
    raise SoftmaxError(
        f"{compression.name} compression is not supported",
        source=source,
        hint="Use gzip, bzip2, xz, zstd or no compression.",
    )


@contextmanager
def wrap_decompression_errors(compression: Compression | None, source: str) -> Iterator[None]:
    """Re-raise errors of the decompressor as SoftmaxError."""
    try:
        yield
    except Exception as error:
        if compression is None or not _is_decompression_error(error):
            raise
        raise SoftmaxError(
            f"corrupt or truncated {compression.name} data ({error})", source=source
        ) from error


def _is_decompression_error(error: Exception) -> bool:
    import zlib

    # Each module has a separate error class; bz2 and gzip use OSError without an errno.
    return (
        isinstance(error, EOFError | zlib.error)
        or type(error).__name__ in ("LZMAError", "ZstdError", "IsalError")
        or (isinstance(error, OSError) and error.errno is None)
    )
