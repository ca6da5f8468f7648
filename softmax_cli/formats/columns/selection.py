"""Columns selected by name, glob, range and exclusion."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError, printable, quote_for_shell

if TYPE_CHECKING:
    from collections.abc import Sequence

_SPAN = r"([0-9]+)-([0-9]+)"
_FEW_NAMES = 6


def resolve_column(names: Sequence[str], spec: str, option: str, source: str) -> int:
    """Return the index of a column given by its name or by its 1-based number."""
    if spec in names:
        if list(names).count(spec) > 1:
            raise UsageError(
                f'{option}: duplicate column name "{printable(spec)}"',
                source=source,
                hint="Use its 1-based number.",
            )
        return list(names).index(spec)
    if spec.isascii() and spec.isdigit() and 1 <= int(spec) <= len(names):
        return int(spec) - 1
    from difflib import get_close_matches

    close = get_close_matches(spec, names, 1)
    raise UsageError(
        f'{option}: no column "{printable(spec)}"',
        source=source,
        hint=f'Did you mean "{printable(close[0])}"?'
        if close
        else f"Columns: {quote_names(names)}.",
    )


def select_columns(
    names: Sequence[str],
    specs: Sequence[str],
    option: str,
    source: str,
    default: Sequence[int] = (),
) -> list[int]:
    """Return the indices of columns selected by names, globs, ranges and exclusions.

    Each index comes once, in the order of the specs. Exclusions (`!name`) alone select from
    `default`.
    """
    parts = [part for spec in specs for part in ([spec] if spec in names else spec.split(","))]
    excluded = [part for part in parts if part.startswith("!") and part not in names]
    included = [part for part in parts if part not in excluded]
    selected = dict.fromkeys(default if excluded and not included else ())
    for part in included:
        selected.update(dict.fromkeys(_select(names, part, option, source)))
    for part in excluded:
        for index in _select(names, part[1:], option, source):
            selected.pop(index, None)
    return list(selected)


def _select(names: Sequence[str], spec: str, option: str, source: str) -> list[int]:
    if spec in names:
        return [resolve_column(names, spec, option, source)]
    if span := re.fullmatch(_SPAN, spec):
        first, last = int(span[1]), int(span[2])
        if 1 <= first <= last <= len(names):
            return list(range(first - 1, last))
        raise UsageError(f"{option}: invalid range {spec} for {len(names)} columns", source=source)
    if any(mark in spec for mark in "*?["):
        from fnmatch import fnmatchcase

        matches = [i for i, name in enumerate(names) if fnmatchcase(name, spec)]
        if matches:
            return matches
    first_name, colon, last_name = spec.partition(":")
    if colon and first_name in names and last_name in names:
        first, last = (resolve_column(names, name, option, source) for name in spec.split(":"))
        if first <= last:
            return list(range(first, last + 1))
        raise UsageError(f"{option}: {spec} ends before it begins", source=source)
    return [resolve_column(names, spec, option, source)]


def option_value(names: Sequence[str], indices: Sequence[int]) -> str:
    """Return columns as the value of an option, quoted for a shell: names if few, else ranges."""
    if len(indices) <= _FEW_NAMES:
        chosen = [names[i] for i in indices]
        if all(name and not set(name) & set("!*?[,:") and list(names).count(name) == 1
               and not re.fullmatch(_SPAN, name) for name in chosen):  # fmt: skip
            return quote_for_shell(",".join(chosen))
    return ",".join(column_ranges(indices, names))


def column_ranges(indices: Sequence[int], names: Sequence[str]) -> list[str]:
    """Return columns as values of an option, in as few ranges as possible."""
    spans: list[list[int]] = []
    for i in indices:
        if spans and spans[-1][1] == i - 1:
            spans[-1][1] = i
        else:
            spans.append([i, i])
    # A name that is a number goes before a position, so that a range must stand for it.
    alone = not any(map(str.isdigit, names))
    return [
        str(first + 1) if first == last and alone else f"{first + 1}-{last + 1}"
        for first, last in spans
    ]


def quote_names(names: Sequence[str]) -> str:
    """Return names in quotes, separated by commas, with the middle of many left out."""
    shown = [*names[:2], names[-1]] if len(names) > 4 else names
    quoted = [f'"{printable(name)}"' for name in shown]
    if len(names) > 4:
        quoted.insert(2, "...")
    return ", ".join(quoted)
