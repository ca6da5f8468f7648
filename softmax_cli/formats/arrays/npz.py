"""`.npz`: arrays in a zip file, of which one holds logits and one perhaps labels."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, UsageError, os_errors_told, printable
from softmax_cli.formats.arrays.npy_stream import ArrayStream
from softmax_cli.formats.arrays.source import ArraySource, LabelArray
from softmax_cli.formats.columns.selection import quoted
from softmax_cli.formats.streams.signatures import require_magic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions

# Bz2 tells of damage by an OSError.
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError)
_LABELS = ("labels", "label", "targets", "y")


def open_npz(path: str, reading: ReadOptions, context: ReadContext) -> ArraySource:
    """The logits of a zip file of arrays, with its labels.

    The arrays are `logits` and `labels`, or those that --columns and --label name; a single
    array is the logits.
    """
    if path == "-":
        raise UsageError("npz cannot be read from a stream", remedy="Give the file itself.")
    reading.reject_dialect(path, "npz")
    replace(reading, labels=()).reject_column_names(path, "npz")
    with ExitStack() as stack:
        with os_errors_told(path), open(path, "rb") as file:  # noqa: PTH123
            require_magic(file.read(8), "npz", path)
        archive = stack.enter_context(_archive(path))
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        logits, labels = _logits(names, reading, path), _labels(names, reading, path)
        opened = partial(_opened, archive, path=path, stack=stack)
        labelled = LabelArray(opened(labels, upright=True), _nothing, labels) if labels else None
        stream = opened(logits, upright=not context.exclusive)
        rest = replace(reading, columns=())
        source = ArraySource(stream, rest, "npz", stack.pop_all().close, labelled)
        source.source = path
        return source


def open_label_member(
    path: str, reading: ReadOptions, _context: ReadContext, _classes: Sequence[str]
) -> LabelArray:
    """The labels among the arrays of a zip file: as told, so named, or the only one."""
    with ExitStack() as stack:
        with os_errors_told(path), open(path, "rb") as file:  # noqa: PTH123
            require_magic(file.read(8), "npz", path)
        archive = stack.enter_context(_archive(path))
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        labels = _labels(names, reading, path) or (names[0] if len(names) == 1 else None)
        if labels is None:
            raise UsageError(
                f"no array is called labels: there are {quoted(names)}",
                source=path,
                remedy="Name it with --label.",
            )
        stream = _opened(archive, labels, path=path, stack=stack, upright=True)
        return LabelArray(stream, stack.pop_all().close, labels)


def _archive(path: str) -> zipfile.ZipFile:
    try:
        with os_errors_told(path):
            return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise SoftmaxError(f"the zip file is damaged: {error}", source=path) from error


def _logits(names: Sequence[str], reading: ReadOptions, path: str) -> str:
    if reading.columns:
        return _named(names, reading.columns, "--columns", path)
    if "logits" in names:
        return "logits"
    others = [name for name in names if name not in _LABELS]
    if len(others) == 1:
        return others[0]
    raise SoftmaxError(
        f"no array is called logits: there are {quoted(names)}" if names else "there is no array",
        source=path,
        remedy="Name it with --columns." if names else None,
    )


def _labels(names: Sequence[str], reading: ReadOptions, path: str) -> str | None:
    if reading.labels:
        return _named(names, reading.labels, "--label", path)
    return next((name for name in _LABELS if name in names), None)


def _named(names: Sequence[str], wanted: Sequence[str], option: str, path: str) -> str:
    if len(wanted) == 1 and wanted[0] in names:
        return wanted[0]
    raise UsageError(
        f'{option}: there is no array "{printable(", ".join(wanted))}"',
        source=path,
        remedy=f"There are {quoted(names)}.",
    )


def _opened(
    archive: zipfile.ZipFile, name: str, *, path: str, stack: ExitStack, upright: bool
) -> ArrayStream:
    source = f"{path}[{name}]"
    try:
        member = stack.enter_context(archive.open(f"{name}.npy"))
    except (*_DAMAGE, NotImplementedError, RuntimeError) as error:
        raise SoftmaxError(f"the array cannot be read: {error}", source=source) from error
    return ArrayStream(partial(_read, member, source), source, upright=upright, truths=upright)


def _read(member: IO[bytes], source: str, size: int) -> bytes:
    try:
        return member.read(size)
    except _DAMAGE as error:
        raise SoftmaxError(f"the zip file is damaged: {error}", source=source) from error


def _nothing() -> None:
    """The archive closes its members."""
