"""Recommendations in summary lines."""

from dataclasses import replace

import numpy as np
import pytest

from softmax_cli.calibration.selection import Selection, Step
from softmax_cli.display import calibration_lines
from softmax_cli.metrics.paired import Difference
from tests.display.sample_reports import (
    assessed,
    calibrated,
    calibrated_by_bias,
    calibrated_each,
)
from tests.reference_set import TEMPERATURE


def _with_nll(report, mean, error):
    return replace(report, paired=replace(report.paired, nll=Difference(mean, error)))


def _near_one():
    report = calibrated()
    return replace(report, fit=replace(report.fit, temperatures=report.fit.temperatures / 1.9))


def test_the_advice_is_a_division():
    assert calibration_lines.recommendation(calibrated()) == (
        "Divide the logits by 1.917: ECE 15.0% -> 2.4%, noise floor 3.5%; NLL 1.0458 -> 0.9049."
    )
    assert calibration_lines.is_better(calibrated())
    assert calibration_lines.recommendation(calibrated_by_bias()).startswith(
        "Divide the logits by 1.8 and add the class biases: ECE "
    )


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (_near_one(), "T = 1.009 changes the NLL by -0.1410 (95% CI -0.1817 to -0.1002)."),
        (_with_nll(calibrated(), 0.01, 0.02),
         "T = 1.917 changes the NLL by +0.0100 (95% CI -0.0292 to +0.0492)."),
        (_with_nll(calibrated(), 0.01, 0.002),
         "T = 1.917 changes the NLL by +0.0100 (95% CI +0.0061 to +0.0139)."),
        (_with_nll(calibrated_each(), 0.01, float("nan")),
         "one temperature per class changes the NLL by +0.0100."),
        (_with_nll(calibrated_by_bias(), -0.01, 0.02),
         "T = 1.8 with biases changes the NLL by -0.0100 (95% CI -0.0492 to +0.0292)."),
    ],
)  # fmt: skip
def test_where_nothing_is_gained_the_logits_are_left_as_they_are(report, sentence):
    found = calibration_lines.recommendation(report)
    assert found == f"Leave the logits as they are: {sentence}"
    assert not calibration_lines.is_better(report)


def test_a_gain_that_is_not_significant_is_said_to_be_none():
    report = _with_nll(calibrated(), -0.01, 0.02)
    text = calibration_lines.recommendation(report)
    assert text.startswith("Divide the logits by 1.917: ECE ")
    assert text.endswith("0.9049. The gain is not significant on these rows.")
    chosen = Selection("bias", [Step("bias", "none", Difference(-0.1, 0.01))])
    report = replace(_with_nll(calibrated_by_bias(), -0.01, 0.02), selection=chosen)
    assert calibration_lines.is_better(report)


def test_no_map_at_all_may_be_chosen():
    report = calibrated()
    none = replace(report, fit=replace(report.fit, map="none", temperatures=np.ones(1)))
    assert calibration_lines.recommendation(none) == (
        "Leave the logits as they are: no map is clearly better in cross-validation."
    )
    assert not calibration_lines.is_better(none)
    lines = calibration_lines.fit_summary(none)
    assert lines == ["Fitted on 1,000 rows; evaluated on 1,000 rows (held out)."]


def test_shifted_classes_call_for_biases():
    report = calibrated_by_bias()
    fit = replace(report.fit, map="temperature", bias=np.zeros(0))
    shifted = replace(report, fit=fit, after=report.before)
    assert calibration_lines.recommendation(shifted).startswith(
        "A temperature does not fix this: try --map bias. At T = 1.8: ECE "
    )
    assert not calibration_lines.needs_bias(report)


def test_what_gets_worse_is_said():
    report = calibrated()
    worse = replace(report, before=report.after, after=report.before)
    assert calibration_lines.recommendation(worse).endswith(
        "But the Brier score gets worse (0.4946 -> 0.5302) and the ECE gets worse."
    )


