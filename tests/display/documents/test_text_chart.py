"""Charts in characters, on terminals of every kind."""

import numpy as np
import pytest
from rich.cells import cell_len

from softmax_cli.display.console import Screen
from softmax_cli.display.documents.document import Chart, Series
from softmax_cli.display.documents.text_chart import text_chart, ticks
from tests.display.documents.sample_documents import HOSTILE, LINES
from tests.each import each


def _drawn(chart, screen):
    return screen.text([text_chart(chart, screen)])


def test_lines_are_drawn_in_braille():
    assert (
        _drawn(LINES, Screen(width=40))
        == """\
Two lines (● dots)
     1 ┤⠑⢄           ┊           ⡠⠊ up
       ┤  ⠉⠢⡀        ┊        ⢀⠔⠉
       ┤    ⠈⠢⡀      ┊      ⢀⠔⠁
       ┤      ⠈⠑⢄    ┊    ⡠⠊⠁     ●
       ┤         ⠑⢄  ┊  ⡠⠊
       ┤           ⠉⠢⣀⠔⠉
       ┤           ⣀⠔⠉⠢⣀
       ┤         ⡠⠊  ┊  ⠑⢄
       ┤●     ⢀⡠⠊    ┊    ⠑⢄⡀
       ┤    ⢀⠔⠁      ┊      ⠈⠢⡀
       ┤  ⣀⠔⠁        ┊        ⠈⠢⣀
     0 ┤⡠⠊           ┊           ⠑⢄ down
       └┬────────────┬────────────┬
        0            1            2
                     x
"""
    )


def test_without_unicode_lines_are_letters():
    text = _drawn(LINES, Screen(width=40, unicode=False))
    assert text.isascii()
    assert " a up" in text
    assert " b down" in text
    assert "o dots" in text


@each("width", [20, 40, 60, 80, 120])
@each("unicode", [True, False])
@each("names", [["a"], HOSTILE, [f"class {k}" for k in range(8)]])
def test_no_line_is_wider_than_the_screen(width, unicode, names):
    x = np.geomspace(0.1, 10, 50).tolist()
    series = [Series(name, x, [1 / (1 + k + v) for v in x]) for k, name in enumerate(names)]
    chart = Chart("Title", "temperature T", "p", series, log_x=True)
    lines = _drawn(chart, Screen(width=width, unicode=unicode)).splitlines()
    assert len(lines) == 16
    assert all(cell_len(line) <= width for line in lines)
    axis = [line.index("┤" if unicode else "|") for line in lines[1:13]]
    assert len(set(axis)) == 1
    for k in range(len(names)):
        letter = f" {chr(97 + k)} "
        assert unicode or any(letter in line for line in lines)


def test_names_stand_in_the_order_of_the_lines_ends():
    x = [0.0, 1.0]
    ends = {"low": 0.01, "lowest": 0.0, "high": 0.99, "highest": 1.0}
    chart = Chart("t", "x", "y", [Series(n, x, [0.5, y]) for n, y in ends.items()])
    lines = _drawn(chart, Screen(width=60)).splitlines()
    rows = {
        name: next(i for i, line in enumerate(lines) if line.endswith(f" {name}")) for name in ends
    }
    assert sorted(rows, key=rows.get) == ["highest", "high", "low", "lowest"]


def test_a_wide_range_of_y_does_not_move_the_axis():
    chart = Chart("t", "x", "y", [Series("s", [0.0, 1.0], [-1234567.0, 0.5])], y_range=None)
    lines = _drawn(chart, Screen(width=50)).splitlines()
    assert len({line.index("┤") for line in lines[1:13]}) == 1


@each(
    ("x", "log_x", "expected"),
    [
        ((0.1, 10.0), True, [0.1, 1.0, 10.0]),
        ((0.5, 1.5), True, [0.5, 1.5]),
        ((1e-300, 1e300), True, 5),
        ((-6.0, 6.0), False, [-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0]),
        ((0.0, 0.03), False, [0.0, 0.005, 0.01, 0.015, 0.02, 0.025, 0.03]),
        ((3.0, 3.0), False, [3.0]),
    ],
)
def test_ticks_are_round(x, log_x, expected):
    chart = Chart("t", "x", "y", [Series("s", list(x), [0.0, 1.0])], log_x=log_x)
    found = ticks(chart, 6)
    if isinstance(expected, int):
        assert 2 <= len(found) <= 10
    else:
        assert found == pytest.approx(expected)
