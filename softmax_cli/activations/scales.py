"""Input scales: conversion of probabilities to logits, and detection of mistaken scales."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from softmax_cli.activations.exact import Floats

# Largest excess over 1, or over 0 of a logarithm, that rounding explains, also of float32.
_ROUNDING = 1e-6
# Distance of a row's sum from 1: two decimals leave up to 0.005 a class, but not more than this.
_SUM_ERROR, _MAX_SUM_ERROR = 0.005, 0.1

FROM_PROBABILITIES = "--from probabilities"


def sum_tolerance(classes: int) -> float:
    """Return how far the sum of rounded probabilities may differ from 1."""
    return min(1e-3 + _SUM_ERROR * classes, _MAX_SUM_ERROR)


def normalize(
    values: Floats, input_scale: str, *, exclusive: bool, truncated: bool = False
) -> Floats:
    """Return probabilities or their logarithms without what rounding did to them.

    Values a rounding step outside the scale are moved to its end. Rows of `exclusive` classes are
    divided by their sum, which is 1, or less if they are `truncated`. A row that is invalid on its
    scale becomes NaN; logits are returned as they are.

    Args:
        values: shape (..., C).
        input_scale: a name of SCALES.
        exclusive: True if rows sum to 1.
        truncated: True if rows hold the most likely classes only.
    """
    if input_scale == "logits":
        return values
    logarithms = input_scale == "log-probabilities"
    clipped, valid = _clip(values, logarithms=logarithms, truncated=truncated)
    with np.errstate(all="ignore"):
        if exclusive:
            total = (np.exp(clipped) if logarithms else clipped).sum(-1, keepdims=True)
            excess = total - 1.0 if truncated else np.abs(total - 1.0)
            valid &= excess <= sum_tolerance(values.shape[-1])
            scaled = clipped - np.log(total) if logarithms else clipped / total
            clipped = np.where(np.abs(total - 1.0) > 1e-12, scaled, clipped)
        return np.where(valid, clipped, np.nan)


def total_probability(values: Floats, input_scale: str) -> Floats:
    """Return the sum of the probabilities of each row, shape (N,), of classes among more.

    It is NaN for a row that is invalid on its scale, which is not that of logits.

    Args:
        values: shape (N, C), -inf for masked classes.
        input_scale: "probabilities" or "log-probabilities".
    """
    logarithms = input_scale == "log-probabilities"
    clipped, valid = _clip(values, logarithms=logarithms, truncated=True)
    with np.errstate(all="ignore"):
        shares = np.exp(clipped) if logarithms else clipped
        total = np.array([math.fsum(row) for row in shares.tolist()])
        valid = valid[:, 0] & (total - 1.0 <= sum_tolerance(values.shape[-1]))
        return np.where(valid, total, np.nan)


def _clip(values: Floats, *, logarithms: bool, truncated: bool) -> tuple[Floats, NDArray[np.bool_]]:
    """Return probabilities, or their logarithms, in their range, and the rows near it, (..., 1)."""
    if truncated and not logarithms:
        values = _unmasked(values)
    inside = values <= (0.0 if logarithms else 1.0) + _ROUNDING
    if not logarithms:
        inside &= values >= -_ROUNDING
    clipped = np.minimum(values, 0.0) if logarithms else np.clip(values, 0.0, 1.0)
    return clipped, np.asarray(inside.all(-1, keepdims=True))


def to_logits(
    values: Floats, input_scale: str, *, exclusive: bool, truncated: bool = False
) -> Floats:
    """Return logits, shape (..., C), whose softmax (if `exclusive`) or sigmoid is the values.

    A row that is invalid on its scale becomes NaN. A `truncated` row may sum to less than 1.
    """
    if input_scale == "logits":
        return values
    values = normalize(values, input_scale, exclusive=exclusive, truncated=truncated)
    with np.errstate(all="ignore"):
        if exclusive:
            return np.log(values) if input_scale == "probabilities" else values
        logits = _log_odds(values, input_scale)
        return np.where(np.isnan(logits).any(-1, keepdims=True), np.nan, logits)


def _unmasked(probabilities: Floats) -> Floats:
    """Return probabilities, 0 for those of masked classes, -inf."""
    return np.where(probabilities == -np.inf, 0.0, probabilities)


def describe_invalid_input(
    row: Floats, input_scale: str, *, exclusive: bool, truncated: bool = False
) -> str | None:
    """Describe why a row, shape (C,), is invalid on its scale; None if it is valid."""
    if input_scale == "logits" or np.isnan(row).any():
        return None
    with np.errstate(over="ignore"):
        values = row if input_scale == "probabilities" else np.exp(row)
    if truncated:
        values = _unmasked(values)
    outside = (values < -_ROUNDING) | (values > 1 + _ROUNDING)
    if outside.any():
        limits = "[0, 1]" if input_scale == "probabilities" else "[-inf, 0]"
        return f"{row[outside.argmax()]:g} is outside {limits}"
    total = float(values.sum())
    excess = total - 1 if truncated else abs(total - 1)
    if exclusive and excess > sum_tolerance(len(row)):
        return f"probabilities sum to {total:.4g}, {'more than' if truncated else 'not'} 1"
    return None


def suggest_reading(
    row: Floats, input_scale: str, *, exclusive: bool, truncated: bool = False
) -> str:
    """Return how to read a row of scores with names that is invalid on its scale; "" if unknown.

    It may be percentages, the best of more classes, or classes that are not exclusive.
    """

    def fits(values: Floats, *, exclusive: bool, truncated: bool) -> bool:
        kind = {"exclusive": exclusive, "truncated": truncated}
        return describe_invalid_input(values, input_scale, **kind) is None

    percent = input_scale == "probabilities" and row.max() > 1 + _ROUNDING
    if percent and fits(row / 100, exclusive=exclusive, truncated=True):
        suggestion = "Divide percentages by 100."
    elif not truncated and fits(row, exclusive=exclusive, truncated=True):
        suggestion = "Use --candidates with all labels if these are the best of more."
    elif exclusive and fits(row, exclusive=False, truncated=truncated):
        suggestion = "Use -a sigmoid if the classes are independent."
    else:
        suggestion = ""
    return suggestion


def describe_invalid_row(logits: Floats) -> str:
    """Return why a row of numbers has no probabilities."""
    if np.isnan(logits).any():
        return "a logit is NaN"
    if (logits == np.inf).any():
        return "a logit is +inf, which softmax has no answer for"
    return "every logit is -inf, so that no class is left"


def look_like_probabilities(values: Floats, *, exclusive: bool, truncated: bool = False) -> bool:
    """Return True if all logits are in [0, 1] and, if `exclusive`, all rows sum to 1.

    Rows of `truncated` classes may sum to less, or to more if the classes are not exclusive after
    all. False if all are 0 or 1, because these may be small integers.
    """
    if truncated:
        values, exclusive = _unmasked(values), False
    for rows in (values[:1], values):  # the first row usually decides, and is cheap
        if not len(rows) or not ((rows >= 0) & (rows <= 1)).all():
            return False
        tolerance = sum_tolerance(rows.shape[1])
        if exclusive and not (np.abs(rows.sum(1) - 1.0) <= tolerance).all():
            return False
    return bool((values % 1 != 0).any())


def probability_warning(
    *, exclusive: bool, truncated: bool = False, remedy: str = FROM_PROBABILITIES
) -> str:
    """Return the warning for logits that look like probabilities."""
    reason = "rows sum to 1" if exclusive and not truncated else "all in [0, 1]"
    return (
        f"rows look like probabilities ({reason}) but are read as logits. Use {remedy} if they are."
    )


def _log_odds(values: Floats, input_scale: str) -> Floats:
    if input_scale == "probabilities":
        return np.log(values) - np.log1p(-values)
    return values - np.log(-np.expm1(values))
