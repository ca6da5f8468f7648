"""Columns of labels: one with classes or lists, or one for each class."""

import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.labels.encoder import LabelEncoder, match_label_columns
from softmax_cli.formats.rows import Location
from tests.each import each

PETS = ("cat", "dog", "bird")


def _location(row):
    return Location("f.csv", line=row + 2)


def _encode(columns, classes, *, exclusive=True, base=0):
    encoder = LabelEncoder(list(columns), classes, "f.csv", exclusive=exclusive, base=base)
    frame = pl.DataFrame(
        {f"c{i}": pl.Series(texts, dtype=pl.String) for i, texts in enumerate(columns.values())}
    )
    encoder.study(frame)
    return encoder, encoder(frame, _location)


def test_one_column_holds_the_class_of_each_row():
    encoder, labels = _encode({"y": ["dog", "-1", "cat"]}, PETS)
    assert labels.classes.tolist() == [1, -1, 0]
    assert labels.named().line == 2
    assert labels.numbered is None
    assert not encoder.by_order
    assert encoder.reads_indices


def test_the_base_applies_to_indices():
    assert _encode({"y": ["3", "1"]}, PETS, base=1)[1].classes.tolist() == [2, 0]


def test_one_column_is_spread_over_independent_classes():
    _, labels = _encode({"y": ["dog", "", "0"]}, PETS, exclusive=False)
    assert labels.classes.tolist() == [[0, 1, 0], [-1, -1, -1], [1, 0, 0]]
    assert (labels.named().line, labels.numbered().line) == (2, 4)


def test_a_single_independent_class_has_binary_labels():
    encoder, labels = _encode({"y": ["1", "0", ""]}, ("score",), exclusive=False)
    assert labels.classes.tolist() == [[1], [0], [-1]]
    assert not encoder.by_order
    assert not encoder.reads_indices


@pytest.mark.parametrize(
    ("texts", "expected"), [(["1", "-1"], [[1], [0]]), (["score", "other"], [[1], [0]])]
)
def test_first_rows_settle_the_words_of_a_single_class(texts, expected):
    assert _encode({"y": texts}, ("score",), exclusive=False)[1].classes.tolist() == expected


@pytest.mark.parametrize(
    ("names", "by_order", "expected"),
    [(["y_cat", "y_dog"], False, [[1, 0], [-1, 1]]), (["y_dog", "y_cat"], False, [[0, 1], [1, -1]]),
     (["y1", "y2"], True, [[1, 0], [-1, 1]])],
)  # fmt: skip
def test_a_column_for_each_class_holds_binary_labels(names, by_order, expected):
    columns = dict(zip(names, [["1", ""], ["0", "1"]], strict=True))
    encoder, labels = _encode(columns, ("cat", "dog"), exclusive=False)
    assert labels.classes.tolist() == expected
    assert encoder.by_order is by_order


def test_a_column_for_each_class_may_hold_one_positive_a_row():
    columns = {"y_dog": ["1", "0", ""], "y_cat": ["0", "1", "0"]}
    encoder, labels = _encode(columns, ("cat", "dog"))
    assert labels.classes.tolist() == [1, 0, -1]
    assert not encoder.reads_indices


def test_signed_columns_hold_one_positive_a_row():
    columns = {"y_cat": ["1", "-1"], "y_dog": ["-1", "1"]}
    assert _encode(columns, ("cat", "dog"))[1].classes.tolist() == [0, 1]


@pytest.mark.parametrize("row", [("1", "1"), ("0", "0")])
def test_exclusive_classes_need_exactly_one_positive(row):
    columns = {"y_cat": ["1", row[0]], "y_dog": ["0", row[1]]}
    with pytest.raises(SoftmaxError) as caught:
        _encode(columns, ("cat", "dog"))
    assert str(caught.value) == (
        "f.csv, line 3: expected exactly one positive label. "
        "Use -a sigmoid for independent classes."
    )
    labels = _encode(columns, ("cat", "dog"), exclusive=False)[1].classes.tolist()
    assert labels == [[1, 0], [int(cell) for cell in row]]


@pytest.mark.parametrize("count", [2, 4])
def test_another_number_of_label_columns_is_an_error(count):
    with pytest.raises(UsageError) as caught:
        LabelEncoder([f"y{i}" for i in range(count)], PETS, "f.csv", exclusive=True)
    assert caught.value.message == f"{count} label columns for 3 classes"
    assert caught.value.hint == "Use one column, or one per class."


