"""Polars as in polars_lazy.py, into a file that takes 512 KB at a time: IN OUT DECIMALS."""

import io
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from polars_lazy import softmax

STEP = 1 << 19


class Steps(io.FileIO):
    """For 1 MiB or more at once, Linux 6 looks for pages that large, and takes several times as long."""

    def write(self, data):
        return super().write(memoryview(data)[:STEP])


source, target, decimals = sys.argv[1:]
with io.BufferedWriter(Steps(target, "wb")) as file:
    softmax(source, file, decimals)
