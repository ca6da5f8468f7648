"""Items of groups as rows."""

import pytest

from tests.runner import softmax


@pytest.mark.parametrize(
    ("keys", "count"), [("1 2 3", 3), ("1 1 3", 1), ("1 1.0 2 2", 2), ("1 1 2 2", 0)]
)
def test_groups_of_one_row_are_counted(keys, count):
    """Their probability is 1, which a wrong --group makes of every row."""
    text = "query,score\n" + "".join(f"{key},{i}.5\n" for i, key in enumerate(keys.split()))
    ran = softmax("convert", "-q", "--group", "query", "--value", "score", stdin=text)
    warning = "softmax: warning: <stdin>: groups of one row, which makes its probability 1: "
    assert ran.err == (f"{warning}{count}\n" if count else "")
    assert ran.out.count(",1.0\n") == count
