"""Rows without probabilities, and labels that contradict their logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import printable
from softmax_cli.metrics.validation import contradicted_labels

if TYPE_CHECKING:
    from softmax_cli.formats.rows import Rows

Flags = NDArray[np.bool_]
Classes = NDArray[np.integer[Any]]

_HINT = "Leave the row out, or give it no label (-1)."


def invalid_rows(rows: Rows, *, exclusive: bool) -> Flags:
    """Return True for rows without probabilities, shape (N,): by softmax if `exclusive`."""
    logits = rows.logits
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(logits.sum()):
            return np.zeros(len(rows), np.bool_)
    bad: Flags = np.asarray(np.isnan(logits).any(1))
    if exclusive:
        bad |= (logits == np.inf).any(1) | np.isneginf(logits).all(1)
    return bad


def require_consistent_labels(
    rows: Rows,
    classes: Classes,
    kept: Flags,
    names: Sequence[str],
    *,
    input_scale: str,
    for_fitting: bool,
) -> None:
    """Refuse a label that the logits rule out, in a row that is kept.

    Where classes exclude each other, one that is masked; where they are independent, an
    infinite logit of the other sign, if a temperature `fits` them.
    """
    exclusive = classes.ndim == 1
    if not exclusive and not for_fitting:
        return
    contradicted = kept & contradicted_labels(rows.logits, classes, exclusive=exclusive)
    if not contradicted.any():
        return
    first = int(contradicted.argmax())
    message = "infinite logit contradicts its label"
    if exclusive:
        problem = "is masked with -inf" if input_scale == "logits" else "has probability 0"
        message = f'label "{printable(names[int(classes[first])])}" {problem}'
    raise rows.location(first).error(message, hint=_HINT)
