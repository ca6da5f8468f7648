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

    return RowColumns(
        source,
        weight=label_options.weight,
        groups=label_options.groups,
        comma=read_options.decimal_comma,
    )
