"""Classes and identifiers of several sources, matched by name; temperatures in their order."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.selection import quote_names, resolve_column
from softmax_cli.formats.labels.short_names import short_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.source import Source


@dataclass(frozen=True)
class MatchOptions:
    """The match of a source's rows to those of the first one.

    Attributes:
        first: name of the first source.
        order: for each class of the first source, its index in this one.
        id_name: name of the identifier column; None to match rows by position.
        id_columns: its index in the first source and in this one.
    """

    first: str
    order: Sequence[int]
    id_name: str | None = None
    id_columns: tuple[int, int] = (0, 0)

    @property
    def hint(self) -> str:
        """Advice on another way to match rows."""
        if self.id_name is None:
            return "Rows are matched by position. To join them, name a column that all have: --id."
        name = shlex.quote(self.id_name)
        return f"Use --id COL to join rows by another column, or --drop {name} to use the order."


def match_classes(first: Source, other: Source) -> list[int]:
    """Return, for each class of the first source, its index in the other.

    Classes are matched by name, with or without a prefix that all names share; where either
    source has no names, by position.

    Raises:
        SoftmaxError: if the classes differ.
    """
    ours, theirs = first.columns.classes, other.columns.classes
    if first.columns.class_columns or other.columns.class_columns:
        source = first if first.columns.class_columns else other
        raise UsageError("classes differ from row to row", source=source.source)
    if names := same_names(ours, theirs):
        index = {name: i for i, name in enumerate(names[1])}
        return [index[name] for name in names[0]]
    if len(ours) == len(theirs) and not (_has_names(first.columns) and _has_names(other.columns)):
        return list(range(len(ours)))
    raise SoftmaxError(
        f"classes differ from those of {first.source}: {_class_difference(ours, theirs)}",
        source=other.source,
        hint="Models must have the same classes, in any order.",
    )


def same_names(
    ours: Sequence[str], theirs: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]] | None:
    """Return the names by which classes match, if they are the same names in any order."""
    for names in ((ours, theirs), (short_names(ours), short_names(theirs))):
        if sorted(names[0]) == sorted(names[1]) and len(set(names[0])) == len(names[0]):
            return names
    return None


def _has_names(columns: Columns) -> bool:
    numbers = (tuple(map(str, range(start, start + len(columns.classes)))) for start in (0, 1))
    return columns.header and columns.classes not in numbers


def _class_difference(ours: Sequence[str], theirs: Sequence[str]) -> str:
    if len(ours) != len(theirs):
        return f"{len(theirs)} instead of {len(ours)}"
    known = set(theirs)
    return f"no {quote_names([name for name in ours if name not in known][:3])}"


def shared_id(
    sources: Sequence[Source], chosen: Sequence[str] = ()
) -> tuple[str, list[int]] | None:
    """Return the name and index in each source of the column to join rows by, if there is one.

    That is the first of the chosen columns, else of the identifiers, else of the columns of
    text that all sources have.
    """
    names, first = sources[0].columns.names, sources[0]
    own = [resolve_column(names, spec, "--id", first.source) for spec in chosen]
    columns = [_columns_by_name(source.columns) for source in sources]
    for column in [*own, *first.columns.ids, *first.columns.text_columns]:
        name = _key(names[column])
        if all(name in indices for indices in columns):
            return names[column], [indices[name] for indices in columns]
    return None


def _columns_by_name(columns: Columns) -> dict[str, int]:
    """Return the columns that may be identifiers, with their indices."""
    if not columns.header:
        return {}
    own = set(columns.ids).union(columns.text_columns).intersection(columns.passthrough)
    return {_key(columns.names[i]): i for i in sorted(own)}


def _key(name: str) -> str:
    return name.strip().lower()


def reorder_scaling(scaling: Scaling, order: Sequence[int]) -> Scaling:
    """Return a temperature or a map for classes in another order."""
    if not isinstance(scaling, CalibrationMap):
        return _reorder_temperature(scaling, order)
    return replace(
        scaling,
        temperature=_reorder_temperature(scaling.temperature, order),
        bias=tuple(scaling.bias[i] for i in order) if scaling.bias else (),
    )


def _reorder_temperature(
    temperature: float | Sequence[float], order: Sequence[int]
) -> float | Sequence[float]:
    if isinstance(temperature, float | int):
        return temperature
    return [temperature[i] for i in order]
