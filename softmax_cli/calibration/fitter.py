"""Fits of maps on subsets of the rows of a stream, with errors that say what is the matter."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.calibration.diagnosis.messages import (
    doubtful_fit_error,
    explain_failure,
    extreme_warning,
    undetermined_error,
    unfitted_warning,
)
from softmax_cli.calibration.diagnosis.row_diagnosis import Diagnosis
from softmax_cli.calibration.maps import MAPS, CalibrationFit, FitTask
from softmax_cli.calibration.selection import NONE
from softmax_cli.calibration.temperature_fit import NO_PROBABILITY, NoTemperatureError
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from softmax_cli.activations.calibration_map import CalibrationMap
    from softmax_cli.calibration.objective import GradientLimits
    from softmax_cli.calibration.rows import Location, SubsetRows, Subsets
    from softmax_cli.errors import Notice
    from softmax_cli.evaluation.labeled_stream import LabeledStream


@dataclass(frozen=True)
class FitOptions:
    """The map to fit, and its settings.

    Attributes:
        activation: softmax or sigmoid.
        map: a name of MAPS, or AUTO to choose one.
        per_class: one temperature per class.
        floor: the least probability, as a fraction of the row's largest; 0 for none.
    """

    activation: str
    map: str = "temperature"
    per_class: bool = False
    floor: float = 0.0


class Fitter:
    """Fits on subsets of the rows of a stream."""

    def __init__(
        self, stream: LabeledStream, options: FitOptions, rows: Subsets, floor: CalibrationMap
    ) -> None:
        self._stream = stream
        self._options = options
        self._rows = rows
        self._floor = floor
        self._classes = stream.source.columns.classes
        self._task = FitTask.of_activation(
            options.activation, len(self._classes), per_class=options.per_class
        )

    def fit(self, name: str, subsets: Sequence[int]) -> CalibrationFit:
        """Fit a map on subsets; SoftmaxError if there is no finite positive temperature."""
        if name == NONE:
            return self._identity(subsets)
        if self._options.per_class:
            return self._fit_classes(name, subsets)
        try:
            found = self._try_fit(name, subsets)
        except NoTemperatureError as error:
            raise self._explain(error, subsets) from error
        if found.undetermined or found.may_depend_on_masks:
            diagnosis = self._diagnose(subsets)
            if doubt := doubtful_fit_error(
                found, diagnosis, row_name=self._row_name, weighted=self._weighted
            ):
                raise self._at_source(doubt)
        return found

    def candidate(self, name: str, subsets: Sequence[int]) -> CalibrationFit:
        """Fit a map that may be chosen; NoTemperatureError if it has no fit."""
        if not self._options.per_class:
            return self._try_fit(name, subsets)
        try:
            return self._fit_classes(name, subsets)
        except SoftmaxError as error:
            raise NoTemperatureError([0], [], []) from error

    def _fit_classes(self, name: str, subsets: Sequence[int]) -> CalibrationFit:
        """Fit each class by itself, except for those that have no temperature."""
        kept, first_error = list(range(self._task.classes)), None
        while kept:
            try:
                found = self._try_fit(name, subsets, self._task.only(kept))
            except NoTemperatureError as error:
                first_error = first_error or error
                failed = error.affected
            else:
                failed = found.undetermined
                if not failed:
                    return found.spread(kept, self._task.classes)
            kept = [k for i, k in enumerate(kept) if i not in failed]
        if first_error is None:
            raise self._at_source(undetermined_error(found, weighted=self._weighted))
        raise self._explain(first_error, subsets) from first_error

    def _try_fit(
        self, name: str, subsets: Sequence[int], task: FitTask | None = None
    ) -> CalibrationFit:
        """Fit a map on subsets; NoTemperatureError if there is no finite positive temperature."""
        found = MAPS[name].fit(
            task or self._task,
            self._rows.map_reduce(subsets),
            self._rows.map_reduce(subsets, first=True),
        )
        return replace(found, floor=self._floor.floor, floors_masks=self._floor.floors_masks)

    def _identity(self, subsets: Sequence[int]) -> CalibrationFit:
        return CalibrationFit(
            np.ones(1),
            np.full(1, np.nan),
            1,
            self._limits(subsets),
            NONE,
            self._task.exclusive,
            floor=self._floor.floor,
            floors_masks=self._floor.floors_masks,
        )

    def warnings(
        self, fit: CalibrationFit, train: Sequence[int], evaluated: Sequence[int]
    ) -> Iterator[Notice]:
        """Warn of classes without a fit, and of few rows that decide it or its evaluation."""
        if self._options.per_class and fit.unfitted:
            yield unfitted_warning([self._classes[k] for k in fit.unfitted])
        for subsets in (train, evaluated):
            if subsets and self._limits(subsets).worst.max() > NO_PROBABILITY:
                diagnosis = self._diagnose(subsets)
                if diagnosis.extreme_rows:
                    yield extreme_warning(diagnosis.extreme_rows, diagnosis.rows, self._row_name)

    def _limits(self, subsets: Sequence[int]) -> GradientLimits:
        return self._rows.map_reduce(subsets)(self._task.objective.limits)

    def _diagnose(self, subsets: Sequence[int], classes: Sequence[int] = ()) -> Diagnosis:
        """Diagnose the rows of subsets, by some of the classes if any are given."""
        return self._rows.merged(partial(_diagnose, list(classes)), subsets)

    def _explain(self, error: NoTemperatureError, subsets: Sequence[int]) -> SoftmaxError:
        affected = error.affected if self._task.objective.per_class else []
        names = [self._classes[k] for k in affected]
        diagnosis = self._diagnose(subsets, affected)
        return self._at_source(explain_failure(error, diagnosis, names, row_name=self._row_name))

    @property
    def _row_name(self) -> str:
        """Return a name for the counted rows: all of them, unless some were skipped."""
        stats = self._stream.stats
        skipped = stats.unlabeled or stats.invalid or stats.zero_weight
        return "labeled row" if skipped else "row"

    @property
    def _weighted(self) -> bool:
        columns = self._stream.row_columns
        return columns is not None and columns.weight_name is not None

    def _at_source(self, error: SoftmaxError) -> SoftmaxError:
        error.source = self._stream.source.source
        return error


def _diagnose(classes: Sequence[int], rows: SubsetRows, location: Location) -> Diagnosis:
    chunk = rows.read(location)
    logits, labels = chunk.logits, chunk.labels
    if classes:
        logits, labels = logits[:, classes], labels[:, classes]
    return Diagnosis.from_rows(logits, labels, rows.numbers(location), chunk.weights)
