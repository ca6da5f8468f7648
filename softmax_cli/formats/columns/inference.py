"""Which column is what: identifiers, logits and the label."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.columns.names import LABEL_NAMES, counts_up, names_ids
from softmax_cli.formats.columns.selection import find, matching, quoted
from softmax_cli.formats.text.numbers import OutOfRangeError, is_missing, to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadOptions


# What other programs write where a number was, or would have been: 1_000, $1, 1 000, 0x10,
# 1d5, #DIV/0!, -nan(ind), 1.#QNAN, true.
_SPOILT = re.compile(
    r"\W*\d[\d.,;_'\s]*\W*|0x[0-9a-f.]+|[+-]?[\d.]+d[+-]?\d+|#[a-z/0-9]+[!?]?"
    r"|[+-]?(?:1\.#)?(?:q?nan|ind|inf)\b.*|true|false"
)


@dataclass(frozen=True)
class Columns:
    """The columns of a table by their part; the numbers are indices from 0.

    `classes` names the logits: by their columns, or 0..C-1 where there is no header.
    `labels` is the column of labels, or one for each class; empty if there is none.
    `texts` are the columns passed through only because their first cell is text.
    `nested` names the column or field that holds the logits as a list, where one does:
    `names` then has a name for each of its items. `in_cells` says that the list is text in a
    cell, `scored` that each row is a list of labels with scores.
    `note` says what was decided without being asked, if anything was.
    """

    names: tuple[str, ...]
    header: bool
    logits: tuple[int, ...]
    labels: tuple[int, ...]
    texts: tuple[int, ...]
    note: str | None = None
    nested: str | None = None
    in_cells: bool = False
    scored: bool = False

    def alike(self, other: Columns) -> bool:
        """Whether another source has the same columns."""
        ours = (self.names, self.header, self.logits, self.nested)
        return ours == (other.names, other.header, other.logits, other.nested)

    # Kept once found: with 128,000 columns each takes as long as a row or two.
    @cached_property
    def classes(self) -> tuple[str, ...]:
        """A name for each logit."""
        if not self.header:
            return tuple(str(i) for i in range(len(self.logits)))
        return tuple(self.names[i] for i in self.logits)

    @cached_property
    def passing(self) -> tuple[int, ...]:
        """All columns but the logits, in the order of the file."""
        logits = set(self.logits)
        return tuple(i for i in range(len(self.names)) if i not in logits)

    @cached_property
    def beside(self) -> tuple[int, int] | None:
        """How many columns stand before and behind the logits, if these stand together."""
        first, last = self.logits[0], self.logits[-1]
        if self.logits != tuple(range(first, last + 1)):
            return None
        return first, len(self.names) - 1 - last

    @property
    def passing_names(self) -> tuple[str, ...]:
        """The names of the columns passed through."""
        prefix = "" if self.header else "column_"
        return tuple(prefix + self.names[i] for i in self.passing)


def assign(
    names: Sequence[str], first: Sequence[str], header: bool, reading: ReadOptions, source: str
) -> Columns:
    """Decide what each column is: as told, else by its first cell, else by its name.

    `names` are positions from 1 where there is no header; `first` is the first row of data.
    Raises UsageError for a column that is not there, SoftmaxError if no logits are left.
    """
    labels = _labels(names, header, reading, source)
    ids = {find(names, spec, "--id", source) for spec in reading.ids}
    if header:
        ids |= {i for i, name in enumerate(names) if names_ids(name)}
    texts = {i for i, cell in enumerate(first) if _is_text(cell, reading.decimal_comma)}
    texts -= ids.union(labels)
    logits = matching(names, reading.columns, "--columns", source)
    if logits:
        texts = set()
    else:
        beside = ids.union(texts, labels)
        logits = [i for i in range(len(names)) if i not in beside]
    _require_logits(logits, labels, names, source)
    columns = Columns(tuple(names), header, tuple(logits), labels, tuple(sorted(texts)))
    return replace(columns, note=_note(columns, reading))


def nested(
    names: Sequence[str], name: str, width: int, reading: ReadOptions, source: str
) -> Columns:
    """The columns of a table of which one, called `name`, holds lists of so many logits.

    In `Columns.names` its place is taken by a name for each of them: 0..C-1.
    """
    place = list(names).index(name)
    others = [other for other in names if other != name]
    rest = replace(reading, columns=(), header=True)
    labels = [others[i] for i in _labels(others, True, rest, source)]
    for spec in reading.ids:
        find(others, spec, "--id", source)
    spread = [*names[:place], *map(str, range(width)), *names[place + 1 :]]
    where = [i if i < place else i + width - 1 for i in map(list(names).index, labels)]
    logits = tuple(range(place, place + width))
    columns = Columns(tuple(spread), len(names) > 1, logits, tuple(where), (), nested=name)
    return replace(columns, note=_note(columns, rest)) if columns.header else columns


def _labels(
    names: Sequence[str], header: bool, reading: ReadOptions, source: str
) -> tuple[int, ...]:
    if reading.labels:
        return tuple(matching(names, reading.labels, "--label", source))
    plain = [_plain(name) for name in names] if header else []
    return tuple(plain.index(name) for name in LABEL_NAMES if name in plain)[:1]


def _plain(name: str) -> str:
    return name.strip().lower()


def _is_text(cell: str, decimal_comma: bool) -> bool:
    if is_missing(cell):
        return False
    try:
        to_float(cell.replace(",", ".") if decimal_comma else cell)
    except OutOfRangeError:
        return False
    except ValueError:
        # A number in another notation is a bad cell of a class.
        return not _SPOILT.fullmatch(cell.strip().lower())
    return False


def _require_logits(
    logits: Sequence[int], labels: Sequence[int], names: Sequence[str], source: str
) -> None:
    if not logits:
        raise SoftmaxError(
            "no column is left that holds logits",
            source=source,
            remedy="Name them with --columns (names, globs or ranges such as 2-11).",
        )
    if both := set(labels).intersection(logits):
        raise UsageError(
            f'column "{printable(names[min(both)])}" cannot be both a logit and the label',
            source=source,
        )


def _note(columns: Columns, reading: ReadOptions) -> str | None:
    """One line on what was decided without being asked; None if nothing was."""
    names = columns.names
    told = set(reading.ids)
    beside = set(columns.passing).difference(columns.labels)
    passing = [names[i] for i in sorted(beside) if names[i] not in told]
    parts: list[str] = []
    if passing:
        parts.append(f"passed through: {quoted(passing)}")
    if columns.labels and not reading.labels:
        parts.append(f"label: {quoted([names[i] for i in columns.labels])}")
    if columns.header and reading.header is None and counts_up(columns.classes):
        parts.append("the first row was taken for a header (--header no if it is data)")
    if not parts:
        return None
    count = len(columns.logits)
    logits = f"{count} logit{'s' * (count > 1)}: {quoted(columns.classes)}"
    return "; ".join([logits, *parts])
