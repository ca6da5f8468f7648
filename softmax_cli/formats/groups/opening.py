"""Opening of long tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError, printable
from softmax_cli.formats.groups.long_source import LongSource
from softmax_cli.formats.groups.wide_source import WideSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from softmax_cli.formats.groups.source import GroupSource
    from softmax_cli.formats.read_options import GroupOptions, ReadOptions
    from softmax_cli.formats.source import Source


def open_groups(
    path: str, options: ReadOptions, open_items: Callable[[str, ReadOptions], Source]
) -> GroupSource:
    """Open a long table at a path, with the items that `open_items` opens.

    Raises:
        UsageError: for an option that names no column, or without `--value` for several.
        SoftmaxError: if the items cannot be opened, or if output columns share a name.
    """
    groups = options.grouping
    assert groups is not None
    specs = (*groups.group, *filter(None, [groups.class_column]))
    if groups.value is None:
        inner = replace(options, ids=(*options.ids, *specs))
    else:
        inner = replace(options, columns=(groups.value,))
    try:
        items = open_items(path, inner)
    except UsageError as error:
        error.message = _own_option(error.message, groups)
        raise
    try:
        if groups.wide:
            return WideSource(items, groups, options)
        return LongSource(items, groups)
    except BaseException:
        items.close()
        raise


def _own_option(message: str, options: GroupOptions) -> str:
    """Return a message about --columns or --id with the option of groups instead."""
    if options.value is not None:
        return message.replace("--columns:", "--value:", 1)
    for option, specs in (("--group", options.group), ("--class", [options.class_column])):
        if any(f'"{printable(spec)}"' in message for spec in specs if spec):
            return message.replace("--id:", f"{option}:", 1)
    return message
