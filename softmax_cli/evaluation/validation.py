"""Which rows have no answer, and labels that contradict their logits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from softmax_cli.errors import printable

if TYPE_CHECKING:
    from softmax_cli.formats.rows import Rows

Flags = NDArray[np.bool_]
Classes = NDArray[np.integer[Any]]

_HINT = "Leave the row out, or give it no label (-1)."


def invalid_rows(rows: Rows, *, exclusive: bool) -> Flags:
    """Which rows have no probabilities, shape (N,): by softmax if `normalized`, or by sigmoid."""
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
    places = np.flatnonzero(kept)
    logits, known = rows.logits[places], classes[places]
    if known.ndim == 1:
        wrong: Flags = np.isneginf(logits[np.arange(len(known)), known])
    else:
        contrary = np.isinf(logits) & (known >= 0) & ((logits > 0) != (known == 1))
        wrong = np.asarray(contrary.any(1) & for_fitting)
    if not wrong.any():
        return
    first = int(wrong.argmax())
    message = "an infinite logit is certain of what did not come"
    if known.ndim == 1:
        what = "masked with -inf" if input_scale == "logits" else "of probability 0"
        message = f'the label is "{printable(names[int(known[first])])}", a class {what}'
    raise rows.location(int(places[first])).error(message, hint=_HINT)
