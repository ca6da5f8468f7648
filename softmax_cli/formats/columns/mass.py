"""The column `mass`: the total probability of classes among more, which are renormalized."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations.scales import FROM_PROBABILITIES, sum_tolerance, total_probability
from softmax_cli.errors import SoftmaxError

if TYPE_CHECKING:
    from collections.abc import Collection

    from softmax_cli.activations.exact import Floats

MASS = "mass"
# Candidates that cover less of the probability say little about the answer.
_SMALL_MASS = 0.5


def own_mass(names: Collection[str], mass_scale: str | None, source: str) -> tuple[str, ...]:
    """Return the name of the column of the mass, next to columns of other names.

    It is none without a scale. Raises SoftmaxError if another column has the name.
    """
    if mass_scale is None:
        return ()
    if MASS in names:
        raise SoftmaxError(
            f'"{MASS}" is a column of the input, and that of the total probability',
            source=source,
            hint="Rename it in the input.",
        )
    return (MASS,)


def describe_mass(classes: str) -> str:
    """Return the note about classes, such as `3 candidates`, and the column of their mass."""
    return f'{classes}, renormalized, and "{MASS}", their total probability'


def score_warnings(values: Floats, mass_scale: str | None, *, candidates: bool) -> dict[str, int]:
    """Return doubts about scores that come with the names of their classes, each with a count.

    Args:
        values: scores, shape (N, C), -inf for candidates without one.
        mass_scale: scale of the scores if they have a mass, else None.
        candidates: True if the classes are those of --candidates.
    """
    counts = _candidate_warnings(values, mass_scale) if candidates else {}
    if _look_like_percentages(values):
        counts[f"rows that look like percentages (divide by 100, use {FROM_PROBABILITIES})"] = len(
            values
        )
    return counts


def _look_like_percentages(values: Floats) -> bool:
    """Return True if rows sum to 100 or less, without a negative number, and one is 50 or more."""
    values = np.where(values == -np.inf, 0.0, values)
    limit = 100 * (1 + sum_tolerance(1))
    return bool((values >= 0).all() and (values.sum(1) <= limit).all() and (values >= 50).any())


def _candidate_warnings(values: Floats, mass_scale: str | None) -> dict[str, int]:
    """Count rows in which candidates cover little, or have only one score between them."""
    mass = np.full(len(values), np.nan)
    if mass_scale is not None:
        mass = total_probability(values, mass_scale)
    valid = ~np.isnan(values).any(1)
    # The probability of a single score is 1, which is wrong by what the others have.
    single = valid & ((values > -np.inf).sum(1) == 1) & ~(mass >= 1 - sum_tolerance(1))
    counts = {
        f"rows in which the candidates have a mass below {_SMALL_MASS}": (mass > 0)
        & (mass < _SMALL_MASS),
        "rows in which only one candidate has a score, which makes its probability 1": single,
    }
    return {text: int(rows.sum()) for text, rows in counts.items() if rows.any()}
