"""Columns of weights and groups: how a source is read, so that they are no logits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softmax_cli.evaluation.label_options import LabelOptions
    from softmax_cli.formats.labels.row_columns import RowColumns
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.source import Source


def with_row_columns(read_options: ReadOptions, label_options: LabelOptions) -> ReadOptions:
    """Return options with which columns of weights and groups pass through, whatever they hold."""
    others = tuple(name for name in _names(label_options) if name not in read_options.labels)
    return replace(read_options, ids=(*read_options.ids, *others)) if others else read_options


def open_row_columns(
    source: Source, read_options: ReadOptions, label_options: LabelOptions
) -> RowColumns | None:
    """Return the columns of weights and groups of a source; None if there are none."""
    if not _names(label_options):
        return None
    # Loaded here, because it imports polars.
    from softmax_cli.formats.labels.row_columns import RowColumns

    return RowColumns(
        source.columns,
        source.source,
        weight=label_options.weight,
        groups=label_options.groups,
        comma=read_options.decimal_comma,
    )


def _names(label_options: LabelOptions) -> tuple[str, ...]:
    weight = label_options.weight
    return (*label_options.groups, *(() if weight is None else (weight,)))
