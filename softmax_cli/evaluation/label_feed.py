"""Labels of rows: from their own columns, or from a file, by position or by identifier."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from softmax_cli.errors import Notice, SoftmaxError, UsageError
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.formats.labels.joined import JoinedLabels, require_same_order, shared_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.formats.labels.source import LabelChunk, LabelSource
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source


class LabelFeed:
    """The labels of the rows of a source.

    Labels of a file are taken in the order of the rows. If both have identifiers, each row gets
    the label with its identifier; else the label at its position.
    """

    def __init__(self, source: Source, labels: LabelSource | None) -> None:
        self._source = source
        self._labels = labels
        self._joined: JoinedLabels | None = None
        self._texts: dict[int, int] = {}
        self._id_column: int | None = None
        self._id_names: Sequence[str] = ()
        if labels is not None:
            self._join(labels)

    @property
    def ordered(self) -> bool:
        """True if labels must be taken in the order of the rows."""
        return self._labels is not None

    @property
    def source(self) -> str:
        """The name of the file that holds the labels."""
        return self._source.source if self._labels is None else self._labels.source

    @property
    def correction(self) -> str:
        """Advice where several files give the same row different labels."""
        if self._labels is None:
            return "Correct one of them, or use --labels FILE for all."
        if self._joined is None:
            return "Labels are matched by position: add the identifiers to them."
        return f"Correct {self._labels.source}."

    @property
    def names(self) -> Sequence[str]:
        """The names of the label columns."""
        if self._labels is not None:
            return self._labels.names
        columns = self._source.columns
        if not columns.labels:
            raise UsageError(
                "no label column",
                source=self._source.source,
                hint="Use --label COL or --labels FILE.",
            )
        return [columns.names[i] for i in columns.labels]

    def take(self, rows: Rows) -> LabelChunk:
        """Return the labels of the next rows, and the location of each."""
        if self._joined is not None and self._id_column is not None:
            ids = rows.read_columns([self._id_column]).to_series()
            return self._joined.take(ids, rows.location)
        if self._labels is not None:
            return self._take_by_position(self._labels, rows)
        return rows.read_labels(), rows.location

    def end(self) -> Iterator[Notice]:
        """Yield notices once all rows have labels; raise SoftmaxError if too many are left."""
        if self._joined is not None:
            yield from self._joined.end()
            if self._joined.by_position:
                text = f"identifiers of {self._joined.source} are not those of the rows: "
                yield Notice(text + "matched by position", warning=True)
            elif self._joined.reordered and len(self._id_names) > 1:
                yield Notice(
                    f"{self._joined.source}: joined in another order by columns of different "
                    f"names, {quote_names(self._id_names)}. Use --drop "
                    f"{shlex.quote(self._id_names[0])} to match rows by position.",
                    warning=True,
                )
        elif self._labels is not None:
            self._labels.require_end()

    def notices(self) -> Iterator[Notice]:
        """Yield how labels are matched to rows."""
        if self._labels is not None:
            how = f", joined by {quote_names(self._id_names)}" if self._joined else ""
            yield Notice(f"labels read from {self._labels.source}{how}")

    def _take_by_position(self, labels: LabelSource, rows: Rows) -> LabelChunk:
        if not self._texts:
            return labels.take(len(rows))
        frame, location = labels.take(len(rows), ids=True)
        for own, other in self._texts.items():
            keys = rows.read_columns([own]).to_series()
            try:
                require_same_order(keys, frame[:, len(labels.names) + other], rows.location)
            except SoftmaxError as error:
                name = shlex.quote(self._source.columns.names[own])
                error.hint = f"Use --id {name} to join by it, or --drop {name} if it is no key."
                raise
        return frame[:, : len(labels.names)], location

    def _join(self, labels: LabelSource) -> None:
        columns = self._source.columns
        ids = [i for i in columns.ids if i in columns.passthrough]
        texts = {columns.names[i]: i for i in columns.text_columns if i in columns.passthrough}
        own_ids = [name for name in labels.id_names if name not in texts]
        shared = shared_id([columns.names[i] for i in ids], own_ids)
        self._texts = {i: list(labels.id_names).index(name) for name, i in texts.items()
                       if name in labels.id_names}  # fmt: skip
        if shared is not None:
            shared = shared[0], list(labels.id_names).index(own_ids[shared[1]])
            self._id_column = ids[shared[0]]
            own, other = columns.names[self._id_column], labels.id_names[shared[1]]
            same = own.strip().lower() == other.strip().lower()
            self._id_names = [own] if same else [own, other]
            self._joined = JoinedLabels(labels, shared[1], same_name=same)