@pytest.mark.parametrize(
    ("exclusive", "expected"), [(False, [[1, 0, 0], [0, 0, 1], [-1, -1, -1]]), (True, [0, 2, -1])]
)
def test_lists_are_binary_labels_of_all_classes(exclusive, expected):
    encoder, labels = _encode({"y": ["[1,0,0]", "[0 0 1]", ""]}, PETS, exclusive=exclusive)
    assert labels.classes.tolist() == expected
    assert not encoder.reads_indices


def test_lists_may_hold_several_positives():
    _, labels = _encode({"y": ["[1,1,0]", "[0,0,0]"]}, PETS, exclusive=False)
    assert labels.classes.tolist() == [[1, 1, 0], [0, 0, 0]]
    with pytest.raises(SoftmaxError, match=r"exactly one positive label\. Use -a sigmoid"):
        _encode({"y": ["[1,1,0]", "[0,0,0]"]}, PETS)


def test_a_single_independent_class_may_have_lists_of_one():
    _, labels = _encode({"y": ["[1]", "[0]"]}, ("score",), exclusive=False)
    assert labels.classes.tolist() == [[1], [0]]


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["[1,0]"], 'line 2, column "y": expected a list of 3 labels, one for each class; found'),
        (["[1,0,0]", "cat"], 'line 3, column "y": expected a list of 3 labels'),
        (["[0.9,0.05,0.05]"], 'line 2, column "y": label "0.9" is a probability (soft label)'),
        (["[2,0,0]"], 'line 2, column "y": label "2" is not 0 or 1'),
        (["cat", "[1,0,0]"], 'line 3, column "y": unknown label "[1,0,0]"'),
    ],
)
def test_lists_of_other_things_are_errors_with_their_location(texts, message):
    with pytest.raises(SoftmaxError) as caught:
        _encode({"y": texts}, PETS)
    assert message in str(caught.value)


@each(
    ("labels", "classes", "expected"),
    [
        (["y_cat", "y_dog"], ["cat", "dog"], [0, 1]),
        (["y_dog", "y_cat"], ["cat", "dog"], [1, 0]),
        (["cat_true", "dog_true"], ["dog", "cat"], [1, 0]),
        (["label.dog", "label.cat"], ["cat", "dog"], [1, 0]),
        (["y_tomcat", "y_cat"], ["cat", "tomcat"], [1, 0]),
        (["y_a.b", "y_axb"], ["a.b", "axb"], [0, 1]),
        (["y_1", "y_0"], ["0", "1"], [1, 0]),
        (["edema_y", "mass_y"], ["mass_x", "edema_x"], [1, 0]),
        (["dog", "cat"], ["logit_cat", "logit_dog"], [1, 0]),
        (["y_dog", "y_cat"], ["Class=cat", "Class=dog"], [1, 0]),
        (["label_2", "label_1"], ["p1", "p2"], [1, 0]),
        (["is_cat", "dog_flag"], ["dog", "cat"], [1, 0]),
        (["labels_0", "labels_1"], ["0", "1"], [0, 1]),
    ],
)
def test_label_columns_are_matched_by_name_in_any_order(labels, classes, expected):
    assert match_label_columns(labels, classes, "f") == expected


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["y1", "y2"], ["cat", "dog"]),
        (["t1", "t2"], ["a", "b"]),
        (["1", "2"], ["0", "1"]),
        (["0", "1"], ["1", "2"]),
        (["1", "2", "3"], ["a", "b", "c"]),
    ],
)
def test_label_columns_that_match_no_name_are_matched_by_position(labels, classes):
    assert match_label_columns(labels, classes, "f") is None


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["y_cat", "y_bird"], ["cat", "dog"]),
        (["edema_y", "mass_y"], ["mass_x", "cyst_x"]),
        (["label_2", "label_3"], ["p1", "p2"]),
        (["cat", "bird"], ["cat", "dog"]),
    ],
)
def test_label_columns_that_match_some_names_are_errors(labels, classes):
    with pytest.raises(SoftmaxError, match="do not match the names of classes") as caught:
        match_label_columns(labels, classes, "f")
    assert caught.value.hint == "Rename the label columns after the classes."
    # After that, they are matched by name.
    assert match_label_columns(list(reversed(classes)), classes, "f") == [1, 0]
