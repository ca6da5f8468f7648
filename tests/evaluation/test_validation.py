"""Rows without probabilities, and labels that contradict their logits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.validation import invalid_rows, require_consistent_labels
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.rows import NumberedRows
from tests.each import each

INF, NAN, MOST = math.inf, math.nan, 1.7976931348623157e308
modest = settings(max_examples=60)


def _rows(logits):
    logits = np.array(logits, float)
    classes = tuple(f"c{k}" for k in range(logits.shape[1]))
    return NumberedRows(logits, Columns(classes, True, tuple(range(len(classes)))), "f", 1)


@each(
    ("row", "softmax_", "sigmoid_"),
    [
        ([0, 1], False, False),
        ([-INF, 1], False, False),
        ([-INF, -INF], True, False),
        ([INF, 1], True, False),
        ([INF, -INF], True, False),
        ([NAN, 1], True, True),
        ([NAN, -INF], True, True),
        ([MOST, MOST], False, False),
        ([-MOST, -MOST], False, False),
    ],
)
def test_a_row_is_valid_or_not_whatever_the_other_rows_are(row, softmax_, sigmoid_):
    rows = _rows([[0, 0], row, [-1, 2]])
    assert invalid_rows(rows, exclusive=True).tolist() == [False, softmax_, False]
    assert invalid_rows(rows, exclusive=False).tolist() == [False, sigmoid_, False]


@pytest.mark.parametrize("exclusive", [True, False])
def test_no_rows_are_valid_and_one_class_may_be(exclusive):
    assert invalid_rows(_rows(np.empty((0, 3))), exclusive=exclusive).shape == (0,)
    assert invalid_rows(_rows([[-INF]]), exclusive=exclusive).tolist() == [exclusive]


@modest
@given(
    st.lists(
        st.lists(st.sampled_from([0.0, -3.5, MOST, -MOST, INF, -INF, NAN]), min_size=3, max_size=3),
        min_size=1,
        max_size=5,
    )
)
def test_invalid_rows_are_those_that_the_activation_turns_into_nan(table):
    rows = _rows(table)
    with np.errstate(all="ignore"):
        answers = {True: softmax(rows.logits), False: sigmoid(rows.logits)}
    for exclusive, values in answers.items():
        expected = np.isnan(values).any(1)
        assert invalid_rows(rows, exclusive=exclusive).tolist() == expected.tolist()


def _require(logits, classes, kept=None, *, input_scale="logits", for_fitting=False):
    rows, known = _rows(logits), np.array(classes)
    flags = np.ones(len(rows), bool) if kept is None else np.array(kept, bool)
    names = [f"c{k}\x1b" for k in range(rows.logits.shape[1])]
    require_consistent_labels(
        rows, known, flags, names, input_scale=input_scale, for_fitting=for_fitting
    )


@each(
    ("logits", "classes", "kept", "for_fitting"),
    [
        ([[-INF, 0], [0, -INF]], [1, 0], None, True),
        ([[-INF, 0], [0, 0]], [0, 1], [False, True], True),
        ([[-INF, 0]], [-1], [False], True),
        ([[-MOST, 0]], [0], None, True),
        ([[INF, -INF]], [[1, 0]], None, True),
        ([[INF, -INF]], [[-1, -1]], None, True),
        ([[INF, -INF]], [[0, 1]], None, False),
        ([[INF, -INF], [0, 0]], [[0, 1], [0, 1]], [False, True], True),
        (np.empty((0, 2)), np.empty(0, int), None, True),
    ],
)
def test_consistent_labels_are_accepted(logits, classes, kept, for_fitting):
    _require(logits, classes, kept, for_fitting=for_fitting)


@pytest.mark.parametrize(
    ("input_scale", "what"),
    [("logits", "is masked with -inf"), ("probabilities", "has probability 0")],
)
@pytest.mark.parametrize("for_fitting", [True, False])
def test_a_masked_class_as_label_is_an_error_with_its_row(input_scale, what, for_fitting):
    logits = [[-INF, 0], [0, 0], [0, -INF], [-INF, 0]]
    with pytest.raises(SoftmaxError) as caught:
        _require(
            logits,
            [0, 0, 1, 0],
            [False, True, True, True],
            input_scale=input_scale,
            for_fitting=for_fitting,
        )
    assert caught.value.row == 3
    assert caught.value.message == f'label "c1\\x1b" {what}'


@pytest.mark.parametrize("row", [[0, -INF, INF], [0, INF, INF], [-INF, -INF, -INF]])
def test_an_infinite_logit_of_the_other_sign_is_an_error_with_its_row(row):
    with pytest.raises(
        SoftmaxError, match="f, row 3: infinite logit contradicts its label"
    ) as caught:
        _require(
            [[0, INF, 0], [0] * 3, row],
            [[1, 0, 1], [1, 0, 1], [-1, 0, 0] if row[1] == INF else [-1, 1, 0]],
            [False, True, True],
            for_fitting=True,
        )
    assert caught.value.hint.endswith("give it no label (-1).")
