"""Make `reference.json` with mpmath: python -m tests.activations.make_reference.

Deterministic. Prints the worst error of the functions as they are, over the corpus.
"""

import json
import math
from fractions import Fraction
from random import Random

import numpy as np
from mpmath import mp, mpf

from tests.activations import BARS, REFERENCE, errors_of, logits_of

DIGITS = 250
INF = math.inf
WORKED = [-0.5, 1.2, -0.1, 2.4]
ROWS = ("softmax", "log_softmax")

# Found by search among some 10^8 rows of `noise`, on processors with AVX-512, with AVX2 and
# with neither: (function, seed, classes, temperature, index of the worst result).
FOUND = [
    ("softmax", 1_046_132_749, 10, 3, 0),
    ("softmax", 3_044_290_946, 10, 0.3, 2),
    ("softmax", 1_030_784_499, 16, 0.7, 4),
    ("softmax", 3_018_153_840, 16, 0.7, 3),
    ("softmax", 2_030_841_020, 31, 1 / 3, 9),
    ("softmax", 1_010_488_254, 31, 0.3, 15),
    ("softmax", 2_007_705_089, 63, 0.3, 50),
    ("softmax", 1_006_537_787, 63, 0.3, 62),
    ("softmax", 1_019_933_317, 127, 0.1, 90),
    ("softmax", 3_002_232_470, 127, 1 / 3, 68),
    ("softmax", 2_007_773_214, 255, 0.1, 66),
    ("softmax", 3_016_611_280, 255, 0.1, 26),
    ("softmax", 3_012_482_022, 300, 0.1, 267),
    ("softmax", 2_003_216_028, 300, 1 / 3, 147),
    ("softmax", 4_002_961_031, 2, 1, 1),
    ("softmax", 4_001_427_057, 10, 1, 0),
    ("softmax", 4_000_155_301, 31, 1, 13),
    ("softmax", 4_000_077_087, 300, 1, 195),
    ("log_softmax", 3_045_209_303, 3, 0.7, 1),
    ("log_softmax", 1_035_866_068, 3, 0.3, 2),
    ("log_softmax", 1_029_359_367, 4, 0.7, 0),
    ("log_softmax", 2_057_730_183, 4, 0.7, 2),
    ("log_softmax", 1_029_354_657, 8, 0.7, 3),
    ("log_softmax", 2_015_363_077, 8, 0.7, 7),
    ("log_softmax", 2_050_517_536, 10, 1 / 3, 6),
    ("log_softmax", 1_049_869_749, 10, 1 / 3, 1),
    ("log_softmax", 2_038_929_792, 31, 0.7, 20),
    ("log_softmax", 1_022_026_680, 31, 1 / 3, 8),
    ("log_softmax", 3_005_973_790, 32, 0.3, 18),
    ("log_softmax", 1_009_897_853, 32, 0.7, 20),
    ("log_softmax", 2_027_440_737, 100, 0.3, 40),
    ("log_softmax", 3_014_222_414, 100, 0.1, 24),
    ("log_softmax", 2_036_948_430, 300, 0.1, 69),
    ("log_softmax", 1_008_855_429, 300, 0.1, 286),
    ("sigmoid", 1_037_534_753, 2, 1 / 3, 1),
    ("sigmoid", 2_051_067_409, 4, 0.7, 2),
    ("sigmoid", 2_031_379_916, 16, 0.7, 6),
    ("sigmoid", 1_033_750_113, 31, 3, 0),
    ("sigmoid", 1_014_077_168, 100, 0.1, 42),
    ("log_sigmoid", 1_050_514_602, 5, 0.7, 3),
    ("log_sigmoid", 3_008_218_734, 5, 0.7, 1),
    ("log_sigmoid", 2_000_954_892, 5, 0.7, 3),
    ("log_sigmoid", 1_023_845_217, 100, 0.7, 18),
    ("log_sigmoid", 3_020_393_941, 100, 0.7, 45),
    ("log_sigmoid", 2_022_137_766, 100, 0.7, 42),
    ("tanh", 3_021_700_935, 3, 7.3, 2),
    ("tanh", 1_047_086_400, 3, 7.3, 2),
    ("tanh", 2_017_394_995, 3, 7.3, 2),
    ("tanh", 3_020_903_437, 32, 7.3, 14),
    ("tanh", 1_038_671_564, 32, 7.3, 1),
    ("tanh", 2_036_178_037, 32, 7.3, 10),
]


def exponential(x):
    """exp(x), 0 where no double would tell."""
    return mp.exp(x) if x > -2000 else mpf(0)


def shifted(row, temperature):
    top = mpf(max(row))
    return [(mpf(z) - top) / temperature for z in row]


