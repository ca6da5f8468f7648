"""Arguments that are vectors or paths."""

import math

import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.inputs import EXAMPLE, are_vectors, vectors
from tests.each import each


@each(
    ("tokens", "expected"),
    [
        (["1"], True),
        (["-inf", "NaN", "1,"], True),
        (["[1, 2"], True),
        (["1 2"], True),
        (["1,,2"], True),
        (["[-0.5,", "1.2]"], True),
        (["[", "1", ",", "2", "]"], True),
        (["(1,", "2)"], True),
        (["tensor([1.,", "2.])"], True),
        (["tensor([[1.,", "2.]],", "device='cuda:0')"], True),
        (["{cat:", "2,", "dog:", "1}"], True),
        (["cat=2", "dog=1"], True),
        (["1", "cat=2"], True),
        (["1", ",", "2"], True),
        (["1 2.csv"], False),
        (["[red]"], False),
        (["[red].csv"], False),
        (["[1].csv", "[2].csv"], False),
        (["[a", "b]"], False),
        (["-"], False),
        (["./1"], False),
        (["./a=1"], False),
        (["1_000", "x.csv"], False),
        ([""], False),
        (EXAMPLE, True),
        ([], False),
    ],
)
def test_arguments_are_numbers_or_paths_by_how_they_look(tokens, expected):
    assert are_vectors(tokens) is expected


@each(
    ("tokens", "number", "other"),
    [
        (["a", "1", "2", "b"], "1", "a"),
        (["1", "a"], "1", "a"),
        (["[1,", "a]"], "[1,", "a]"),
        (["[1,2]", "x.csv"], "[1,2]", "x.csv"),
        (["cat=1", "x.csv"], "cat=1", "x.csv"),
        (["1", ""], "1", ""),
        (["-", "1"], "1", "-"),
        (["1", "\x1b[31m"], "1", "\\x1b[31m"),
    ],
)
def test_a_mixture_of_numbers_and_files_is_rejected_with_the_first_of_each(tokens, number, other):
    with pytest.raises(UsageError) as caught:
        are_vectors(tokens)
    assert caught.value.message == f'cannot mix numbers and files: "{number}" and "{other}"'
    assert caught.value.hint == "Write ./NAME for a file whose name is a number."


@each(
    ("tokens", "expected"),
    [
        (["1", "2"], [[1, 2]]),
        (["1,", "2,", "3,"], [[1, 2, 3]]),
        (["1", ",", "2", ",", "3"], [[1, 2, 3]]),
        (["1,2"], [[1, 2]]),
        (["1 2", " 3\t-4 "], [[1, 2], [3, -4]]),
        (["1,2,"], [[1, 2]]),
        (["1", "2,3", "4"], [[1], [2, 3], [4]]),
        (["1", "2", "[3]", "4", "5"], [[1, 2], [3], [4, 5]]),
        (["[1]", "[2]"], [[1], [2]]),
        (["[-0.5,", "1.2]"], [[-0.5, 1.2]]),
        (["[", "-0.5", ",", "1.2", "]"], [[-0.5, 1.2]]),
        (["[[1,", "2],", "[3,", "4]]"], [[1, 2], [3, 4]]),
        (["tensor([1.,", "2.],", "grad_fn=<A>)"], [[1, 2]]),
        (["[[1, 2], [3 4]]", "5"], [[1, 2], [3, 4], [5]]),
        (["[[1][2]]"], [[1], [2]]),
        (["[[[1]]]"], [[1]]),
        (["[ 1\t2\n3 ]"], [[1, 2, 3]]),
        ([" 1 ", " 2 , 3 "], [[1], [2, 3]]),
        (["\u22121"], [[-1]]),
        (["inf", "-Infinity"], [[math.inf, -math.inf]]),
        ([], []),
    ],
)
def test_separate_numbers_are_one_vector_and_lists_are_one_each(tokens, expected):
    assert vectors(tokens) == expected
    assert all(vector.names is None for vector in vectors(tokens))


@each(
    ("tokens", "names", "values"),
    [
        (["cat=2"], ("cat",), [2]),
        (["cat=2", "dog=-1"], ("cat", "dog"), [2, -1]),
        (["cat=2,", "sea lion=-1"], ("cat", "sea lion"), [2, -1]),
        (["cat=2,dog=1", "owl=0"], ("cat", "dog", "owl"), [2, 1, 0]),
        (['{"cat": 2, "dog": 1}'], ("cat", "dog"), [2, 1]),
        (["{cat:", "2,", "dog:", "-1}"], ("cat", "dog"), [2, -1]),
    ],
)
def test_named_values_are_one_vector_with_class_names(tokens, names, values):
    (vector,) = vectors(tokens)
    assert (vector, vector.names) == (values, names)


@each(
    ("tokens", "row", "column", "message"),
    [
        (["1", "2", "nan"], 1, "3", '"nan" is not a number'),
        (["[[1], []]"], 2, None, "empty vector"),
        (["1", "-1e400"], 1, "2", '"-1e400" is out of range for float64'),
        (["[1,,2]"], 1, "2", '"" is not a number'),
        (["1,,"], 1, "2", '"" is not a number'),
        (["1,", ",2"], 2, "1", '"" is not a number'),
        (["[1., ..., 3.]"], 1, "2", '"..." is not a number'),
        (["1", "[1, [2]"], None, None, '"[1, [2]" is not a valid vector'),
        (["[1,", "2", "3"], None, None, '"[1, 2 3" is not a valid vector'),
        (["1", "2]", "3"], None, None, '"2]" is not a valid vector'),
        (["1 2, 3"], None, None, '"1 2, 3" mixes commas and spaces'),
        (["[x\x1b]"], 1, "1", '"x\\x1b" is not a number'),
        (['{"cat": NaN}'], 1, "cat", '"NaN" is not a number'),
        (["cat=1", "dog=1e999"], 1, "dog", '"1e999" is out of range for float64'),
        (["cat=1", "cat=2"], None, None, 'duplicate class "cat"'),
        (['{"cat": 1, "cat": 2}'], None, None, '"{"cat": 1, "cat": 2}" names a class twice'),
    ],
)
def test_an_invalid_vector_is_rejected_with_its_location(tokens, row, column, message):
    with pytest.raises(SoftmaxError) as caught:
        vectors(tokens)
    assert caught.value.source == "<arguments>"
    assert (caught.value.row, caught.value.column, caught.value.message) == (row, column, message)


@pytest.mark.parametrize("tokens", [["cat=2", "1"], ["1", "cat=2"], ["[1, 2]", '{"a": 1}']])
def test_named_and_unnamed_values_cannot_be_mixed(tokens):
    with pytest.raises(UsageError, match="cannot mix named values and vectors without names"):
        vectors(tokens)
