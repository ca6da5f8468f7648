"""What `evaluate` and `calibrate` found: the records that are shown, and how one is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from softmax_cli.evaluation.labeled_stream import LabelledStream
    from softmax_cli.evaluation.row_stats import Labelled
    from softmax_cli.metrics.evaluate import Evaluation
    from softmax_cli.metrics.summary import Binning, Summary

Temperature = float | Sequence[float]
Judge = Callable[["Labelled"], "Summary"]


@dataclass(frozen=True)
class Assessment:
    """The figures of one file at one temperature; `invalid` rows were left out."""

    source: str
    activation: str
    temperature: Temperature
    evaluation: Evaluation
    invalid: int = 0


def judge(scale: str, temperature: Temperature, how: Binning) -> Judge:
    """What makes statistics of labelled rows given in a scale of SCALES."""
    from softmax_cli.metrics.outcomes import judged
    from softmax_cli.metrics.summary import Summary

    def summary(block: Labelled) -> Summary:
        outcomes = judged(
            block.given, block.logits, block.classes, scale=scale, temperature=temperature
        )
        return Summary.of(outcomes, how)

    return summary


def assess(
    stream: LabelledStream,
    activation: str,
    summary: Judge,
    temperature: Temperature,
    jobs: int,
    update: Callable[[int, int], None],
) -> Assessment:
    """Judge all rows of a stream; `update` is told of bytes read and rows done."""
    from softmax_cli.metrics.evaluate import Evaluation

    total: Summary | None = None
    for part in stream.parts(summary, jobs):
        if part.result is not None:
            total = part.result if total is None else total.merge(part.result)
        update(part.position, stream.counts.rows)
    assert total is not None
    counts = stream.counts
    evaluation = Evaluation(total, stream.source.columns.classes, counts.rows, counts.unlabelled)
    return Assessment(stream.source.source, activation, temperature, evaluation, counts.invalid)
