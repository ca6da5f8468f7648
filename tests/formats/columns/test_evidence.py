"""Evidence of values: columns that may not be logits, and columns that are."""

import random

import pytest

from softmax_cli.formats.columns.evidence import Doubt, find_doubts, look_like_logits
from tests.each import each

WHOLE = "holds whole numbers next to fractional logits"
COUNTS = "counts the rows"
ROWS = [2, 7, 8, 50]


def _fractions(count, seed=0, scale=1.0):
    generator = random.Random(seed)
    return [f"{generator.gauss(0, 3) * scale:.6f}" for _ in range(count)]


def _find(*columns):
    return find_doubts(dict(enumerate(columns)))


def _unordered(count):
    """Whole numbers that neither count nor repeat: 7, 3, 10, 6, ..."""
    return [str((7 * i * i + 7) % 101) for i in range(count)]


@each("count", ROWS)
@each("place", [0, 1, 2])
@each(
    "write",
    [str, lambda text: f"{text}.0", lambda text: f" {text} ", lambda text: f"{text}.000e+00"],
)
def test_whole_numbers_next_to_fractions_are_in_doubt(write, place, count):
    columns = [_fractions(count, 1), _fractions(count, 2)]
    columns.insert(place, [write(text) for text in _unordered(count)])
    assert _find(*columns) == [Doubt(place, WHOLE, strong=count >= 8)]


@pytest.mark.parametrize(
    "cells",
    [
        ["0", "1", "1", "0"] * 3,
        ["1.0", "0.0", "0.0"] * 3,
        ["-1", "1", "1", "-1"] * 3,
        ["0", "", "3", "NA", "2", "1", "3", "0", "1", "2"],
        ["1700000000", "1700000300", "1700000100"] * 3,
    ],
    ids=["binary labels", "binary labels as floats", "signs", "with missing cells", "times"],
)
def test_labels_and_times_among_fractions_are_in_strong_doubt(cells):
    (doubt,) = _find(_fractions(len(cells), 1), cells, _fractions(len(cells), 2))
    assert (doubt.column, doubt.reason, doubt.strong) == (1, WHOLE, True)


@pytest.mark.parametrize(
    "step", ["integers", "all whole floats"], ids=["integers", "all whole floats"]
)
@pytest.mark.parametrize("count", ROWS)
def test_integer_logits_are_in_no_doubt(count, step):
    write = str if step == "integers" else "{}.0".format
    generator = random.Random(3)
    columns = [[write(generator.randint(-9, 9)) for _ in range(count)] for _ in range(3)]
    # Few random numbers may happen to count or to repeat.
    columns = [[*column[:-2], write(5), write(-5)] for column in columns]
    assert _find(*columns) == []


@each("count", ROWS)
@each("zero", ["0", "0.0", "-0.0", "0.000000e+00"])
def test_class_of_zeros_is_in_no_doubt(zero, count):
    assert _find(_fractions(count), [zero] * count) == []


@each("mask", ["-1e9", "-1000000000", "-inf", "-3.4028235e+38", "-10000"])
@each("count", ROWS)
def test_masks_are_in_no_doubt(count, mask):
    some = [mask if i % 2 else cell for i, cell in enumerate(_fractions(count, 1))]
    assert _find(_fractions(count), some, [mask] * count) == []


@pytest.mark.parametrize(
    ("cells", "weak"),
    [
        (["1"] * 2, False),
        (["32"] * 3, True),
        (["0.5"] * 50, True),
        (["-7"] * 50, False),
        (["0"] * 50, False),
    ],
)
def test_positive_constant_is_in_weak_doubt(cells, weak):
    doubts = _find(_fractions(len(cells)), cells)
    assert [doubt.strong for doubt in doubts] == [False] * weak
    assert all("in every row" in doubt.reason for doubt in doubts)


@each(
    ("cells", "reason"),
    [
        (["0", "1", "2"], COUNTS),
        (["17", "18", "19", "20"], COUNTS),
        ([str(10 * i) for i in range(8)], "changes by 10 in every row"),
        ([str(9 - i) for i in range(9)], "changes by -1 in every row"),
        (["0", "1"], None),
        (["1", "2", "4"], None),
        (["0", "10", "20"], None),
        ([f"{i / 10}" for i in range(8)], "changes by 0.1 in every row"),
        ([f"{i / 10}" for i in range(7)], None),
        ([f"{i * i / 8}" for i in range(50)], None),
    ],
)
def test_column_that_counts_the_rows_is_in_doubt(cells, reason):
    generator = random.Random(5)
    integers = [str(generator.choice([-4, 3, 9, -2])) for _ in cells[:-1]]
    if "." in cells[0]:
        integers = [f"{number}.5" for number in integers]
    doubts = _find(cells, [*integers, "-8.5" if "." in cells[0] else "-8"], [*integers, "0"])
    assert [doubt.reason for doubt in doubts] == ([reason] if reason else [])


@each("count", ROWS)
@each("scale", [1e4, 1e9])
def test_column_on_another_scale_is_in_doubt(scale, count):
    large = [f"{scale * (1 + i % 3) + 0.5}" for i in range(count)]
    (doubt,) = _find(_fractions(count, 1), large, _fractions(count, 2))
    assert (doubt.column, doubt.strong) == (1, count >= 8)
    assert "next to logits about" in doubt.reason


@pytest.mark.parametrize("scale", [1, 30, 300])
def test_column_on_a_similar_scale_is_in_no_doubt(scale):
    assert _find(_fractions(50, 1), _fractions(50, 2, scale), _fractions(50, 3)) == []


@pytest.mark.parametrize(
    "columns",
    [
        [["0", "1", "2"]] * 3,
        [_fractions(8, i, 1e9) for i in range(3)],
        [["5"] * 9] * 2,
        [["0", "1", "2"]],
        [["1"] * 9],
        [],
    ],
    ids=["all count", "all large", "all constant", "one counts", "one constant", "none"],
)
def test_columns_that_are_odd_alike_are_in_no_doubt(columns):
    assert _find(*columns) == []


@pytest.mark.parametrize("cells", [[], ["1"], ["", "NA", "."], ["x", "y"], ["nan", "inf"]])
def test_columns_with_fewer_than_two_numbers_are_in_no_doubt(cells):
    assert _find(_fractions(9), cells, _fractions(9, 1)) == []


@each(
    ("cells", "logits"),
    [
        (["0.5", "-1.25"], True),
        (["3", "0.5"], True),
        (["", "0.5"], True),
        (["3", "4"], False),
        (["3.0", "4.0"], False),
        (["cat", "dog"], False),
        ([], False),
        (["1700000000.5", "1700000001.25"], False),
    ],
)
def test_fractions_of_the_size_of_logits_look_like_logits(cells, logits):
    assert look_like_logits(cells, {0: ["0.5", "1.5"], 1: ["-3.5", "2.5"]}) == logits


def test_nothing_looks_like_logits_without_logits_to_compare():
    assert not look_like_logits(["0.5"], {})
    assert not look_like_logits(["0.5"], {0: ["x"]})
