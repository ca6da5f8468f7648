"""Which column is what: identifiers, logits and the label."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.formats.columns.names import LABEL_NAMES, is_id_name, is_sequential
from softmax_cli.formats.columns.selection import quote_names, resolve_column, select_columns
from softmax_cli.formats.text.numbers import OutOfRangeError, is_missing, to_float

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.formats.read_options import ReadOptions


# What other programs write where a number was, or would have been: 1_000, $1, 1 000, 0x10,
# 1d5, #DIV/0!, -nan(ind), 1.#QNAN, true.
_MALFORMED_NUMBER = re.compile(
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
    text_columns: tuple[int, ...]
    note: str | None = None
    nested: str | None = None
    list_in_cell: bool = False
    label_score_list: bool = False

    def matches(self, other: Columns) -> bool:
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
    def passthrough(self) -> tuple[int, ...]:
        """All columns but the logits, in the order of the file."""
        logits = set(self.logits)
        return tuple(i for i in range(len(self.names)) if i not in logits)

    @cached_property
    def margins(self) -> tuple[int, int] | None:
        """How many columns stand before and behind the logits, if these stand together."""
        first, last = self.logits[0], self.logits[-1]
        if self.logits != tuple(range(first, last + 1)):
            return None
        return first, len(self.names) - 1 - last

    @property
    def passthrough_names(self) -> tuple[str, ...]:
        """The names of the columns passed through."""
        prefix = "" if self.header else "column_"
        return tuple(prefix + self.names[i] for i in self.passthrough)


def infer_columns(
    names: Sequence[str], first: Sequence[str], header: bool, read_options: ReadOptions, source: str
) -> Columns:
    """Decide what each column is: as told, else by its first cell, else by its name.

    `names` are positions from 1 where there is no header; `first` is the first row of data.
    Raises UsageError for a column that is not there, SoftmaxError if no logits are left.
    """
    labels = _labels(names, header, read_options, source)
    ids = {resolve_column(names, spec, "--id", source) for spec in read_options.ids}
    if header:
        ids |= {i for i, name in enumerate(names) if is_id_name(name)}
    text_columns = {i for i, cell in enumerate(first) if _is_text(cell, read_options.decimal_comma)}
    text_columns -= ids.union(labels)
    logits = select_columns(names, read_options.columns, "--columns", source)
    if logits:
        text_columns = set()
    else:
        margins = ids.union(text_columns, labels)
        logits = [i for i in range(len(names)) if i not in margins]
    _require_logits(logits, labels, names, source)
    columns = Columns(tuple(names), header, tuple(logits), labels, tuple(sorted(text_columns)))
    return replace(columns, note=_note(columns, read_options))


def columns_from_list(
    names: Sequence[str], name: str, width: int, read_options: ReadOptions, source: str
) -> Columns:
    """The columns of a table of which one, called `name`, holds lists of so many logits.

    In `Columns.names` its place is taken by a name for each of them: 0..C-1.
    """
    place = list(names).index(name)
    others = [other for other in names if other != name]
    rest = replace(read_options, columns=(), header=True)
    labels = [others[i] for i in _labels(others, True, rest, source)]
    for spec in read_options.ids:
        resolve_column(others, spec, "--id", source)
    spread = [*names[:place], *map(str, range(width)), *names[place + 1 :]]
    where = [i if i < place else i + width - 1 for i in map(list(names).index, labels)]
    logits = tuple(range(place, place + width))
    columns = Columns(tuple(spread), len(names) > 1, logits, tuple(where), (), nested=name)
    return replace(columns, note=_note(columns, rest)) if columns.header else columns


def _labels(
    names: Sequence[str], header: bool, read_options: ReadOptions, source: str
) -> tuple[int, ...]:
    if read_options.labels:
        return tuple(select_columns(names, read_options.labels, "--label", source))
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
        return not _MALFORMED_NUMBER.fullmatch(cell.strip().lower())
    return False


def _require_logits(
    logits: Sequence[int], labels: Sequence[int], names: Sequence[str], source: str
) -> None:
    if not logits:
        raise SoftmaxError(
            "no column is left that holds logits",
            source=source,
            hint="Name them with --columns (names, globs or ranges such as 2-11).",
        )
    if both := set(labels).intersection(logits):
        raise UsageError(
            f'column "{printable(names[min(both)])}" cannot be both a logit and the label',
            source=source,
        )


def _note(columns: Columns, read_options: ReadOptions) -> str | None:
    """One line on what was decided without being asked; None if nothing was."""
    names = columns.names
    told = set(read_options.ids)
    margins = set(columns.passthrough).difference(columns.labels)
    passthrough = [names[i] for i in sorted(margins) if names[i] not in told]
    parts: list[str] = []
    if passthrough:
        parts.append(f"passed through: {quote_names(passthrough)}")
    if columns.labels and not read_options.labels:
        parts.append(f"label: {quote_names([names[i] for i in columns.labels])}")
    if columns.header and read_options.header is None and is_sequential(columns.classes):
        parts.append("the first row was taken for a header (--header no if it is data)")
    if not parts:
        return None
    count = len(columns.logits)
    logits = f"{count} logit{'s' * (count > 1)}: {quote_names(columns.classes)}"
    return "; ".join([logits, *parts])
