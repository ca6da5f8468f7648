"""Rows with labels, as a stream that is folded: what `evaluate` and `calibrate` read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.scales import doubt, look_like_probabilities
from softmax_cli.errors import SoftmaxError, UsageError, printable
from softmax_cli.evaluation.row_stats import Counts, Labelled, Part, distinct
from softmax_cli.evaluation.validation import Flags, require_possible, without_answer
from softmax_cli.formats.labels.encoder import LabelReader
from softmax_cli.formats.read_options import Passthrough, ReadContext
from softmax_cli.formats.registry import open_labels, open_source
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from softmax_cli.formats.labels.encoder import Known
    from softmax_cli.formats.labels.source import LabelSource
    from softmax_cli.formats.read_options import ReadOptions
    from softmax_cli.formats.rows import Rows, Where
    from softmax_cli.formats.source import Block, Source

R = TypeVar("R")


class Wanted(Protocol):
    """What the user says about labelled rows: fields of the records of both commands."""

    @property
    def activation(self) -> str:
        """A name of ACTIVATIONS."""
        ...

    @property
    def scale(self) -> str:
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


class LabelledStream:
    """A source of rows with the labels among its columns or in a file of their own.

    `fits` says that a temperature is fitted on them.
    """

    def __init__(
        self,
        source: Source,
        labels: LabelSource | None,
        *,
        normalised: bool,
        scale: str,
        invalid: str,
        fits: bool,
    ) -> None:
        names = labels.names if labels else _label_names(source)
        classes = source.columns.classes
        if normalised and len(classes) == 1:
            raise UsageError(
                "there is one logit only, and its softmax is always 1",
                source=source.source,
                remedy="Use -a sigmoid for a yes-or-no classifier.",
            )
        self.source = source
        self.counts = Counts()
        self._labels = labels
        self._normalised = normalised
        self.scale = scale
        self._fits = fits
        self._skips = invalid == "skip"
        self._read = LabelReader(names, classes, source.source, normalised=normalised)

    def parts(self, function: Callable[[Labelled], R], jobs: int) -> Iterator[Part[R]]:
        """`function` of every block, in order; `counts` has the sums when all are drawn.

        Raises SoftmaxError for rows without an answer, unless they are skipped, and for
        labels that name no class.
        """
        named: Callable[[], Where] | None = None
        numbered: Callable[[], Where] | None = None
        for part, known in self._worked(function, jobs):
            named, numbered = named or known.named, numbered or known.numbered
            if named and numbered:
                raise self._read.conflict(numbered())
            self.counts.add(part)
            yield part
        if self._labels:
            self._labels.require_end()
        if not self.counts.rows:
            raise SoftmaxError("no row has a label", source=self.source.source)

    def opening_notes(self) -> Iterator[str]:
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
        if counts.probable:
            yield f"{source}: {doubt(normalised=self._normalised)}"
        if len(counts.labels) == 1:
            yield f"{source}: {self._only_label(next(iter(counts.labels)))}"
        if counts.first_fault:
            total = counts.rows + counts.unlabelled + counts.invalid
            yield (
                f"{counts.invalid} of {total} rows left out; "
                f"the first: {counts.first_fault.finding}"
            )

    def _only_label(self, label: int) -> str:
        if not self._normalised:
            return f"every label is {'yes' if label else 'no'}, so that nothing is told apart"
        name = printable(self.source.columns.classes[label])
        return f'every label is "{name}", so that nothing is seen of the other classes'

    def _worked(
        self, function: Callable[[Labelled], R], jobs: int
    ) -> Iterator[tuple[Part[R], Known]]:
        if self._labels is None:
            return ordered_map(lambda block: self._of_block(block, function), self._blocks(), jobs)
        return ordered_map(lambda rows: self._part(*rows, function), self._joined(jobs), jobs)

    def _blocks(self) -> Iterator[Block]:
        return self.source.blocks()

    def _joined(self, jobs: int) -> Iterator[tuple[Rows, Known, int]]:
        """Rows in order, each block with as many labels of the other file."""
        assert self._labels is not None
        parse = self.source.parse
        parsed = ordered_map(lambda block: (parse(block), block.position), self._blocks(), jobs)
        for rows, position in parsed:
            yield rows, self._read(*self._labels.take(len(rows))), position

    def _of_block(self, block: Block, function: Callable[[Labelled], R]) -> tuple[Part[R], Known]:
        rows = self.source.parse(block)
        return self._part(
            rows, self._read(rows.read_labels(), rows.where), block.position, function
        )

    def _part(
        self, given: Rows, known: Known, position: int, function: Callable[[Labelled], R]
    ) -> tuple[Part[R], Known]:
        rows = given.as_logits(self.scale, normalised=self._normalised)
        bad = without_answer(rows, normalised=self._normalised)
        if bad.any() and not self._skips:
            raise rows.fault(int(bad.argmax()))
        classes = known.classes
        labelled: Flags = np.asarray((classes >= 0).reshape(len(classes), -1).any(1))
        kept = labelled & ~bad
        if self.scale == "logits" or self._fits:
            # Given a probability of 0, figures count it; no temperature can mend it.
            names = self.source.columns.classes
            require_possible(rows, classes, kept, names, scale=self.scale, fits=self._fits)
        block = _only(Labelled(given.logits, rows.logits, classes), kept)
        return Part(
            function(block) if kept.any() else None,
            rows=int(kept.sum()),
            unlabelled=int((~labelled & ~bad).sum()),
            invalid=int(bad.sum()),
            first_fault=rows.fault(int(bad.argmax())) if bad.any() else None,
            probable=self.scale == "logits"
            and look_like_probabilities(block.logits, normalised=self._normalised),
            labels=distinct(block.classes),
            position=position,
        ), known


def open_labelled(
    stack: ExitStack, file: str, reading: ReadOptions, wanted: Wanted, *, fits: bool = False
) -> LabelledStream:
    """The labelled rows of a path, or of standard input for `-`, closed with the stack.

    `fits` says that a temperature is fitted on them, which labels of probability 0 prevent.
    """
    if file == "-" and wanted.label_file == "-":
        raise UsageError("logits and labels cannot both come from standard input")
    normalised = ACTIVATIONS[wanted.activation].normalised
    context = ReadContext(exclusive=normalised, passthrough=Passthrough.LABELS)
    of_rows = replace(reading, labels=()) if wanted.label_file else reading
    source = stack.enter_context(closing(open_source(file, of_rows, context)))
    labels = None
    if wanted.label_file:
        labels = open_labels(wanted.label_file, reading, context, source.columns.classes)
        stack.enter_context(closing(labels))
    return LabelledStream(
        source,
        labels,
        normalised=normalised,
        scale=wanted.scale,
        invalid=wanted.invalid,
        fits=fits,
    )


def _only(block: Labelled, kept: Flags) -> Labelled:
    if kept.all():
        return block
    same = block.given is block.logits
    logits = block.logits[kept]
    return Labelled(logits if same else block.given[kept], logits, block.classes[kept])


def _label_names(source: Source) -> list[str]:
    columns = source.columns
    if not columns.labels:
        raise UsageError(
            "no column of labels is known",
            source=source.source,
            remedy="Name it with --label, or give --labels FILE.",
        )
    return [columns.names[i] for i in columns.labels]