def softmax(row, temperature):
    weights = [exponential(x) for x in shifted(row, temperature)]
    total = mp.fsum(weights)
    return [weight / total for weight in weights]


def log_softmax(row, temperature):
    exponents = shifted(row, temperature)
    others = mp.fsum(exponential(x) for x in exponents) - 1
    if mp.fabs(others) < mpf(10) ** -20:  # what the 1 has swamped
        top = row.index(max(row))
        others = mp.fsum(exponential(x) for i, x in enumerate(exponents) if i != top)
    return [x - mp.log1p(others) for x in exponents]


def sigmoid(row, temperature):
    return [1 / (1 + mp.exp(-z / temperature)) for z in clipped(row, temperature)]


def log_sigmoid(row, temperature):
    return [
        -mp.log1p(exponential(-x)) if x > 0 else x - mp.log1p(exponential(x))
        for x in (mpf(z) / temperature for z in row)
    ]


def tanh(row, temperature):
    return [mp.tanh(z / temperature) for z in clipped(row, temperature)]


def clipped(row, temperature):
    """The logits where they tell apart any two doubles of a sigmoid."""
    return [min(max(mpf(z), -2000 * temperature), 2000 * temperature) for z in row]


EXACT = {f.__name__: f for f in (softmax, log_softmax, sigmoid, log_sigmoid, tanh)}


