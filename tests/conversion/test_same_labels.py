"""Labels of the same row in several files."""

import numpy as np
import polars as pl

from softmax_cli.conversion.same_labels import label_codes
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.rows import NumberedRows
from tests.each import each


def _codes(*labels, **options):
    frame = pl.DataFrame({"y": pl.Series(labels, **options)})
    columns = Columns(("a", "b", "y"), True, (0, 1), labels=(2,))
    rows = NumberedRows(np.zeros((len(labels), 2)), columns, "x", 1, frame)
    return label_codes(rows, 2).tolist()


@each(
    ("labels", "parity"),
    [(["cat", " cat "], 0), (["1", "1.0"], 1), ([1, 1], 1), (["nan", "NaN"], 1)],
)
def test_equal_labels_have_one_code(labels, parity):
    one, other = _codes(*labels)
    assert one == other
    assert one % 2 == parity


def test_labels_have_one_code_in_every_file():
    assert _codes("cat", "dog") == _codes("cat", "dog", dtype=pl.Categorical)
    assert _codes("0", "2") == _codes(0, 2)
    assert len({*_codes("cat", "dog", "Cat", "1", "2")}) == 5


def test_missing_labels_and_lists_have_none():
    assert _codes("", " ", "-1", "-100", None) == [0] * 5
    assert _codes(-1, -100, None) == [0] * 3
    assert _codes([1], [2]) == [0, 0]
