"""Class indices of label text: by name, by index, and for columns of every dtype."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.labels.column_encoders import ClassEncoder
from softmax_cli.formats.rows import Location
from tests.each import each

modest = settings(max_examples=60)
PAIR = ("cat", "dog")
PETS = ("cat", "dog", "bird")


def _location(row):
    return Location("f.csv", line=row + 2)


def _match(cells, classes=PAIR, base=0):
    cells = cells if isinstance(cells, pl.Series) else pl.Series(cells, dtype=pl.String)
    return ClassEncoder(classes, "y", base).match(cells, _location)


def _error(texts, classes, base=0):
    with pytest.raises(SoftmaxError) as caught:
        _match(texts, classes, base)
    return caught.value


@pytest.mark.parametrize(
    "cells",
    [
        pl.Series([1, 0, -1, None]),
        pl.Series([1, 0, -100, None], dtype=pl.Int8),
        pl.Series([1.0, 0.0, math.nan, -100.0]),
        pl.Series([1.0, 0.0, -1.0, None], dtype=pl.Float32),
        pl.Series(["dog", "cat", None, " "], dtype=pl.Categorical),
        pl.Series(["dog", "cat", "", None], dtype=pl.Enum(["", *PAIR])),
    ],
    ids=lambda cells: str(cells.dtype),
)
def test_columns_of_every_dtype_hold_labels(cells):
    assert _match(cells).classes.tolist() == [1, 0, -1, -1]


def test_booleans_may_be_names_of_classes():
    cells = pl.Series([True, False, None])
    assert _match(cells, ("false", "true")).classes.tolist() == [1, 0, -1]


@each(
    ("classes", "texts", "expected"),
    [
        (PETS, ["cat", "bird", "dog"], [0, 2, 1]),
        (PETS, [" cat", "bird  ", "\tdog"], [0, 2, 1]),
        (PETS, ["0", "2", "1"], [0, 2, 1]),
        (PETS, ["0.0", "2.0", "1."], [0, 2, 1]),
        (PETS, ["0.000000000000000000e+00", "2.0000e+00", "1e0"], [0, 2, 1]),
        (PETS, ["+1", "01", " 2 "], [1, 1, 2]),
        (("1", "2", "3"), ["1", "3", "2"], [0, 2, 1]),
        (("0", "1", "2"), ["1", "2", "0"], [1, 2, 0]),
        (("10", "20"), ["20", "10"], [1, 0]),
        (("2", "0", "1"), ["2", "0", "1"], [0, 1, 2]),
        (("2", "0", "1"), ["2.0", "0.0", "1.000e+00"], [0, 1, 2]),
        (("1.0", "2.0"), ["1", "2.0"], [0, 1]),
        (("true", "false"), ["false", "true"], [1, 0]),
        (("nan", "b"), ["nan", "b"], [0, 1]),
        (("-1", "1"), ["-1", "1"], [0, 1]),
        (("+", "-"), ["-", "+"], [1, 0]),
        ((" cat ", "dog"), ["cat", "dog"], [0, 1]),
        (("虎", "ウサギ"), ["ウサギ", "虎"], [1, 0]),
        (("a b", 'q"'), ["a b", 'q"'], [0, 1]),
        (PETS, ["", "-1", "-100", "-1.0", "-100.0", "nan", "NaN", "cat"], [-1] * 7 + [0]),
        (PETS, ["NA", "None", "?", "\\N", ".", "-1.000e+00", "cat"], [-1] * 6 + [0]),
        (PETS, [None, "  ", "dog"], [-1, -1, 1]),
        (PETS, [], []),
        (("", "b"), ["b", "", None], [1, -1, -1]),
    ],
)  # fmt: skip
def test_a_label_is_a_name_else_an_index_else_missing(classes, texts, expected):
    indices = _match(texts, classes).classes
    assert indices.tolist() == expected
    assert indices.dtype == np.int32


SHORT = [
    (("p1", "p2", "p3"), ["1", "3"], [0, 2]),
    (("p3", "p1", "p2"), ["1", "3"], [1, 0]),
    (("LABEL_2", "LABEL_0", "LABEL_1"), ["2", "0", "1.0"], [0, 1, 2]),
    (("LABEL_9", "LABEL_10", "LABEL_11"), ["10", "9", "LABEL_11"], [1, 0, 2]),
    (("logit_cat", "logit_dog"), ["dog", "logit_cat"], [1, 0]),
    (("cat_x", "dog_x"), ["dog", "cat"], [1, 0]),
    (("Class=cat", "Class=dog"), ["dog", "cat"], [1, 0]),
    (("RawFormulaVal:Class=1", "RawFormulaVal:Class=2"), ["1", "2"], [0, 1]),
    (("score.tabby cat.raw", "score.dog.raw"), ["tabby cat", "dog"], [0, 1]),
    (("prob-cat", "prob-dog"), ["cat", "prob-dog"], [0, 1]),
]


@each(("classes", "texts", "expected"), SHORT)
def test_labels_omit_what_the_names_of_all_classes_share(classes, texts, expected):
    assert _match(texts, classes).classes.tolist() == expected


@each(
    ("classes", "text"),
    [
        (("cat", "car"), "t"),
        (("cat", "car"), "ca"),
        (("tomcat", "bobcat"), "tom"),
        (("prelude", "prefix"), "lude"),
        (("p_cat", "q_dog"), "cat"),
        (("logit_cat", "dog"), "cat"),
        (("logit_cat", "logit_dog"), "logit"),
        (("cat",), "c"),
    ],
)
def test_names_that_share_letters_but_no_word_stay_whole(classes, text):
    assert _error([text], classes).message == f'unknown label "{text}"'


@each(
    ("classes", "text"),
    [
        (("p1", "p2", "p3"), "0"),
        (("LABEL_1", "LABEL_2"), "0"),
        (("Class=1", "Class=2", "Class=3"), "0.0"),
        (("10", "20", "30"), "1"),
        (("cat1", "dog2", "emu3"), "1"),
        (("cat1", "dog2", "emu3"), "2"),
        (("b2", "a1", "c0"), "0"),
    ],
)
def test_an_index_is_unknown_where_names_end_in_other_numbers(classes, text):
    error = _error([text], classes)
    assert error.message == f'unknown label "{text}"'


@pytest.mark.parametrize(
    ("classes", "texts", "expected"),
    [
        (("resnet50", "vgg16", "vgg19"), ["0", "2", "1"], [0, 2, 1]),
        (("a0", "b1", "c2"), ["0", "2", "1"], [0, 2, 1]),
        (("covid19", "flu", "cold"), ["0", "2", "1"], [0, 2, 1]),
        (("cat_1", "dog_1"), ["0", "1"], [0, 1]),
        (("H1N1", "H5N1"), ["0", "1"], [0, 1]),
    ],
)
def test_an_index_counts_where_numbers_in_names_do_not_contradict_it(classes, texts, expected):
    assert _match(texts, classes).classes.tolist() == expected


@each(
    ("classes", "texts", "expected"),
    [
        (PETS, ["1", "3", "2.0"], [0, 2, 1]),
        (PETS, ["cat", "bird", "-1"], [0, 2, -1]),
        (("0", "1", "2"), ["1", "3", "2"], [0, 2, 1]),
        (("p0", "p1", "p2"), ["1", "3", "2"], [0, 2, 1]),
        (("p0", "p1", "p2"), ["p0", "p2", "p1"], [0, 2, 1]),
        (("p1", "p2", "p3"), ["1", "3", "2"], [0, 2, 1]),
        (("cat1", "dog2"), ["1", "2"], [0, 1]),
        (("2", "0", "1"), ["1", "2", "3"], [0, 1, 2]),
        (("10", "20"), ["20", "10"], [1, 0]),
    ],
)
def test_base_1_reads_numbers_as_positions_from_1(classes, texts, expected):
    assert _match(texts, classes, base=1).classes.tolist() == expected


@pytest.mark.parametrize("classes", [PETS, ("0", "1", "2"), ("p0", "p1", "p2")])
def test_base_1_leaves_no_meaning_for_0(classes):
    assert _error(["0"], classes, base=1).hint == "Class indices go from 1 to 3."


COUNT_FROM_1 = "Class indices go from 0 to 2. Use --label-base 1 for labels that count from 1 to 3."
FROM_0 = "Class indices go from 0 to 2."


@each(
    ("classes", "text", "hint"),
    [
        (PETS, "owl", 'Classes: "cat", "dog", "bird".'),
        (PETS, "Cat", 'Classes: "cat", "dog", "bird".'),
        (PETS, "3", COUNT_FROM_1),
        (("0", "1", "2"), "3", COUNT_FROM_1),
        (("p0", "p1", "p2"), "3", COUNT_FROM_1),
        (("cat1", "dog2", "emu3"), "1", COUNT_FROM_1),
        (PETS, "4", FROM_0),
        (PETS, "-2", FROM_0),
        (PETS, "999999999", FROM_0),
        (("0", "1", "2"), "7", FROM_0),
        (PETS, "2.5", 'Classes: "cat", "dog", "bird".'),
        (PETS, "1２", 'Classes: "cat", "dog", "bird".'),
        (PETS, "12345678901234567890", 'Classes: "cat", "dog", "bird".'),
        (PETS, "cat|dog", 'Classes: "cat", "dog", "bird".'),
        (("1", "2", "3"), "4", 'Classes: "1", "2", "3".'),
        (("1", "2", "3"), "3.5", 'Classes: "1", "2", "3".'),
        (("p1", "p2", "p3"), "0", 'Classes: "p1", "p2", "p3".'),
        (("Cat", "None", "Dog"), "none", 'Classes: "Cat", "None", "Dog".'),
        (tuple("abcdefgh"), "x", 'Classes: "a", "b", ..., "h".'),
        (("a", "a", "b"), "a", "Several classes have this name."),
        (("1", "1", "2"), "1", "Several classes have this name."),
    ],
)
def test_an_unknown_label_is_an_error_with_location_and_hint(classes, text, hint):
    error = _error([None, f" {text} ", "zebra"], classes)
    assert error.location == 'f.csv, line 3, column "y"'
    assert (error.message, error.hint) == (f'unknown label "{text}"', hint)


@pytest.mark.parametrize("classes", [PETS, ("0", "1", "2"), ("p0", "p1", "p2")])
def test_the_hint_to_count_from_1_reads_the_labels(classes):
    labels = ["1", "2", "3"]
    assert "--label-base 1" in _error(labels, classes).hint
    assert _match(labels, classes, base=1).classes.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "cells",
    [pl.Series([1.5]), pl.Series([2]), pl.Series([1e9]), pl.Series([-2]), pl.Series([True])],
)
def test_numbers_that_are_no_class_index_are_unknown(cells):
    with pytest.raises(SoftmaxError, match="unknown label"):
        _match(cells)


def test_classes_of_the_same_name_differ_by_index():
    assert _match(["0", "1", "b"], ("a", "a", "b")).classes.tolist() == [0, 1, 2]


@each(
    ("classes", "texts", "named", "numbered"),
    [
        (PETS, ["cat", "dog"], 0, None),
        (PETS, ["1", "0"], None, 0),
        (PETS, ["-1", "0", "cat"], 2, 1),
        (("0", "1"), ["0", "1"], None, None),
        (("p0", "p1"), ["0", "p1"], 1, None),
        (("1", "2"), ["1", "2"], 0, None),
        (("0", "1"), ["1.0"], None, None),
        (PETS, ["", "-1"], None, None),
        (PETS, ["1", "", "0"], None, 0),
    ],
)
def test_rows_that_are_only_names_or_only_indices_are_reported(classes, texts, named, numbered):
    indices = _match(texts, classes)
    assert (indices.named, indices.numbered) == (named, numbered)


def test_error_for_mixed_names_and_indices_has_the_location():
    error = ClassEncoder(PAIR, "y").conflict(Location("f", line=7))
    assert error.location == 'f, line 7, column "y"'


def test_many_rows_and_classes_are_matched():
    classes = [f"c{i}" for i in range(2000)]
    expected = np.random.RandomState(0).randint(-1, 2000, 20_000)
    texts = [f" c{i}" if i >= 0 else "" for i in expected.tolist()]
    np.testing.assert_array_equal(_match(texts, classes).classes, expected)


@modest
@given(
    st.lists(st.sampled_from(["cat", "a b", "dog", "élan"]), unique=True, min_size=1, max_size=4),
    st.lists(st.sampled_from(["cat", " dog ", "a b", "élan", "0", "1.0", "3", "", "-1", "x"])),
)
def test_a_column_is_matched_like_its_labels_one_by_one(classes, texts):
    known = {name: i for i, name in enumerate(classes)}
    known |= {str(i): i for i in range(len(classes))} | {"": -1, "-1": -1}
    if len(classes) > 1:
        known["1.0"] = 1
    expected = [known.get(text.strip()) for text in texts]
    if None in expected:
        assert _error(texts, classes).line == expected.index(None) + 2
    else:
        assert _match(texts, classes).classes.tolist() == expected
