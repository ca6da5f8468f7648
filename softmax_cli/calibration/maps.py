"""Maps of calibration, in a table: how each is fitted, and the result of a fit.

To add a map, write its fit and its entry in MAPS.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.exact import Floats
from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.calibration.bias.fit import fit_bias
from softmax_cli.calibration.bias.objective import (
    PER_CLASS_BIAS,
    SIGMOID_BIAS,
    SOFTMAX_BIAS,
    BiasObjective,
)
from softmax_cli.calibration.fit import (
    checked_rows,
    fit,
    map_reduce_over,
    objective_for,
)
from softmax_cli.calibration.objective import Objective
from softmax_cli.calibration.temperature_fit import NoTemperatureError, TemperatureFit
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.validation import row_slices

if TYPE_CHECKING:
    from softmax_cli.calibration.objective import Weights
    from softmax_cli.calibration.temperature_fit import MapReduce
    from softmax_cli.metrics.outcomes import Labels


@dataclass(frozen=True)
class CalibrationFit(TemperatureFit):
    """A fitted map: temperatures, and biases of shape (C,), empty if it has none.

    Attributes:
        map: the name in MAPS.
        exclusive: True for softmax, False for sigmoid.
        bias: in units of a logit; of exclusive classes with mean 0.
        bias_errors: standard errors.
        precision: lambda, the precision of the prior of the biases; inf if they are 0.
        floor: the least probability that logits were limited to, 0 for none.
        floors_masks: True if -inf was limited too.
    """

    map: str = "temperature"
    exclusive: bool = True
    bias: Floats = field(default_factory=lambda: np.zeros(0))
    bias_errors: Floats = field(default_factory=lambda: np.zeros(0))
    precision: float = np.inf
    floor: float = 0.0
    floors_masks: bool = False

    @property
    def has_bias(self) -> bool:
        """True if some bias is not 0."""
        return bool(self.bias.any())

    @property
    def fewest_rows(self) -> int:
        """Number of rows below which a fit says nothing: a bias and a slope fit any few."""
        return 5 if self.has_bias else 2

    @property
    def unfitted(self) -> list[int]:
        """Indices of classes that have no fit and stay as they are."""
        return np.flatnonzero(np.isnan(self.standard_errors)).tolist()

    def spread(self, kept: Sequence[int], classes: int) -> CalibrationFit:
        """Return a per-class fit of some classes as one of all, where the others stay."""

        def expand(values: Floats, missing: float) -> Floats:
            if not len(values):
                return values
            all_values = np.full(classes, missing)
            all_values[list(kept)] = values
            return all_values

        return replace(
            self,
            temperatures=expand(self.temperatures, 1.0),
            standard_errors=expand(self.standard_errors, np.nan),
            bias=expand(self.bias, 0.0),
            bias_errors=expand(self.bias_errors, np.nan),
        )

    @property
    def calibration(self) -> CalibrationMap:
        """The map of logits, for use before softmax or sigmoid."""
        one = len(self.temperatures) == 1
        temperature = float(self.temperatures[0]) if one else self.temperatures.tolist()
        bias = tuple(self.bias.tolist())
        return CalibrationMap(temperature, bias, self.exclusive, self.floor, self.floors_masks)

    def probabilities(self, logits: ArrayLike) -> Floats:
        """Return calibrated probabilities of logits, shape (..., C)."""
        mapped = self.calibration.apply(np.asarray(logits, np.float64))
        return softmax(mapped) if self.exclusive else sigmoid(mapped)


@dataclass(frozen=True)
class FitTask:
    """One fit: an activation's objectives, over C classes."""

    objective: Objective
    bias_objective: BiasObjective
    classes: int

    @classmethod
    def of_activation(cls, activation: str, classes: int, *, per_class: bool = False) -> FitTask:
        """Return the task of softmax or sigmoid; raises ValueError for others."""
        objective = objective_for(activation, per_class=per_class)
        if activation == "softmax":
            return cls(objective, SOFTMAX_BIAS, classes)
        return cls(objective, PER_CLASS_BIAS if per_class else SIGMOID_BIAS, classes)

    def only(self, kept: Sequence[int]) -> FitTask:
        """Return the task for some of the independent classes."""
        columns, whole, biases = list(kept), self.objective, self.bias_objective
        objective = Objective(
            partial(_of_columns, whole.limits, columns),
            partial(_of_columns, whole.terms, columns),
            whole.per_class,
        )
        bias_terms = partial(_of_columns, biases.terms, columns)
        bias_objective = BiasObjective(bias_terms, biases.weight, biases.exclusive)
        return FitTask(objective, bias_objective, len(columns))

    @property
    def exclusive(self) -> bool:
        """True if classes are mutually exclusive."""
        return self.bias_objective.exclusive


