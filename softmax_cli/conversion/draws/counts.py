"""Counts of draws from one vector, which `sample` shows of numbers given as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.calibration.fitted_file import resolve_temperature
from softmax_cli.conversion.draws.sampling import Sampler
from softmax_cli.dataclass import dataclass
from softmax_cli.metrics.significance.chi_square import (
    ChiSquare,
    exclusive_chi_square,
    independent_chi_square,
)

if TYPE_CHECKING:
    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats
    from softmax_cli.conversion.convert_options import SampleOptions
    from softmax_cli.formats.rows import Rows

# Draws that are kept and shown in order.
FIRST_DRAWS = 20
# Random numbers made before the draws are counted and dropped.
_VALUES = 1 << 20


@dataclass(frozen=True)
class DrawCounts:
    """Counts of draws from one vector of C logits, and the counts to expect.

    Attributes:
        temperature: one, one per class, or a map.
        top_k, top_p, min_p, temperature_order: filters, None if not used.
        first_draws: the classes of each of the first draws; of exclusive classes one each.
        probabilities: shape (C,), after the filters.
        chi_square: None if too few draws were made.
    """

    activation: str
    temperature: Scaling
    top_k: int | None
    top_p: float | None
    min_p: float | None
    temperature_order: str | None
    seed: int
    draws: int
    classes: Sequence[str]
    logits: Floats
    probabilities: Floats
    expected: Floats
    counts: NDArray[np.intp]
    first_draws: Sequence[Sequence[str]]
    chi_square: ChiSquare | None


def count_draws(given: Rows, options: SampleOptions) -> DrawCounts:
    """Draw from the logits of a single row, and count.

    Raises SoftmaxError if the row has no probabilities.
    """
    exclusive = ACTIVATIONS[options.activation].exclusive
    rows = given.as_logits(options.input_scale, exclusive=exclusive)
    classes, named = rows.columns.classes, rows.columns.header
    temperature = resolve_temperature(options.temperature, options.activation, classes, named=named)
    sampler = Sampler(options, temperature)
    chances = sampler.chances(rows.logits)
    if np.isnan(chances).any():
        raise rows.row_error(0)
    probabilities = sampler.probabilities(chances)[0]
    counts, first = _count(sampler, chances, options, exclusive=exclusive)
    expected = options.draws * probabilities
    return DrawCounts(
        options.activation,
        temperature,
        options.top_k,
        options.top_p,
        options.min_p,
        (options.temperature_order or "first") if options.truncated else None,
        options.seed,
        options.draws,
        classes,
        rows.logits[0],
        probabilities,
        expected,
        counts,
        [[classes[k] for k in np.flatnonzero(drawn)] for drawn in first],
        exclusive_chi_square(counts, expected)
        if exclusive
        else independent_chi_square(counts, probabilities, options.draws),
    )


def _count(
    sampler: Sampler, chances: Floats, options: SampleOptions, *, exclusive: bool
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return how often each class was drawn, (C,), and the first draws, (D, C)."""
    width = chances.shape[1]
    step = max(FIRST_DRAWS, _VALUES // width)
    counts = np.zeros(width, np.intp)
    first = np.zeros((0, width), np.bool_)
    for start in range(0, options.draws, step):
        drawn = sampler.draw(chances, range(start, min(start + step, options.draws)))[0]
        if exclusive:
            counts += np.bincount(drawn.astype(np.intp), minlength=width)
            coins = drawn[:FIRST_DRAWS, None] == np.arange(width)
        else:
            coins = drawn.reshape(-1, width).astype(np.bool_)
            counts += coins.sum(0)
        first = first if start else coins[:FIRST_DRAWS]
    return counts, first
