"""Choice of a map by cross-validation: the richest that is clearly better."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from softmax_cli.calibration.temperature_fit import NoTemperatureError
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.paired import PairedComparison, PairedSums

if TYPE_CHECKING:
    from softmax_cli.calibration.maps import CalibrationFit
    from softmax_cli.metrics.paired import Difference

FOLDS = 5
# Standard errors by which a richer map must be better: 5% on one side.
CLEARLY = 1.645
NONE = "none"
_ROUNDING = 1e-9

Subsets = Sequence[int]


@dataclass(frozen=True)
class Step:
    """A map against the best simpler one: the difference of the held-out NLL, None if no fit."""

    map: str
    against: str
    nll: Difference | None

    @property
    def better(self) -> bool:
        """True if the map is clearly better."""
        if self.nll is None or self.nll.mean > -_ROUNDING:
            return False
        return self.nll.mean < -CLEARLY * self.nll.standard_error


@dataclass(frozen=True)
class Selection:
    """The chosen map, or NONE, and the comparisons that led to it."""

    chosen: str
    steps: Sequence[Step]

    @property
    def fits_none(self) -> bool:
        """True if no map could be fitted."""
        return all(step.nll is None for step in self.steps)


def select_map(
    maps: Sequence[str],
    subsets: Subsets,
    fit: Callable[[str, Subsets], CalibrationFit],
    compare: Callable[[CalibrationFit | None, CalibrationFit, int], PairedSums],
) -> Selection:
    """Choose among maps, simplest first, by cross-validation over subsets.

    `fit` fits a map on subsets. `compare` evaluates two maps, the first None for no map, on a
    subset.
    """
    best = NONE
    best_fits: Sequence[CalibrationFit | None] = [None] * len(subsets)
    steps: list[Step] = []
    for name in maps:
        fits = _fit_all(name, subsets, fit)
        nll = None
        if fits:
            pairs = zip(best_fits, fits, subsets, strict=True)
            sums = (compare(one, other, subset) for one, other, subset in pairs)
            nll = PairedComparison.from_sums(reduce(PairedSums.merge, sums)).nll
        steps.append(Step(name, best, nll))
        if steps[-1].better:
            best, best_fits = name, fits
    return Selection(best, steps)


def _fit_all(
    name: str, subsets: Subsets, fit: Callable[[str, Subsets], CalibrationFit]
) -> list[CalibrationFit]:
    """Return the fit for each subset on the others; none if one of them fails."""
    try:
        return [fit(name, [i for i in subsets if i != test]) for test in subsets]
    except NoTemperatureError:
        return []
