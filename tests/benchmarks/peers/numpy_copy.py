"""NumPy, only a copy of the array in blocks: IN OUT."""

import sys

import numpy as np

source, target = sys.argv[1:]
array = np.load(source, mmap_mode="r")
step = max(1, (1 << 18) // array.shape[1])
copy = np.lib.format.open_memmap(target, "w+", array.dtype, array.shape)
for start in range(0, len(array), step):
    copy[start : start + step] = array[start : start + step]