def _of_columns(
    function: Callable[..., Any],
    columns: Sequence[int],
    logits: Floats,
    labels: Labels,
    *parameters: Weights,
) -> Any:  # noqa: ANN401
    """Return a function of some columns of logits and labels."""
    return function(logits[:, columns], labels[:, columns], *parameters)


@dataclass(frozen=True)
class MapType:
    """A kind of map: its definition, and its fit over all rows, with a sample for the start."""

    definition: str
    fit: Callable[[FitTask, MapReduce, MapReduce], CalibrationFit]


def _fit_temperature(task: FitTask, map_reduce: MapReduce, sample: MapReduce) -> CalibrationFit:
    found = fit(task.objective, map_reduce, sample)
    return CalibrationFit(**vars(found), exclusive=task.exclusive)


def _fit_bias(task: FitTask, map_reduce: MapReduce, sample: MapReduce) -> CalibrationFit:
    limits = map_reduce(task.objective.limits)
    try:
        start = fit(task.objective, map_reduce, sample, limits)
        beta, passes = 1.0 / start.temperatures, start.passes
    except NoTemperatureError as error:
        if error.separable or error.unlabeled or not (limits.magnitude > 0).all():
            raise
        # A shift may hide what the logits say of the labels.
        beta, passes = 0.1 * limits.rows / limits.magnitude, 1
    found = fit_bias(task.bias_objective, map_reduce, beta, task.classes)
    return CalibrationFit(
        found.temperatures,
        found.standard_errors,
        passes + found.passes,
        limits,
        map="bias",
        exclusive=task.exclusive,
        bias=found.bias,
        bias_errors=found.bias_errors,
        precision=found.precision,
    )


MAPS: dict[str, MapType] = {
    "temperature": MapType("z / T", _fit_temperature),
    "bias": MapType("z / T + b, with a bias b per class", _fit_bias),
}


def fit_calibration(  # noqa: PLR0913  keywords
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    map: str = "temperature",  # noqa: A002
    activation: str = "softmax",
    per_class: bool = False,
    floor: float = 0.0,
    weights: ArrayLike | None = None,
) -> CalibrationFit:
    """Fit a map of logits that minimizes the NLL of softmax (or sigmoid) of its result.

    Args:
        logits: shape (N, C); for a single independent class also (N,). -inf masks a class.
        labels: shape (N,), class indices from 0, or -1 or -100 if missing. With
            `activation="sigmoid"` the shape of the logits, 1 positive and 0 negative.
        map: "temperature" for z / T, or "bias" for z / T + b with a bias per class, which is
            shrunk toward 0 by a prior of estimated precision.
        activation: "softmax" for mutually exclusive classes, "sigmoid" for independent ones.
        per_class: fit one temperature per independent class.
        floor: the least probability, as a fraction of the row's largest, that a logit stands
            for; 0 for none.
        weights: shape (N,), weights >= 0 of the rows; all 1 if None.

    Returns:
        The fitted map, with standard errors from the observed information. With weights, they
        and the prior of the biases are those of the effective rows, (sum w)^2 / sum w^2.

    Raises:
        NoTemperatureError: no finite positive temperature minimizes the NLL.
        ValueError: mismatched shapes, invalid rows or weights, labels out of range, or an
            unknown map.

    >>> fit_calibration([[2.0, 0.0], [1.0, 0.0], [3.0, 0.0]], [0, 1, 0]).temperature
    1.3652...
    """
    if map not in MAPS:
        raise ValueError(f"map must be one of {', '.join(MAPS)}")
    if not 0 <= floor < 1:
        raise ValueError("floor must be in [0, 1)")
    values, encoded, own = checked_rows(logits, labels, activation, weights)
    task = FitTask.of_activation(activation, values.shape[1], per_class=per_class)
    floored = CalibrationMap(1.0, exclusive=task.exclusive, floor=floor).floored(values)
    slices = list(row_slices(values.shape))
    found = MAPS[map].fit(
        task,
        map_reduce_over(floored, encoded, slices, own),
        map_reduce_over(floored, encoded, slices[:1], own),
    )
    return replace(found, floor=floor)
