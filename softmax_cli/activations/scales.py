"""What numbers are given: logits, or probabilities that are turned back into logits."""

from __future__ import annotations

import numpy as np

from softmax_cli.activations.exact import Floats

# How far the sum of a row may be from 1: files keep few digits, of many classes.
TOLERANCE = 0.01


def to_logits(
    values: Floats, input_scale: str, *, exclusive: bool, truncated: bool = False
) -> Floats:
    """Logits, shape (..., C), whose softmax (if `normalized`) or sigmoid the values are.

    A row that holds no probabilities of its scale comes out as NaN; those of a `partial` row
    may sum to less than 1.
    """
    if input_scale == "logits":
        return values
    with np.errstate(all="ignore"):
        if exclusive:
            logs = np.log(values) if input_scale == "probabilities" else values
            return np.where(
                _are_distributions(values, input_scale, truncated)[..., None], logs, np.nan
            )
        logits = _log_odds(values, input_scale)
        return np.where(np.isnan(logits).any(-1, keepdims=True), np.nan, logits)


def describe_invalid_input(row: Floats, input_scale: str, *, exclusive: bool) -> str | None:
    """Why a row, shape (C,), holds no probabilities; None if it does, or holds logits."""
    if input_scale == "logits" or np.isnan(row).any():
        return None
    with np.errstate(over="ignore"):
        shares = row if input_scale == "probabilities" else np.exp(row)
    outside = (shares < 0) | (shares > 1)
    if outside.any():
        limits = "from 0 to 1" if input_scale == "probabilities" else "0 at most"
        return f"{row[outside.argmax()]:g} is not {limits}, as {input_scale} are"
    total = float(shares.sum())
    if exclusive and abs(total - 1) > TOLERANCE:
        return f"the probabilities sum to {total:.4g}, not to 1"
    return None


def look_like_probabilities(values: Floats, *, exclusive: bool) -> bool:
    """Whether rows given as logits are from 0 to 1 and, if `normalized`, sum to 1.

    Not if they are nothing but 0 and 1, as small integers may be.
    """
    for part in (values[:1], values):  # most others are known by their first row
        if not len(part) or not ((part >= 0) & (part <= 1)).all():
            return False
        if exclusive and not (np.abs(part.sum(1) - 1.0) <= 1e-3).all():
            return False
    return bool((values % 1 != 0).any())


def sequential_columns(values: Floats) -> frozenset[int] | None:
    """Which columns grow by 1 from row to row, as identifiers do; None of too few rows."""
    head = values[:50]
    if len(head) < 3:
        return None
    with np.errstate(all="ignore"):
        return frozenset(np.flatnonzero((np.diff(head, axis=0) == 1).all(0)).tolist())


def probability_warning(*, exclusive: bool) -> str:
    """What is said of rows that look so."""
    why = "their sum is 1" if exclusive else "all are from 0 to 1"
    return (
        f"every row looks like probabilities ({why}), and is taken for logits. "
        "Use --from probabilities if that is what they are."
    )


def _are_distributions(
    values: Floats, input_scale: str, truncated: bool
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    shares = values if input_scale == "probabilities" else np.exp(values)
    inside = ((shares >= 0) & (shares <= 1)).all(-1)
    excess = shares.sum(-1) - 1.0
    return np.asarray(inside & ((excess if truncated else np.abs(excess)) <= TOLERANCE))


def _log_odds(values: Floats, input_scale: str) -> Floats:
    if input_scale == "probabilities":
        return np.log(values) - np.log1p(-values)
    return values - np.log(-np.expm1(values))
