"""Labels joined to rows by identifiers."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.labels.in_memory import InMemoryLabels
from softmax_cli.formats.labels.joined import JoinedLabels, require_same_order, shared_id
from softmax_cli.formats.rows import Location
from tests.each import each

modest = settings(max_examples=60)


def _location(row):
    return Location("x.csv", line=row + 2)


def _joined(ids, labels=None, *, same_name=True):
    labels = [f"of {key}" for key in ids] if labels is None else labels
    frame = pl.DataFrame({"y": labels, "id": ids}, strict=False)
    return JoinedLabels(InMemoryLabels(frame, "y.csv", 1), 0, same_name=same_name)


def _take(joined, ids):
    frame, _ = joined.take(pl.Series(ids), _location)
    return frame.to_series(0).to_list()


@each(
    ("rows", "labels", "expected"),
    [
        (["id"], ["id"], (0, 0)),
        (["id"], ["ID "], (0, 0)),
        (["a_id", "b_id"], ["b_id"], (1, 0)),
        (["a_id", "b_id"], ["b_id", "a_id"], (0, 1)),
        (["id"], ["image_id"], (0, 0)),
        (["id"], ["a_id", "b_id"], None),
        (["a_id", "b_id"], ["id"], None),
        ([], ["id"], None),
        (["id"], [], None),
        ([], [], None),
    ],
)
def test_files_share_an_identifier_of_one_name_or_the_only_ones(rows, labels, expected):
    assert shared_id(rows, labels) == expected


@each("steps", [[4], [1, 1, 1, 1], [3, 1], [2, 2]])
@each(
    "rows", [["a", "b", "c", "d"], ["d", "c", "b", "a"], ["a", "b", "d", "c"], ["b", "a", "c", "d"]]
)
def test_each_row_takes_the_label_of_its_identifier(rows, steps):
    joined, taken = _joined(["a", "b", "c", "d"]), []
    for step in steps:
        start = len(taken)
        taken += _take(joined, rows[start : start + step])
    assert taken == [f"of {key}" for key in rows]
    assert list(joined.end()) == []
    assert joined.reordered is (rows != ["a", "b", "c", "d"])


@modest
@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(1, 8))
def test_order_and_chunks_change_no_label(rows, labels, step):
    joined, taken = _joined(list(labels)), []
    for start in range(0, 8, step):
        taken += _take(joined, list(rows[start : start + step]))
    assert taken == [f"of {key}" for key in rows]


@each(
    ("rows", "labels"),
    [
        ([1, 2], ["2", "1"]),
        ([1.0, 2.0], [2, 1]),
        (["1.0", "2.0"], [2, 1]),
        ([1, 2], [2.0, 1.0]),
        ([" 1", "2 "], ["2", "1"]),
        (pl.Series([1, 2], dtype=pl.Int8), [2, 1]),
        (pl.Series(["1", "2"], dtype=pl.Categorical), [2, 1]),
    ],
)
def test_identifiers_are_the_same_as_numbers_and_as_text(rows, labels):
    assert _take(_joined(labels, ["second", "first"]), rows) == ["first", "second"]


@pytest.mark.parametrize(("rows", "labels"), [(["007"], ["7"]), (["1.5"], ["1"]), (["a"], ["A"])])
def test_other_identifiers_are_not_the_same(rows, labels):
    with pytest.raises(SoftmaxError, match="no label for identifier"):
        _take(_joined(labels), rows)


@pytest.mark.parametrize(
    ("rows", "labels", "line", "message"),
    [
        (["a", "b"], ["b"], 2, 'no label for identifier "a" in y.csv'),
        (["a", "b"], ["a"], 3, 'no label for identifier "b" in y.csv'),
        (["a", "b"], [], 2, 'no label for identifier "a", "b" in y.csv'),
        ([*"abcdef"], ["f"], 2, 'no label for identifier "a", "b", "c" and 2 more in y.csv'),
        (["b", "a", "b"], ["a", "b", "c"], 4, 'duplicate identifier "b" among the rows'),
    ],
)
def test_missing_and_duplicate_identifiers_are_named(rows, labels, line, message):
    with pytest.raises(SoftmaxError) as caught:
        _take(_joined(labels, labels), rows)
    assert caught.value.summary == f"x.csv, line {line}: {message}"


def test_a_duplicate_among_the_labels_has_their_location():
    with pytest.raises(SoftmaxError, match='row 3: duplicate identifier "a" among the labels'):
        _take(_joined(["b", "a", "a"]), ["a", "b", "c"])


@pytest.mark.parametrize("rows", [["a", "b"], ["b", "a"]])
def test_labels_without_a_row_are_a_warning_that_names_some(rows):
    joined = _joined([*"abcdef"])
    assert _take(joined, rows) == [f"of {key}" for key in rows]
    (notice,) = joined.end()
    assert notice.warning
    assert notice.text == 'y.csv: labels left without a row: "c", "d", "e"'


@pytest.mark.parametrize("rows", [["a", "b"], ["b", "a"]])
def test_a_location_is_that_of_the_label(rows):
    _, location = _joined(["a", "b"]).take(pl.Series(rows), _location)
    assert [location(i).row for i in range(2)] == [1 + ["a", "b"].index(key) for key in rows]


def test_different_names_without_a_shared_identifier_are_matched_by_position():
    joined = _joined([0, 1], ["first", "second"], same_name=False)
    assert _take(joined, ["u", "v"]) == ["first", "second"]
    assert joined.by_position
    assert list(joined.end()) == []


def test_different_names_with_some_shared_identifiers_are_an_error():
    with pytest.raises(SoftmaxError, match='no label for identifier "3"') as caught:
        _take(_joined([0, 1, 2], same_name=False), [1, 2, 3])
    assert "--drop" in caught.value.hint


def test_too_few_labels_by_position_are_an_error():
    with pytest.raises(SoftmaxError, match="fewer labels than rows"):
        _take(_joined([0], same_name=False), ["u", "v"])


def test_too_many_labels_by_position_are_an_error():
    joined = _joined([0, 1, 2], same_name=False)
    _take(joined, ["u", "v"])
    with pytest.raises(SoftmaxError, match="more labels than rows"):
        list(joined.end())


def test_no_rows_take_no_labels():
    joined = _joined(["a"])
    assert joined.take(pl.Series([], dtype=pl.String), _location)[0].height == 0
    assert _take(joined, ["a"]) == ["of a"]


@pytest.mark.parametrize(
    ("rows", "labels", "line", "message"),
    [
        (["a", "b"], ["b", "a"], 2, 'row of "a" has the label of "b" by position'),
        (["a", "b", "c"], ["a", "c", "b"], 3, 'row of "b" has the label of "c" by position'),
        (["a", "b"], ["c", "a"], 2, 'row of "a" has the label of "c" by position'),
        (["a", "b"], ["b", "c"], 3, 'row of "b" has the label of "c" by position'),
    ],
)
def test_the_same_text_in_another_order_is_an_error(rows, labels, line, message):
    with pytest.raises(SoftmaxError) as caught:
        require_same_order(pl.Series(rows), pl.Series(labels), _location)
    assert (caught.value.line, caught.value.message) == (line, message)


@each(
    ("rows", "labels"),
    [
        (["a", "b"], ["a", "b"]),
        (["a", "b"], ["x", "y"]),
        (["a", "a"], ["a", "b"]),
        (["a", "b"], ["b", "b"]),
        (["val", "val"], ["val", "val"]),
        ([], []),
    ],
)
def test_text_that_identifies_no_row_is_no_error(rows, labels):
    keys = (pl.Series(texts, dtype=pl.String) for texts in (rows, labels))
    require_same_order(*keys, _location)


def test_locations_are_found_only_where_they_are_needed():
    class Labels(InMemoryLabels):
        def take_up_to(self, count):
            frame, _ = super().take_up_to(count)
            return frame, asked.append

    asked = []
    frame = pl.DataFrame({"y": [*"abcd"], "id": [1, 2, 3, 4]})
    joined = JoinedLabels(Labels(frame, "y.csv", 1), 0, same_name=True)
    _, location = joined.take(pl.Series([4, 2, 3, 1]), _location)
    assert asked == []
    location(0)
    assert asked == [3]
