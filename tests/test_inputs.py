"""Arguments as vectors or as paths."""

import math

import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.inputs import EXAMPLE, are_vectors, vectors


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["1"], True),
        (["-inf", "NaN", "1,"], True),
        (["[red]"], True),
        (["[1, 2"], True),
        (["1 2"], True),
        (["1 2.csv"], False),
        (["[red].csv"], False),
        (["-"], False),
        (["./1"], False),
        (["1_000", "x.csv"], False),
        ([""], False),
        (["1,,2"], False),
        (EXAMPLE, True),
        ([], False),
    ],
)
def test_arguments_are_numbers_or_paths_by_how_they_look(tokens, expected):
    assert are_vectors(tokens) is expected


@pytest.mark.parametrize("tokens", [["a", "1", "2", "b"], ["1", "a"]])
def test_a_mixture_is_refused_with_the_first_of_either(tokens):
    with pytest.raises(UsageError, match='"1" is a number, "a" is not: give either'):
        are_vectors(tokens)


def test_a_mixture_is_told_in_printable_text():
    with pytest.raises(UsageError) as caught:
        are_vectors(["1", "\x1b[31m"])
    assert '"\\x1b[31m" is not' in str(caught.value)


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        (["1", "2"], [[1, 2]]),
        (["1,", "2,", "3,"], [[1, 2, 3]]),
        (["1,2"], [[1, 2]]),
        (["1 2", " 3\t-4 "], [[1, 2], [3, -4]]),
        (["1,2,"], [[1, 2]]),
        (["1", "2,3", "4"], [[1], [2, 3], [4]]),
        (["1", "2", "[3]", "4", "5"], [[1, 2], [3], [4, 5]]),
        (["[1]", "[2]"], [[1], [2]]),
        (["[[1, 2], [3 4]]", "5"], [[1, 2], [3, 4], [5]]),
        (["[[1][2]]"], [[1], [2]]),
        (["[ 1\t2\n3 ]"], [[1, 2, 3]]),
        ([" 1 ", " 2 , 3 "], [[1], [2, 3]]),
        (["inf", "-Infinity"], [[math.inf, -math.inf]]),
        ([], []),
    ],
)
def test_numbers_one_by_one_are_a_vector_and_lists_are_each_their_own(tokens, expected):
    assert vectors(tokens) == expected


@pytest.mark.parametrize(
    ("tokens", "row", "column", "message"),
    [
        (["1", "2", "[3, x]"], 2, "2", '"x" is not a number'),
        (["[[1], []]"], 2, None, "the vector is empty"),
        (["1", "-1e400"], 1, "2", "is too large for a 64-bit float"),
        (["[1,,2]"], 1, "2", '"" is not a number'),
        (["1", "[1, [2]"], None, None, '"[1, [2]" is not a vector in brackets'),
        (["[1\x1b]"], 1, "1", '"1\\x1b" is not a number'),
        (["[[[1]]]"], None, None, "is not a vector in brackets"),
    ],
)
def test_what_is_no_vector_is_refused_with_its_place(tokens, row, column, message):
    with pytest.raises(SoftmaxError) as caught:
        vectors(tokens)
    assert (caught.value.source, caught.value.row, caught.value.column) == (
        "<arguments>",
        row,
        column,
    )
    assert message in caught.value.message
