"""Errors and warnings about rows that no map fits."""

import numpy as np
import pytest

from softmax_cli.calibration.diagnosis.messages import (
    doubtful_fit_error,
    explain_failure,
    extreme_warning,
    undetermined_error,
    unfitted_warning,
)
from softmax_cli.calibration.diagnosis.row_diagnosis import Diagnosis, ExtremeRows
from softmax_cli.calibration.objective import SOFTMAX
from softmax_cli.calibration.temperature_fit import NoTemperatureError, TemperatureFit
from tests.each import each
from tests.reference_set import reference_set

CHANCE, SEPARABLE = NoTemperatureError([0], [], []), NoTemperatureError([], [0], [])
UNLABELED = NoTemperatureError([], [], [0])


def _diagnosis(logits=None, labels=None):
    if logits is None:
        logits, labels = reference_set()
    values = np.asarray(logits, float)
    return Diagnosis.from_rows(values, np.asarray(labels), np.arange(len(values)))


def _fit(temperature, error, logits):
    values = np.asarray(logits, float)
    limits = SOFTMAX.limits(values, np.zeros(len(values), int))
    return TemperatureFit(np.array([temperature]), np.array([error]), 3, limits)


@each(
    ("error", "diagnosis", "message"),
    [
        (CHANCE, _diagnosis(), "no finite temperature is optimal: labels are no better than chance"),
        (SEPARABLE, _diagnosis(), "is optimal: in the rows that are fitted, every label has the largest"),
        (UNLABELED, _diagnosis(), "no labeled rows"),
        (CHANCE, _diagnosis([[1, 1], [2, 2]], [0, 1]), "no temperature is optimal: every row has equal"),
        (SEPARABLE, _diagnosis([[1, 0], [1, 0]], [0, 0]), "no positive temperature is optimal"),
        (CHANCE, _diagnosis([[1, 0], [1, 0]], [0, 1]),
         "no finite temperature is optimal: every row has the same logits"),
        (CHANCE, _diagnosis([[1, 0, -1e9], [0, 1, -1e9]], [1, 0]),
         r"finite masks decide it \(logit -1e\+09, 2 times\)"),
    ],
)  # fmt: skip
def test_a_failure_is_explained(error, diagnosis, message):
    found = explain_failure(error, diagnosis, ())
    with pytest.raises(type(found), match=message):
        raise found


def test_classes_are_named():
    found = explain_failure(CHANCE, _diagnosis(), ["b", "c"])
    assert found.message.startswith('no finite temperature is optimal for "b", "c": labels')
    assert unfitted_warning(["b"]).text.startswith('no temperature for "b": too few labels')


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        (
            [7],
            "row 7 holds 99.5% of the NLL of 1,000 rows, with a label of almost no probability. ",
        ),
        ([7, 9], "rows 7 and 9 hold 99.5% of the NLL of 1,000 rows, with labels of"),
        ([7, 9, 1], "rows 7, 9 and 1 hold"),
        ([7, 9, 1, 2, 3], "rows 7, 9, 1 and 2 more hold"),
    ],
)
def test_few_rows_are_named(numbers, text):
    notice = extreme_warning(ExtremeRows(numbers, 0.995), 1000, "row")
    assert notice.warning
    assert notice.text.startswith(text)
    assert notice.text.endswith(". --floor 2.2e-16 limits what one row counts.")


def test_a_fit_that_says_nothing_is_an_error():
    rows = [[1.001, 0.0], [1.0, 0.0]]
    fit = _fit(1001.0, 1e6, rows)
    diagnosis = _diagnosis(rows, [0, 1])
    assert doubtful_fit_error(fit, diagnosis).message == undetermined_error(fit).message
    assert undetermined_error(fit).message.startswith("too few rows to fit a temperature: 2, which")
    assert doubtful_fit_error(_fit(2.0, 0.1, rows), diagnosis) is None


def test_masks_are_blamed_where_they_decide():
    rows = [[1.0, 0.0, -65504.0], [0.5, 1.0, -65504.0]]
    diagnosis = _diagnosis(rows, [0, 1])
    assert "finite masks" in doubtful_fit_error(_fit(6270.0, 10.0, rows), diagnosis).message
    assert doubtful_fit_error(_fit(2.0, 0.1, rows), diagnosis) is None
