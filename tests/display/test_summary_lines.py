"""What an assessment comes to, in sentences."""

import math
from dataclasses import replace

import pytest

from softmax_cli.display import summary_lines as sentences
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import assessed, calibrated, calibrated_each, independent
from tests.reference_set import TEMPERATURE


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (assessed(), "f.csv: 1,000 labeled rows, 4 classes, softmax."),
        (assessed(2.0), "f.csv: 1,000 labeled rows, 4 classes, softmax at temperature 2."),
        (assessed(TEMPERATURE), "f.csv: 1,000 labeled rows, 4 classes, softmax at temperature 1.917."),
        (assessed(rows=1), "f.csv: 1 labeled row, 4 classes, softmax."),
        (independent(1), "f.csv: 200 labeled rows, 1 class, sigmoid."),
        (assessed(unlabeled=1),
         "f.csv: 1,000 labeled rows, 4 classes, softmax; left out: 1 row without a label."),
        (assessed(unlabeled=2000, invalid=1),
         "f.csv: 1,000 labeled rows, 4 classes, softmax; left out: 2,000 rows without a label, "
         "1 invalid row."),
        (independent(temperature=[1.5, 2.0, 3.25]),
         "f.csv: 200 labeled rows, 3 classes, sigmoid at temperature 1.5, 2, 3.25."),
        (replace(assessed(), source="a\x1b[31m"),
         "a\\x1b[31m: 1,000 labeled rows, 4 classes, softmax."),
    ],
)  # fmt: skip
def test_how_many_rows_were_read(found, sentence):
    assert sentences.rows_summary(found) == sentence


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (assessed(), "Over-confident: mean confidence 77.3 %, accuracy 62.6 %, a gap of 14.7 points."),
        (assessed(5.0), "Under-confident: mean confidence 41.6 %, accuracy 62.6 %, a gap of 21.0 points."),
        (assessed(TEMPERATURE), "No clear bias: mean confidence 62.4 %, accuracy 62.6 %, "
         "a gap of 0.2 points where chance gives up to 2.8."),
    ],
)  # fmt: skip
def test_whether_the_model_is_too_sure(found, sentence):
    assert sentences.confidence_summary(found.evaluation) == sentence


@pytest.mark.parametrize(
    ("values", "targets", "start"),
    [([0.9] * 200, [1, 0] * 100, "Too high: mean probability 90.0 %, share of yes 50.0 %, a gap of 40"),
     ([0.1] * 200, [1, 0] * 100, "Too low: mean probability 10.0 %, share of yes 50.0 %, a gap of 40"),
     ([0.5] * 200, [1, 0] * 100, "No clear bias: mean probability 50.0 %, share of yes 50.0 %, a gap of 0.0")],
)  # fmt: skip
def test_whether_probabilities_of_yes_are_too_high(values, targets, start):
    found = evaluate(values, targets, activation="sigmoid")
    assert sentences.confidence_summary(found).startswith(start)


def test_whether_the_error_is_more_than_chance_gives():
    before = sentences.noise_floor_summary(assessed().evaluation)
    after = sentences.noise_floor_summary(assessed(TEMPERATURE).evaluation)
    assert before.startswith("ECE 15.0 % is more than chance alone gives a calibrated model (3.0 %")
    assert after.startswith("ECE 2.4 % is within what chance alone gives a calibrated model (3.6 %")
    assert after.endswith("% on average, 95 % below 5.2 %).")


def test_labels_of_probability_zero_are_told():
    assert sentences.zero_probability_note(assessed().evaluation) is None
    one = evaluate([[1.0, 0.0]], [1])
    assert sentences.zero_probability_note(one) == "The NLL is infinite: 1 label has probability 0."
    many = evaluate([[1.0, 0.0]] * 1200, [1] * 1200)
    assert (
        sentences.zero_probability_note(many)
        == "The NLL is infinite: 1,200 labels have probability 0."
    )


def test_the_advice_is_a_division():
    assert sentences.recommendation(calibrated()) == (
        "Divide the logits by 1.917: ECE 15.0 % -> 2.4 %, noise floor 3.6 %; NLL 1.0458 -> 0.9049."
    )
    assert sentences.recommendation(calibrated_each()).startswith(
        "Divide the logits by those of each class: ECE "
    )


def test_what_was_fitted_is_told_with_its_error():
    assert sentences.fit_summary(calibrated()) == [
        "Temperature 1.917, standard error 0.084 (95 %: 1.759 to 2.088), for softmax; "
        "accuracy and ranking stay as they are.",
        "Fitted on 1,000 rows; before and after are of 1,000 rows: rows held out of the fit.",
    ]
    assert sentences.fit_summary(calibrated(folds=(1.9, 2.0)))[-1] == (
        "The temperatures of the folds: 1.9; 2."
    )
    assert sentences.fit_summary(calibrated_each()) == [
        "Fitted on 300 rows; before and after are of 200 rows: rows held out of the fit."
    ]


def test_a_temperature_near_one_is_doubted():
    found = calibrated()
    assert sentences.unit_temperature_note(found) is None
    near = replace(found.fit, temperatures=found.fit.temperatures / 1.9)
    assert "1 within its error" in sentences.unit_temperature_note(replace(found, fit=near))
    assert sentences.unit_temperature_note(calibrated_each()) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1234, "12.3 %"), (0.0, "0.0 %"), (1.0, "100.0 %"), (math.nan, "unknown")],
)
def test_a_share_is_in_percent(value, text):
    assert sentences.percent(value) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [(1.91666, "1.917"), (100.0, "100"), (0.01, "0.01"), (123456.0, "1.235e+05"),
     ([1.0, 2.0], "1, 2"), ([1, 2, 3, 4, 5], "1, 2, 3, 4, 5"),
     ([1.0] * 7, "1, 1, 1, 1, 1, ... (7 in all)"), (math.inf, "inf")],
)  # fmt: skip
def test_a_temperature_has_four_digits(given, text):
    assert sentences.temperature(given) == text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [((1, "row"), "1 row"), ((0, "row"), "0 rows"), ((1234, "row"), "1,234 rows"),
     ((2, "class", "classes"), "2 classes"), ((1, "class", "classes"), "1 class")],
)  # fmt: skip
def test_a_number_of_things(arguments, text):
    assert sentences.count(*arguments) == text
