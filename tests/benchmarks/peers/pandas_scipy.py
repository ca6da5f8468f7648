"""Pandas with scipy.special.softmax: IN OUT DECIMALS."""

import sys

import pandas as pd
from scipy.special import softmax

source, target, decimals = sys.argv[1:]
table = pd.read_csv(source)
classes = table.select_dtypes("float").columns
table[classes] = softmax(table[classes].to_numpy(), axis=1)
if decimals != "full":
    # Faster than to_csv(float_format="%.6f"); the numbers are the same.
    table[classes] = table[classes].round(int(decimals))
table.to_csv(target, index=False)
