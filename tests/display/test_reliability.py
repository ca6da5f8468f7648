"""The reliability diagram in text."""

import pytest
from rich.cells import cell_len

from softmax_cli.display import reliability
from softmax_cli.display.console import Screen
from softmax_cli.display.reliability import join_blocks, reliability_diagram
from softmax_cli.metrics.evaluate import evaluate
from tests.display.sample_reports import assessed, independent
from tests.each import each

FEW = {"rows": 60, "bins": 5}


def _shown(evaluation, **screen):
    given = Screen(**screen)
    return given.text(reliability_diagram(evaluation, given))


def test_a_screen_of_60_columns_has_no_room_for_intervals_in_figures():
    assert (
        _shown(assessed(**FEW).evaluation, width=60)
        == """\
╭────────────────┬──────┬─────────────┬──────────┬────────╮
│ confidence     │ rows │ 0   0.5   1 │ accuracy │    gap │
├────────────────┼──────┼─────────────┼──────────┼────────┤
│ 0.200 to 0.400 │    2 │ ●───◆──┤· · │    0.000 │ +0.395 │
│ 0.400 to 0.600 │   15 │ · ·├─◆──┤ · │    0.533 │ -0.035 │
│ 0.600 to 0.800 │   12 │ · ├─●──◆· · │    0.417 │ +0.274 │
│ 0.800 to 1.000 │   31 │ · ·  ├─●┤◆· │    0.710 │ +0.227 │
╰────────────────┴──────┴─────────────┴──────────┴────────╯
● accuracy with 95% CI (Wilson), ◆ mean confidence, ideally
inside it
"""
    )


def test_a_screen_of_80_columns():
    assert (
        _shown(assessed(**FEW).evaluation, width=80)
        == """\
╭────────────────┬──────┬─────────────────────────────────┬──────────┬────────╮
│ confidence     │ rows │ 0             0.5             1 │ accuracy │    gap │
├────────────────┼──────┼─────────────────────────────────┼──────────┼────────┤
│ 0.200 to 0.400 │    2 │ ●───────────◆───────┤ ·       · │    0.000 │ +0.395 │
│ 0.400 to 0.600 │   15 │ ·       ·├─────◆●──────┤      · │    0.533 │ -0.035 │
│ 0.600 to 0.800 │   12 │ ·     ├─────●───────┤◆·       · │    0.417 │ +0.274 │
│ 0.800 to 1.000 │   31 │ ·       ·      ·├────●───┤  ◆ · │    0.710 │ +0.227 │
╰────────────────┴──────┴─────────────────────────────────┴──────────┴────────╯
● accuracy with 95% CI (Wilson), ◆ mean confidence, ideally inside it
"""
    )


WIDE = """\
╭────────────────┬──────┬───────────────────────────────────────────┬──────────┬────────────────┬────────╮
│ confidence     │ rows │ 0                  0.5                  1 │ accuracy │ 95% CI         │    gap │
├────────────────┼──────┼───────────────────────────────────────────┼──────────┼────────────────┼────────┤
│ 0.200 to 0.400 │    2 │ ●───────────────◆─────────┤   ·         · │    0.000 │ 0.000 to 0.658 │ +0.395 │
│ 0.400 to 0.600 │   15 │ ·         · ├───────◆●────────┤         · │    0.533 │ 0.301 to 0.752 │ -0.035 │
│ 0.600 to 0.800 │   12 │ ·       ├────────●─────────┤◆ ·         · │    0.417 │ 0.193 to 0.680 │ +0.274 │
│ 0.800 to 1.000 │   31 │ ·         ·         ·├──────●─────┤  ◆  · │    0.710 │ 0.534 to 0.839 │ +0.227 │
╰────────────────┴──────┴───────────────────────────────────────────┴──────────┴────────────────┴────────╯
● accuracy with 95% CI (Wilson), ◆ mean confidence, ideally inside it
"""


@pytest.mark.parametrize("width", [120, 200, None])
def test_a_wide_screen_has_the_intervals_in_figures_too(width):
    assert _shown(assessed(**FEW).evaluation, width=width) == WIDE


def test_without_unicode_all_is_ascii():
    assert (
        _shown(assessed(**FEW).evaluation, width=80, unicode=False)
        == """\
+----------------+------+---------------------------------+----------+--------+
| confidence     | rows | 0             0.5             1 | accuracy |    gap |
+----------------+------+---------------------------------+----------+--------+
| 0.200 to 0.400 |    2 | o-----------#-------] .       . |    0.000 | +0.395 |
| 0.400 to 0.600 |   15 | .       .[-----#o------]      . |    0.533 | -0.035 |
| 0.600 to 0.800 |   12 | .     [-----o-------]#.       . |    0.417 | +0.274 |
| 0.800 to 1.000 |   31 | .       .      .[----o---]  # . |    0.710 | +0.227 |
+----------------+------+---------------------------------+----------+--------+
o accuracy with 95% CI (Wilson), # mean confidence, ideally inside it
"""
    )


