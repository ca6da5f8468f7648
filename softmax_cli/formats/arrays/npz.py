"""NPZ files: arrays in a zip archive, one of logits, and one of labels if there is one."""

from __future__ import annotations

import zipfile
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO

from softmax_cli.errors import SoftmaxError, UsageError, printable, wrap_os_errors
from softmax_cli.formats.arrays.array_layout import ArrayUse
from softmax_cli.formats.arrays.labels import LabelArray
from softmax_cli.formats.arrays.npy_stream import ArrayStream
from softmax_cli.formats.arrays.records import RecordSource
from softmax_cli.formats.arrays.source import ArraySource
from softmax_cli.formats.columns.names import find_label, is_label_name
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.streams.archive import CORRUPTION_ERRORS
from softmax_cli.formats.streams.input import open_stream
from softmax_cli.formats.streams.pipe_spool import spool_to_file
from softmax_cli.formats.streams.signatures import SIGNATURES, require_signature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadContext, ReadOptions

# What Hugging Face's Trainer.predict returns.
_TRAINER_ARRAYS = frozenset(["predictions", "label_ids"])
# Any shape will do to count the labels.
_LABELS = ArrayUse(as_labels=True, flatten=lambda _shape: True)


def open_npz(
    path: str, read_options: ReadOptions, context: ReadContext
) -> ArraySource | RecordSource:
    """Open the logits of a zip archive of arrays, and its labels.

    The arrays are `logits` and `labels`, or those named by --columns and --label; a single array
    is the logits.
    """
    read_options.reject_dialect(path, "npz")
    replace(read_options, labels=()).reject_column_names(path, "npz")
    with ExitStack() as stack:
        archive = _Archive(path, stack)
        logits_name = _select_logits(archive.names, read_options, path)
        labels_name = _select_labels(archive.names, read_options, path)
        label_rows = archive.open(labels_name, _LABELS).rows if labels_name else 0
        # As many labels as values: these are one score per row.
        as_column = not context.exclusive or label_rows > 1
        logits = archive.open(logits_name, ArrayUse(as_column, read_options.axis))
        options = replace(read_options, columns=())
        if logits.dtype.names is not None:
            options = replace(options, labels=())
            return RecordSource(logits, options, "npz", stack.pop_all().close)
        labels = archive.open_labels(labels_name, logits.shape, options) if labels_name else None
        if labels:
            labels.require_count(logits.rows)
        source = ArraySource(logits, options, "npz", stack.pop_all().close, labels)
        source.source = archive.source
        return source


def open_label_member(
    path: str, read_options: ReadOptions, _context: ReadContext, _classes: Sequence[str]
) -> LabelArray:
    """Open the labels of a zip archive: the array of --label, so named, or the only one."""
    with ExitStack() as stack:
        archive = _Archive(path, stack)
        labels = _select_labels(archive.names, read_options, path)
        if labels is None and len(archive.names) == 1:
            labels = archive.names[0]
        if labels is None:
            raise UsageError(
                f'no array "labels" among {quote_names(archive.names)}',
                source=path,
                hint="Name it with --label.",
            )
        label_array = archive.open_labels(labels, None, read_options)
        label_array.close = stack.pop_all().close
        return label_array


class _Archive:
    """A zip archive of arrays, which the stack closes."""

    def __init__(self, path: str, stack: ExitStack) -> None:
        self._stack = stack
        stream = stack.enter_context(closing(open_stream(path, unzip=False)))
        self.source = stream.source
        require_signature(stream.peek(SIGNATURES.values()), "npz", stream.source)
        file: str | BinaryIO = path
        if not stream.has_random_access(path):
            file = stack.enter_context(spool_to_file(stream))
        stream.close()
        try:
            with wrap_os_errors(self.source):
                self._archive = stack.enter_context(zipfile.ZipFile(file))
        except zipfile.BadZipFile as error:
            raise SoftmaxError(f"corrupt zip file: {error}", source=self.source) from error
        members = self._archive.namelist()
        self.names = [name.removesuffix(".npy") for name in members if name.endswith(".npy")]

    def open(self, name: str, use: ArrayUse) -> ArrayStream:
        """Open an array by its name."""
        source = f"{self.source}[{name}]"
        try:
            member = self._stack.enter_context(self._archive.open(f"{name}.npy"))
        except (*CORRUPTION_ERRORS, NotImplementedError, RuntimeError) as error:
            raise SoftmaxError(f"cannot read array: {error}", source=source) from error
        return ArrayStream(partial(_read, member, source), source, use)

    def open_labels(
        self, name: str, logits_shape: tuple[int, ...] | None, options: ReadOptions
    ) -> LabelArray:
        """Open labels: one per row of logits, where these have several axes of rows."""

        def flatten(shape: tuple[int, ...]) -> bool:
            if options.axis is None:
                return False
            if len(shape) == 1:  # --axis is about the logits
                return logits_shape is None or len(logits_shape) > 1
            return logits_shape is None or len(shape) < len(logits_shape)

        use = ArrayUse(as_column=True, axis=options.axis, as_labels=True, flatten=flatten)
        stream = self.open(name, use)
        return LabelArray(stream, _close_nothing, name)


def _select_logits(names: Sequence[str], read_options: ReadOptions, path: str) -> str:
    if read_options.columns:
        return _require_member(names, read_options.columns, "--columns", path)
    if "logits" in names:
        return "logits"
    if _TRAINER_ARRAYS.issubset(names):
        return "predictions"
    others = [name for name in names if not is_label_name(name)]
    if len(others) == 1:
        return others[0]
    raise SoftmaxError(
        f'no array "logits" among {quote_names(names)}' if names else "no arrays found",
        source=path,
        hint="Name it with --columns." if names else None,
    )


def _select_labels(names: Sequence[str], read_options: ReadOptions, path: str) -> str | None:
    if read_options.labels:
        return _require_member(names, read_options.labels, "--label", path)
    label = find_label(names)
    return None if label is None or len(names) == 1 else names[label]


def _require_member(names: Sequence[str], selected: Sequence[str], option: str, path: str) -> str:
    if len(selected) == 1 and selected[0] in names:
        return selected[0]
    raise UsageError(
        f'{option}: no array "{printable(", ".join(selected))}"',
        source=path,
        hint=f"Arrays: {quote_names(names)}.",
    )


def _read(member: IO[bytes], source: str, size: int) -> bytes:
    try:
        return member.read(size)
    except CORRUPTION_ERRORS as error:
        raise SoftmaxError(f"corrupt zip file: {error}", source=source) from error


def _close_nothing() -> None:
    """Do nothing: the archive closes its members."""
