"""Selection of the column whose lists or structs hold the logits of a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.formats.columns.lists import has_included, select_list
from softmax_cli.formats.tables.named import numbers_with_names
from softmax_cli.formats.tables.nested import numbers_in_lists, numbers_in_struct

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from softmax_cli.formats.read_options import ReadOptions


def select_nested(
    schema: Mapping[str, pl.DataType], options: ReadOptions, source: str
) -> str | None:
    """Return the column with the logits as lists, a struct or names; None if there is none."""
    nested = {
        name: inner.is_integer()
        for name, dtype in schema.items()
        if (inner := numbers_in_lists(dtype)) is not None
    }
    structs = {name: fields for name in schema if (fields := numbers_in_struct(schema[name]))}
    nested |= dict.fromkeys(structs, False)
    nested |= {name: False for name, dtype in schema.items() if numbers_with_names(dtype)}
    numbers = [name for name, dtype in schema.items() if dtype.is_numeric()]
    if not nested:
        return None
    names = list(schema)
    if options.columns and not any(spec in nested for spec in options.columns):
        # Names of fields, and exclusions, are of the columns that a struct becomes.
        if not has_included(options.columns):
            chosen = select_list(nested, numbers, replace(options, columns=()), source, names)
            if chosen in structs:
                return chosen
        parts = {part.lstrip("!") for spec in options.columns for part in spec.split(",")}
        if of_fields := [name for name in structs if parts.intersection(structs[name])]:
            return of_fields[0]
        if structs:
            return None
    return select_list(nested, numbers, options, source, names)


def select_fields(options: ReadOptions, name: str, fields: Sequence[str]) -> ReadOptions:
    """Return options that select the fields of a struct, unless they name some of them."""
    if name not in options.columns and has_included(options.columns):
        return options
    excluded = [spec for spec in options.columns if spec.startswith("!")]
    return replace(options, columns=(*fields, *excluded))
