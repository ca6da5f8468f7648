"""Labeled sets with a known fault, rebuilt from numpy's RandomState alone.

Labels are drawn from softmax(logits / T + b): overconfident by T, in the sets with an `s` also
shifted by a bias b of each class. The first half is for fitting, the second for evaluation.
"""

from functools import cache

import numpy as np

from tests.reference_set import naive_softmax

# Temperature of the first half of c10s.
C10S_TEMPERATURE = 1.8922428171378343


@cache
def trust_set(name):
    """The logits, shape (N, C), and the labels, shape (N,), of a set."""
    return {
        "b2": lambda: _binary(20, 0.0),
        "b2s": lambda: _binary(21, -0.8),
        "c10": lambda: _exclusive(10, (5000, 10), 2.0, 2.5, 1.8, 0.0),
        "c10s": lambda: _exclusive(11, (5000, 10), 2.0, 2.5, 1.8, 0.8),
        "c100s": lambda: _exclusive(101, (10000, 100), 2.5, 3.0, 1.5, 0.8),
    }[name]()


def first_half(name):
    """The half for fitting."""
    logits, labels = trust_set(name)
    half = len(labels) // 2
    return logits[:half], labels[:half]


def second_half(name):
    """The half for evaluation."""
    logits, labels = trust_set(name)
    half = len(labels) // 2
    return logits[half:], labels[half:]


def _exclusive(seed, shape, scale, lift, temperature, shift):
    random = np.random.RandomState(seed)
    rows, classes = shape
    top = random.randint(classes, size=rows)
    logits = random.randn(rows, classes)
    logits[np.arange(rows), top] += lift
    logits = np.round(scale * logits, 4)
    bias = shift * random.randn(classes)
    # The draws of a matrix that these sets do not use.
    random.randn(classes, classes)
    p = naive_softmax(logits / temperature + bias)
    labels = (random.rand(rows)[:, None] > p.cumsum(1)).sum(1)
    return logits, np.minimum(labels, classes - 1)


def _binary(seed, shift):
    random = np.random.RandomState(seed)
    logits = np.round(3.0 * random.randn(2000, 1), 4)
    p = 1 / (1 + np.exp(-(logits[:, 0] / 1.8 + shift)))
    return logits, (random.rand(2000) < p).astype(int)
