"""A temperature fitted on one part of a labelled stream and judged on another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, TypeVar

from softmax_cli.activations.scales import to_logits
from softmax_cli.calibration.fit import NoTemperatureError, fit, problem_of
from softmax_cli.calibration.report import Calibrated
from softmax_cli.calibration.spool import Spool
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.report import Assessment, judge
from softmax_cli.evaluation.row_stats import Labelled
from softmax_cli.formats.columns.selection import quoted
from softmax_cli.metrics.evaluate import Evaluation
from softmax_cli.metrics.statistics import Added
from softmax_cli.metrics.summary import Binning, Summary
from softmax_cli.runtime.ordered_map import ordered_map

if TYPE_CHECKING:
    from softmax_cli.activations.exact import Floats
    from softmax_cli.calibration.fit import Fold, TemperatureFit
    from softmax_cli.calibration.split import Split
    from softmax_cli.evaluation.labeled_stream import LabelledStream
    from softmax_cli.evaluation.report import Judge, Temperature
    from softmax_cli.metrics.outcomes import Known

S = TypeVar("S", bound=Added)


class Fitting:
    """The rows of a stream, dealt to parts and kept for the passes of the fit."""

    def __init__(
        self,
        stream: LabelledStream,
        activation: str,
        split: Split,
        how: Binning,
        *,
        per_class: bool,
        jobs: int,
    ) -> None:
        self._stream = stream
        self._activation = activation
        self._problem = problem_of(activation, per_class=per_class)
        self._split = split
        self._how = how
        self._scale = stream.scale
        self._jobs = jobs
        self._parts = [Spool() for _ in range(split.parts)]

    def close(self) -> None:
        """Let go of the rows."""
        for spool in self._parts:
            spool.close()

    def read(self, update: Callable[[int, int], None]) -> None:
        """Read all rows; `update` is told of bytes read and rows done."""
        rows = 0
        for part in self._stream.parts(lambda block: block, self._jobs):
            if part.result is not None:
                self._deal(part.result, rows)
            rows += part.rows
            update(part.position, rows)
        for i, spool in enumerate(self._parts):
            if not spool.rows:
                what = "to judge on" if i == len(self._parts) - 1 else "to fit on"
                raise SoftmaxError(
                    f"no labelled row is left {what}",
                    source=self._stream.source.source,
                    remedy="Give more rows, or fewer --folds."
                    if self._split.folds
                    else "Give more rows, or --holdout 0 to fit and judge on the same.",
                )

    def calibrate(self) -> Calibrated:
        """Fit and judge on the rows that were read.

        Raises SoftmaxError where no finite temperature is best.
        """
        rounds = [(self._fit(fitted), judged) for fitted, judged in self._split.rounds()]
        final = rounds[0][0] if len(rounds) == 1 else self._fit(range(self._split.parts))
        folds = [temperature_of(found) for found, _ in rounds]
        return Calibrated(
            final,
            rows_fitted=self._rows(range(len(rounds)) if len(rounds) > 1 else [0]),
            before=self._judged([(1.0, judged) for _, judged in rounds], 1.0),
            after=self._judged(
                [(temperature_of(found), judged) for found, judged in rounds],
                temperature_of(final),
            ),
            judged_on=self._split.judged_on,
            own=self._split.parts == 1,
            seed=self._split.seed,
            fold_temperatures=folds if len(folds) > 1 else (),
        )

    def _deal(self, block: Labelled, first: int) -> None:
        if len(self._parts) == 1:
            self._parts[0].add(block.given, block.classes)
            return
        dealt = self._split.deal(first, len(block.given))
        for i, spool in enumerate(self._parts):
            spool.add(block.given[dealt == i], block.classes[dealt == i])

    def _fit(self, parts: Sequence[int]) -> TemperatureFit:
        spools = [self._parts[i] for i in parts]
        blocks = [(spool, i) for spool in spools for i in range(len(spool))]
        try:
            return fit(self._problem, self._folding(blocks), self._folding(blocks[:1]))
        except NoTemperatureError as error:
            raise self._stated(error) from error

    def _folding(self, blocks: Sequence[tuple[Spool, int]]) -> Fold:
        def fold(function: Callable[[Floats, Known], S]) -> S:
            def of_block(at: tuple[Spool, int]) -> S:
                block = self._read(*at)
                return function(block.logits, block.classes)

            parts = ordered_map(of_block, blocks, self._jobs)
            return reduce(lambda one, other: one.merge(other), parts)

        return fold

    def _read(self, spool: Spool, i: int) -> Labelled:
        given, classes = spool.read(i)
        logits = to_logits(given, self._scale, normalised=classes.ndim == 1)
        return Labelled(given, logits, classes)

    def _judged(
        self, rounds: Sequence[tuple[Temperature, int]], temperature: Temperature
    ) -> Assessment:
        """The figures of each part at the temperature of its round, together."""
        rows = self._rows([part for _, part in rounds])
        counts, source = self._stream.counts, self._stream.source
        summary = reduce(Summary.merge, self._summaries(rounds))
        names = source.columns.classes
        evaluation = Evaluation(summary, names, rows, counts.unlabelled)
        return Assessment(source.source, self._activation, temperature, evaluation, counts.invalid)

    def _summaries(self, rounds: Sequence[tuple[Temperature, int]]) -> Iterator[Summary]:
        for temperature, part in rounds:
            of_block = partial(
                self._summary, self._parts[part], judge(self._scale, temperature, self._how)
            )
            yield from ordered_map(of_block, range(len(self._parts[part])), self._jobs)

    def _summary(self, spool: Spool, judge_block: Judge, i: int) -> Summary:
        return judge_block(self._read(spool, i))

    def _rows(self, parts: Sequence[int]) -> int:
        return sum(self._parts[i].rows for i in parts)

    def _stated(self, error: NoTemperatureError) -> SoftmaxError:
        source, classes = self._stream.source.source, self._stream.source.columns.classes
        which = error.chance or error.separated or error.empty
        own = f" for {quoted([classes[k] for k in which])}" if self._problem.each_class else ""
        if error.chance:
            return SoftmaxError(
                f"no finite temperature is best{own}: the labels are no better than chance, so "
                "that the NLL falls all the way to T = infinity, where every class is as likely",
                source=source,
                remedy="Do the labels belong to these rows, and the columns to these classes?",
            )
        if error.separated:
            return SoftmaxError(
                f"no temperature above 0 is best{own}: every label has the largest logit "
                "already, so that the NLL falls all the way to T = 0",
                source=source,
                remedy="Fit on rows that the model was not trained on, or on more of them.",
            )
        return SoftmaxError(f"no row has a label{own}", source=source)


def temperature_of(fit: TemperatureFit) -> Temperature:
    """The one temperature of a fit, or one for each class."""
    return fit.temperature if len(fit.temperatures) == 1 else fit.temperatures.tolist()
