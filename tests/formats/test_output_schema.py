"""Names of output columns."""

from softmax_cli.formats.output_schema import first_duplicate
from tests.each import each


@each(
    ("names", "expected"),
    [
        ([], None),
        (["a"], None),
        (["a", "b", "A"], None),
        (["a", "b", "b", "a"], "a"),
        (["", "x", ""], ""),
        (iter(["x", "y", "y"]), "y"),
    ],
)
def test_first_duplicate_is_the_first_name_that_is_repeated(names, expected):
    assert first_duplicate(names) == expected
