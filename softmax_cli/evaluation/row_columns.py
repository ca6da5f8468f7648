"""Columns of weights and groups: how a source is read, so that they are no logits."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.evaluation.label_options import LabelOptions
    from softmax_cli.formats.labels.row_columns import RowColumns
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.source import Source


def with_row_columns(read_options: ReadOptions, label_options: LabelOptions) -> ReadOptions:
    """Return options with which columns of weights and groups pass through, whatever they hold."""
    weight = label_options.weight
    named = [*((name, "--by") for name in label_options.groups)]
    named += [] if weight is None else [(weight, "--weight")]
    others = tuple(pair for pair in named if pair[0] not in read_options.labels)
    ids = (*read_options.ids, *(name for name, _ in others))
    return replace(read_options, ids=ids, id_options=others)


def open_row_columns(
    source: Source, read_options: ReadOptions, label_options: LabelOptions
) -> RowColumns | None:
    """Return the columns of weights and groups of a source; None if there are none."""
    if label_options.weight is None and not label_options.groups:
        return None
    # Loaded here, because it imports polars.
    from softmax_cli.formats.labels.row_columns import RowColumns

    def own(spec: str, option: str) -> str:
        grouping = read_options.grouping
        return spec if grouping is None else _key_name(spec, option, grouping.group, source)

    weight = label_options.weight
    return RowColumns(
        source.columns,
        source.source,
        weight=None if weight is None else own(weight, "--weight"),
        groups=[own(spec, "--by") for spec in label_options.groups],
        comma=read_options.decimal_comma,
    )


def _key_name(spec: str, option: str, group: Sequence[str], source: Source) -> str:
    """Return the name of a column of the key of groups, of which alone a group has one value."""
    names = source.columns.names[: len(group)]
    if spec in names:
        return spec
    if spec in group:
        return names[group.index(spec)]
    raise UsageError(
        f'{option}: column "{printable(spec)}" is not part of the key of a group',
        source=source.source,
        hint=f"Use --group {shlex.quote(','.join([*group, spec]))}.",
    )