def test_fitted_temperature_is_shown_with_its_error():
    assert calibration_lines.fit_summary(calibrated()) == [
        "Temperature 1.917 for softmax, standard error 0.084 (95% CI 1.759 to 2.088); "
        "accuracy and the order of classes are unchanged.",
        "Fitted on 1,000 rows; evaluated on 1,000 rows (held out).",
        "After minus before: NLL -0.1410 (95% CI -0.1817 to -0.1002).",
    ]
    assert calibration_lines.fit_summary(calibrated(folds=(1.9, 2.0)))[-1] == (
        "Fold temperatures: 1.9; 2."
    )
    lines = calibration_lines.fit_summary(calibrated_each())
    assert lines[0] == "Fitted on 300 rows; evaluated on 200 rows (held out)."


def test_the_largest_biases_and_the_changed_classes_are_shown():
    report = calibrated_by_bias()
    lines = calibration_lines.fit_summary(report)
    assert lines[1].startswith('Largest biases: "c2" -1.102, "c7" +0.754, "c4" +0.527, ')
    assert lines[2] == (
        "410 predicted classes changed: 88 correct only before, 134 only after "
        "(McNemar p = 0.0024)."
    )
    sure = replace(report, paired=replace(report.paired, mcnemar_p=1e-9))
    assert calibration_lines.fit_summary(sure)[2].endswith("(McNemar p <0.0001).")


def test_biases_of_0_are_shown():
    report = calibrated_by_bias()
    none = replace(report, fit=replace(report.fit, bias=np.zeros(10)))
    lines = calibration_lines.fit_summary(none)
    assert "All biases are 0: the classes do not differ more than by chance." in lines
    assert calibration_lines.recommendation(none).startswith("Divide the logits by 1.8: ECE ")


def test_a_floor_is_shown():
    report = calibrated()
    lines = calibration_lines.fit_summary(replace(report, fit=replace(report.fit, floor=2.0**-52)))
    assert lines[1] == "Probabilities below 2.2e-16 of the largest count as that (--floor)."


def test_the_choice_of_a_map_is_shown():
    steps = [
        Step("temperature", "none", Difference(-0.33, 0.0197)),
        Step("bias", "temperature", Difference(0.0, 0.0)),
        Step("bias", "temperature", None),
    ]
    report = replace(calibrated(), selection=Selection("temperature", steps))
    assert calibration_lines.fit_summary(report)[0] == (
        "Chosen by 5-fold cross-validation: temperature against none, NLL -0.3300 (SE 0.02); "
        "bias against temperature, no difference; bias has no fit."
    )


def test_a_temperature_near_one_is_not_recommended():
    found = calibrated()
    assert calibration_lines.unit_temperature_note(found) is None
    assert "95% CI includes 1" in calibration_lines.unit_temperature_note(_near_one())
    assert calibration_lines.unit_temperature_note(calibrated_each()) is None
    assert calibration_lines.unit_temperature_note(calibrated_by_bias()) is None


def test_unit_temperature_note_agrees_with_the_interval():
    found = calibrated()
    fit = replace(found.fit, temperatures=np.array([1.3]), standard_errors=np.array([0.16]))
    assert fit.ci_95 == pytest.approx((1.0214, 1.6546), abs=1e-4)
    assert calibration_lines.unit_temperature_note(replace(found, fit=fit)) is None


def test_the_reports_before_and_after_are_of_the_set():
    assert calibrated().after.evaluation.metrics == assessed(TEMPERATURE).evaluation.metrics


def test_a_map_without_any_bias_is_advised_like_its_temperature():
    alone = _with_nll(calibrated(), -0.01, 0.02)
    tried = replace(alone, fit=replace(alone.fit, map="bias", bias=np.zeros(4)))
    assert calibration_lines.recommendation(tried) == calibration_lines.recommendation(alone)
    near = replace(_near_one(), fit=replace(_near_one().fit, map="bias", bias=np.zeros(4)))
    note = calibration_lines.unit_temperature_note(near)
    assert (
        note == "The 95% CI includes 1: these rows give no evidence that a temperature is needed."
    )


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.25, "p = 0.2500"), (1e-9, "p <0.0001"), (1 - 1e-9, "p >0.9999"), (1.0, "p = 1.0000")],
)
def test_a_p_value_near_an_end_has_no_equals_sign(p, text):
    assert calibration_lines._p_value(p) == text
