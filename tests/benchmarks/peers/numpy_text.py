"""numpy.loadtxt and numpy.savetxt: IN OUT DECIMALS."""

import sys
from pathlib import Path

import numpy as np
from numpy.lib.recfunctions import structured_to_unstructured


def softmax_in_place(values: np.ndarray) -> None:
    """Put each row's softmax where its logits were."""
    values -= values.max(axis=1, keepdims=True)
    np.exp(values, out=values)
    values /= values.sum(axis=1, keepdims=True)


def is_number(cell: str) -> bool:
    """Whether a cell holds a number."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


source, target, decimals = sys.argv[1:]
with Path(source).open() as lines:
    header = lines.readline().rstrip("\n")
    numeric = [is_number(cell) for cell in lines.readline().split(",")]

if all(numeric):
    table = np.loadtxt(source, delimiter=",", skiprows=1)
    softmax_in_place(table)
else:
    fields = [(f"f{i}", "f8" if number else "U32") for i, number in enumerate(numeric)]
    table = np.loadtxt(source, delimiter=",", skiprows=1, dtype=fields)
    classes = [name for name, kind in fields if kind == "f8"]
    shares = structured_to_unstructured(table[classes], copy=True)
    softmax_in_place(shares)
    for name, column in zip(classes, shares.T, strict=True):
        table[name] = column
# %.17g reads back exactly, and is faster than %s.
cell_format = "%.17g" if decimals == "full" else f"%.{decimals}f"
formats = [cell_format if number else "%s" for number in numeric]
np.savetxt(target, table, fmt=formats, delimiter=",", header=header, comments="")
