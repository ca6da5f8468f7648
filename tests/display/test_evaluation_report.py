"""An assessment as tables, on screens of every kind."""

import re

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.display.console import Screen
from softmax_cli.display.evaluation_report import convention, evaluation_report
from softmax_cli.evaluation.report import EvaluationReport
from softmax_cli.metrics import METRICS
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import assessed, independent, named

LONG = ["Labrador retriever of the show line", "虎猫 (tiger cat)", "[red]x[/red]", "a\x1b[31m"]
FEW = {"rows": 60, "bins": 5}


def _shown(found, screen):
    return screen.text(evaluation_report(found, screen))


def test_a_screen_of_80_columns():
    assert (
        _shown(assessed(**FEW), Screen(width=80))
        == """\
f.csv: 60 labeled rows, 4 classes, softmax.
Over-confident: mean confidence 76.0 %, accuracy 58.3 %, a gap of 17.6 points.
ECE 19.4 % is more than chance alone gives a calibrated model (7.5 % on average,
95 % below 12.5 %).
╭────────────────────┬────────┬────────────────────────────────────────────────╮
│ metric             │  value │ what it is                                     │
├────────────────────┼────────┼────────────────────────────────────────────────┤
│ Accuracy           │ 0.5833 │ rows whose largest logit is the label's        │
│ Mean confidence    │ 0.7596 │ the probability of the class picked            │
│ NLL                │ 1.3733 │ mean negative log-likelihood of the label, in  │
│                    │        │ nats                                           │
│ Brier score        │ 0.6330 │ squared error summed over classes, from 0 to 2 │
│ ECE                │ 0.1937 │ 5 bins (lo, hi] of equal width                 │
│   by chance        │ 0.0752 │ what a calibrated model would show; 95 % below │
│                    │        │ 0.1254                                         │
│ MCE                │ 0.3949 │ the bin that is furthest off: (0.200, 0.400],  │
│                    │        │ 2 rows                                         │
│ ECE, equal mass    │ 0.1763 │ 5 bins of equally many rows; 60 predictions    │
│                    │        │ held                                           │
│ ECE, classwise     │ 0.1309 │ 5 bins of equal width, mean over classes       │
│ L2 error, debiased │ 0.1860 │ root mean square over the bins, less what      │
│                    │        │ chance adds                                    │
╰────────────────────┴────────┴────────────────────────────────────────────────╯
╭────────────────┬──────┬─────────────────────────────────┬──────────┬────────╮
│ confidence     │ rows │ 0             0.5             1 │ accuracy │    gap │
├────────────────┼──────┼─────────────────────────────────┼──────────┼────────┤
│ 0.200 to 0.400 │    2 │ ●───────────◆───────┤ ·       · │    0.000 │ +0.395 │
│ 0.400 to 0.600 │   15 │ ·       ·├─────◆●──────┤      · │    0.533 │ -0.035 │
│ 0.600 to 0.800 │   12 │ ·     ├─────●───────┤◆·       · │    0.417 │ +0.274 │
│ 0.800 to 1.000 │   31 │ ·       ·      ·├────●───┤  ◆ · │    0.710 │ +0.227 │
╰────────────────┴──────┴─────────────────────────────────┴──────────┴────────╯
● accuracy with its 95 % interval (Wilson), ◆ mean confidence, which should be
inside it
"""
    )


def test_a_narrow_screen_folds_what_the_figures_are():
    assert """\
╭────────────────────┬────────┬────────────────────────────╮
│ metric             │  value │ what it is                 │
├────────────────────┼────────┼────────────────────────────┤
│ Accuracy           │ 0.5833 │ rows whose largest logit   │
│                    │        │ is the label's             │
│ Mean confidence    │ 0.7596 │ the probability of the     │
│                    │        │ class picked               │
│ NLL                │ 1.3733 │ mean negative              │
│                    │        │ log-likelihood of the      │
│                    │        │ label, in nats             │
│ Brier score        │ 0.6330 │ squared error summed over  │
│                    │        │ classes, from 0 to 2       │
│ ECE                │ 0.1937 │ 5 bins (lo, hi] of equal   │
│                    │        │ width                      │
│   by chance        │ 0.0752 │ what a calibrated model    │
│                    │        │ would show; 95 % below     │
│                    │        │ 0.1254                     │
│ MCE                │ 0.3949 │ the bin that is furthest   │
│                    │        │ off: (0.200, 0.400], 2     │
│                    │        │ rows                       │
│ ECE, equal mass    │ 0.1763 │ 5 bins of equally many     │
│                    │        │ rows; 60 predictions held  │
│ ECE, classwise     │ 0.1309 │ 5 bins of equal width,     │
│                    │        │ mean over classes          │
│ L2 error, debiased │ 0.1860 │ root mean square over the  │
│                    │        │ bins, less what chance     │
│                    │        │ adds                       │
╰────────────────────┴────────┴────────────────────────────╯
""" in _shown(assessed(**FEW), Screen(width=60))


