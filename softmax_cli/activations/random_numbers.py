"""Random numbers by position: the same however a stream is cut, and on any number of threads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats

_GAMMA = np.uint64(0x9E3779B97F4A7C15)


def hash_uniform(numbers: NDArray[np.integer], seed: int) -> Floats:
    """Return a number in [0, 1) for each number of a stream that the seed chooses.

    The generator splitmix64 (Steele, Lea & Flood 2014) at the place `number` of the stream.
    """
    with np.errstate(over="ignore"):
        return _to_unit_interval(_step(_start(seed), numbers))


def row_uniforms(rows: range, places: range, seed: int) -> Floats:
    """Return numbers in [0, 1), shape (len(rows), len(places)), by row and place in it.

    Each row has a separate stream, chosen by the seed and the row's number.
    """
    with np.errstate(over="ignore"):
        starts = _step(_start(seed), np.arange(rows.start, rows.stop))
        numbers = _step(starts[:, None], np.arange(places.start, places.stop))
        return _to_unit_interval(numbers)


def _start(seed: int) -> NDArray[np.uint64]:
    return _mix((np.full(1, seed, np.uint64) + np.uint64(1)) * _GAMMA)


def _step(start: NDArray[np.uint64], numbers: NDArray[np.integer]) -> NDArray[np.uint64]:
    return _mix(start + (numbers.astype(np.uint64) + np.uint64(1)) * _GAMMA)


def _mix(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return mixed


def _to_unit_interval(numbers: NDArray[np.uint64]) -> Floats:
    return (numbers >> np.uint64(11)).astype(np.float64) * 2.0**-53
