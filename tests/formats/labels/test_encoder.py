"""Labels as they are written: names first, then numbers from 0; and what is refused."""

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.labels.column_encoders import BinaryEncoder, ClassEncoder
from softmax_cli.formats.labels.encoder import LabelEncoder, match_label_columns
from softmax_cli.formats.rows import Location

CLASSES = ("cat", "dog", "bird")


def _where(row):
    return Location("f.csv", line=row + 2)


def _match(texts, classes=CLASSES):
    return ClassEncoder(classes, "y").match(pl.Series(texts, dtype=pl.String), _where)


def _read(columns, classes, exclusive=True):
    reader = LabelEncoder(list(columns), classes, "f.csv", exclusive=exclusive)
    frame = pl.DataFrame(
        {f"c{i}": pl.Series(texts, dtype=pl.String) for i, texts in enumerate(columns.values())}
    )
    return reader, reader(frame, _where)


@pytest.mark.parametrize(
    ("classes", "texts", "expected"),
    [
        (CLASSES, ["cat", "bird", "dog"], [0, 2, 1]),
        (CLASSES, [" cat", "bird  ", "\tdog"], [0, 2, 1]),
        (CLASSES, ["0", "2", "1"], [0, 2, 1]),
        (CLASSES, ["0.0", "2.0", "1."], [0, 2, 1]),
        (CLASSES, ["+1", "01", " 2 "], [1, 1, 2]),
        (("1", "2", "3"), ["1", "3", "2"], [0, 2, 1]),
        (("0", "1", "2"), ["1", "2", "0"], [1, 2, 0]),
        (("10", "20"), ["20", "10"], [1, 0]),
        (("2", "0", "1"), ["2", "0", "1"], [0, 1, 2]),
        (("true", "false"), ["false", "true"], [1, 0]),
        (("nan", "b"), ["nan", "b"], [0, 1]),
        (("-1", "1"), ["-1", "1"], [0, 1]),
        ((" cat ", "dog"), ["cat", "dog"], [0, 1]),
        (("虎", "ウサギ"), ["ウサギ", "虎"], [1, 0]),
        (("a b", 'q"'), ["a b", 'q"'], [0, 1]),
        (CLASSES, ["", "-1", "-100", "-1.0", "-100.0", "nan", "NaN", "cat"], [-1] * 7 + [0]),
        (CLASSES, [None, "  ", "dog"], [-1, -1, 1]),
        (CLASSES, [], []),
    ],
)  # fmt: skip
def test_a_label_is_a_name_or_else_a_number_from_0(classes, texts, expected):
    found = _match(texts, classes).classes
    assert found.tolist() == expected
    assert found.dtype == np.int32


@pytest.mark.parametrize(
    ("classes", "texts", "row", "message"),
    [
        (CLASSES, ["cat", "owl"], 3,
         'label "owl" names no class. The classes are "cat", "dog", "bird".'),
        (CLASSES, ["Cat"], 2, 'label "Cat" names no class.'),
        (CLASSES, ["1", "2", "3"], 4,
         'label "3" names no class. Numbers of classes go from 0 to 2. If these labels count from '
         "1, subtract 1, or give the columns of classes their numbers as names."),
        (CLASSES, ["4"], 2, 'label "4" names no class. Numbers of classes go from 0 to 2.'),
        (CLASSES, ["-2"], 2, 'label "-2" names no class. Numbers of classes go from 0 to 2.'),
        (CLASSES, ["2.5"], 2, 'label "2.5" names no class.'),
        (CLASSES, ["1e0"], 2, 'label "1e0" names no class.'),
        (CLASSES, ["12345678901234567890"], 2, "names no class."),
        (CLASSES, ["cat|dog"], 2, 'label "cat|dog" names no class.'),
        (("a", "a", "b"), ["a"], 2, 'label "a" names no class. More than one class has this name.'),
        (("1", "2", "3"), ["4"], 2, 'label "4" names no class.'),
        (tuple("abcdefgh"), ["x"], 2, 'The classes are "a", "b", ..., "h".'),
    ],
)  # fmt: skip
def test_what_names_no_class_is_refused_with_its_place(classes, texts, row, message):
    with pytest.raises(SoftmaxError) as caught:
        _match(texts, classes)
    assert str(caught.value).startswith(f'f.csv, line {row}, column "y": ')
    assert message in str(caught.value)


def test_classes_of_one_name_are_known_by_their_numbers():
    assert _match(["0", "1", "b"], ("a", "a", "b")).classes.tolist() == [0, 1, 2]


def test_a_number_that_two_classes_are_called_is_refused():
    with pytest.raises(SoftmaxError, match="More than one class has this name"):
        _match(["1"], ("1", "1", "2"))


@pytest.mark.parametrize(
    ("classes", "texts", "named", "numbered"),
    [
        (CLASSES, ["cat", "dog"], 0, None),
        (CLASSES, ["1", "0"], None, 0),
        (CLASSES, ["-1", "0", "cat"], 2, 1),
        (("0", "1"), ["0", "1"], None, None),
        (("1", "2"), ["1", "2"], 0, None),
        (("1", "2"), ["2", "0"], 0, 1),
        (("0", "1"), ["1.0"], None, 0),
        (CLASSES, ["", "-1"], None, None),
        (CLASSES, ["1", "", "0"], None, 0),
    ],
)
def test_names_and_numbers_are_told_apart(classes, texts, named, numbered):
    found = _match(texts, classes)
    assert (found.named, found.numbered) == (named, numbered)


