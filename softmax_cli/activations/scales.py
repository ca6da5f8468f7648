"""What numbers are given: logits, or probabilities that are turned back into logits."""

from __future__ import annotations

import numpy as np

from softmax_cli.activations.exact import Floats

# How far the sum of a row may be from 1: files keep few digits, of many classes.
TOLERANCE = 0.01


def to_logits(values: Floats, scale: str, *, normalised: bool, partial: bool = False) -> Floats:
    """Logits, shape (..., C), whose softmax (if `normalised`) or sigmoid the values are.

    A row that holds no probabilities of its scale comes out as NaN; those of a `partial` row
    may sum to less than 1.
    """
    if scale == "logits":
        return values
    with np.errstate(all="ignore"):
        if normalised:
            logs = np.log(values) if scale == "probabilities" else values
            return np.where(_are_distributions(values, scale, partial)[..., None], logs, np.nan)
        logits = _log_odds(values, scale)
        return np.where(np.isnan(logits).any(-1, keepdims=True), np.nan, logits)


def scale_reason(row: Floats, scale: str, *, normalised: bool) -> str | None:
    """Why a row, shape (C,), holds no probabilities; None if it does, or holds logits."""
    if scale == "logits" or np.isnan(row).any():
        return None
    with np.errstate(over="ignore"):
        shares = row if scale == "probabilities" else np.exp(row)
    outside = (shares < 0) | (shares > 1)
    if outside.any():
        limits = "from 0 to 1" if scale == "probabilities" else "0 at most"
        return f"{row[outside.argmax()]:g} is not {limits}, as {scale} are"
    total = float(shares.sum())
    if normalised and abs(total - 1) > TOLERANCE:
        return f"the probabilities sum to {total:.4g}, not to 1"
    return None


def look_like_probabilities(values: Floats, *, normalised: bool) -> bool:
    """Whether rows given as logits are from 0 to 1 and, if `normalised`, sum to 1.

    Not if they are nothing but 0 and 1, as small integers may be.
    """
    for part in (values[:1], values):  # most others are known by their first row
        if not len(part) or not ((part >= 0) & (part <= 1)).all():
            return False
        if normalised and not (np.abs(part.sum(1) - 1.0) <= 1e-3).all():
            return False
    return bool((values % 1 != 0).any())


def counting_columns(values: Floats) -> frozenset[int] | None:
    """Which columns grow by 1 from row to row, as identifiers do; None of too few rows."""
    head = values[:50]
    if len(head) < 3:
        return None
    with np.errstate(all="ignore"):
        return frozenset(np.flatnonzero((np.diff(head, axis=0) == 1).all(0)).tolist())


def doubt(*, normalised: bool) -> str:
    """What is said of rows that look so."""
    why = "their sum is 1" if normalised else "all are from 0 to 1"
    return (
        f"every row looks like probabilities ({why}), and is taken for logits. "
        "Use --from probabilities if that is what they are."
    )


def _are_distributions(
    values: Floats, scale: str, partial: bool
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    shares = values if scale == "probabilities" else np.exp(values)
    inside = ((shares >= 0) & (shares <= 1)).all(-1)
    excess = shares.sum(-1) - 1.0
    return np.asarray(inside & ((excess if partial else np.abs(excess)) <= TOLERANCE))


def _log_odds(values: Floats, scale: str) -> Floats:
    if scale == "probabilities":
        return np.log(values) - np.log1p(-values)
    return values - np.log(-np.expm1(values))
