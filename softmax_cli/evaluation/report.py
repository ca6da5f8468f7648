"""What `evaluate` and `calibrate` found: the records that are shown, and how one is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.evaluation.row_stats import LabeledChunk
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.summary import Binning, Summary

Temperature = float | Sequence[float]
Summarizer = Callable[["LabeledChunk"], "Summary"]


@dataclass(frozen=True)
class EvaluationReport:
    """The figures of one file at one temperature; `invalid` rows were left out."""

    source: str
    activation: str
    temperature: Temperature
    evaluation: Evaluation
    invalid: int = 0


def make_summarizer(input_scale: str, temperature: Temperature, binning: Binning) -> Summarizer:
    """What makes statistics of labeled rows given in a scale of SCALES."""
    from softmax_cli.metrics.outcomes import outcomes_from_input
    from softmax_cli.metrics.summary import Summary

    def summary(chunk: LabeledChunk) -> Summary:
        outcomes = outcomes_from_input(
            chunk.inputs,
            chunk.logits,
            chunk.labels,
            input_scale=input_scale,
            temperature=temperature,
        )
        return Summary.of(outcomes, binning)

    return summary


def evaluate_stream(
    stream: LabeledStream,
    activation: str,
    summary: Summarizer,
    temperature: Temperature,
    jobs: int,
    update: Callable[[int, int], None],
) -> EvaluationReport:
    """Judge all rows of a stream; `update` is told of bytes read and rows done."""
    from softmax_cli.metrics.evaluate import Evaluation

    total: Summary | None = None
    for part in stream.map_chunks(summary, jobs):
        if part.result is not None:
            total = part.result if total is None else total.merge(part.result)
        update(part.position, stream.counts.rows)
    assert total is not None
    counts = stream.counts
    evaluation = Evaluation(total, stream.source.columns.classes, counts.rows, counts.unlabeled)
    return EvaluationReport(
        stream.source.source, activation, temperature, evaluation, counts.invalid
    )
