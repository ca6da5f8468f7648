"""The match of a file to the first one: which column joins their rows, which class is which."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import Notice, SoftmaxError, UsageError
from softmax_cli.formats.columns.names import NameKind, kind_of_name
from softmax_cli.formats.columns.selection import quote_names, resolve_column
from softmax_cli.formats.columns.short_names import short_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from softmax_cli.formats.columns.roles import Columns
    from softmax_cli.formats.rows import Location
    from softmax_cli.formats.source import Source


@dataclass(frozen=True)
class SourceMatch:
    """The match of a source's rows and classes to those of the first one.

    Attributes:
        first, source: names of both.
        order: for each class of the first source, its index in this one.
        by_name: True if classes are matched by name.
        id_name: name of the identifier column; None to match rows by position.
        id_columns: its index in the first source and in this one.
        second: name and indices of one more column that may identify rows, if both have one.
        lacking: the source without the identifier column that the other has, and its name.
    """

    first: str
    source: str
    order: Sequence[int]
    by_name: bool
    id_name: str | None = None
    id_columns: tuple[int, int] = (0, 0)
    second: tuple[str, int, int] | None = None
    lacking: tuple[str, str] | None = None

    @property
    def hint(self) -> str:
        """Advice on another way to match rows."""
        if self.id_name is None:
            return (
                "Rows are matched by position. Use --id COL to join them by a column that all "
                "files have."
            )
        name = shlex.quote(self.id_name)
        return (
            f"Use --id COL to join rows by another column, or --drop {name} if it does not "
            "identify rows."
        )

    def error(self, location: Location, message: str) -> SoftmaxError:
        """Return an error about an identifier."""
        return location.error(message, column=self.id_name, hint=self.hint)

    @property
    def description(self) -> str:
        """The way in which rows are matched."""
        if self.id_name is not None:
            return f"rows joined by {quote_names([self.id_name])}"
        if self.lacking is None:
            return "rows matched by position"
        source, name = self.lacking
        return f"rows matched by position, as {source} has no {quote_names([name])}"


def match_sources(
    sources: Sequence[Source], ids: Sequence[str] = (), left_out: Sequence[str] = ()
) -> list[SourceMatch]:
    """Return the match of each further source to the first.

    Rows are joined by the first column that both have of `ids`, else of the identifiers, else of
    the columns of text, without those `left_out`.

    Raises:
        SoftmaxError: if the classes differ.
    """
    first, *others = sources
    return [_match(first, other, ids, left_out) for other in others]


def match_notices(matches: Sequence[SourceMatch]) -> Iterator[Notice]:
    """Yield how rows and classes are matched."""
    descriptions = [match.description for match in matches]
    if len(set(descriptions)) == 1:
        yield Notice(descriptions[0])
    else:
        for match in matches:
            yield Notice(f"{match.source}: {match.description}")
    for match in matches:
        if not match.by_name:
            yield Notice(f"{match.source}: classes matched by position")


def _match(
    first: Source, other: Source, ids: Sequence[str], left_out: Sequence[str]
) -> SourceMatch:
    order = match_classes(first, other)
    by_name = bool(same_names(first.columns.classes, other.columns.classes))
    match = SourceMatch(first.source, other.source, order, by_name)
    out = {_key(name) for name in left_out}
    ours, theirs = _columns_by_name(first.columns, out), _columns_by_name(other.columns, out)
    names = first.columns.names
    chosen = [_key(names[resolve_column(names, spec, "--id", first.source)]) for spec in ids]
    shared = [name for name in dict.fromkeys([*chosen, *ours]) if name in ours and name in theirs]
    columns = [(names[ours[name]], ours[name], theirs[name]) for name in shared]
    if columns:
        name, own, other_own = columns[0]
        second = None if chosen or len(columns) < 2 else columns[1]
        return replace(match, id_name=name, id_columns=(own, other_own), second=second)
    for source, lacks in ((first, other), (other, first)):
        for i in source.columns.ids:
            name = source.columns.names[i]
            if i in source.columns.passthrough and _key(name) not in out:
                return replace(match, lacking=(lacks.source, name))
    return match


def _columns_by_name(columns: Columns, left_out: Collection[str]) -> dict[str, int]:
    """Return the columns that may be identifiers, with their indices, the likeliest first."""
    found: dict[str, int] = {}
    if columns.header:
        # Text that is a label, a prediction or the like by its name identifies no rows.
        texts = [i for i in columns.text_columns if _may_identify(columns.names[i])]
        for i in (*columns.ids, *texts):
            if i in columns.passthrough and (name := _key(columns.names[i])) not in left_out:
                found.setdefault(name, i)
    return found


def _may_identify(name: str) -> bool:
    return kind_of_name(name) in (None, NameKind.ID) and _key(name) != "model"


def _key(name: str) -> str:
    return name.strip().lower()


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
