"""Files that hold a printed vector, or several: `[[1. 2.]`, `tensor([1, 2])`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.text.numbers import to_float
from softmax_cli.formats.text.pasted import normalize_text, split_vectors

if TYPE_CHECKING:
    from softmax_cli.formats.streams.input import ByteStream

# The first characters of a bracket, and of the names of arrays and tensors.
_FIRST = b"[(<ATFLDPatnjd"


def may_be_printed(head: bytes) -> bool:
    """Return True if the first bytes may be those of a printed vector; cheap, for any file."""
    first = head.lstrip()[:1]
    return bool(first) and first in _FIRST


def read_printed(stream: ByteStream) -> list[list[str]]:
    """Return the cells of each printed vector of a stream, all of one length.

    Raises:
        SoftmaxError: for unbalanced brackets, vectors of different lengths, and cells that are
            no numbers, such as the ellipsis of a shortened print.
    """
    text = b"".join(iter(stream.read, b"")).decode(errors="replace")
    try:
        rows = split_vectors(normalize_text(text))
    except ValueError as error:
        raise SoftmaxError(
            "unbalanced brackets in a printed vector", source=stream.source
        ) from error
    for row, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells, start=1):
            _require_number(cell, stream.source, row, column)
    for row, (before, cells) in enumerate(pairwise(rows), start=2):
        if len(before) != len(cells):
            raise SoftmaxError(
                f"expected {len(before)} values, found {len(cells)}", source=stream.source, row=row
            )
    return rows


def _require_number(cell: str, source: str, row: int, column: int) -> None:
    try:
        to_float(cell)
    except ValueError as error:
        short = cell == "..."
        raise SoftmaxError(
            f'"{printable(cell)}" {error}',
            source=source,
            row=row,
            column=str(column),
            hint="Print it in full: np.set_printoptions(threshold=np.inf)." if short else None,
        ) from error