def test_without_unicode_all_is_ascii():
    out = _shown(assessed(**FEW), Screen(unicode=False))
    assert out.isascii()
    assert (
        out
        == """\
f.csv: 60 labeled rows, 4 classes, softmax.
Over-confident: mean confidence 76.0 %, accuracy 58.3 %, a gap of 17.6 points.
ECE 19.4 % is more than chance alone gives a calibrated model (7.5 % on average, 95 % below 12.5 %).
+--------------------+--------+-------------------------------------------------------+
| metric             |  value | what it is                                            |
+--------------------+--------+-------------------------------------------------------+
| Accuracy           | 0.5833 | rows whose largest logit is the label's               |
| Mean confidence    | 0.7596 | the probability of the class picked                   |
| NLL                | 1.3733 | mean negative log-likelihood of the label, in nats    |
| Brier score        | 0.6330 | squared error summed over classes, from 0 to 2        |
| ECE                | 0.1937 | 5 bins (lo, hi] of equal width                        |
|   by chance        | 0.0752 | what a calibrated model would show; 95 % below 0.1254 |
| MCE                | 0.3949 | the bin that is furthest off: (0.200, 0.400], 2 rows  |
| ECE, equal mass    | 0.1763 | 5 bins of equally many rows; 60 predictions held      |
| ECE, classwise     | 0.1309 | 5 bins of equal width, mean over classes              |
| L2 error, debiased | 0.1860 | root mean square over the bins, less what chance adds |
+--------------------+--------+-------------------------------------------------------+
+----------------+------+-------------------------------------------+----------+----------------+--------+
| confidence     | rows | 0                  0.5                  1 | accuracy | 95 % interval  |    gap |
+----------------+------+-------------------------------------------+----------+----------------+--------+
| 0.200 to 0.400 |    2 | o---------------#---------]   .         . |    0.000 | 0.000 to 0.658 | +0.395 |
| 0.400 to 0.600 |   15 | .         . [-------#o--------]         . |    0.533 | 0.301 to 0.752 | -0.035 |
| 0.600 to 0.800 |   12 | .       [--------o---------]# .         . |    0.417 | 0.193 to 0.680 | +0.274 |
| 0.800 to 1.000 |   31 | .         .         .[------o-----]  #  . |    0.710 | 0.534 to 0.839 | +0.227 |
+----------------+------+-------------------------------------------+----------+----------------+--------+
o accuracy with its 95 % interval (Wilson), # mean confidence, which should be inside it
"""
    )


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_no_line_is_longer_than_the_screen(width, binning, temperature):
    found = assessed(temperature, binning=binning, names=LONG, unlabeled=12345, invalid=3)
    lines = _shown(found, Screen(width=width)).splitlines()
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_about_independent_classes_is_longer_than_the_screen(width):
    lines = _shown(independent(4, names=LONG), Screen(width=width)).splitlines()
    assert max(map(cell_len, lines)) <= width


def test_in_a_pipe_nothing_is_folded():
    lines = _shown(assessed(), Screen()).splitlines()
    assert sum(line.startswith("│") for line in lines) == 1 + 10 + 1 + 11
    assert lines[1].startswith("Over-confident: ")


def test_every_figure_stands_in_the_table():
    found = assessed()
    out = _shown(found, Screen())
    for name, value in found.evaluation.metrics.items():
        assert f"│ {METRICS[name].title}" in out
        assert f"│ {value:.4f} │" in out


def test_the_floor_of_the_error_stands_below_it():
    lines = _shown(assessed(), Screen()).splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith("│ ECE  "))
    assert lines[place + 1].startswith("│   by chance ")
    assert "what a calibrated model would show; 95 % below 0.04" in lines[place + 1]


@pytest.mark.parametrize(
    ("binning", "text"),
    [("width", "15 bins (lo, hi] of equal width"), ("mass", "15 bins of equally many rows")],
)
def test_the_convention_is_told(binning, text):
    found = assessed(binning=binning)
    assert convention(found.evaluation) == text
    assert text in _shown(found, Screen())


def test_the_worst_bin_is_told_with_its_rows():
    assert "the bin that is furthest off: (0.267, 0.333], 4 rows" in _shown(assessed(), Screen())


def test_labels_of_probability_zero_are_told_in_red():
    found = EvaluationReport("f", "softmax", 1.0, evaluate([[1.0, 0.0], [0.0, 1.0]], [1, 1]))
    assert "The NLL is infinite: 1 label has probability 0.\n" in _shown(found, Screen())
    assert "\x1b[1;31mThe NLL is infinite" in _shown(found, Screen(color=True))
    assert "│    inf │" in _shown(found, Screen())


def test_color_changes_no_character():
    plain, colored = (_shown(assessed(), Screen(width=80, color=c)) for c in (False, True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == plain
    assert "\x1b[" not in plain


def test_each_independent_class_has_a_line():
    out = _shown(independent(3, names=["cat", "[red]", "a\x1b[31m"]), Screen())
    assert "│ class     │ rate of yes │ mean confidence │ accuracy │    nll │ brier score │" in out
    for name in ("cat      ", "[red]    ", r"a\x1b[31m"):
        assert f"│ {name} │" in out
    assert 'of "' in next(line for line in out.splitlines() if line.startswith("│ MCE"))


def test_one_class_by_itself_needs_no_table_of_classes():
    assert "│ class" not in _shown(independent(1), Screen())


def test_of_very_many_classes_the_worst_are_shown():
    found = independent(60)
    out = _shown(found, Screen())
    assert "the 20 classes with the largest ECE; -f json has all" in out
    shown = [line.split("│")[1].strip() for line in out.splitlines() if line.startswith("│ c")]
    shown = [name for name in shown if name.startswith("c") and name[1:].isdigit()]
    worst = np.argsort(-found.evaluation.by_class["ece"], kind="stable")[:20]
    assert shown == [f"c{k}" for k in worst]
    fifty = _shown(independent(50), Screen())
    assert "-f json has all" not in fifty
    assert "│ c49 " in fifty


def test_a_class_nothing_is_known_of_has_no_figures():
    values = [[0.2, 0.3], [0.9, 0.4]]
    evaluation = evaluate(values, [[0, -1], [1, -1]], activation="sigmoid")
    found = EvaluationReport("f", "sigmoid", 1.0, named(evaluation, ["a", "b"]))
    line = next(line for line in _shown(found, Screen()).splitlines() if line.startswith("│ b "))
    assert [cell.strip() for cell in line.strip("│").split("│")] == ["b", *["-"] * 6]
