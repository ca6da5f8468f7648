"""Calibration of a labeled stream: fit a map on some rows, evaluate it on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, reduce
from operator import add
from typing import TYPE_CHECKING

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.calibration.effect import MapEffect, fitted_temperature, paired_sums
from softmax_cli.calibration.fitter import Fitter
from softmax_cli.calibration.maps import MAPS, CalibrationFit
from softmax_cli.calibration.report import CalibrationReport
from softmax_cli.calibration.rows import SubsetRows
from softmax_cli.calibration.rows_in_parts import PartedRows, as_list
from softmax_cli.calibration.selection import FOLDS, Selection, select_map
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.labeled_parts import PartFold, map_labeled_parts
from softmax_cli.evaluation.report import EvaluationReport
from softmax_cli.metrics.evaluate import Evaluation
from softmax_cli.metrics.paired import PairedComparison

if TYPE_CHECKING:
    from softmax_cli.calibration.fitter import FitOptions
    from softmax_cli.calibration.rows import Location
    from softmax_cli.calibration.split import Split
    from softmax_cli.evaluation.labeled_stream import LabeledStream
    from softmax_cli.evaluation.report import Temperature
    from softmax_cli.formats.part_map import PartTasks
    from softmax_cli.metrics.paired import PairedSums
    from softmax_cli.metrics.summary import Binning, Summary

AUTO = "auto"


class Calibrator:
    """Rows of a stream, assigned to random subsets and spooled for the passes of the fit.

    The workers are threads, or tasks on parts of the stream.
    """

    def __init__(
        self,
        stream: LabeledStream,
        options: FitOptions,
        split: Split,
        binning: Binning,
        workers: int | PartTasks,
    ) -> None:
        self._stream = stream
        self._options = options
        self._split = split
        self._binning = binning
        self._classes = stream.source.columns.classes
        # Of probabilities, 0 is a value like others; of logits, -inf is a mask.
        floor = CalibrationMap(
            1.0, (), stream.exclusive, options.floor, stream.input_scale != "logits"
        )
        self._workers = workers
        self._rows: SubsetRows | PartedRows = (
            SubsetRows(split, floor, stream.input_scale, workers)
            if isinstance(workers, int)
            else PartedRows(split, floor, stream.input_scale, workers.executor)
        )
        self._fitter = Fitter(stream, options, self._rows, floor)

    def close(self) -> None:
        """Release the rows."""
        self._rows.close()

    def read(self, update: Callable[[int, int], None]) -> None:
        """Spool all rows; update(bytes_read, rows) reports progress."""
        if isinstance(self._rows, PartedRows):
            self._read_parts(self._rows, update)
        else:
            self._read_chunks(self._rows, update)
        for k in range(self._split.n_subsets):
            if not self._rows.count([k]):
                raise self._empty_subset_error(last=k == self._split.n_subsets - 1)

    def _read_chunks(self, spooled: SubsetRows, update: Callable[[int, int], None]) -> None:
        assert isinstance(self._workers, int)
        rows = 0
        for chunk in self._stream.map_chunks(lambda chunk: chunk, self._workers):
            if chunk.result is not None:
                spooled.add(chunk.result, rows)
            rows += chunk.stats.rows
            update(chunk.position, rows)

    def _read_parts(self, kept: PartedRows, update: Callable[[int, int], None]) -> None:
        assert not isinstance(self._workers, int)
        self._stream.study()
        rows = position = 0
        for part in map_labeled_parts(PartFold(self._stream, as_list, add), self._workers):
            if part.result is not None:
                kept.add(part.result, rows)
            rows, position = rows + part.stats.rows, position + part.position
            update(position, rows)
        kept.count_rows()

    def calibrate(self) -> CalibrationReport:
        """Fit and evaluate on the spooled rows.

        Raises SoftmaxError if no finite positive temperature is optimal.
        """
        split = self._split
        train = range(split.n_subsets) if split.folds else split.train_test_subsets()[0][0]
        selection = self._select(train) if self._options.map == AUTO else None
        if selection and selection.fits_none:
            # Raises the reason, unless only a fold has none.
            self._fitter.fit("temperature", train)
        name = selection.chosen if selection else self._options.map
        rounds = [(self._fitter.fit(name, fit), test) for fit, test in split.train_test_subsets()]
        final = rounds[0][0] if len(rounds) == 1 else self._fitter.fit(name, train)
        judged = self._judge(rounds)
        held_out = [k for k in range(split.n_subsets) if k not in train]
        folds = [fitted_temperature(fold) for fold, _ in rounds]
        return CalibrationReport(
            final,
            rows_fitted=self._rows.count(train),
            before=self._report(judged.before, 1.0),
            after=self._report(judged.after, fitted_temperature(final)),
            evaluated_on=split.evaluated_on,
            in_sample=split.n_subsets == len(train) and not split.folds,
            seed=split.seed,
            fold_temperatures=folds if len(folds) > 1 else (),
            paired=PairedComparison.from_sums(judged.paired),
            changed=judged.changed,
            class_shares=self._rows.class_shares(train),
            input_scale=self._stream.input_scale,
            selection=selection,
            notices=list(self._fitter.warnings(final, train, held_out)),
            effective_rows_fitted=self._rows.effective_rows(train)
            if self._weight is not None
            else None,
        )

    def _select(self, subsets: Sequence[int]) -> Selection:
        scale = self._stream.input_scale

        def compare(one: CalibrationFit | None, other: CalibrationFit, subset: int) -> PairedSums:
            return self._rows.merged(partial(_paired_sums, one, other, scale), [subset])

        return select_map(list(MAPS), subsets, self._fitter.candidate, compare)

    def _judge(self, rounds: Sequence[tuple[CalibrationFit, Sequence[int]]]) -> MapEffect:
        """Evaluate each subset by the map of its round, and merge the results."""
        settings = self._stream.input_scale, self._binning
        effects = (
            self._rows.merged(partial(_effect, fit, *settings), test) for fit, test in rounds
        )
        return reduce(lambda one, other: one.merge(other), effects)

    def _report(self, summary: Summary, temperature: Temperature) -> EvaluationReport:
        stats = self._stream.stats
        evaluation = Evaluation(summary, self._classes, int(summary.losses.rows), stats.unlabeled)
        return EvaluationReport(
            self._stream.source.source,
            self._options.activation,
            temperature,
            evaluation,
            stats.invalid,
            stats.zero_weight,
            weight_column=self._weight,
        )

    @property
    def _weight(self) -> str | None:
        """Return the name of the column of weights, if there is one."""
        columns = self._stream.row_columns
        return columns.weight_name if columns else None

    def _empty_subset_error(self, *, last: bool) -> SoftmaxError:
        problem = f"no labeled rows left {'to evaluate on' if last else 'to fit on'}"
        if self._split.selection_folds and not last:
            problem = f"too few labeled rows to choose a map by {FOLDS}-fold cross-validation"
        return SoftmaxError(
            problem,
            source=self._stream.source.source,
            hint=f"Use more rows, or {self._smaller_split}.",
        )

    @property
    def _smaller_split(self) -> str:
        """Return advice on a split that needs fewer rows."""
        if self._split.folds:
            return "fewer --folds"
        if self._split.selection_folds:
            return "--map temperature"
        return "--holdout 0 to evaluate in-sample"


def _effect(
    fit: CalibrationFit, input_scale: str, binning: Binning, rows: SubsetRows, location: Location
) -> MapEffect:
    return MapEffect.of_map(fit, rows.read(location), input_scale, binning)


def _paired_sums(
    one: CalibrationFit | None,
    other: CalibrationFit,
    input_scale: str,
    rows: SubsetRows,
    location: Location,
) -> PairedSums:
    return paired_sums(one, other, rows.read(location), input_scale)
