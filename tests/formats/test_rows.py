"""Rows of logits, chosen from and turned to logits from another scale."""

import numpy as np
import polars as pl
import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.rows import SKIP, Rows, Where, given_rows, row_fault, row_reason


def _rows(logits, passing=None, **more):
    """Rows on lines from 1, with a fault that tells the number of its row."""
    return Rows(
        np.array(logits, dtype=float),
        lambda i: SoftmaxError(f"fault {i}"),
        lambda i: Where("f", line=i + 1),
        lambda: pl.DataFrame() if passing is None else passing,
        lambda: pl.DataFrame({"y": [str(i) for i in range(len(logits))]}),
        **more,
    )


@pytest.mark.parametrize(
    ("kept", "places"),
    [
        ([True, False, True], [0, 2]),
        ([False, False, True], [2]),
        ([False] * 3, []),
        ([True] * 3, [0, 1, 2]),
    ],
)
@pytest.mark.parametrize("passing", [None, pl.DataFrame({"id": ["u", None, "w"]})])
def test_rows_that_are_kept_keep_their_places_and_their_columns(kept, places, passing):
    rows = _rows([[1, 2], [3, 4], [5, 6]], passing, read_edges=lambda: "edges")
    found = rows.only(np.array(kept))
    assert len(found) == len(places)
    assert found.logits.tolist() == [rows.logits[i].tolist() for i in places]
    assert [found.fault(i).message for i in range(len(places))] == [f"fault {i}" for i in places]
    assert [found.where(i).line for i in range(len(places))] == [i + 1 for i in places]
    assert found.read_labels().to_series().to_list() == [str(i) for i in places]
    assert found.passing.rows() == ([] if passing is None else [passing.row(i) for i in places])
    assert found.read_edges() is None


def test_rows_may_be_chosen_twice():
    found = _rows([[1], [2], [3]]).only(np.array([False, True, True])).only(np.array([False, True]))
    assert (found.logits.tolist(), found.where(0).line, found.fault(0).message) == (
        [[3]],
        3,
        "fault 2",
    )


def test_columns_passed_through_are_read_once_and_not_before_they_are_wanted():
    read = []
    rows = Rows(np.ones((1, 1)), None, None, lambda: read.append(1) or pl.DataFrame(), None)
    assert not read
    assert rows.passing is rows.passing
    assert read == [1]
    assert rows.read_edges() is None


def test_logits_stay_the_rows_they_are():
    rows = _rows([[1, 2]])
    assert rows.as_logits("logits", normalised=True) is rows


@pytest.mark.parametrize(
    ("partial", "normalised", "reason"),
    [(False, True, "sum"), (True, True, None), (False, False, None)],
)
def test_probabilities_that_do_not_sum_to_1_are_told_unless_more_may_follow(
    partial, normalised, reason
):
    rows = _rows([[0.5, 0.25]], partial=partial).as_logits("probabilities", normalised=normalised)
    assert np.isfinite(rows.logits).all() == (reason is None)
    fault = rows.fault(0)
    assert (fault.place, fault.remedy) == (("f, line 1", SKIP) if reason else ("", None))
    assert (reason or "fault 0") in fault.message


def test_a_fault_of_the_scale_is_told_with_its_row_and_others_as_they_were():
    rows = _rows([[0.5, 0.5], [2.0, 0.5], [np.nan, 0.5]], partial=True)
    found = rows.as_logits("probabilities", normalised=True)
    assert found.fault(1).place == "f, line 2"
    assert found.fault(0).message == "fault 0"
    assert found.where(2) == Where("f", line=3)
    assert found.partial


@pytest.mark.parametrize(
    ("where", "place"),
    [(Where("f", line=3), "f, line 3"), (Where("f", row=2), "f, row 2"), (Where("f"), "f")],
)
def test_an_error_about_a_row_has_its_place(where, place):
    error = where.error("m", column="c", remedy="R.")
    assert str(error) == f'{place}, column "c": m. R.'


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
    assert row_reason(np.array(logits)) == reason
    assert row_fault(np.array(logits), "f", 4).finding == f"f, row 4: {reason}"


def test_a_vector_given_is_a_row_without_columns():
    rows = given_rows(np.array([np.nan, 1.0]), "arguments", 2)
    assert (rows.logits.shape, len(rows), rows.where(0).row) == ((1, 2), 1, 2)
    assert rows.fault(0).finding == "arguments, row 2: a logit is NaN"
    for read in (rows.read_passing, rows.read_labels):
        with pytest.raises(NotImplementedError):
            read()
