"""Rows with labels, as a stream that is folded: what `evaluate` and `calibrate` read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.scales import look_like_probabilities, probability_warning
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.evaluation.row_stats import ChunkResult, LabeledChunk, RowStats, distinct_labels
from softmax_cli.evaluation.validation import Flags, invalid_rows, require_consistent_labels
from softmax_cli.formats.labels.encoder import LabelEncoder
from softmax_cli.formats.read_options import Passthrough, ReadContext
from softmax_cli.formats.registry import open_labels, open_source
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from softmax_cli.formats.labels.encoder import EncodedLabels
    from softmax_cli.formats.labels.source import LabelSource
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.rows import Location, Rows
    from softmax_cli.formats.source import Chunk, Source

R = TypeVar("R")


class LabelOptions(Protocol):
    """What the user says about labeled rows: fields of the records of both commands."""

    @property
    def activation(self) -> str:
        """A name of ACTIVATIONS."""
        ...

    @property
    def input_scale(self) -> str:
        """A name of SCALES."""
        ...

    @property
    def invalid(self) -> str:
        """What of rows without an answer: fail or skip."""
        ...

    @property
    def label_file(self) -> str | None:
        """Where labels are, if not among the columns."""
        ...


class LabeledStream:
    """A source of rows with the labels among its columns or in a file of their own.

    `fits` says that a temperature is fitted on them.
    """

    def __init__(
        self,
        source: Source,
        labels: LabelSource | None,
        *,
        exclusive: bool,
        input_scale: str,
        invalid: str,
        for_fitting: bool,
    ) -> None:
        names = labels.names if labels else _label_names(source)
        classes = source.columns.classes
        if exclusive and len(classes) == 1:
            raise UsageError(
                "there is one logit only, and its softmax is always 1",
                source=source.source,
                hint="Use -a sigmoid for a yes-or-no classifier.",
            )
        self.source = source
        self.counts = RowStats()
        self._labels = labels
        self._normalized = exclusive
        self.input_scale = input_scale
        self._for_fitting = for_fitting
        self._skips = invalid == "skip"
        self._read = LabelEncoder(names, classes, source.source, exclusive=exclusive)

    def map_chunks(
        self, function: Callable[[LabeledChunk], R], jobs: int
    ) -> Iterator[ChunkResult[R]]:
        """`function` of every block, in order; `counts` has the sums when all are drawn.

        Raises SoftmaxError for rows without an answer, unless they are skipped, and for
        labels that name no class.
        """
        named: Callable[[], Location] | None = None
        numbered: Callable[[], Location] | None = None
        for part, encoded in self._map(function, jobs):
            named, numbered = named or encoded.named, numbered or encoded.numbered
            if named and numbered:
                raise self._read.conflict(numbered())
            self.counts.add(part)
            yield part
        if self._labels:
            self._labels.require_end()
        if not self.counts.rows:
            raise SoftmaxError("no row has a label", source=self.source.source)

    def input_notes(self) -> Iterator[str]:
        """What is to be said of the columns and the labels, before rows are drawn."""
        if note := self.source.columns.note:
            yield f"{self.source.source}: {note}"
        if self._labels:
            yield f"the labels are those of {self._labels.source}"

    def notes(self) -> Iterator[str]:
        """What is to be said of the rows, when all are drawn."""
        source, counts = self.source.source, self.counts
        if self._read.by_order:
            yield f"{source}: columns of labels are matched with classes by their order"
        if counts.looks_like_probabilities:
            yield f"{source}: {probability_warning(exclusive=self._normalized)}"
        if len(counts.labels) == 1:
            yield f"{source}: {self._only_label(next(iter(counts.labels)))}"
        if counts.first_error:
            total = counts.rows + counts.unlabeled + counts.invalid
            yield (
                f"{counts.invalid} of {total} rows left out; "
                f"the first: {counts.first_error.summary}"
            )

    def _only_label(self, label: int) -> str:
        if not self._normalized:
            return f"every label is {'yes' if label else 'no'}, so that nothing is told apart"
        name = printable(self.source.columns.classes[label])
        return f'every label is "{name}", so that nothing is seen of the other classes'

    def _map(
        self, function: Callable[[LabeledChunk], R], jobs: int
    ) -> Iterator[tuple[ChunkResult[R], EncodedLabels]]:
        if self._labels is None:
            return ordered_map(
                lambda chunk: self._process_chunk(chunk, function), self._blocks(), jobs
            )
        return ordered_map(lambda rows: self._process(*rows, function), self._joined(jobs), jobs)

    def _blocks(self) -> Iterator[Chunk]:
        return self.source.chunks()

    def _joined(self, jobs: int) -> Iterator[tuple[Rows, EncodedLabels, int]]:
        """Rows in order, each block with as many labels of the other file."""
        assert self._labels is not None
        parse = self.source.parse
        parsed = ordered_map(lambda chunk: (parse(chunk), chunk.position), self._blocks(), jobs)
        for rows, position in parsed:
            yield rows, self._read(*self._labels.take(len(rows))), position

    def _process_chunk(
        self, chunk: Chunk, function: Callable[[LabeledChunk], R]
    ) -> tuple[ChunkResult[R], EncodedLabels]:
        rows = self.source.parse(chunk)
        return self._process(
            rows, self._read(rows.read_labels(), rows.location), chunk.position, function
        )

    def _process(
        self,
        given: Rows,
        encoded: EncodedLabels,
        position: int,
        function: Callable[[LabeledChunk], R],
    ) -> tuple[ChunkResult[R], EncodedLabels]:
        rows = given.as_logits(self.input_scale, exclusive=self._normalized)
        bad = invalid_rows(rows, exclusive=self._normalized)
        if bad.any() and not self._skips:
            raise rows.row_error(int(bad.argmax()))
        classes = encoded.classes
        labeled: Flags = np.asarray((classes >= 0).reshape(len(classes), -1).any(1))
        kept = labeled & ~bad
        if self.input_scale == "logits" or self._for_fitting:
            # Given a probability of 0, figures count it; no temperature can mend it.
            names = self.source.columns.classes
            require_consistent_labels(
                rows,
                classes,
                kept,
                names,
                input_scale=self.input_scale,
                for_fitting=self._for_fitting,
            )
        chunk = _only(LabeledChunk(given.logits, rows.logits, classes), kept)
        return ChunkResult(
            function(chunk) if kept.any() else None,
            rows=int(kept.sum()),
            unlabeled=int((~labeled & ~bad).sum()),
            invalid=int(bad.sum()),
            first_error=rows.row_error(int(bad.argmax())) if bad.any() else None,
            looks_like_probabilities=self.input_scale == "logits"
            and look_like_probabilities(chunk.logits, exclusive=self._normalized),
            labels=distinct_labels(chunk.labels),
            position=position,
        ), encoded


def open_labeled(
    stack: ExitStack,
    file: str,
    read_options: ReadOptions,
    label_options: LabelOptions,
    *,
    for_fitting: bool = False,
) -> LabeledStream:
    """The labeled rows of a path, or of standard input for `-`, closed with the stack.

    `fits` says that a temperature is fitted on them, which labels of probability 0 prevent.
    """
    if file == "-" and label_options.label_file == "-":
        raise UsageError("logits and labels cannot both come from standard input")
    exclusive = ACTIVATIONS[label_options.activation].exclusive
    context = ReadContext(exclusive=exclusive, passthrough=Passthrough.LABELS)
    exclusive_definition = (
        replace(read_options, labels=()) if label_options.label_file else read_options
    )
    source = stack.enter_context(closing(open_source(file, exclusive_definition, context)))
    labels = None
    if label_options.label_file:
        labels = open_labels(
            label_options.label_file, read_options, context, source.columns.classes
        )
        stack.enter_context(closing(labels))
    return LabeledStream(
        source,
        labels,
        exclusive=exclusive,
        input_scale=label_options.input_scale,
        invalid=label_options.invalid,
        for_fitting=for_fitting,
    )


def _only(chunk: LabeledChunk, kept: Flags) -> LabeledChunk:
    if kept.all():
        return chunk
    same = chunk.inputs is chunk.logits
    logits = chunk.logits[kept]
    return LabeledChunk(logits if same else chunk.inputs[kept], logits, chunk.labels[kept])


def _label_names(source: Source) -> list[str]:
    columns = source.columns
    if not columns.labels:
        raise UsageError(
            "no column of labels is known",
            source=source.source,
            hint="Name it with --label, or give --labels FILE.",
        )
    return [columns.names[i] for i in columns.labels]
