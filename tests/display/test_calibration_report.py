"""A fitted temperature as tables."""

import pytest
from rich.cells import cell_len

from softmax_cli.display.calibration_report import calibration_report
from softmax_cli.display.console import Screen
from tests.display.sample_reports import calibrated, calibrated_each


def _shown(found, **screen):
    given = Screen(**screen)
    return given.text(calibration_report(found, given))


def test_a_screen_of_80_columns():
    assert _shown(calibrated(own=True), width=80).startswith(
        """\
Divide the logits by 1.917: ECE 15.0 % -> 2.4 %, noise floor 3.6 %; NLL 1.0458
-> 0.9049.
Temperature 1.917, standard error 0.084 (95 %: 1.759 to 2.088), for softmax;
accuracy and ranking stay as they are.
Fitted on 1,000 rows; before and after are of 1,000 rows: the rows it was fitted
on.
These figures flatter: the temperature is judged on the rows it was fitted on
(--holdout 0.5 judges it on others).
╭────────────────────┬────────┬────────┬───────────────────────────────────────╮
│ metric             │ before │  after │ what it is                            │
├────────────────────┼────────┼────────┼───────────────────────────────────────┤
│ Accuracy           │ 0.6260 │ 0.6260 │ rows whose largest logit is the       │
│                    │        │        │ label's                               │
│ Mean confidence    │ 0.7729 │ 0.6242 │ the probability of the class picked   │
│ NLL                │ 1.0458 │ 0.9049 │ mean negative log-likelihood of the   │
│                    │        │        │ label, in nats                        │
│ Brier score        │ 0.5302 │ 0.4946 │ squared error summed over classes,    │
│                    │        │        │ from 0 to 2                           │
│ ECE                │ 0.1504 │ 0.0245 │ 15 bins (lo, hi] of equal width       │
│   by chance        │ 0.0302 │ 0.0359 │ what a calibrated model would show;   │
│                    │        │        │ 95 % below 0.0425 and 0.0518          │
│ MCE                │ 0.4329 │ 0.0869 │ the bin that is furthest off          │
│ ECE, equal mass    │ 0.1469 │ 0.0355 │ 15 bins of equally many rows; 1,000   │
│                    │        │        │ predictions held                      │
│ ECE, classwise     │ 0.0788 │ 0.0314 │ 15 bins of equal width, mean over     │
│                    │        │        │ classes                               │
│ L2 error, debiased │ 0.1536 │ 0.0000 │ root mean square over the bins, less  │
│                    │        │        │ what chance adds                      │
╰────────────────────┴────────┴────────┴───────────────────────────────────────╯
After, ECE 2.4 % is within what chance alone gives a calibrated model"""
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("own", [True, False])
def test_no_line_is_longer_than_the_screen(width, own):
    lines = _shown(calibrated(own, folds=[1.5] * 30), width=width).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_without_unicode_all_is_ascii():
    assert _shown(calibrated(), unicode=False).isascii()


def test_in_a_pipe_nothing_is_folded():
    lines = _shown(calibrated()).splitlines()
    assert lines[0].startswith("Divide the logits by 1.917: ")
    assert lines[0].endswith("NLL 1.0458 -> 0.9049.")
    assert lines[1].endswith("accuracy and ranking stay as they are.")


def test_only_what_judged_itself_is_said_to_flatter():
    assert "These figures flatter" in _shown(calibrated(own=True))
    assert "flatter" not in _shown(calibrated())


def test_the_advice_is_bold_and_the_warning_red():
    out = _shown(calibrated(own=True), color=True)
    assert out.startswith("\x1b[1mDivide the logits")
    assert "\x1b[1;31mThese figures flatter" in out


def test_each_class_has_a_line_with_its_temperature():
    found = calibrated_each()
    out = _shown(found)
    assert "│ class │ temperature │ standard error │" in out
    for k, temperature in enumerate(found.fit.temperatures):
        assert f"│ c{k}    │ {temperature:>11.4g} │" in out


def test_of_very_many_classes_the_first_are_shown():
    out = _shown(calibrated_each(51))
    assert "the first 50 of 51 classes; -f json has all" in " ".join(out.split())
    assert "│ c49 " in out
    table = out[out.index("standard error") : out.index("metric")]
    assert "│ c50 " not in table
