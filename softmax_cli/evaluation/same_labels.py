"""Check that several files give the same row the same label and the same weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, printable
from softmax_cli.formats.columns.selection import quote_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.evaluation.row_stats import LabeledChunk
    from softmax_cli.formats.joins.ids import Ids
    from softmax_cli.formats.joins.matching import SourceMatch
    from softmax_cli.formats.rows import Location
    from softmax_cli.metrics.outcomes import Labels


@dataclass(frozen=True)
class LocatedRows:
    """Labeled rows of a file, the location of each, and the stream that they are from."""

    stream: LabeledStream
    chunk: LabeledChunk
    location: Callable[[int], Location]


def require_same_labels(
    first: LocatedRows, other: LocatedRows, match: SourceMatch, ids: Ids | None
) -> None:
    """Raise SoftmaxError for a row with another label or weight than in the first file.

    A row without a label in one of the files has none to compare.
    """

    def conflict(i: int, theirs: str, ours: str, hint: str) -> SoftmaxError:
        key = "" if ids is None else f" for identifier {quote_names([ids[i]])}"
        message = f"{theirs}{key}, but {ours} in {first.location(i).error('').location}"
        return other.location(i).error(message, hint=hint if match.id_name else match.hint)

    ours, theirs = first.chunk.labels, _in_order(other.chunk.labels, match.order)
    differ = (ours >= 0) & (theirs >= 0) & (ours != theirs)
    if differ.any():
        i, *column = np.argwhere(differ)[0].tolist()
        label, own = int(theirs[i, *column]), int(ours[i, *column])
        classes, hint = first.stream.source.columns.classes, other.stream.feed.correction
        if column:
            name = printable(classes[column[0]])
            raise conflict(i, f'label {label} of class "{name}"', str(own), hint)
        names = [f'"{printable(classes[k])}"' for k in (label, own)]
        raise conflict(i, f"label {names[0]}", names[1], hint)
    weights, other_weights = first.chunk.weights, other.chunk.weights
    if weights is not None and other_weights is not None and (weights != other_weights).any():
        i = int((weights != other_weights).argmax())
        raise conflict(
            i, f"weight {other_weights[i]:.15g}", f"{weights[i]:.15g}", "Correct one of them."
        )


def _in_order(labels: Labels, order: Sequence[int]) -> Labels:
    """Return labels for classes in the order of those of the first file."""
    if labels.ndim > 1:
        return labels[:, order]
    return np.where(labels >= 0, np.argsort(order)[labels], -1)
