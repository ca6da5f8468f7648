"""Polars, the whole file at once, with the softmax in numpy: IN OUT DECIMALS."""

import sys

import numpy as np
import polars as pl
import polars.selectors as cs

source, target, decimals = sys.argv[1:]
table = pl.read_csv(source)
logits = table.select(cs.float())
# Fortran order: the columns go from polars to numpy and back without being transposed.
shares = logits.to_numpy(order="fortran")
shares = shares - shares.max(axis=1, keepdims=True)
np.exp(shares, out=shares)
shares /= shares.sum(axis=1, keepdims=True)
table = table.with_columns(pl.from_numpy(shares, schema=logits.columns, orient="row"))
table.write_csv(target, float_precision=None if decimals == "full" else int(decimals))
