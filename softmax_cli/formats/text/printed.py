"""Files that hold a printed vector, or several: `[[1. 2.]`, `tensor([1, 2])`, `cat=2 dog=1`."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.text.numbers import to_float
from softmax_cli.formats.text.pasted import named_values, normalize_text, split_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def is_named(lines: Sequence[bytes]) -> bool:
    """Return True if each of the first lines, one or two, holds named values, such as `cat=2`.

    The names in a header may look so too, such as `C=0.1,C=1`.
    """
    texts = [line.decode(errors="replace").strip() for line in lines]
    return bool(texts[0]) and all(not text or _is_named(text) for text in texts)


def _is_named(text: str) -> bool:
    try:
        return _named(text) is not None
    except ValueError:  # a name twice, which is an error of named values
        return True


def read_named(stream: ByteStream) -> tuple[list[str], list[list[str]]]:
    """Return the names of a vector in each line of a stream, and the cells of each.

    Raises:
        SoftmaxError: for a line without such values, or with other names than the first.
    """
    text = b"".join(iter(stream.read, b"")).decode(errors="replace")
    rows = []
    names: list[str] = []
    for line, vector in enumerate(text.rstrip().split("\n"), start=1):
        try:
            values = _named(vector)
        except ValueError as error:
            message = f'"{printable(vector.strip()[:80])}" {error}'
            raise SoftmaxError(message, source=stream.source, line=line) from error
        names = names or list(values or ())
        if values is None or set(values) != set(names):
            message = "expected a value for each name in line 1, and no others"
            raise SoftmaxError(message, source=stream.source, line=line)
        rows.append([values[name] for name in names])
    return names, rows


def _named(text: str) -> dict[str, str] | None:
    """Return the values of `cat=2 dog=1` by name; None for other text, also for `{"cat": 2}`."""
    return named_values(normalize_text(text)) if "=" in text else None


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
