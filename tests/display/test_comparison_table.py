"""The table, on screens of every kind."""

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.activations.comparison import VectorInfo, compare_vector
from softmax_cli.display.comparison_table import comparisons
from softmax_cli.display.console import Screen
from softmax_cli.display.number_format import bar, format_number

LONG = [
    "Labrador retriever",
    "虎猫 (tiger cat)",
    "ウサギ",
    "x" * 70,
    "[red]x[/red]",
    "a\x1b[31m",
    "o",
]


def _shown(names, screen, activations=("sigmoid", "softmax"), logits=None):
    rng = np.random.default_rng(len(names))
    values = rng.normal(0, 3, len(names)).round(2) if logits is None else np.array(logits)
    item = compare_vector(VectorInfo("f.csv", 1, names), values, activations, 1.0)
    return screen.text(comparisons([item], screen, 4))


def test_a_narrow_screen_shortens_names_and_bars_and_no_number():
    assert (
        _shown(["Labrador retriever", "cat"], Screen(width=60), logits=[0.5, 2.0])
        == """\
╭───────────────┬────────┬────────────────┬────────────────╮
│ class         │  logit │ sigmoid        │ softmax        │
├───────────────┼────────┼────────────────┼────────────────┤
│ Labrador ret… │ 0.5000 │ 0.6225 ███▏  ✓ │ 0.1824 ▉       │
│ cat           │ 2.0000 │ 0.8808 ████▍ ✓ │ 0.8176 ████▏ ✓ │
├───────────────┼────────┼────────────────┼────────────────┤
│ sum           │        │ 1.5033         │ 1.0000         │
╰───────────────┴────────┴────────────────┴────────────────╯
sigmoid: each class by itself, yes or no; the sum means
nothing. ✓ 0.5 or more
softmax: one distribution over all classes, so the sum is 1.
✓ the largest
"""
    )


def test_without_unicode_the_table_is_ascii():
    assert (
        _shown(["猫", "b"], Screen(unicode=False), logits=[1.0, -1.0])
        == """\
+--------+---------+---------------------------+---------------------------+
| class  |   logit | sigmoid                   | softmax                   |
+--------+---------+---------------------------+---------------------------+
| \\u732b |  1.0000 | 0.7311 ############     * | 0.8808 ##############   * |
| b      | -1.0000 | 0.2689 ####               | 0.1192 ##                 |
+--------+---------+---------------------------+---------------------------+
| sum    |         | 1.0000                    | 1.0000                    |
+--------+---------+---------------------------+---------------------------+
sigmoid: each class by itself, yes or no; the sum means nothing. * 0.5 or more
softmax: one distribution over all classes, so the sum is 1. * the largest
"""
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120, None])
@pytest.mark.parametrize("names", [["a", "b"], LONG, [f"class_{i}" for i in range(40)]], ids=len)
def test_every_line_of_a_table_is_as_wide_as_the_others(width, names):
    out = _shown(names, Screen(width=width))
    table = [line for line in out.splitlines() if line[0] in "╭│├╰"]
    assert len(table) == len(names) + 6
    assert len({cell_len(line) for line in table}) == 1
    if width is not None and width >= 60:
        assert cell_len(table[0]) <= width


def test_in_a_pipe_no_name_is_cut():
    out = _shown(LONG, Screen())
    assert "x" * 70 in out
    assert "a\\x1b[31m" in out
    assert "[red]x[/red]" in out


def test_of_very_many_classes_the_largest_are_shown_and_the_rest_summed():
    out = _shown([f"c{i}" for i in range(51)], Screen(), logits=np.arange(51) / 10)
    lines = out.splitlines()
    assert lines[3].startswith("│ c50 ")
    assert lines[22].startswith("│ c31 ")
    assert lines[23].startswith("│ 31 others ")
    shares = [float(line.split("│")[4].split()[0]) for line in lines[3:24]]
    assert sum(shares) == pytest.approx(1, abs=0.002)


def test_many_activations_keep_their_numbers_whole_on_a_narrow_screen():
    names = ("softmax", "sigmoid", "log-softmax", "log-sigmoid", "tanh")
    out = _shown(["a", "b"], Screen(width=60), names, logits=[1.0, -2.0])
    for text in ("0.9526", "0.7311", "-0.0486", "-0.3133", "0.7616"):
        assert text in out


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.4, "2.4000"), (-0.5, "-0.5000"), (0.0, "0.0000"), (1e12, "1.000e+12"), (1e-6, "1.000e-06"),
     (-np.inf, "-inf"), (123456.0, "123456.0000"), (5e-5, "0.0001")],
)  # fmt: skip
def test_a_figure_is_neither_hidden_nor_swamped(value, text):
    assert format_number(value, 4) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, ""), (1, "████"), (0.5, "██"), (0.53, "██▏"), (-1, ""), (2, "████"), (np.nan, "")],
)
def test_a_bar_is_exact_to_an_eighth(value, text):
    assert bar(value, 4) == text
