"""Zip archives that hold one file, read as that file."""

from __future__ import annotations

import lzma
import shlex
import zipfile
import zlib
from typing import IO, TYPE_CHECKING, Any, Protocol

from softmax_cli.errors import SoftmaxError, printable, wrap_os_errors

if TYPE_CHECKING:
    from collections.abc import Callable

_SHOWN = 4
_ENCRYPTED = 0x1
# bz2 raises OSError for corrupt data, zipfile EOFError for a truncated member.
CORRUPTION_ERRORS = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)
# First members of formats that are zip archives themselves.
_FORMATS = ("[Content_Types].xml", "mimetype", "data.pkl")


def member_of_archive(path: str) -> str | None:
    """Return the name of the only file in an archive, None if there is none.

    An archive of arrays is `arrays.npz`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            files = _files(archive)
    except CORRUPTION_ERRORS:
        return None  # reported when the file is opened
    if _are_arrays(files):
        return "arrays.npz"
    return files[0].filename if len(files) == 1 else None


class RawArchive(Protocol):
    """An archive as a file or pipe; `spool` copies a pipe to a file with random access."""

    source: str
    size: int | None
    position: int
    file: Any

    def spool(self) -> None:
        """Read on from a copy."""


def open_member(raw: RawArchive, path: str, size: int) -> Callable[[], bytes] | None:
    """Return a function that reads up to `size` bytes of the only file in an archive.

    Returns None if the archive is itself a format, such as npz.

    Raises:
        SoftmaxError: for no file or several, a password, and an unknown compression; while
            reading, for corrupt data.
    """
    piped = path == "-" or raw.size is None
    if piped:
        raw.spool()
    try:
        with wrap_os_errors(raw.source):
            archive = zipfile.ZipFile(raw.file if piped else path)
    except zipfile.BadZipFile as error:
        raise _corrupt(error, raw.source) from error
    files = _files(archive)
    if _are_arrays(files) or any(each.filename.endswith(_FORMATS) for each in files):
        if piped:
            raw.file.seek(0)
        return None
    member = _require_one(files, raw.source)
    try:
        stream = archive.open(member)
    except NotImplementedError as error:
        raise SoftmaxError(
            f"unsupported compression in the zip archive ({error})",
            source=raw.source,
            hint="Extract the file first.",
        ) from error
    except CORRUPTION_ERRORS as error:
        raise _corrupt(error, raw.source) from error
    return lambda: _read(stream, size, member.file_size, raw)


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, without folders and what macOS adds to each file."""
    return [
        each
        for each in archive.infolist()
        if not each.is_dir() and not each.filename.startswith("__MACOSX/")
    ]


def _are_arrays(files: list[zipfile.ZipInfo]) -> bool:
    return bool(files) and all(each.filename.endswith(".npy") for each in files)


def _require_one(files: list[zipfile.ZipInfo], source: str) -> zipfile.ZipInfo:
    if not files:
        raise SoftmaxError("zip archive holds no file", source=source)
    if len(files) > 1:
        names = ", ".join(f'"{printable(each.filename)}"' for each in files[:_SHOWN])
        more = ", ..." if len(files) > _SHOWN else ""
        path = "FILE" if source.startswith("<") else shlex.quote(source)
        name = shlex.quote(files[0].filename)
        raise SoftmaxError(
            f"expected one file in the zip archive, found {len(files)}: {names}{more}",
            source=source,
            hint=f"Extract one of them: unzip -p {path} {name}.",
        )
    if files[0].flag_bits & _ENCRYPTED:
        raise SoftmaxError(
            "zip archive is password-protected", source=source, hint="Extract the file first."
        )
    return files[0]


def _read(stream: IO[bytes], size: int, whole: int, raw: RawArchive) -> bytes:
    """Read some bytes, and advance the position in the archive in proportion."""
    try:
        data: bytes = stream.read1(size)  # type: ignore[attr-defined]
    except CORRUPTION_ERRORS as error:
        raise _corrupt(error, raw.source) from error
    raw.position = (raw.size or 0) * stream.tell() // max(1, whole)
    return data


def _corrupt(error: BaseException, source: str) -> SoftmaxError:
    return SoftmaxError(f"corrupt zip file: {error}", source=source)