@each("width", range(40, 125, 5))
@each("binning", ["width", "mass"])
def test_no_line_is_longer_than_the_screen(width, binning):
    out = _shown(assessed(binning=binning).evaluation, width=width)
    assert max(map(cell_len, out.splitlines())) <= width


@pytest.mark.parametrize(
    "width",
    [60, 65, 80],
)
def test_no_line_about_independent_classes_is_longer_than_the_screen(width):
    out = _shown(independent(3).evaluation, width=width)
    assert max(map(cell_len, out.splitlines())) <= width


@each("width", [60, 80, 120, None])
@each("unicode", [True, False])
def test_every_line_of_the_table_is_as_wide_as_the_others(width, unicode):
    lines = _shown(assessed().evaluation, width=width, unicode=unicode).splitlines()
    table = [line for line in lines if line[0] in "╭│├╰+|"]
    assert len({cell_len(line) for line in table}) == 1


def test_marks_stand_where_their_values_are():
    lines = _shown(assessed(**FEW).evaluation, width=None).splitlines()
    for line in lines[3:7]:
        cells = line.strip("│").split("│")
        track = cells[2][1:-1]
        low, high = (float(text) for text in cells[4].split(" to "))
        rate, gap = float(cells[3]), float(cells[5])
        assert abs(track.index("●") - rate * 40) <= 0.6 or track.index("◆") == round(rate * 40)
        assert abs(track.index("◆") - (rate + gap) * 40) <= 0.6
        if "├" in track and "┤" in track:
            assert abs(track.index("├") - low * 40) <= 0.6
            assert abs(track.index("┤") - high * 40) <= 0.6


def test_bins_between_others_are_shown_empty_and_those_at_the_ends_are_not():
    out = _shown(evaluate([[0.6, 0.4], [0.1, 0.9]], [0, 1], bins=10), width=None)
    lines = [line.strip("│").split("│") for line in out.splitlines() if line.startswith("│ 0.")]
    assert [cells[0].strip() for cells in lines] == [
        "0.500 to 0.600", "0.600 to 0.700", "0.700 to 0.800", "0.800 to 0.900",
    ]  # fmt: skip
    assert [cells[1].strip() for cells in lines] == ["1", "0", "0", "1"]
    assert lines[1][3].strip() == lines[1][5].strip() == ""


@pytest.mark.parametrize("binning", ["width", "mass"])
@pytest.mark.parametrize("label", [0, 1])
def test_a_single_certain_row_can_be_shown(binning, label):
    out = _shown(evaluate([[1.0, 0.0]], [label], binning=binning), width=80)
    assert "│    1 │" in out
    assert "◆" in out


def test_a_mean_within_its_interval_is_green_and_one_outside_is_red():
    out = _shown(assessed(**FEW).evaluation, width=120, color=True)
    inside = next(line for line in out.splitlines() if "0.400 to 0.600" in line)
    outside = next(line for line in out.splitlines() if "0.800 to 1.000" in line)
    assert "\x1b[32m" in inside
    assert "\x1b[31m" not in inside
    assert "\x1b[31m" in outside
    assert "\x1b[1;31m+0.227" in outside


def test_words_are_those_of_what_was_binary_outcomes():
    rows, classes = (_shown(found.evaluation) for found in (assessed(), independent()))
    assert "│ confidence " in rows
    assert "● accuracy with 95% CI (Wilson), ◆ mean confidence" in rows
    assert "│ probability " in classes
    assert "● observed rate with 95% CI (Wilson), ◆ mean probability" in classes


def test_many_blocks_of_a_curve_are_joined(monkeypatch):
    bins = assessed(binning="isotonic").evaluation.bins
    few = join_blocks(bins, 5)
    assert (bins.count.shape[1] > 5, few.count.shape) == (True, (1, 5))
    assert few.count.sum() == bins.count.sum()
    assert few.observed.sum() == pytest.approx(bins.observed.sum())
    assert (few.lower[0, 0], few.upper[0, -1]) == (bins.lower[0, 0], bins.upper[0, -1])
    assert (few.band[0] <= few.band[1]).all()
    assert join_blocks(bins, 1000) is bins
    plain = assessed().evaluation.bins
    assert join_blocks(plain, 5) is plain
    monkeypatch.setattr(reliability, "_MOST_BLOCKS", 5)
    text = _shown(assessed(binning="isotonic").evaluation, width=100)
    assert f"neighbors of {bins.count.shape[1]} blocks joined" in " ".join(text.split())
