"""Roles of the columns of label files: labels, and identifiers to join them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.formats.columns.names import NameKind, find_label, is_id_name, kind_of_name
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.columns.selection import select_columns
from softmax_cli.formats.text.numbers import is_finite_number, is_missing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from softmax_cli.formats.read_options import ReadOptions

# Labels without a header may begin with these.
_WORDS = frozenset({"true", "false", "yes", "no"})


def infer_label_columns(
    names: Sequence[str], options: ReadOptions, source: str, *, header: bool = True
) -> Columns:
    """Infer label columns: --label, else one by name, else all except identifiers and the like."""
    ids = [
        i for i, name in enumerate(names) if header and (is_id_name(name) or name in options.ids)
    ]
    labels = select_columns(names, options.labels, "--label", source)
    label = find_label(names) if header else None
    if not labels and label is not None and label not in ids:
        labels = [label]
    if not labels and header:
        labels = [i for i, name in enumerate(names) if i not in ids and not _is_side(name)]
    labels = labels or [i for i in range(len(names)) if i not in ids] or list(range(len(names)))
    return Columns(
        tuple(names),
        header,
        (),
        labels=tuple(labels),
        ids=tuple(i for i in ids if i not in labels),
    )


def is_label_header(
    cells: Sequence[str], classes: Sequence[str], short: Sequence[str] = ()
) -> bool:
    """Return True if a first row of a label file names columns.

    It does if a cell is the name of labels or of identifiers, if all cells are text that names no
    class, or if they are the names of all classes, in full or `short`.
    """
    names = [cell.strip() for cell in cells]
    if find_label(names) is not None or any(name and is_id_name(name) for name in names):
        return True
    class_names = {name.strip() for name in classes}
    others = {name for name in names if not is_id_name(name)}
    if len(names) > 1 and others in (class_names, set(short)):
        return True
    texts = names[1:] if names[1:] and not names[0] else names  # pandas' index has no name
    return not any(_is_label(text, class_names.union(short)) for text in texts)


def _is_label(text: str, labels: Collection[str]) -> bool:
    """Return True for text that is more likely a label than a name of a column."""
    if is_finite_number(text) or is_missing(text) or text in labels:
        return True
    return text.lower() in _WORDS or text.startswith("[")


def _is_side(name: str) -> bool:
    return kind_of_name(name) in (NameKind.SIDE, NameKind.POSSIBLE_SIDE)
