"""Checks that several files are of the same rows, classes and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from softmax_cli.errors import SoftmaxError, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.metrics.outcomes import Labels

HINT = "Files are compared row by row: give the same rows in the same order."


class KeyedRows(Protocol):
    """Rows with their labels, and their identifiers if there are any."""

    @property
    def labels(self) -> Labels:
        """Return class indices, shape (N,), or binary labels, shape (N, C)."""
        ...

    @property
    def keys(self) -> NDArray[np.object_] | None:
        """Return the identifiers as text, shape (N,)."""
        ...


def read_shared_key(streams: Sequence[LabeledStream]) -> str | None:
    """Have streams read the first identifier column that all of them have; return its name."""
    found = []
    for stream in streams:
        columns = stream.source.columns
        ids = [i for i in columns.ids if i in columns.passthrough] if columns.header else []
        found.append({columns.names[i]: i for i in ids})
    for name in found[0]:
        if all(name in indices for indices in found):
            for stream, indices in zip(streams, found, strict=True):
                stream.key_column = indices[name]
            return name
    return None


def require_same_keys(
    streams: Sequence[LabeledStream], parts: Sequence[KeyedRows], name: str, first_row: int
) -> None:
    """Raise SoftmaxError for rows whose identifiers differ from those of the first file."""
    keys = [part.keys for part in parts if part.keys is not None]
    for stream, own in zip(streams[1:], keys[1:], strict=True):
        differ = own != keys[0]
        if differ.any():
            i = int(differ.argmax())
            raise SoftmaxError(
                f'{name} "{printable(own[i])}" is "{printable(keys[0][i])}" in '
                f"{streams[0].source.source}",
                source=stream.source.source,
                row=first_row + i,
                hint=HINT,
            )


def require_same_classes(streams: Sequence[LabeledStream]) -> list[NDArray[np.intp]]:
    """Return, for each file, the index in the first file of each of its classes."""
    first, *others = (stream.source.columns.classes for stream in streams)
    places = [np.arange(len(first))]
    positions = {name: i for i, name in enumerate(first)}
    for stream, classes in zip(streams[1:], others, strict=True):
        if sorted(classes) != sorted(first):
            raise SoftmaxError(
                f"classes differ from those of {streams[0].source.source}",
                source=stream.source.source,
                hint="Models must have the same classes, in any order.",
            )
        places.append(np.array([positions[name] for name in classes]))
    return places


def require_same_labels(
    streams: Sequence[LabeledStream],
    parts: Sequence[KeyedRows],
    places: Sequence[NDArray[np.intp]],
    first_row: int,
) -> None:
    """Raise SoftmaxError for rows whose labels differ from those of the first file."""
    first = parts[0].labels
    for stream, part, place in zip(streams[1:], parts[1:], places[1:], strict=True):
        labels = part.labels
        if labels.ndim == 1:
            ours = np.where(labels >= 0, place[labels], -1)
            differ = (ours >= 0) & (first >= 0) & (ours != first)
        else:
            ours = np.empty_like(labels)
            ours[:, place] = labels
            differ = ((ours >= 0) & (first >= 0) & (ours != first)).any(1)
        if differ.any():
            i = int(differ.argmax())
            classes = stream.source.columns.classes
            name = f' ("{printable(classes[int(labels[i])])}")' if labels.ndim == 1 else ""
            raise SoftmaxError(
                f"another label{name} than in {streams[0].source.source}",
                source=stream.source.source,
                row=first_row + i,
                hint=HINT,
            )
