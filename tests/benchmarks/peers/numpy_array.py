"""NumPy, the softmax of an array in blocks that stay in the cache: IN OUT."""

import sys

import numpy as np

source, target = sys.argv[1:]
array = np.load(source, mmap_mode="r")
step = max(1, (1 << 15) // array.shape[1])
out = np.lib.format.open_memmap(target, "w+", array.dtype, array.shape)
for start in range(0, len(array), step):
    shares = array[start : start + step].astype(np.float64)
    shares -= shares.max(axis=1, keepdims=True)
    np.exp(shares, out=shares)
    shares /= shares.sum(axis=1, keepdims=True)
    out[start : start + step] = shares
