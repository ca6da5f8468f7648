"""Compare two outputs: OURS THEIRS [DECIMALS]. Prints the first difference.

Ids, labels and names must be equal. With DECIMALS, numbers may differ by one in the last
digit (a tie is rounded either way); without, by 1e-12 of their value.
"""

from __future__ import annotations

import sys

import numpy as np
import polars as pl


def difference(ours: pl.DataFrame, theirs: pl.DataFrame, decimals: int | None) -> str | None:
    """Return the first difference as a sentence, or None."""
    if ours.columns != theirs.columns:
        return f"columns {theirs.columns[:5]}... where ours are {ours.columns[:5]}..."
    if len(ours) != len(theirs):
        return f"{len(theirs)} rows where ours are {len(ours)}"
    for name in ours.columns:
        wrong = np.flatnonzero(_differs(ours[name], theirs[name], decimals))
        if len(wrong):
            row = int(wrong[0])
            pair = f"{theirs[name][row]!r} where ours is {ours[name][row]!r}"
            return f"column {name}, row {row + 1}: {pair} ({len(wrong)} such rows)"
    return None


def _differs(ours: pl.Series, theirs: pl.Series, decimals: int | None) -> np.ndarray:
    if not (ours.dtype.is_numeric() and theirs.dtype.is_numeric()):
        return ours.cast(pl.String).ne_missing(theirs.cast(pl.String)).to_numpy()
    if decimals is None:
        # Numbers below 1e-300 have lost digits: exp() and the division may lose others.
        relative, absolute = 1e-12, 1e-300
    else:
        relative, absolute = 0.0, 1.001 * 10.0**-decimals
    wrong: np.ndarray = ~np.isclose(
        theirs.to_numpy(), ours.to_numpy(), rtol=relative, atol=absolute
    )
    return wrong


if __name__ == "__main__":
    places = int(sys.argv[3]) if len(sys.argv) > 3 else None
    if first := difference(pl.read_csv(sys.argv[1]), pl.read_csv(sys.argv[2]), places):
        print(first)
        sys.exit(1)
