"""Columns chosen by name, by glob and by range."""

from __future__ import annotations

import re
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from softmax_cli.errors import UsageError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence


def resolve_column(names: Sequence[str], spec: str, option: str, source: str) -> int:
    """The index of a column given by its name or by its number from 1."""
    if spec in names:
        if list(names).count(spec) > 1:
            raise UsageError(
                f'{option}: more than one column is called "{printable(spec)}"',
                source=source,
                hint="Give its number, from 1.",
            )
        return list(names).index(spec)
    if spec.isascii() and spec.isdigit() and 1 <= int(spec) <= len(names):
        return int(spec) - 1
    close = get_close_matches(spec, names, 1)
    raise UsageError(
        f'{option}: there is no column "{printable(spec)}"',
        source=source,
        hint=f'Did you mean "{printable(close[0])}"?'
        if close
        else f"The columns are {quote_names(names)}.",
    )


def select_columns(
    names: Sequence[str], specs: Sequence[str], option: str, source: str
) -> list[int]:
    """The indices that names, globs and ranges choose, each once, in the order given."""
    found: dict[int, None] = {}
    for spec in specs:
        for part in [spec] if spec in names else spec.split(","):
            found.update(dict.fromkeys(_one_spec(names, part, option, source)))
    return list(found)


def _one_spec(names: Sequence[str], spec: str, option: str, source: str) -> list[int]:
    if spec not in names and (span := re.fullmatch(r"([0-9]+)-([0-9]+)", spec)):
        first, last = int(span[1]), int(span[2])
        if 1 <= first <= last <= len(names):
            return list(range(first - 1, last))
        raise UsageError(
            f"{option}: {spec} is not a range within the {len(names)} columns", source=source
        )
    if spec not in names and any(mark in spec for mark in "*?["):
        matches = [i for i, name in enumerate(names) if fnmatchcase(name, spec)]
        if matches:
            return matches
    return [resolve_column(names, spec, option, source)]


def quote_names(names: Sequence[str]) -> str:
    """Names in quotes with commas between, the middle of many left out."""
    shown = [f'"{printable(name)}"' for name in names]
    if len(shown) > 4:
        shown = [*shown[:2], "...", shown[-1]]
    return ", ".join(shown)
