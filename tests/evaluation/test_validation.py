"""Rows without an answer, and labels that cannot be."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.errors import SoftmaxError
from softmax_cli.evaluation.validation import invalid_rows, require_consistent_labels
from softmax_cli.formats.rows import NumberedRows

INF, NAN, MOST = math.inf, math.nan, 1.7976931348623157e308
modest = settings(max_examples=60)


def _rows(logits):
    return NumberedRows(np.array(logits, float), "f", 1)


@pytest.mark.parametrize(
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
def test_a_row_has_an_answer_or_none_whatever_stands_beside_it(row, softmax_, sigmoid_):
    rows = _rows([[0, 0], row, [-1, 2]])
    assert invalid_rows(rows, exclusive=True).tolist() == [False, softmax_, False]
    assert invalid_rows(rows, exclusive=False).tolist() == [False, sigmoid_, False]


@pytest.mark.parametrize("exclusive", [True, False])
def test_no_rows_and_one_class(exclusive):
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
def test_rows_without_an_answer_are_those_of_which_the_activation_makes_nan(table):
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


@pytest.mark.parametrize(
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
def test_labels_that_can_be_are_let_pass(logits, classes, kept, for_fitting):
    _require(logits, classes, kept, for_fitting=for_fitting)


@pytest.mark.parametrize(
    ("input_scale", "what"), [("logits", "masked with -inf"), ("probabilities", "of probability 0")]
)
@pytest.mark.parametrize("for_fitting", [True, False])
def test_a_masked_class_as_label_is_told_with_its_row_among_all(input_scale, what, for_fitting):
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
    assert caught.value.message == f'the label is "c1\\x1b", a class {what}'


@pytest.mark.parametrize("row", [[0, -INF, INF], [0, INF, INF], [-INF, -INF, -INF]])
def test_an_infinite_logit_of_the_other_sign_is_told_with_its_row_among_all(row):
    with pytest.raises(
        SoftmaxError, match="f, row 3: an infinite logit is certain of what"
    ) as caught:
        _require(
            [[0, INF, 0], [0] * 3, row],
            [[1, 0, 1], [1, 0, 1], [-1, 0, 0] if row[1] == INF else [-1, 1, 0]],
            [False, True, True],
            for_fitting=True,
        )
    assert caught.value.hint.endswith("give it no label (-1).")
