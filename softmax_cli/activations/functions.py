"""Softmax, sigmoid and their kin as public functions of arrays."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from softmax_cli.activations.exact import Floats
from softmax_cli.activations.kernels import (
    exact_total,
    log_sigmoid_rows,
    log_softmax_rows,
    sigmoid_rows,
    softmax_rows,
    tanh_rows,
    total_to_round,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# Values worked on at a time: few enough for the caches, and enough for a step to last. Each
# takes the interpreter's lock anew: in steps of a quarter of this, threads wait for each other.
_CACHED = 131_072


# Up to this many classes a sub-block is turned classes-first, so that every step runs along
# the rows; above it, a row alone is long enough.
_NARROW = 256


def softmax(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Probabilities of mutually exclusive classes: exp(z_i / T) / sum_j exp(z_j / T).

    Args:
        logits: shape (..., C), the classes on the last axis. -inf masks a class.
        temperature: T >= 0. 0 gives the argmax (ties share), inf the uniform distribution.
        dtype: of the result. All is computed in float64; float32 is rounded from it, and
            takes a quarter less time.

    Returns:
        The same shape, each row with sum 1, within 5 ulp of float64. A row with a NaN or a
        +inf in it, or of nothing but -inf, has no answer and comes out as NaN.

    Raises:
        ValueError: the temperature is negative or NaN, `logits` is a scalar or has no
            class, or the dtype is neither float64 nor float32.

    >>> softmax([-0.5, 1.2, -0.1, 2.4]).round(4).tolist()
    [0.0383, 0.2094, 0.0571, 0.6953]
    """
    total = exact_total if np.dtype(dtype) == np.float64 else total_to_round
    return _by_rows(partial(softmax_rows, total=total), logits, temperature, dtype)


def log_softmax(
    logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64
) -> Floats:
    """Natural logarithm of `softmax`, within 3 ulp, also where that would be 0 or 1.

    Arguments, shapes, errors and invalid rows are those of `softmax`.

    >>> log_softmax([0.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    return _by_rows(log_softmax_rows, logits, temperature, dtype)


def sigmoid(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Probability of each class on its own: 1 / (1 + exp(-z / T)), within 3 ulp.

    Args:
        logits: shape (..., C). -inf gives 0, +inf gives 1, NaN stays NaN.
        temperature: T >= 0. 0 gives 0, 0.5 or 1 by the sign, inf gives 0.5.
        dtype: of the result, as for `softmax`.

    Returns:
        The same shape. The rows do not sum to 1.

    Raises:
        ValueError: as for `softmax`.

    >>> sigmoid([-0.5, 1.2, -0.1, 2.4]).round(4).tolist()
    [0.3775, 0.7685, 0.475, 0.9168]
    """
    return _by_rows(sigmoid_rows, logits, temperature, dtype)


def log_sigmoid(
    logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64
) -> Floats:
    """Natural logarithm of `sigmoid`: -log1p(exp(-z / T)), within 3 ulp.

    Arguments, shapes and errors are those of `sigmoid`.

    >>> log_sigmoid([-1000.0]).tolist()
    [-1000.0]
    """
    return _by_rows(log_sigmoid_rows, logits, temperature, dtype)


def tanh(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Hyperbolic tangent of z / T, in [-1, 1]; equal to 2 sigmoid(2 z / T) - 1.

    Arguments, shapes and errors are those of `sigmoid`.

    >>> tanh([0.0, 0.5]).round(4).tolist()
    [0.0, 0.4621]
    """
    return _by_rows(tanh_rows, logits, temperature, dtype)


def by_class(
    function: Callable[..., Floats],
    logits: Floats,
    temperature: float | Sequence[float],
    dtype: DTypeLike = np.float64,
) -> Floats:
    """A function of logits, shape (..., C), at one temperature or at one for each class."""
    if isinstance(temperature, float | int):
        return function(logits, temperature, dtype)
    columns = [function(logits[..., k : k + 1], t, dtype) for k, t in enumerate(temperature)]
    return np.concatenate(columns, -1)


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless the temperature is in [0, inf]."""
    if not temperature >= 0:
        raise ValueError(f"the temperature must be 0 or more, not {temperature}")


def _by_rows(
    kernel: Callable[[Floats, float, int], Floats],
    logits: ArrayLike,
    temperature: float,
    dtype: DTypeLike,
) -> Floats:
    check_temperature(temperature)
    if np.dtype(dtype) not in (np.float64, np.float32):
        raise ValueError(f"the dtype must be float64 or float32, not {np.dtype(dtype)}")
    array = np.asarray(logits, dtype=np.float64)
    if array.ndim == 0:
        raise ValueError("logits must have an axis of classes; a scalar has none")
    if array.shape[-1] == 0:
        raise ValueError("logits must have one class at least")
    rows = array.reshape(-1, array.shape[-1])
    classes = rows.shape[1]
    # How a row is worked on depends on the number of classes alone: where a stream happens to
    # be cut into blocks must not show in the last digit.
    narrow = classes <= _NARROW
    values = np.empty_like(rows, dtype)
    step = max(1, _CACHED // classes)
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), step):
            part, result = rows[start : start + step], values[start : start + step]
            if narrow:
                part, result = part.T, result.T
            result[...] = kernel(np.ascontiguousarray(part), temperature, 0 if narrow else 1)
    return values.reshape(array.shape)
