"""Opening of labeled rows."""

from __future__ import annotations

from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.errors import UsageError
from softmax_cli.evaluation.labeled_stream import LabeledStream
from softmax_cli.evaluation.row_columns import open_row_columns, with_row_columns
from softmax_cli.formats.read_options import Passthrough, ReadContext
from softmax_cli.formats.registry import open_labels, open_source

if TYPE_CHECKING:
    from softmax_cli.evaluation.label_options import LabelOptions
    from softmax_cli.formats.read_options import ReadOptions


def open_labeled(
    stack: ExitStack,
    file: str,
    read_options: ReadOptions,
    label_options: LabelOptions,
    *,
    for_fitting: bool = False,
) -> LabeledStream:
    """Open the labeled rows of a path, or of standard input for `-`; the stack closes them."""
    if file == "-" and label_options.label_file == "-":
        raise UsageError("logits and labels cannot both come from standard input")
    exclusive = ACTIVATIONS[label_options.activation].exclusive
    context = ReadContext(exclusive=exclusive, passthrough=Passthrough.LABELS)
    own_labels = replace(read_options, labels=()) if label_options.label_file else read_options
    own_labels = with_row_columns(own_labels, label_options)
    own_labels = own_labels.on_scale(label_options.input_scale, exclusive=exclusive)
    source = stack.enter_context(closing(open_source(file, own_labels, context)))
    if source.columns.class_columns:
        raise UsageError(
            "alternatives differ from row to row, so that no label names a class",
            source=source.source,
            hint='Select answers with --candidates "Yes,No".',
        )
    labels = None
    if label_options.label_file:
        columns = source.columns
        # Text that both files hold under one name may identify rows.
        texts = (columns.names[i] for i in columns.text_columns)
        options = replace(read_options, ids=(*read_options.ids, *texts))
        labels = open_labels(label_options.label_file, options, context, columns.classes)
        stack.enter_context(closing(labels))
    return LabeledStream(
        source,
        labels,
        label_options,
        for_fitting=for_fitting,
        row_columns=open_row_columns(source, read_options, label_options),
    )
