"""A temperature fitted on one part of a labeled stream and judged on another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, TypeVar

from softmax_cli.activations.scales import to_logits
from softmax_cli.calibration.fit import NoTemperatureError, fit, objective_for
from softmax_cli.calibration.report import CalibrationReport
from softmax_cli.calibration.spool import Spool
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.report import EvaluationReport, make_summarizer
from softmax_cli.evaluation.row_stats import LabeledChunk
from softmax_cli.formats.columns.selection import quote_names
from softmax_cli.metrics.evaluate import Evaluation
from softmax_cli.metrics.statistics import Mergeable
from softmax_cli.metrics.summary import Binning, Summary
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.fit import MapReduce, TemperatureFit
    from softmax_cli.calibration.split import Split
    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.evaluation.report import Summarizer, Temperature
    from softmax_cli.metrics.outcomes import Labels

S = TypeVar("S", bound=Mergeable)


class Calibrator:
    """The rows of a stream, dealt to parts and kept for the passes of the fit."""

    def __init__(
        self,
        stream: LabeledStream,
        activation: str,
        split: Split,
        binning: Binning,
        *,
        per_class: bool,
        jobs: int,
    ) -> None:
        self._stream = stream
        self._activation = activation
        self._objective = objective_for(activation, per_class=per_class)
        self._split = split
        self._binning = binning
        self._input_scale = stream.input_scale
        self._jobs = jobs
        self._parts = [Spool() for _ in range(split.n_subsets)]

    def close(self) -> None:
        """Let go of the rows."""
        for spool in self._parts:
            spool.close()

    def read(self, update: Callable[[int, int], None]) -> None:
        """Read all rows; `update` is told of bytes read and rows done."""
        rows = 0
        for part in self._stream.map_chunks(lambda chunk: chunk, self._jobs):
            if part.result is not None:
                self._assign(part.result, rows)
            rows += part.rows
            update(part.position, rows)
        for i, spool in enumerate(self._parts):
            if not spool.rows:
                what = "to judge on" if i == len(self._parts) - 1 else "to fit on"
                raise SoftmaxError(
                    f"no labeled row is left {what}",
                    source=self._stream.source.source,
                    hint="Give more rows, or fewer --folds."
                    if self._split.folds
                    else "Give more rows, or --holdout 0 to fit and judge on the same.",
                )

    def calibrate(self) -> CalibrationReport:
        """Fit and judge on the rows that were read.

        Raises SoftmaxError where no finite temperature is best.
        """
        rounds = [
            (self._fit(fitted), evaluated) for fitted, evaluated in self._split.train_test_subsets()
        ]
        final = rounds[0][0] if len(rounds) == 1 else self._fit(range(self._split.n_subsets))
        folds = [fitted_temperature(found) for found, _ in rounds]
        return CalibrationReport(
            final,
            rows_fitted=self._rows(range(len(rounds)) if len(rounds) > 1 else [0]),
            before=self._evaluate([(1.0, evaluated) for _, evaluated in rounds], 1.0),
            after=self._evaluate(
                [(fitted_temperature(found), evaluated) for found, evaluated in rounds],
                fitted_temperature(final),
            ),
            evaluated_on=self._split.evaluated_on,
            in_sample=self._split.n_subsets == 1,
            seed=self._split.seed,
            fold_temperatures=folds if len(folds) > 1 else (),
        )

    def _assign(self, chunk: LabeledChunk, first: int) -> None:
        if len(self._parts) == 1:
            self._parts[0].add(chunk.inputs, chunk.labels)
            return
        dealt = self._split.assign(first, len(chunk.inputs))
        for i, spool in enumerate(self._parts):
            spool.add(chunk.inputs[dealt == i], chunk.labels[dealt == i])

    def _fit(self, parts: Sequence[int]) -> TemperatureFit:
        spools = [self._parts[i] for i in parts]
        chunks = [(spool, i) for spool in spools for i in range(len(spool))]
        try:
            return fit(self._objective, self._folding(chunks), self._folding(chunks[:1]))
        except NoTemperatureError as error:
            raise self._as_user_error(error) from error

    def _folding(self, chunks: Sequence[tuple[Spool, int]]) -> MapReduce:
        def map_reduce(function: Callable[[Floats, Labels], S]) -> S:
            def of_block(at: tuple[Spool, int]) -> S:
                chunk = self._read(*at)
                return function(chunk.logits, chunk.labels)

            parts = ordered_map(of_block, chunks, self._jobs)
            return reduce(lambda one, other: one.merge(other), parts)

        return map_reduce

    def _read(self, spool: Spool, i: int) -> LabeledChunk:
        given, classes = spool.read(i)
        logits = to_logits(given, self._input_scale, exclusive=classes.ndim == 1)
        return LabeledChunk(given, logits, classes)

    def _evaluate(
        self, rounds: Sequence[tuple[Temperature, int]], temperature: Temperature
    ) -> EvaluationReport:
        """The figures of each part at the temperature of its round, together."""
        rows = self._rows([part for _, part in rounds])
        counts, source = self._stream.counts, self._stream.source
        summary = reduce(Summary.merge, self._summaries(rounds))
        names = source.columns.classes
        evaluation = Evaluation(summary, names, rows, counts.unlabeled)
        return EvaluationReport(
            source.source, self._activation, temperature, evaluation, counts.invalid
        )

    def _summaries(self, rounds: Sequence[tuple[Temperature, int]]) -> Iterator[Summary]:
        for temperature, part in rounds:
            of_block = partial(
                self._summary,
                self._parts[part],
                make_summarizer(self._input_scale, temperature, self._binning),
            )
            yield from ordered_map(of_block, range(len(self._parts[part])), self._jobs)

    def _summary(self, spool: Spool, judge_block: Summarizer, i: int) -> Summary:
        return judge_block(self._read(spool, i))

    def _rows(self, parts: Sequence[int]) -> int:
        return sum(self._parts[i].rows for i in parts)

    def _as_user_error(self, error: NoTemperatureError) -> SoftmaxError:
        source, classes = self._stream.source.source, self._stream.source.columns.classes
        which = error.uninformative or error.separable or error.unlabeled
        own = (
            f" for {quote_names([classes[k] for k in which])}" if self._objective.each_class else ""
        )
        if error.uninformative:
            return SoftmaxError(
                f"no finite temperature is best{own}: the labels are no better than chance, so "
                "that the NLL falls all the way to T = infinity, where every class is as likely",
                source=source,
                hint="Do the labels belong to these rows, and the columns to these classes?",
            )
        if error.separable:
            return SoftmaxError(
                f"no temperature above 0 is best{own}: every label has the largest logit "
                "already, so that the NLL falls all the way to T = 0",
                source=source,
                hint="Fit on rows that the model was not trained on, or on more of them.",
            )
        return SoftmaxError(f"no row has a label{own}", source=source)


def fitted_temperature(fit: TemperatureFit) -> Temperature:
    """The one temperature of a fit, or one for each class."""
    return fit.temperature if len(fit.temperatures) == 1 else fit.temperatures.tolist()
