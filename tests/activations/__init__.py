"""The reference corpus: builds its logits, stores and compares its results.

`reference.json` holds, for each case, results rounded to the nearest double together with
what the rounding left, in units in the last place (ulp). So an error is known to a
thousandth of an ulp with numpy alone. `make_reference.py` makes the file.
"""

import json
from pathlib import Path

import numpy as np

REFERENCE = Path(__file__).with_name("reference.json")
BARS = {"softmax": 5, "log_softmax": 3, "sigmoid": 3, "log_sigmoid": 3, "tanh": 4}


def noise(seed, classes):
    """`classes` logits in [-16, 16), 53 random bits each (splitmix64), the same everywhere."""
    counter = np.arange(1, classes + 1, dtype=np.uint64) + np.uint64(seed << 20)
    bits = counter * np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    bits = (bits ^ (bits >> np.uint64(31))) >> np.uint64(11)
    return (bits.astype(np.int64) - 2**52) * 2.0**-48


def level(tops, classes, low):
    """`tops` logits of 0 before others of `low`: a sum in which small terms may drown."""
    return np.where(np.arange(classes) < tops, 0.0, low)


FORMULAS = {"noise": noise, "level": level}


def logits_of(case):
    """The logits of a case: written out, or a formula's name and its arguments."""
    if isinstance(case["logits"], str):
        return np.array([float.fromhex(word) for word in case["logits"].split()])
    name, *arguments = case["logits"]
    return FORMULAS[name](*arguments)


def wanted(text):
    """What a case keeps of a function: doubles, and what their rounding left, in ulp."""
    pairs = [word.split(":") for word in text.split()]
    return (
        np.array([float.fromhex(rounded) for rounded, _ in pairs]),
        np.array([float(rest) for _, rest in pairs]),
    )


def ulps(got, rounded, rest):
    """The errors of `got` in units in the last place of the exact value, inf where not finite."""
    with np.errstate(all="ignore"):
        ulp = np.spacing(np.abs(rounded))
        # The exact value lies below the power of two it was rounded to: half that spacing.
        below = (np.abs(np.frexp(rounded)[0]) == 0.5) & (rest * rounded < 0) & (ulp > 5e-324)
        errors = np.abs((got - rounded) / np.where(below, ulp / 2, ulp) - rest)
    return np.where(got == rounded, np.abs(rest), np.where(np.isfinite(errors), errors, np.inf))


def errors_of(function, case, got):
    """The errors of the results that the case keeps of this function."""
    return ulps(got[case.get("at", slice(None))], *wanted(case[function]))


def cases():
    """The cases of the corpus."""
    return json.loads(REFERENCE.read_text())
