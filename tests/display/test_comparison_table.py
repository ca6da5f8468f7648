"""The comparison table, on terminals of every kind."""

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.activations.comparison import VectorInfo, compare_vector
from softmax_cli.display.comparison_table import comparisons
from softmax_cli.display.console import Screen
from softmax_cli.display.number_format import bar, format_number
from tests.each import each

LONG = [
    "Labrador retriever",
    "虎猫 (tiger cat)",
    "ウサギ",
    "x" * 70,
    "[red]x[/red]",
    "a\x1b[31m",
    "o",
]


def _shown(
    names, screen, activations=("sigmoid", "softmax"), logits=None, temperatures=(1.0,), decimals=4
):
    rng = np.random.default_rng(len(names))
    values = rng.normal(0, 3, len(names)).round(2) if logits is None else np.array(logits)
    item = compare_vector(VectorInfo("f.csv", 1, names), values, activations, temperatures)
    return screen.text(comparisons([item], screen, decimals))


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
sigmoid: independent classes; the sum has no meaning. ✓ >=
0.5
softmax: one distribution over all classes, so the sum is 1.
✓ largest
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
sigmoid: independent classes; the sum has no meaning. * >= 0.5
softmax: one distribution over all classes, so the sum is 1. * largest
"""
    )


@pytest.mark.parametrize("width", [40, 60, 80, 120, None])
@pytest.mark.parametrize("names", [["a", "b"], LONG, [f"class_{i}" for i in range(40)]], ids=len)
def test_every_line_of_a_table_is_as_wide_as_the_others(width, names):
    out = _shown(names, Screen(width=width))
    table = [line for line in out.splitlines() if line[0] in "╭│├╰"]
    assert len(table) == len(names) + 6
    assert len({cell_len(line) for line in table}) == 1
    if width is not None:
        assert cell_len(table[0]) <= width


def test_in_a_pipe_no_name_is_cut():
    out = _shown(LONG, Screen())
    assert "x" * 70 in out
    assert "a\\x1b[31m" in out
    assert "[red]x[/red]" in out


def test_of_more_than_50_classes_the_largest_are_shown_and_the_others_summed():
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


@each(
    ("value", "text"),
    [(2.4, "2.4000"), (-0.5, "-0.5000"), (0.0, "0.0000"), (1e12, "1.000e+12"), (1e-6, "1.000e-06"),
     (-np.inf, "-inf"), (123456.0, "123456.0000"), (5e-5, "0.0001")],
)  # fmt: skip
def test_a_number_that_decimals_would_hide_is_shown_with_an_exponent(value, text):
    assert format_number(value, 4) == text


@each(
    ("value", "text"),
    [(0, ""), (1, "████"), (0.5, "██"), (0.53, "██▏"), (-1, ""), (2, "████"), (np.nan, "")],
)
def test_a_bar_is_exact_to_an_eighth_of_a_character(value, text):
    assert bar(value, 4) == text


@pytest.mark.parametrize(
    ("decimals", "lines"),
    [
        (0, ["│ a     │  -0.5 │ 0 ██████             │ 0                    │",
             "│ b     │  12.0 │ 1 ████████████████ ✓ │ 1 ████████████████ ✓ │",
             "│ sum   │       │ 1                    │ 1                    │"]),
        (1, ["│ a     │  -0.5 │  0.4 ██████             │ <0.1                    │",
             "│ b     │  12.0 │ >0.9 ████████████████ ✓ │ >0.9 ████████████████ ✓ │",
             "│ sum   │       │  1.4                    │  1.0                    │"]),
        (2, ["│ a     │ -0.50 │  0.38 ██████             │ <0.01                    │",
             "│ b     │ 12.00 │ >0.99 ████████████████ ✓ │ >0.99 ████████████████ ✓ │",
             "│ sum   │       │  1.38                    │  1.00                    │"]),
    ],
)  # fmt: skip
def test_few_decimals_line_up_and_bound_what_is_neither_0_nor_1(decimals, lines):
    out = _shown(["a", "b"], Screen(), logits=[-0.5, 12.0], decimals=decimals).splitlines()
    assert [out[3], out[4], out[6]] == lines


def test_exact_0_and_1_are_shown_as_such():
    out = _shown(["a", "b"], Screen(), logits=[-np.inf, 0.0])
    assert "│ a     │   -inf │ 0.0000 " in out
    assert "│ 1.0000 ████████████████ ✓ │" in out


def test_the_sum_of_the_others_is_bounded_and_not_rounded_to_0():
    out = _shown([f"c{i}" for i in range(60)], Screen(), logits=[30.0] * 20 + [0.0] * 40)
    (others,) = [line for line in out.splitlines() if "40 others" in line]
    assert [cell.strip() for cell in others.split("│")[2:5]] == ["", "20.0000", "<0.0001"]


@pytest.mark.parametrize("width", [80, 120, None])
def test_several_temperatures_have_a_column_each(width):
    out = _shown(["a", "b"], Screen(width=width), logits=[1.0, 2.0], temperatures=(0.5, 2))
    titles = [cell.strip() for cell in out.splitlines()[1].split("│")[3:7]]
    assert titles == ["sigmoid T=0.5", "sigmoid T=2", "softmax T=0.5", "softmax T=2"]
    for text in ("0.8808", "0.6225", "0.1192", "0.3775"):
        assert text in out
    assert out.count("sigmoid: ") == out.count("softmax: ") == 1
    assert width is None or max(map(cell_len, out.splitlines())) <= width
