"""Rows of logits, chosen from and turned to logits from another scale."""

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import SKIP, ArgumentRow, Location, Rows, describe_invalid_row


class _TestRows(Rows):
    """Rows on lines from 1, with an error that tells the number of its row."""

    def __init__(self, logits, passthrough=None, *, truncated=False):
        super().__init__(np.array(logits, dtype=float))
        self.truncated = truncated
        self.read = 0
        self._frame = passthrough

    def row_error(self, i):
        return SoftmaxError(f"fault {i}")

    def location(self, i):
        return Location("f", line=i + 1)

    def read_passthrough(self):
        self.read += 1
        return super().read_passthrough() if self._frame is None else self._frame

    def read_labels(self):
        return pl.DataFrame({"y": [str(i) for i in range(len(self))]})

    def splice_template(self):
        return "template"


_rows = _TestRows


@pytest.mark.parametrize(
    ("kept", "places"),
    [
        ([True, False, True], [0, 2]),
        ([False, False, True], [2]),
        ([False] * 3, []),
        ([True] * 3, [0, 1, 2]),
    ],
)
@pytest.mark.parametrize("passthrough", [None, pl.DataFrame({"id": ["u", None, "w"]})])
def test_rows_that_are_kept_keep_their_places_and_their_columns(kept, places, passthrough):
    rows = _rows([[1, 2], [3, 4], [5, 6]], passthrough)
    found = rows.select(np.array(kept))
    assert len(found) == len(places)
    assert found.logits.tolist() == [rows.logits[i].tolist() for i in places]
    assert [found.row_error(i).message for i in range(len(places))] == [
        f"fault {i}" for i in places
    ]
    assert [found.location(i).line for i in range(len(places))] == [i + 1 for i in places]
    assert found.read_labels().to_series().to_list() == [str(i) for i in places]
    assert found.passthrough.rows() == (
        [] if passthrough is None else [passthrough.row(i) for i in places]
    )
    assert found.splice_template() is None


def test_rows_may_be_chosen_twice():
    found = (
        _rows([[1], [2], [3]]).select(np.array([False, True, True])).select(np.array([False, True]))
    )
    assert (found.logits.tolist(), found.location(0).line, found.row_error(0).message) == (
        [[3]],
        3,
        "fault 2",
    )


def test_columns_passed_through_are_read_once_and_not_before_they_are_wanted():
    rows = _rows([[1]])
    assert rows.read == 0
    assert rows.passthrough is rows.passthrough
    assert rows.read == 1


def test_logits_stay_the_rows_they_are():
    rows = _rows([[1, 2]])
    assert rows.as_logits("logits", exclusive=True) is rows


@pytest.mark.parametrize(
    ("truncated", "exclusive", "reason"),
    [(False, True, "sum"), (True, True, None), (False, False, None)],
)
def test_probabilities_that_do_not_sum_to_1_are_told_unless_more_may_follow(
    truncated, exclusive, reason
):
    rows = _rows([[0.5, 0.25]], truncated=truncated).as_logits("probabilities", exclusive=exclusive)
    assert np.isfinite(rows.logits).all() == (reason is None)
    row_error = rows.row_error(0)
    assert (row_error.location, row_error.hint) == (("f, line 1", SKIP) if reason else ("", None))
    assert (reason or "fault 0") in row_error.message


def test_a_fault_of_the_scale_is_told_with_its_row_and_others_as_they_were():
    rows = _rows([[0.5, 0.5], [2.0, 0.5], [np.nan, 0.5]], truncated=True)
    found = rows.as_logits("probabilities", exclusive=True)
    assert found.row_error(1).location == "f, line 2"
    assert found.row_error(0).message == "fault 0"
    assert found.location(2) == Location("f", line=3)
    assert found.truncated


@pytest.mark.parametrize(
    ("location", "text"),
    [
        (Location("f", line=3), "f, line 3"),
        (Location("f", row=2), "f, row 2"),
        (Location("f"), "f"),
    ],
)
def test_an_error_about_a_row_has_its_place(location, text):
    error = location.error("m", column="c", hint="R.")
    assert str(error) == f'{text}, column "c": m. R.'


@pytest.mark.parametrize(
    ("logits", "reason"),
    [
        ([np.nan, np.inf], "a logit is NaN"),
        ([-np.inf, np.nan], "a logit is NaN"),
        ([np.inf, -np.inf], "a logit is +inf, which softmax has no answer for"),
        ([-np.inf, -np.inf], "every logit is -inf, so that no class is left"),
        ([-np.inf], "every logit is -inf, so that no class is left"),
    ],
)
def test_why_a_row_has_no_answer_is_told(logits, reason):
    assert describe_invalid_row(np.array(logits)) == reason


def test_a_vector_of_the_command_line_has_no_columns():
    rows = ArgumentRow(np.array([[np.nan, 1.0]]), "<arguments>", 2)
    assert (len(rows), rows.location(0).row) == (1, 2)
    assert rows.row_error(0).summary == "<arguments>, row 2: a logit is NaN"
    assert rows.read_passthrough().width == rows.read_labels().width == 0
