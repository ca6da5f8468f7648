"""The sample of wide tables is small, and enough to tell what is no logit."""

import pytest

from softmax_cli.formats.columns.sample import at_ends, middle, rows_in_sample, without_middle
from tests.runner import softmax


def test_there_are_rows_enough_for_evidence_in_any_table():
    assert [rows_in_sample(n) for n in (1, 50, 100, 1_000, 10_000, 128_000)] == [
        200, 200, 100, 10, 8, 8,
    ]  # fmt: skip


@pytest.mark.parametrize("columns", [3, 16_383, 16_384, 128_000])
def test_the_ends_and_the_middle_are_all_columns(columns):
    names = [str(i) for i in range(columns)]
    assert at_ends(names) + [names[i] for i in middle(columns)] == (
        names if columns < 16_384 else names[:2048] + names[-2048:] + names[2048:-2048]
    )
    row = without_middle(names)
    assert len(row) == columns
    assert [i for i, cell in enumerate(row) if not cell] == list(middle(columns))


@pytest.mark.parametrize("columns", [10, 2_000, 6_000])
@pytest.mark.parametrize("place", [0, -1])
def test_a_time_stamp_is_no_logit_however_wide_the_text(columns, place, tmp_path):
    rows = [[f"{(i * j * j % 11) / 8 + i / 3}" for i in range(columns)] for j in range(9)]
    names = [f"c{i}" for i in range(columns)]
    for number, row in enumerate([names, *rows]):
        row[place] = "ms" if row is names else str(1_700_000_000_000 + number**2)
    path = tmp_path / "x.csv"
    path.write_text("".join(",".join(row) + "\n" for row in [names, *rows]))
    ran = softmax("convert", "-q", str(path))
    assert (ran.code, 'ambiguous column "ms"' in ran.err) == (1, True)
