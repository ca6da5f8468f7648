"""`.npz`: arrays in a zip file, of which one holds logits and one perhaps labels."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, UsageError, printable, wrap_os_errors
from softmax_cli.formats.arrays.npy_stream import ArrayStream
from softmax_cli.formats.arrays.source import ArraySource, LabelArray
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.streams.signatures import require_signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions

# Bz2 tells of damage by an OSError.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)
_LABELS = ("labels", "label", "targets", "y")


def open_npz(path: str, read_options: ReadOptions, context: ReadContext) -> ArraySource:
    """The logits of a zip file of arrays, with its labels.

    The arrays are `logits` and `labels`, or those that --columns and --label name; a single
    array is the logits.
    """
    if path == "-":
        raise UsageError("npz cannot be read from a stream", hint="Give the file itself.")
    read_options.reject_dialect(path, "npz")
    replace(read_options, labels=()).reject_column_names(path, "npz")
    with ExitStack() as stack:
        with wrap_os_errors(path), open(path, "rb") as file:  # noqa: PTH123
            require_signature(file.read(8), "npz", path)
        archive = stack.enter_context(_archive(path))
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        logits, labels = _logits(names, read_options, path), _labels(names, read_options, path)
        opened = partial(_opened, archive, path=path, stack=stack)
        labeled = LabelArray(opened(labels, as_column=True), _nothing, labels) if labels else None
        stream = opened(logits, as_column=not context.exclusive)
        rest = replace(read_options, columns=())
        source = ArraySource(stream, rest, "npz", stack.pop_all().close, labeled)
        source.source = path
        return source


def open_label_member(
    path: str, read_options: ReadOptions, _context: ReadContext, _classes: Sequence[str]
) -> LabelArray:
    """The labels among the arrays of a zip file: as told, so named, or the only one."""
    with ExitStack() as stack:
        with wrap_os_errors(path), open(path, "rb") as file:  # noqa: PTH123
            require_signature(file.read(8), "npz", path)
        archive = stack.enter_context(_archive(path))
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        labels = _labels(names, read_options, path) or (names[0] if len(names) == 1 else None)
        if labels is None:
            raise UsageError(
                f"no array is called labels: there are {quote_names(names)}",
                source=path,
                hint="Name it with --label.",
            )
        stream = _opened(archive, labels, path=path, stack=stack, as_column=True)
        return LabelArray(stream, stack.pop_all().close, labels)


def _archive(path: str) -> zipfile.ZipFile:
    try:
        with wrap_os_errors(path):
            return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise SoftmaxError(f"the zip file is damaged: {error}", source=path) from error


def _logits(names: Sequence[str], read_options: ReadOptions, path: str) -> str:
    if read_options.columns:
        return _named(names, read_options.columns, "--columns", path)
    if "logits" in names:
        return "logits"
    others = [name for name in names if name not in _LABELS]
    if len(others) == 1:
        return others[0]
    raise SoftmaxError(
        f"no array is called logits: there are {quote_names(names)}"
        if names
        else "there is no array",
        source=path,
        hint="Name it with --columns." if names else None,
    )


def _labels(names: Sequence[str], read_options: ReadOptions, path: str) -> str | None:
    if read_options.labels:
        return _named(names, read_options.labels, "--label", path)
    return next((name for name in _LABELS if name in names), None)


def _named(names: Sequence[str], wanted: Sequence[str], option: str, path: str) -> str:
    if len(wanted) == 1 and wanted[0] in names:
        return wanted[0]
    raise UsageError(
        f'{option}: there is no array "{printable(", ".join(wanted))}"',
        source=path,
        hint=f"There are {quote_names(names)}.",
    )


def _opened(
    archive: zipfile.ZipFile, name: str, *, path: str, stack: ExitStack, as_column: bool
) -> ArrayStream:
    source = f"{path}[{name}]"
    try:
        member = stack.enter_context(archive.open(f"{name}.npy"))
    except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
        raise SoftmaxError(f"the array cannot be read: {error}", source=source) from error
    return ArrayStream(
        partial(_read, member, source), source, as_column=as_column, allow_bool=as_column
    )


def _read(member: IO[bytes], source: str, size: int) -> bytes:
    try:
        return member.read(size)
    except _DAMAGE as error:
        raise SoftmaxError(f"the zip file is damaged: {error}", source=source) from error


def _nothing() -> None:
    """The archive closes its members."""
