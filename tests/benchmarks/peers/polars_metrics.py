"""Accuracy, NLL, Brier score and ECE of labeled logits, by polars and numpy: IN."""

import json
import sys

import numpy as np
import polars as pl
import polars.selectors as cs

BINS = 15

table = pl.read_csv(sys.argv[1])
names = table.select(cs.float()).columns
labels = table["label"].cast(pl.Enum(names)).to_physical().to_numpy().astype(np.intp)
shares = table.select(names).to_numpy(order="fortran")
shares = shares - shares.max(axis=1, keepdims=True)
each = np.arange(len(shares))
losses = -shares[each, labels]
np.exp(shares, out=shares)
totals = shares.sum(axis=1)
losses += np.log(totals)
shares /= totals[:, None]
hits = shares.argmax(axis=1) == labels
confidences = shares.max(axis=1)
briers = np.einsum("ij,ij->i", shares, shares) - 2 * shares[each, labels] + 1
bins = np.clip(np.ceil(confidences * BINS).astype(np.intp) - 1, 0, BINS - 1)
gaps = np.bincount(bins, confidences - hits, BINS)
figures = {
    "accuracy": hits.mean(),
    "nll": losses.mean(),
    "brier": briers.mean(),
    "ece": np.abs(gaps).sum() / len(hits),
}
print(json.dumps({name: float(figure) for name, figure in figures.items()}))