def kept(value):
    """The nearest double, and what is left in units in the last place of the value."""
    if mp.isinf(value):
        return f"{float(value)}:0"
    sign, mantissa, exponent, bits = value._mpf_
    if exponent + bits < -1100:
        return "0x0.0p+0:0"
    exact = (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent
    try:
        rounded = exact.numerator / exact.denominator  # of integers: rounded once
    except OverflowError:
        return f"{INF if exact > 0 else -INF}:0"
    ulp = Fraction(2) ** max(exponent + bits - 53, -1074)
    return f"{rounded.hex()}:{round(float((exact - Fraction(rounded)) / ulp), 3):g}"


def written_out():
    """Rows of a few logits, each for every function: name, logits, temperatures."""
    draw = Random(1)
    uniform, gauss = draw.uniform, draw.gauss
    eps = 2.0**-52
    yield "worked example", WORKED, [1, 0.1, 1 / 3, 0.7, 3, 7.3, 1e-3, 1e3, 1e-300, 1e-310, 1e300]
    yield "plain", [gauss(0, 4) for _ in range(12)], [1, 0.3, 7.3]
    yield "wide", [uniform(-700, 700) for _ in range(10)], [1, 0.3, 10]
    yield "medium", [uniform(-40, 40) for _ in range(14)], [1, 0.7]
    for offset in (1e3, 1e6, 1e12, 1e15):
        yield f"offset {offset:g}", [offset + gauss(0, 5) for _ in range(6)], [1, 0.3]
    yield "far offset", [2.0**53 + 2 * k for k in range(-6, 7, 2)], [1, 3, 1e15]
    yield "huge", [gauss(0, 3) * 1e300 for _ in range(6)], [1, 1e300, 3.3e299]
    yield "near the largest double", [gauss(0, 3) * 1e307 for _ in range(6)], [1e307, 7e306]
    yield "overflowing difference", [1e308, -1e308], [1, 1e10]
    yield "overflowing difference, hot", [1e308, -1e308], [1e300, 3e306, 1e308, 1.7e308]
    yield (
        "overflowing differences, hot",
        [1.7e308, -1.7e308, 1e308, -1e307, -INF, 1.69e308],
        [1e300, 1e307, 3e307, 1.1e308],
    )
    yield "hot", [1.0, 2.0, 3e5, -1e9, 1e17], [1e17, 1e300]
    yield "cold", [3e-300, 2.5e-300, -1e-300, 2.9e-300], [1e-300, 1e-299, 1]
    yield "tiny", [1e-300, -1e-300, 1e-17, -1e-17, 1e-9, -1e-9, 1e-3, 0.0], [1, 0.1]
    yield (
        "subnormal logits",
        [k * 5e-324 for k in (0, 1, 2, 3, -1, -4)],
        [5e-324, 1.5e-323, 1, 1e300],
    )
    yield (
        "logits about the smallest normal",
        [uniform(-9, 9) * 2e-308 for _ in range(8)],
        [2.5e-308, 1e-308, 1e-310],
    )
    deep = [0.0, -700.0, -708.3, -708.5, -712.0, -724.7, -744.0, -745.1, -745.133, -745.14, -746.0]
    yield "subnormal results", [*deep, -800.0, -INF], [1]
    yield "subnormal results, divided", [0.1 * z for z in deep], [0.1]
    yield "tied", [0.3, -1.7, 0.3, 0.3, -1.7, 0.1], [1, 0.3, 1e-3]
    yield "all tied", [5.1] * 7, [1, 0.3]
    yield "masked", [-INF, 0.7, -INF, 2.9, -1.1, -INF], [1, 0.3, 1e300]
    yield "masked but one", [-INF, -3.1, -INF], [1, 0.3]
    yield "masked and huge", [-INF, 1e308, 9.9e307, -1e308], [1, 1e306]
    yield "one class", [3.7], [1, 0.3]
    yield "nearly equal", [1 + k * eps for k in (0, 1, 2, 3, 5, 8, 40)], [1, eps, 3.3 * eps]
    yield "nearly equal, far", [1e6 + k * 2e-10 for k in range(-5, 6, 2)], [1, 1e-10, 7e-10]
    yield "one far ahead", [0.0, -20.0, -36.0, -36.7, -36.8, -37.5, -40.0, -100.0, -700.0], [1, 1.1]
    edges = [1e-8, 0.3, 0.5, 1.0986, 3.434, 7.6, 15.9, 17.3, 18.4, 36.05, 36.8, 37.5, 100.3, 708.4]
    yield "both signs", [sign * z for z in edges for sign in (1, -1)], [1]
    yield "both signs, divided", [sign * 0.3 * z for z in edges for sign in (1, -1)], [0.3]
    yield "mixed magnitudes", [draw.choice((1, -1)) * 10.0**k for k in range(-20, 21, 4)], [1, 1e5]


def formulas():
    """Rows given by a formula, for the functions of rows: name, formula, classes, temperatures."""
    for seed, classes in ((0, 300), (1, 2000), (2, 2048), (3, 1999)):
        yield f"{classes} classes", ["noise", seed, classes], classes, [1, 0.3, 7.3]
    yield "50,257 classes", ["noise", 4, 50257], 50257, [1, 0.3, 7.3, 1e300]
    for tops, classes in ((1, 31), (1, 255), (1, 257), (2, 257), (1, 505), (1, 2000), (3, 50257)):
        name = f"{classes} classes, drowned by {tops}"
        yield name, ["level", tops, classes, -36.75], classes, [1]
    yield "255 classes, steps", ["level", 1, 255, -12.0], 255, [1 / 3, 0.7]


def sampled(logits, worst=()):
    """About 24 of the classes: the largest, the smallest, the ends and some between."""
    count = len(logits)
    ends = {int(logits.argmax()), int(logits.argmin()), 0, count - 1}
    return sorted(ends | {k * count // 19 for k in range(19)} | set(worst))


def corpus():
    """The cases, still without results, each with the functions to compute."""
    for name, logits, temperatures in written_out():
        text = " ".join(float(z).hex() for z in logits)
        for temperature in temperatures:
            yield {"name": f"{name}, T={temperature:g}", "logits": text, "T": temperature}, EXACT
    for name, formula, _, temperatures in formulas():
        at = sampled(logits_of({"logits": formula}))
        for temperature in temperatures:
            label = f"{name}, T={temperature:g}"
            yield {"name": label, "logits": formula, "T": temperature, "at": at}, ROWS
    for function, seed, classes, temperature, worst in FOUND:
        formula = ["noise", seed, classes]
        at = [worst]
        if function in ROWS:
            at = sampled(logits_of({"logits": formula}), at)
        name = f"found for {function}, {classes} classes, seed {seed}, T={temperature:g}"
        yield {"name": name, "logits": formula, "T": temperature, "at": at}, [function]


def main():
    mp.dps = DIGITS
    lines = []
    worst = {}
    for case, functions in corpus():
        logits = logits_of(case)
        temperature = float(case.pop("T"))
        case["temperature"] = temperature.hex()
        for function in functions:
            values = EXACT[function](logits.tolist(), mpf(temperature))
            case[function] = " ".join(kept(values[i]) for i in case.get("at", range(len(values))))
            errors = errors_of(function, case, getattr(functions, function)(logits, temperature))
            worst.setdefault(function, []).append((float(errors.max()), case["name"]))
        lines.append(
            ",\n ".join(json.dumps(item)[1:-1] for item in ({k: v} for k, v in case.items()))
        )
    REFERENCE.write_text("[{" + "},\n{".join(lines) + "}]\n")
    for function, measured in worst.items():
        over = sum(error > BARS[function] for error, _ in measured)
        print(f"{function}: {over} of {len(measured)} cases above {BARS[function]} ulp; the worst:")
        for error, name in sorted(measured, reverse=True)[:8]:
            print(f"  {error:8.3g}  {name}")


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()
