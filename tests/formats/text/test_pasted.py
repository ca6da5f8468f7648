"""Vectors as people paste them."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from softmax_cli.formats.text.pasted import (
    is_first_line,
    is_vector_argument,
    join_brackets,
    named_values,
    normalize_text,
    split_vectors,
)
from tests.each import each

VECTORS = [
    ("1", [["1"]]),
    ("1, 2,", [["1", "2"]]),
    ("1 2", [["1", "2"]]),
    (" 1 , nan ,-inf", [["1", "nan", "-inf"]]),
    ("1\t2\n3", [["1", "2", "3"]]),
    ("1\u00a02", [["1", "2"]]),
    ("[1, 2]", [["1", "2"]]),
    ("[1 \t2\n3]", [["1", "2", "3"]]),
    (" [ 1 ,\n 2 ] ", [["1", "2"]]),
    ("[1,2],", [["1", "2"]]),
    ("[]", [[]]),
    ("[ ]", [[]]),
    ("()", [[]]),
    ("(1, 2)", [["1", "2"]]),
    ("(1,)", [["1"]]),
    ("{1, 2}", [["1", "2"]]),
    ("[[1, 2]]", [["1", "2"]]),
    ("[[[1, 2]]]", [["1", "2"]]),
    ("[[1, 2], [3]]", [["1", "2"], ["3"]]),
    ("[[1 2]\n [3 4]]", [["1", "2"], ["3", "4"]]),
    ("[[-0.5  1.2]\n [ 1.   2. ]]", [["-0.5", "1.2"], ["1.", "2."]]),
    ("((1, 2), (3, 4))", [["1", "2"], ["3", "4"]]),
    ("[(1, 2), (3, 4)]", [["1", "2"], ["3", "4"]]),
    ("[1, 2], [3, 4]", [["1", "2"], ["3", "4"]]),
    ("[ [1][2] , [] ]", [["1"], ["2"], []]),
    ("[1., 2., ..., 3.]", [["1.", "2.", "...", "3."]]),
    ("\u22120.5, \u20131", [["-0.5", "-1"]]),
    ("np.float64(1.0)", [["1.0"]]),
    ("[np.float64(1.0), np.float32(-2)]", [["1.0", "-2"]]),
    ("tensor(1.5)", [["1.5"]]),
    ("tensor([1., 2.])", [["1.", "2."]]),
    ("tensor([[1., 2.]])", [["1.", "2."]]),
    ("tensor([1., 2.], grad_fn=<AddmmBackward0>)", [["1.", "2."]]),
    ("tensor([1., 2.],\n       device='cuda:0', dtype=torch.float16)", [["1.", "2."]]),
    ("tensor([[1., 2.],\n        [3., 4.]])", [["1.", "2."], ["3.", "4."]]),
    ("torch.FloatTensor([1, 2])", [["1", "2"]]),
    ("Parameter containing:\ntensor([1., 2.], requires_grad=True)", [["1.", "2."]]),
    ("tf.Tensor([1. 2.], shape=(2,), dtype=float32)", [["1.", "2."]]),
    ("<tf.Tensor: shape=(2,), dtype=float32, numpy=array([1., 2.], dtype=float32)>", [["1.", "2."]]),
    ("array([1, 2])", [["1", "2"]]),
    ("np.array([1, 2])", [["1", "2"]]),
    ("numpy.asarray([1, 2])", [["1", "2"]]),
    ("array([1, 2], dtype=float32)", [["1", "2"]]),
    ("Array([1., 2.], dtype=float32)", [["1.", "2."]]),
    ("jnp.array([1, 2],)", [["1", "2"]]),
    ("array([[-0.5,  1.2],\n       [ 1. ,  2. ]])", [["-0.5", "1.2"], ["1.", "2."]]),
    ("c(1, 2, 3)", [["1", "2", "3"]]),
]  # fmt: skip


@each(("text", "cells"), VECTORS)
def test_a_pasted_vector_is_split_into_its_cells(text, cells):
    assert is_vector_argument(text)
    assert split_vectors(normalize_text(text)) == cells


@each(
    "token",
    [
        "", " ", ",", ",,", "-", "--", "?", ".", "..", "...", "/", "]",
        "x.csv", "[red].csv", "[1].csv", "(copy).csv", "(1).csv", "data{1}.csv", "logits(1).csv",
        "a=b.csv", "1e5.csv", "./1e5.csv", "./1", "./a=1", "run/lr=0.1", "C:\\lr=0.1", "1.csv", "1 2.csv",
        "[1, 2].csv", "tensor([1]).csv", "1,2.csv",
        "[red]", "[1, x]", "[a, b]", "[1, None]", "array([1, x])", "1,x", "1 x", "print([1, 2])",
        "1_000", "\uff11", "0x10", "1d5", "$1", "1%", "1/2", "1;2", "- 1", "--1", "1-2", "2024-01-05",
        "1.2.3", "192.168.0.1", "1..2", "\u20141", "1e", "infinit",
        "x=", "=1", "a=b=1", "cat:2", "cat = 2", "-t=2", "--temperature=2", "a=1 x", "a=1,b",
        "{cat}", '{"cat": [1, 2]}', '{"cat": "x"}', '{"a": 1} {"b": 2}', '{"a" 1}', "{:1}",
    ],
)  # fmt: skip
def test_other_arguments_stay_paths_or_options(token):
    assert not is_vector_argument(token)


@each(
    ("text", "values"),
    [
        ("cat=2", {"cat": "2"}),
        ("cat=-2,", {"cat": "-2"}),
        ("cat=\u22122", {"cat": "-2"}),
        ("sea lion=-1.5e-3", {"sea lion": "-1.5e-3"}),
        ("\u00e9=nan", {"\u00e9": "nan"}),
        ("1=2", {"1": "2"}),
        ("cat=2,dog=1", {"cat": "2", "dog": "1"}),
        ("cat=2, dog=1,", {"cat": "2", "dog": "1"}),
        ("cat=2 sea lion=1", {"cat": "2", "sea lion": "1"}),
        ('{"cat": 2, "dog": 1}', {"cat": "2", "dog": "1"}),
        ("{'cat': 2, 'dog': -inf}", {"cat": "2", "dog": "-inf"}),
        ('{"a, b": 1, "c:d": 2,}', {"a, b": "1", "c:d": "2"}),
        ("{cat: 2, sea lion: 1}", {"cat": "2", "sea lion": "1"}),
        ("{0: 2, 1: 3}", {"0": "2", "1": "3"}),
        ("{cat:2,dog:1}", {"cat": "2", "dog": "1"}),
    ],
)
def test_named_values_name_their_classes(text, values):
    assert is_vector_argument(text)
    assert named_values(normalize_text(text)) == values


@each("text", ["1", "[1, 2]", "cat", "", "{}", "{1, 2}"])
def test_other_text_has_no_named_values(text):
    assert named_values(text) is None


@pytest.mark.parametrize("text", ['{"cat": 2, "cat": 1}', "cat=2,cat=1", "cat=2 cat=1"])
def test_a_repeated_name_is_rejected(text):
    with pytest.raises(ValueError, match=r"^names a class twice$"):
        named_values(text)


@each(
    "token",
    ["[", "[1", "[1]]", "[[1]", "1]", "[[1], 2]", "[1, [2]]", "(1", "1)", "[[1,2],3]", "1 [2]"],
)
def test_unbalanced_or_uneven_brackets_are_rejected(token):
    assert is_vector_argument(token)
    with pytest.raises(ValueError, match=r"^is not a valid vector$"):
        split_vectors(token)


@pytest.mark.parametrize("token", ["1 2, 3", "[1 2, 3]", "1,5 2,5"])
def test_a_vector_uses_either_commas_or_spaces(token):
    with pytest.raises(ValueError, match=r"^mixes commas and spaces$"):
        split_vectors(token)


@pytest.mark.parametrize(
    ("token", "cells"), [("1,,2", ["1", "", "2"]), ("1,,", ["1", ""]), (",1", ["", "1"])]
)
def test_a_missing_value_is_an_empty_cell(token, cells):
    assert split_vectors(token) == [cells]


@each(
    ("tokens", "joined"),
    [
        (["1", "2"], ["1", "2"]),
        (["[-0.5,", "1.2]"], ["[-0.5, 1.2]"]),
        (["[", "1", "]", "2"], ["[ 1 ]", "2"]),
        (["[1,", "2]", "[3,", "4]"], ["[1, 2]", "[3, 4]"]),
        (["[[1,", "2],", "[3,", "4]]"], ["[[1, 2], [3, 4]]"]),
        (["tensor([1.,", "2.],", "grad_fn=<A>)"], ["[1., 2.]"]),
        (["{cat:", "2,", "dog:", "1}"], ["{cat: 2, dog: 1}"]),
        (["1", ",", "2", ",", "3"], ["1 ,", "2 ,", "3"]),
        ([",", "1"], [",", "1"]),
        (["[1", "2"], ["[1 2"]),
        (["1]", "2"], ["1]", "2"]),
        (["a.csv", "b.csv"], ["a.csv", "b.csv"]),
        ([], []),
    ],
)
def test_arguments_of_one_bracket_are_joined(tokens, joined):
    assert join_brackets(tokens) == joined


@settings(max_examples=100)
@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=5))
def test_every_list_that_python_prints_is_read(values):
    (cells,) = split_vectors(normalize_text(str(values)))
    assert is_vector_argument(str(values))
    assert [float(cell) for cell in cells] == values


@settings(max_examples=200)
@given(st.text("01.,eE+-[](){} =:\"'nainfx\\/\n", max_size=12))
def test_any_argument_is_classified_and_split_or_rejected(token):
    text = normalize_text(token)
    if not is_vector_argument(token):
        return
    try:
        values = named_values(text)
        cells = split_vectors(text) if values is None else [list(values)]
    except ValueError:
        return
    assert all(isinstance(cell, str) for row in cells for cell in row)


@pytest.mark.parametrize(
    "token",
    ["1" * 50_000 + ".csv", "1," * 50_000 + "x", "a" * 50_000 + "=1x", "[" * 50_000, "{a:" * 20_000,
     "tensor(" * 200 + "x", "1 " * 50_000 + "x"],
    ids=lambda token: token[:8],
)  # fmt: skip
def test_a_long_argument_is_classified_at_once(token):
    start = time.perf_counter()
    is_vector_argument(token)
    assert time.perf_counter() - start < 2


@each(
    ("line", "printed"),
    [
        ("[1 2]", True), ("[0.1, 0.2]", True), ("[[-0.5  1.2]", True), ("[1 2 3", True), ("(1, 2)", True),
        ("array([1, 2])", True), ("array([[-0.5,  1.2],", True), ("tensor([[1., 2.],", True),
        ("np.array((1, 2))", True), ("Parameter containing:", True), ("<tf.Tensor: shape=(2,),", True),
        ("1,2", False), ("1 2", False), ("a,b", False), ("[red],a", False), ("[0],[1]", False),
        ("(0),(1)", False), ("array,b", False), ("tensor(1),b", False), ("k=1,k=2", False), ("", False),
    ],
)  # fmt: skip
def test_the_first_line_of_a_printed_vector_is_no_delimited_text(line, printed):
    assert is_first_line(line) == printed
