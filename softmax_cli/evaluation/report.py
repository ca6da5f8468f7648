"""Evaluation of a labeled stream, and its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import UsageError

if TYPE_CHECKING:
    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.evaluation.row_stats import LabeledChunk
    from softmax_cli.formats.part_map import PartTasks
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.groups import GroupSums
    from softmax_cli.metrics.outcomes import Outcomes
    from softmax_cli.metrics.ranked.acceptance import Acceptance
    from softmax_cli.metrics.summary import Binning, Summary

Temperature = float | Sequence[float]
Calibration = Temperature | CalibrationMap


@dataclass(frozen=True)
class Model:
    """The labeled rows of a file, and the calibration that they are evaluated with."""

    stream: LabeledStream
    temperature: Calibration


@dataclass(frozen=True)
class EvaluationReport:
    """Metrics of one file at one temperature, and its skipped rows.

    Attributes:
        source: name of the file.
        activation: a name of ACTIVATIONS.
        temperature: one, or one per class.
        evaluation: the metrics.
        invalid: number of rows without probabilities.
        zero_weight: number of rows of weight 0.
        group_columns: the columns that rows are grouped by.
        weight_column: the column of weights, if any.
        acceptance: from which confidence predictions may be accepted, if asked for.
    """

    source: str
    activation: str
    temperature: Temperature
    evaluation: Evaluation
    invalid: int = 0
    zero_weight: int = 0
    group_columns: tuple[str, ...] = ()
    weight_column: str | None = None
    acceptance: Acceptance | None = None


@dataclass(frozen=True)
class ChunkSums:
    """Statistics of all rows of a chunk, and of its groups."""

    summary: Summary
    groups: GroupSums | None

    def merge(self, other: ChunkSums) -> ChunkSums:
        """Return the statistics of both."""
        groups = self.groups.merge(other.groups) if self.groups and other.groups else None
        return ChunkSums(self.summary.merge(other.summary), groups)


def chunk_outcomes(input_scale: str, temperature: Calibration, chunk: LabeledChunk) -> Outcomes:
    """Return the outcomes of labeled rows, given in a scale of SCALES, after a calibration."""
    from softmax_cli.metrics.outcomes import outcomes_from_input

    if isinstance(temperature, CalibrationMap):
        logits = temperature.apply(chunk.logits)
        outcomes = outcomes_from_input(logits, logits, chunk.labels)
    else:
        outcomes = outcomes_from_input(
            chunk.inputs,
            chunk.logits,
            chunk.labels,
            input_scale=input_scale,
            temperature=temperature,
        )
    return outcomes if chunk.weights is None else replace(outcomes, weights=chunk.weights)


def summarize(outcomes: Outcomes, chunk: LabeledChunk, binning: Binning) -> ChunkSums:
    """Return the statistics of the outcomes of a chunk."""
    from softmax_cli.metrics.groups import GroupSums
    from softmax_cli.metrics.summary import Summary

    groups = None
    if chunk.groups:
        names, codes = chunk.groups.names, chunk.groups.codes
        groups = GroupSums.from_outcomes(outcomes, names, codes, binning.bins)
    return ChunkSums(Summary.from_outcomes(outcomes, binning), groups)


def evaluate_stream(
    model: Model,
    activation: str,
    binning: Binning,
    jobs: int,
    update: Callable[[int, int], None],
) -> EvaluationReport:
    """Evaluate all rows of a stream; update(bytes_read, rows) reports progress."""
    stream, total = model.stream, None
    sums = partial(_sum_chunk, stream.input_scale, model.temperature, binning)
    for chunk in stream.map_chunks(sums, jobs):
        if chunk.result is not None:
            total = merge_sums(total, chunk.result, stream.source.source)
        update(chunk.position, stream.stats.rows)
    assert total is not None
    return make_report(model, activation, total)


def evaluate_parts(
    model: Model,
    activation: str,
    binning: Binning,
    tasks: PartTasks,
    update: Callable[[int, int], None],
) -> EvaluationReport:
    """Evaluate all rows of a stream in parts, whose statistics merge on the workers."""
    from softmax_cli.evaluation.labeled_parts import PartFold, map_labeled_parts, result_of
    from softmax_cli.runtime.kept_results import TreeMerge

    stream = model.stream
    stream.study()
    sums = partial(_sum_chunk, stream.input_scale, model.temperature, binning)
    merge = partial(merge_sums, source=stream.source.source)
    tree = TreeMerge(tasks.executor, merge, result_of)
    position = 0
    for part in map_labeled_parts(PartFold(stream, sums, merge), tasks):
        if part.result is not None:
            tree.add(part.result)
        position += part.position
        update(position, stream.stats.rows)
    total = tree.result()
    assert total is not None
    return make_report(model, activation, total)


def merge_sums(total: ChunkSums | None, sums: ChunkSums, source: str) -> ChunkSums:
    """Return the statistics of both; raise UsageError for too many groups."""
    from softmax_cli.metrics.groups import TooManyGroupsError

    try:
        return sums if total is None else total.merge(sums)
    except TooManyGroupsError as error:
        raise UsageError(
            f"--by: {error}", source=source, hint="Group by a column with fewer values."
        ) from error


def make_report(model: Model, activation: str, sums: ChunkSums) -> EvaluationReport:
    """Return the report of a stream that has been read to its end."""
    from softmax_cli.metrics.evaluate import Evaluation

    stream, temperature = model.stream, model.temperature
    stats, columns = stream.stats, stream.row_columns
    evaluation = Evaluation(
        sums.summary, stream.source.columns.classes, stats.rows, stats.unlabeled, sums.groups
    )
    return EvaluationReport(
        stream.source.source,
        activation,
        temperature.temperature if isinstance(temperature, CalibrationMap) else temperature,
        evaluation,
        stats.invalid,
        stats.zero_weight,
        columns.group_names if columns else (),
        columns.weight_name if columns else None,
    )


def _sum_chunk(
    input_scale: str,
    temperature: Calibration,
    binning: Binning,
    chunk: LabeledChunk,
) -> ChunkSums:
    return summarize(chunk_outcomes(input_scale, temperature, chunk), chunk, binning)
