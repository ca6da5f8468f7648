"""Binary labels of text: 1 and 0, words, -1, and the name of the only class."""

import math

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.labels.binary_encoder import BinaryEncoder
from softmax_cli.formats.rows import Location
from tests.each import each


def _location(row):
    return Location("f.csv", line=row + 2)


def _match(texts, classes=(), first=None):
    frame = pl.DataFrame({"c0": pl.Series(texts, dtype=pl.String)})
    encoder = BinaryEncoder(["y"], classes)
    encoder.study(frame if first is None else frame[:first])
    return encoder.match(frame, _location)


def _classes(texts, classes=(), first=None):
    return _match(texts, classes, first).classes[:, 0].tolist()


@each(
    ("text", "expected"),
    [("1", 1), ("0", 0), ("1.0", 1), ("0.0", 0), ("1.000e+00", 1), ("0.000e+00", 0), ("true", 1),
     ("False", 0), ("TRUE", 1), ("yes", 1), ("No", 0), ("pos", 1), ("negative", 0), ("T", 1),
     ("f", 0), ("Y", 1), ("n", 0), (" 1 ", 1), ("", -1), (None, -1), ("-1", -1), ("-1.0", -1),
     ("-100", -1), ("-1.00e+02", -1), ("nan", -1), ("NA", -1), ("?", -1)],
)  # fmt: skip
def test_numbers_and_words_mean_yes_or_no(text, expected):
    labels = _match([text, "1", "0"])
    assert labels.classes.tolist() == [[expected], [1], [0]]
    assert labels.classes.dtype == np.int8


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pl.Series([True, False, None]), [1, 0, -1]),
        (pl.Series([1, 0, -1], dtype=pl.Int8), [1, 0, -1]),
        (pl.Series([1.0, 0.0, math.nan]), [1, 0, -1]),
        (pl.Series(["TRUE ", " 0.0", "NaN"]), [1, 0, -1]),
        (pl.Series([None] * 3), [-1] * 3),
    ],
    ids=lambda given: str(getattr(given, "dtype", "")),
)
def test_columns_of_every_dtype_hold_binary_labels(column, expected):
    frame = pl.DataFrame({"a": column, "b": ["1", "1", "0"]})
    labels = BinaryEncoder(["y_a", "y_b"]).match(frame, _location)
    assert labels.classes.T.tolist() == [expected, [1, 1, 0]]


@each("text", ["2", "cat", "-2", "10", "maybe", "1.5", "[1]"])
def test_other_text_is_an_error_with_location_and_hint(text):
    frame = pl.DataFrame({"c0": ["1", text], "c1": ["0", "0"]})
    with pytest.raises(SoftmaxError) as caught:
        BinaryEncoder(["y_a", "y_b"]).match(frame, _location)
    assert str(caught.value) == (
        f'f.csv, line 3, column "y_a": label "{text}" is not 0 or 1. Use 1 or 0, yes or no, or '
        "blank if unknown."
    )


def test_a_word_for_a_single_class_may_be_its_name():
    with pytest.raises(SoftmaxError) as caught:
        _match(["malignant", "benign"], ["logit"])
    assert caught.value.hint == (
        "Use 1 or 0, yes or no, or blank if unknown; or name the logit column after the class it "
        'is for, such as "malignant".'
    )
    assert _classes(["malignant", "benign"], ["malignant"]) == [1, 0]


@pytest.mark.parametrize("text", ["0.5", "0.933", "1e-3", ".9"])
def test_a_soft_label_is_named_as_one(text):
    with pytest.raises(SoftmaxError) as caught:
        _match(["1", text])
    assert caught.value.message == f'label "{text}" is a probability (soft label), not 0 or 1'
    assert caught.value.line == 3


SIGNED = [
    (["1", "-1", "1"], [1, 0, 1]),
    (["-1", "-1", "1"], [0, 0, 1]),
    (["1.0", "-1.0"], [1, 0]),
    (["+1", "-1"], [1, 0]),
    (["1.000e+00", "-1.000e+00"], [1, 0]),
    (["1", "-1", "", "nan", "-100"], [1, 0, -1, -1, -1]),
]
UNSIGNED = [
    (["1", "0", "-1"], [1, 0, -1]),
    (["yes", "no", "-1"], [1, 0, -1]),
    (["0", "-1"], [0, -1]),
    (["-1", "-1"], [-1, -1]),
    (["1", "1"], [1, 1]),
    (["1", "-100"], [1, -1]),
]


@each(("texts", "expected"), SIGNED)
def test_minus_one_means_no_next_to_1_without_0(texts, expected):
    assert _classes(texts) == expected


@each(("texts", "expected"), UNSIGNED)
def test_minus_one_is_no_label_in_other_company(texts, expected):
    assert _classes(texts) == expected


def test_0_below_labels_that_are_1_and_minus_one_is_an_error():
    with pytest.raises(SoftmaxError, match=r"line 4.*label 0 after labels 1 and -1") as caught:
        _match(["1", "-1", "0"], first=2)
    assert caught.value.hint == "Use 1 and 0, and blank for no label."
    assert _classes(["1", "", "0"]) == [1, -1, 0]


@pytest.mark.parametrize(("texts", "row"), [(["1", "1", "-1"], 2), (["-1", "-1", "1"], 0)])
def test_a_late_minus_one_is_reported(texts, row):
    assert _match(texts, first=2).minus_one == row


@each(
    ("name", "texts", "expected"),
    [
        ("over_50k", ["over_50k", "under_50k"], [1, 0]),
        ("Churn", ["churn", "stay", ""], [1, 0, -1]),
        ("spam", ["ham", "SPAM"], [0, 1]),
        (" spam ", ["ham", "spam"], [0, 1]),
        ("spam", ["spam", "no"], [1, 0]),
        ("spam", ["spam", "0"], [1, 0]),
        ("spam", ["spam", "spam"], [1, 1]),
        ("no", ["yes", "no"], [0, 1]),
        ("neg", ["pos", "neg", "neg"], [0, 1, 1]),
        ("f", ["m", "f"], [0, 1]),
        ("yes", ["yes", "no"], [1, 0]),
    ],
)
def test_the_name_of_the_only_class_is_the_word_for_yes(name, texts, expected):
    assert _classes(texts, [name]) == expected


@each("name", ["0", "1", "score", "", "0.0"])
@each(("one", "zero"), [("1", "0"), ("1.000e+00", "0.000e+00"), ("yes", "no")])
def test_the_name_of_the_only_class_changes_no_other_label(name, one, zero):
    assert _classes([one, zero], [name]) == [1, 0]


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("spam", ["spam", "ham", "eggs"]),
        ("prob_spam", ["spam", "ham"]),
        ("score", ["good", "bad"]),
        ("spam", ["ham", "ham"]),
    ],
)
def test_words_that_the_name_does_not_explain_are_errors(name, texts):
    with pytest.raises(SoftmaxError, match="is not 0 or 1"):
        _match(texts, [name])
