"""Seeded draws of classes: the Gumbel-max trick, independent coins, and truncation.

Every random number is a hash of the seed, the number of the row, the draw and the class, so
that draws depend neither on threads nor on how a stream is cut into chunks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from softmax_cli.activations.functions import log_softmax, sigmoid
from softmax_cli.activations.random_numbers import row_uniforms
from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from softmax_cli.activations.exact import Floats

# Random numbers made at a time: few enough for the caches.
_CACHED = 131_072
# Sums of probabilities are off by rounding: one that differs from the bound by no more reaches it.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Truncation:
    """Filters of the classes to draw among, in this order, each on what the last one left.

    Attributes:
        top_k: keep the k most probable classes; of equals, those of the first columns.
        top_p: keep the fewest classes, most probable first, whose probabilities sum to p at
            least, the class that crosses p included (Holtzman et al. 2020).
        min_p: keep classes with at least this fraction of the largest probability (Nguyen et
            al. 2024).
        temperature_last: filter the distribution at T = 1, and apply the temperature to what
            is left; else filter the distribution at the temperature.

    Raises:
        ValueError: top_k is below 1, top_p not in (0, 1], or min_p not in [0, 1].
    """

    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    temperature_last: bool = False

    def __post_init__(self) -> None:
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k must be >= 1, not {self.top_k}")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], not {self.top_p}")
        if self.min_p is not None and not 0 <= self.min_p <= 1:
            raise ValueError(f"min_p must be in [0, 1], not {self.min_p}")

    @property
    def active(self) -> bool:
        """True if there is a filter."""
        return any(limit is not None for limit in (self.top_k, self.top_p, self.min_p))

    def log_probabilities(self, logits: Floats, temperature: float) -> Floats:
        """Return the logarithms of the probabilities to draw with, in the shape (..., C) of logits.

        They are -inf for classes that are masked or filtered out, and NaN in a row that has no
        distribution.
        """
        if not self.active:
            return log_softmax(logits, temperature)
        if self.temperature_last:
            kept = self._kept(log_softmax(logits))
            return log_softmax(np.where(kept, logits, -np.inf), temperature)
        logits = log_softmax(logits, temperature)
        return log_softmax(np.where(self._kept(logits), logits, -np.inf))

    def _kept(self, logits: Floats) -> NDArray[np.bool_]:
        """Return which classes are left of log-probabilities, shape (..., C)."""
        order = np.argsort(-logits, axis=-1, kind="stable")
        falling = np.exp(np.take_along_axis(logits, order, -1))
        if self.top_k is not None:
            falling[..., self.top_k :] = 0.0
        if self.top_p is not None and self.top_p < 1:
            sums = falling.cumsum(-1)
            reached = sums[..., :-1] >= (self.top_p - _ROUNDING) * sums[..., -1:]
            falling[..., 1:][reached] = 0.0
        if self.min_p is not None:
            falling[falling < self.min_p * (1.0 - _ROUNDING) * falling[..., :1]] = 0.0
        kept = np.empty(falling.shape, np.bool_)
        np.put_along_axis(kept, order, falling > 0.0, -1)
        return kept


def draw_classes(
    log_probabilities: Floats, draws: range, *, seed: int, first_row: int = 0
) -> NDArray[np.intp]:
    """Return indices of classes, shape (N, len(draws)), from log-probabilities, shape (N, C).

    The Gumbel-max trick (Gumbel 1954): argmax(log p + g) has distribution p for independent g
    of the standard Gumbel distribution. A row of NaN gives a meaningless index.
    """
    classes = np.empty((len(log_probabilities), len(draws)), np.intp)
    for rows, some, uniforms in _uniforms(log_probabilities.shape, draws, seed, first_row):
        exponentials = -np.log1p(-np.maximum(uniforms, 2.0**-54))  # not 0, so that g is finite
        scores = log_probabilities[rows, None, :] - np.log(exponentials)
        classes[rows, some] = scores.argmax(-1)
    return classes


def flip_coins(
    probabilities: Floats, draws: range, *, seed: int, first_row: int = 0
) -> NDArray[np.bool_]:
    """Return which classes are drawn, shape (N, len(draws), C), each with its probability.

    The probabilities have shape (N, C); a NaN is never drawn.
    """
    count, classes = probabilities.shape
    drawn = np.empty((count, len(draws), classes), np.bool_)
    for rows, some, uniforms in _uniforms(probabilities.shape, draws, seed, first_row):
        drawn[rows, some] = uniforms < probabilities[rows, None, :]
    return drawn


def sample(
    logits: ArrayLike,
    temperature: float = 1.0,
    n: int | None = None,
    *,
    activation: str = "softmax",
    seed: int = 0,
    truncation: Truncation | None = None,
) -> NDArray[Any]:
    """Draw classes with the probabilities of `softmax` or `sigmoid`.

    Softmax draws one class by the Gumbel-max trick (Gumbel 1954); sigmoid flips an independent
    coin for each class. Draws depend on the seed and the position of the row alone.

    Args:
        logits: shape (..., C). -inf masks a class.
        temperature: T >= 0. 0 draws the argmax (ties are equally likely), inf any class.
        n: number of draws of each row; None for one draw, without an axis for draws.
        activation: "softmax" or "sigmoid".
        seed: in [0, 2**64).
        truncation: top-k, top-p (Holtzman et al. 2020) and min-p (Nguyen et al. 2024), for
            softmax only.

    Returns:
        Softmax: indices of classes, shape (...) or (..., n). Sigmoid: booleans, shape (..., C)
        or (..., n, C).

    Raises:
        ValueError: the activation is another one, a row has no probabilities, or the arguments
            are out of range.

    >>> sample([-0.5, 1.2, -0.1, 2.4], n=8).tolist()
    [3, 3, 3, 1, 3, 3, 3, 3]
    """
    truncation = truncation or Truncation()
    _require_valid(n, activation, seed, truncation)
    array = np.asarray(logits, np.float64)
    draws = range(1 if n is None else n)
    batch = (*array.shape[:-1], *(() if n is None else (n,)))
    if activation == "sigmoid":
        chances = _as_valid_rows(sigmoid(array, temperature))
        return flip_coins(chances, draws, seed=seed).reshape(*batch, array.shape[-1])
    chances = _as_valid_rows(truncation.log_probabilities(array, temperature))
    return draw_classes(chances, draws, seed=seed).reshape(batch)


def _require_valid(n: int | None, activation: str, seed: int, truncation: Truncation) -> None:
    if activation not in ("softmax", "sigmoid"):
        raise ValueError(f'activation must be "softmax" or "sigmoid", not "{activation}"')
    if truncation.active and activation == "sigmoid":
        raise ValueError("truncation requires softmax")
    if n is not None and n < 0:
        raise ValueError(f"n must be >= 0, not {n}")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be in [0, 2**64), not {seed}")


def _as_valid_rows(chances: Floats) -> Floats:
    """Return the values as rows; raise ValueError if one is NaN."""
    rows = chances.reshape(-1, chances.shape[-1])
    if (invalid := np.isnan(rows).any(1)).any():
        raise ValueError(f"row {int(invalid.argmax())} has no probabilities")
    return rows


def _uniforms(
    shape: tuple[int, ...], draws: range, seed: int, first_row: int
) -> Iterator[tuple[slice, slice, Floats]]:
    """Yield slices of rows and of draws with random numbers of shape (rows, draws, C)."""
    count, classes = shape
    most_draws = max(1, min(len(draws), _CACHED // classes))
    most_rows = max(1, _CACHED // (classes * most_draws))
    for row in range(0, count, most_rows):
        rows = range(row, min(row + most_rows, count))
        for i in range(0, len(draws), most_draws):
            some = draws[i : i + most_draws]
            uniforms = row_uniforms(
                range(first_row + rows.start, first_row + rows.stop),
                range(some.start * classes, some.stop * classes),
                seed,
            )
            yield (
                slice(rows.start, rows.stop),
                slice(i, i + len(some)),
                uniforms.reshape(len(rows), len(some), classes),
            )
