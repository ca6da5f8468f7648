"""The columns of a table by their roles, inferred from options, metadata, names and values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.formats.columns.mass import describe_mass, own_mass
from softmax_cli.formats.columns.role_inference import RoleInference
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from softmax_cli.formats.read_options import ReadOptions


def infer_columns(
    names: Sequence[str],
    rows: Sequence[Sequence[str]],
    options: ReadOptions,
    source: str,
    *,
    header: bool,
    index_columns: Collection[int] = (),
) -> Columns:
    """Infer the role of each column.

    Args:
        names: names of the columns, or positions from 1 where there is no header.
        rows: cells of the first rows of data.
        options: options of the user.
        source: name of the source in messages.
        header: True if the columns have names.
        index_columns: columns that the file's metadata call an index.

    Raises:
        UsageError: for an option that names no column.
        SoftmaxError: if no logits are left, or if evidence contradicts itself.
    """
    inference = RoleInference(names, rows, options, source, header)
    columns = inference.infer(index_columns)
    return replace(columns, note=_note(columns, options))


def columns_from_list(
    names: Sequence[str],
    name: str,
    width: int,
    options: ReadOptions,
    source: str,
    classes: Sequence[str] = (),
) -> Columns:
    """Return the columns of a table in which column `name` holds lists of `width` logits.

    In `Columns.names` its place is taken by a name for each of them: 0..C-1, or the names of its
    classes, where these are known; then each of them is a column of the output. The column of
    their mass comes in front of them, if the options ask for one.
    """
    place = list(names).index(name)
    mass = own_mass([*names, *classes], options.mass_scale if classes else None, source)
    names = [*names[:place], *mass, *names[place:]]
    place += len(mass)

    def spread(index: int) -> int:
        return index if index < place else index + width - 1

    own = replace(options, columns=())
    inference = RoleInference([*names], [], own, source, header=True)
    labels, ids, dropped = inference.labels - {place}, inference.ids, inference.dropped
    columns = Columns(
        (*names[:place], *(classes or map(str, range(width))), *names[place + 1 :]),
        header=len(names) > 1 or bool(classes),
        logits=tuple(range(place, place + width)),
        labels=tuple(map(spread, sorted(labels))),
        ids=tuple(map(spread, sorted(ids - {place}))),
        dropped=tuple(map(spread, sorted(dropped - {place}))),
        nested=None if classes else name,
        named_scores=bool(classes),
        computed=tuple(range(place - len(mass), place)),
    )
    return replace(columns, note=_note(columns, own)) if columns.header else columns


def add_decision(columns: Columns, decision: str) -> Columns:
    """Return the columns with one more decision in their note, such as one about the header."""
    return replace(columns, note=f"{columns.note or _describe_logits(columns)}; {decision}")


def _note(columns: Columns, options: ReadOptions) -> str | None:
    """Return the roles that were inferred, on one line; None if none were."""
    names = columns.names
    others = set(columns.passthrough).difference(columns.labels, columns.computed)
    passthrough = [names[i] for i in sorted(others) if names[i] not in options.ids]
    parts: list[str] = []
    if passthrough:
        parts.append(f"passthrough: {quote_names(passthrough)}")
    if columns.labels and not options.labels:
        parts.append(f"label: {quote_names([names[i] for i in columns.labels])}")
    given = parts or columns.computed
    return "; ".join([_describe_logits(columns), *parts]) if given else None


def _describe_logits(columns: Columns) -> str:
    count = len(columns.logits)
    if columns.computed:
        return describe_mass(f"{count} candidates")
    return f"{count} logit{'s' * (count > 1)}: {quote_names(columns.classes)}"
