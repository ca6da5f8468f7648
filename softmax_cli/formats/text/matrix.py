"""Parsing of lines of numbers as a matrix."""

from __future__ import annotations

import numpy as np
import polars as pl

from softmax_cli.activations.exact import Floats
from softmax_cli.formats.text import wide


def matrix_of_lines(text: bytes, count: int, width: int) -> Floats | None:
    """Parse `count` lines of `width` comma-separated finite numbers; None for others."""
    if width >= wide.WIDE:
        return wide.matrix(text, ",", width)
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            schema={str(i): pl.Float64 for i in range(width)},
            quote_char=None,
            ignore_errors=True,
        )
    except pl.exceptions.PolarsError:
        return None
    if frame.height != count or any(column.null_count() for column in frame.get_columns()):
        return None
    matrix = frame.to_numpy(order="fortran")
    commas = np.count_nonzero(np.frombuffer(text, np.uint8) == ord(","))
    return matrix if np.isfinite(matrix).all() and commas == count * (width - 1) else None