def test_very_many_rows_and_texts_are_matched():
    classes = [f"c{i}" for i in range(2000)]
    random = np.random.RandomState(0)
    expected = random.randint(-1, 2000, 20_000)
    texts = [f" c{i}" if i >= 0 else "" for i in expected.tolist()]
    np.testing.assert_array_equal(_match(texts, classes).classes, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1), ("0", 0), ("1.0", 1), ("0.0", 0), ("true", 1), ("False", 0), ("TRUE", 1),
     (" 1 ", 1), ("", -1), (None, -1), ("-1", -1), ("-100", -1), ("nan", -1)],
)  # fmt: skip
def test_yes_and_no_are_one_and_zero(text, expected):
    frame = pl.DataFrame({"c0": pl.Series([text, "1"], dtype=pl.String)})
    found = BinaryEncoder(["a"]).match(frame, _where)
    assert found.tolist() == [[expected], [1]]
    assert found.dtype == np.int8


@pytest.mark.parametrize("text", ["2", "yes", "0.5", "cat", "-2", "10"])
def test_what_is_neither_yes_nor_no_is_refused(text):
    frame = pl.DataFrame({"c0": ["1", text], "c1": ["0", "0"]})
    with pytest.raises(SoftmaxError) as caught:
        BinaryEncoder(["y_a", "y_b"]).match(frame, _where)
    assert str(caught.value) == (
        f'f.csv, line 3, column "y_a": label "{text}" is neither 1 (yes) nor 0 (no). Labels of '
        "independent classes are 1, 0, or nothing where it is not known."
    )


@pytest.mark.parametrize(
    ("labels", "classes", "expected"),
    [
        (["y_cat", "y_dog"], ["cat", "dog"], [0, 1]),
        (["y_dog", "y_cat"], ["cat", "dog"], [1, 0]),
        (["cat_true", "dog_true"], ["dog", "cat"], [1, 0]),
        (["label.dog", "label.cat"], ["cat", "dog"], [1, 0]),
        (["y_tomcat", "y_cat"], ["cat", "tomcat"], [1, 0]),
        (["y1", "y2"], ["cat", "dog"], None),
        (["y_cat", "y_bird"], ["cat", "dog"], None),
        (["y_cat", "z_cat"], ["cat", "dog"], None),
        (["y_a.b", "y_axb"], ["a.b", "axb"], [0, 1]),
        (["1", "2"], ["0", "1"], None),
        (["y_1", "y_0"], ["0", "1"], [1, 0]),
    ],
)
def test_columns_named_after_classes_are_matched_in_any_order(labels, classes, expected):
    assert match_label_columns(labels, classes) == expected


def test_one_column_has_the_class_of_each_row():
    reader, known = _read({"y": ["dog", "-1", "cat"]}, CLASSES)
    assert known.classes.tolist() == [1, -1, 0]
    assert known.named().line == 2
    assert known.numbered is None
    assert not reader.by_order


def test_one_column_is_spread_over_independent_classes():
    _, known = _read({"y": ["dog", "", "0"]}, CLASSES, exclusive=False)
    assert known.classes.tolist() == [[0, 1, 0], [-1, -1, -1], [1, 0, 0]]
    assert (known.named().line, known.numbered().line) == (2, 4)


def test_a_class_by_itself_has_yes_or_no():
    reader, known = _read({"y": ["1", "0", ""]}, ("score",), exclusive=False)
    assert known.classes.tolist() == [[1], [0], [-1]]
    assert not reader.by_order


@pytest.mark.parametrize(
    ("names", "by_order", "expected"),
    [(["y_cat", "y_dog"], False, [[1, 0], [-1, 1]]), (["y_dog", "y_cat"], False, [[0, 1], [1, -1]]),
     (["y1", "y2"], True, [[1, 0], [-1, 1]])],
)  # fmt: skip
def test_a_column_for_each_class_has_yes_or_no(names, by_order, expected):
    columns = dict(zip(names, [["1", ""], ["0", "1"]], strict=True))
    reader, known = _read(columns, ("cat", "dog"), exclusive=False)
    assert known.classes.tolist() == expected
    assert reader.by_order is by_order


def test_a_column_for_each_class_may_hold_one_yes_a_row():
    columns = {"y_dog": ["1", "0", ""], "y_cat": ["0", "1", "0"]}
    _, known = _read(columns, ("cat", "dog"))
    assert known.classes.tolist() == [1, 0, -1]


@pytest.mark.parametrize("row", [("1", "1"), ("0", "0")])
def test_exactly_one_yes_is_wanted_where_classes_exclude_each_other(row):
    columns = {"y_cat": ["1", row[0]], "y_dog": ["0", row[1]]}
    with pytest.raises(SoftmaxError) as caught:
        _read(columns, ("cat", "dog"))
    assert str(caught.value) == (
        "f.csv, line 3: the labels do not name exactly one class. "
        "Use -a sigmoid if classes do not exclude each other."
    )


@pytest.mark.parametrize("count", [2, 4])
def test_one_column_or_one_for_each_class_is_wanted(count):
    with pytest.raises(UsageError, match=f"{count} columns of labels for 3 classes"):
        LabelEncoder([f"y{i}" for i in range(count)], CLASSES, "f.csv", exclusive=True)
