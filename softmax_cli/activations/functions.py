"""Public activation functions of arrays: softmax, sigmoid, their logarithms, and tanh."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from softmax_cli.activations.calibration_map import CalibrationMap, check_temperature
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
    from collections.abc import Callable

    from softmax_cli.activations.calibration_map import Scaling


Axis = int | tuple[int, ...] | None

# Values per step: few enough for the CPU caches, and enough to amortize taking the GIL, which
# makes threads wait for each other at a quarter of this.
CACHED_VALUES = 131_072

# Up to this many classes, a step works on the transpose, because numpy loops along the last
# axis and rows this short cost more in overhead.
NARROW_CLASSES = 256


def softmax(
    logits: ArrayLike,
    temperature: float = 1.0,
    dtype: DTypeLike = np.float64,
    *,
    axis: Axis = -1,
) -> Floats:
    """Compute probabilities of mutually exclusive classes: exp(z_i / T) / sum_j exp(z_j / T).

    Args:
        logits: shape (..., C), the classes on the last axis or on `axis`. -inf masks a class.
        temperature: T >= 0. 0 gives the argmax (ties share), inf the uniform distribution.
        dtype: of the result, float64 or float32. Computation is in float64; float32 is
            rounded from it, in a quarter less time.
        axis: axis of the classes, several axes, or None for all, as in scipy.special.softmax.

    Returns:
        The same shape, each row with sum 1, within 5 ulp of float64. NaN for a row with NaN
        or +inf, or with only -inf.

    Raises:
        ValueError: negative or NaN temperature, `logits` without classes, or another dtype.

    >>> softmax([-0.5, 1.2, -0.1, 2.4]).round(4).tolist()
    [0.0383, 0.2094, 0.0571, 0.6953]
    """
    function = partial(_by_rows, partial(softmax_rows, total=_total(dtype)))
    return _along(axis, lambda rows: function(rows, temperature, dtype), logits)


def log_softmax(
    logits: ArrayLike,
    temperature: float = 1.0,
    dtype: DTypeLike = np.float64,
    *,
    axis: Axis = -1,
) -> Floats:
    """Compute the natural logarithm of `softmax`, within 3 ulp even if that rounds to 0 or 1.

    Arguments, shapes, errors and invalid rows are those of `softmax`.

    >>> log_softmax([0.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    return _along(axis, lambda rows: _by_rows(log_softmax_rows, rows, temperature, dtype), logits)


def sigmoid(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Compute probabilities of independent classes: 1 / (1 + exp(-z / T)), within 3 ulp.

    Args:
        logits: any shape, also one number. -inf gives 0, +inf gives 1, NaN stays NaN.
        temperature: T >= 0. 0 gives 0, 0.5 or 1 by the sign, inf gives 0.5.
        dtype: of the result, as for `softmax`.

    Returns:
        The same shape. The rows do not sum to 1.

    Raises:
        ValueError: as for `softmax`.

    >>> sigmoid([-0.5, 1.2, -0.1, 2.4]).round(4).tolist()
    [0.3775, 0.7685, 0.475, 0.9168]
    """
    return _elementwise(sigmoid_rows, logits, temperature, dtype)


def log_sigmoid(
    logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64
) -> Floats:
    """Compute the natural logarithm of `sigmoid`: -log1p(exp(-z / T)), within 3 ulp.

    Arguments, shapes and errors are those of `sigmoid`.

    >>> log_sigmoid([-1000.0]).tolist()
    [-1000.0]
    """
    return _elementwise(log_sigmoid_rows, logits, temperature, dtype)


def tanh(logits: ArrayLike, temperature: float = 1.0, dtype: DTypeLike = np.float64) -> Floats:
    """Compute the hyperbolic tangent of z / T, in [-1, 1]: 2 sigmoid(2 z / T) - 1.

    Arguments, shapes and errors are those of `sigmoid`.

    >>> tanh([0.0, 0.5]).round(4).tolist()
    [0.0, 0.4621]
    """
    return _elementwise(tanh_rows, logits, temperature, dtype)


def by_class(
    function: Callable[..., Floats],
    logits: Floats,
    temperature: Scaling,
    dtype: DTypeLike = np.float64,
) -> Floats:
    """Apply a function to logits, shape (..., C), at one temperature, one per class, or a map."""
    if isinstance(temperature, CalibrationMap):
        return _calibrated(function, logits, temperature, dtype)
    if isinstance(temperature, float | int):
        return function(logits, temperature, dtype)
    columns = [function(logits[..., k : k + 1], t, dtype) for k, t in enumerate(temperature)]
    return np.concatenate(columns, -1)


def _calibrated(
    function: Callable[..., Floats], logits: Floats, calibration: CalibrationMap, dtype: DTypeLike
) -> Floats:
    """Apply a function to calibrated logits that are not rounded in between."""
    floored = calibration.floored(logits)
    if not calibration.bias:
        return by_class(function, floored, calibration.temperature, dtype)
    kernels = {log_softmax: log_softmax_rows, sigmoid: sigmoid_rows, log_sigmoid: log_sigmoid_rows}
    kernels[softmax] = partial(softmax_rows, total=_total(dtype))
    high = np.array(calibration.bias)
    low = np.array(calibration.bias_rest) if calibration.bias_rest else np.zeros_like(high)
    if isinstance(calibration.temperature, float | int):
        offset = high, low
        return _by_rows(kernels[function], floored, calibration.temperature, dtype, offset)
    columns = [
        _by_rows(kernels[function], floored[..., [k]], t, dtype, (high[[k]], low[[k]]))
        for k, t in enumerate(calibration.temperature)
    ]
    return np.concatenate(columns, -1)


def _total(dtype: DTypeLike) -> Callable[[Floats, int, Floats | float], Floats]:
    return exact_total if np.dtype(dtype) == np.float64 else total_to_round


def _along(axis: Axis, function: Callable[[Floats], Floats], logits: ArrayLike) -> Floats:
    """Apply a function of rows along axes that become its last one; None stands for all axes."""
    array = np.asarray(logits, dtype=np.float64)
    if axis == -1:
        return function(array)
    axes = tuple(range(array.ndim)) if axis is None else np.atleast_1d(axis)
    moved = np.moveaxis(array, axes, range(-len(axes), 0))
    rows = moved.reshape(*moved.shape[: moved.ndim - len(axes)], -1)
    values = np.moveaxis(function(rows).reshape(moved.shape), range(-len(axes), 0), axes)
    # Indexing by () makes a scalar of an array without dimensions, as NumPy's functions do.
    return values[()]


def _elementwise(
    kernel: Callable[[Floats, float, int], Floats],
    logits: ArrayLike,
    temperature: float,
    dtype: DTypeLike,
) -> Floats:
    array = np.asarray(logits, dtype=np.float64)
    values: Floats = _by_rows(kernel, np.atleast_1d(array), temperature, dtype)
    return values.reshape(array.shape)[()]


def _by_rows(
    kernel: Callable[..., Floats],
    logits: ArrayLike,
    temperature: float,
    dtype: DTypeLike,
    offset: tuple[Floats, Floats] | None = None,
) -> Floats:
    check_temperature(temperature)
    if np.dtype(dtype) not in (np.float64, np.float32):
        raise ValueError(f"dtype must be float64 or float32, not {np.dtype(dtype)}")
    array = np.asarray(logits, dtype=np.float64)
    if array.ndim == 0:
        raise ValueError("logits must have at least one dimension")
    if array.shape[-1] == 0:
        raise ValueError("logits must have at least one class")
    rows = array.reshape(-1, array.shape[-1])
    classes = rows.shape[1]
    # The algorithm depends only on the number of classes, because chunk boundaries must not
    # change the last digit.
    narrow = classes <= NARROW_CLASSES
    values = np.empty_like(rows, dtype)
    step = max(1, CACHED_VALUES // classes)
    offsets = (
        () if offset is None else (tuple(part[:, None] if narrow else part for part in offset),)
    )
    with np.errstate(all="ignore"):
        for start in range(0, len(rows), step):
            inputs, result = rows[start : start + step], values[start : start + step]
            if narrow:
                inputs, result = inputs.T, result.T
            axis = 0 if narrow else 1
            result[...] = kernel(np.ascontiguousarray(inputs), temperature, axis, *offsets)
    return values.reshape(array.shape)
