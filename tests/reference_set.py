"""A labeled set that anyone can rebuild, with independently computed figures.

1000 rows of 4 logits, labels drawn from their softmax at temperature 2.
"""

from functools import cache

import numpy as np

CLASSES = ("a", "b", "c", "d")
TEMPERATURE = 1.9166603048590671
STANDARD_ERROR = 0.083945
# By name in METRICS, at temperature 1 and at the best one.
AT_ONE = {
    "nll": 1.045817637333872,
    "brier": 0.530166741492541,
    "accuracy": 0.626,
    "confidence": 0.772912985984,
    "ece": 0.150375833550139,
    "mce": 0.432855945707444,
    "ece_mass": 0.146912985984480,
    "ece_classwise": 0.078757372051786,
}
AT_BEST = {
    "nll": 0.904856491749194,
    "brier": 0.494564553353592,
    "accuracy": 0.626,
    "ece": 0.024494451575323,
}
# The ECE that chance alone gives at the best temperature: its mean, and 95 % are below.
CHANCE_MEAN = 0.0356
CHANCE_UPPER = 0.0507


@cache
def reference_set():
    """The logits, shape (1000, 4), and the labels, shape (1000,), neither to be written to."""
    random = np.random.RandomState(42)
    logits = np.round(3 * random.randn(1000, 4), 4)
    labels = (random.rand(1000)[:, None] > naive_softmax(logits / 2).cumsum(1)).sum(1)
    for array in (logits, labels):
        array.flags.writeable = False
    return logits, labels


@cache
def reference_csv():
    """The set as a CSV text: columns a, b, c, d and y."""
    logits, labels = reference_set()
    lines = [",".join((*CLASSES, "y"))]
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        lines.append(",".join(map(repr, row)) + f",{label}")
    return "\n".join(lines) + "\n"


def naive_softmax(logits):
    """The formula as it stands in books."""
    shares = np.exp(logits)
    return shares / shares.sum(1, keepdims=True)
