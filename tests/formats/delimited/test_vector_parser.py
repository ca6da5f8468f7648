"""Vectors in cells of delimited text, as Python, NumPy and others print them."""

import numpy as np
import pytest

from softmax_cli import softmax as softmax_of
from tests.each import each
from tests.formats.files import refused
from tests.runner import softmax

SKIP = " Use --invalid skip to skip such rows."


@each(
    ("cell", "vector"),
    [
        ("[0.1, 0.2]", [0.1, 0.2]),
        ("[0.1,0.2]", [0.1, 0.2]),
        ("[ 0.5  -1.25  3.  ]", [0.5, -1.25, 3]),
        ("[1.\n 2.\n 3.]", [1, 2, 3]),
        ("[np.float64(1.7), np.float64(-2e-05)]", [1.7, -2e-05]),
        ("[np.float32(1.5), np.float16(2.0)]", [1.5, 2]),
        ("[1, 2, ]", [1, 2]),
        (" [1, 2] ", [1, 2]),
        ("[-inf, 0]", [-np.inf, 0]),
        ("[1e3 +2 .5]", [1000, 2, 0.5]),
    ],
)
def test_every_printed_vector_style_is_read(cell, vector):
    ran = softmax("convert", "-q", "-f", "jsonl", stdin=f'id,v\nu,"{cell}"\n')
    shown = ",".join(repr(float(value)) for value in softmax_of(np.array(vector)))
    assert (ran.out, ran.code) == (f'{{"id":"u","v":[{shown}]}}\n', 0)


@each(
    ("cell", "message"),
    [
        ("[1, ..., 3]", "vector was truncated with ... when NumPy printed it. "
         "Save the array as .npy, or print it with numpy.set_printoptions(threshold=sys.maxsize)."),
        ("[1 ... 3]", "vector was truncated with ... when NumPy printed it"),
        ("[1]", "expected 2 values, found 1."),
        ("[]", "expected 2 values, found 0."),
        ("[1,,2]", "expected 2 values, found 3."),
        ("x", "expected a vector, as in row 1."),
        ("[1, 2", "expected a vector, as in row 1."),
        ("[[1, 2]]", "expected a vector, as in row 1."),
        *[(f"[{text}, 2]", f'"{text}" is not a number.{SKIP}')
          for text in ("x", "nan", "None", "1_0", "0x10", "１", "1e400", "-1e400", "np.int64(1)")],
        ("[inf, 2]", f"a logit is +inf, which softmax has no answer for.{SKIP}"),
    ],
)  # fmt: skip
def test_vector_unlike_the_first_is_an_error(cell, message, tmp_path):
    given = f'v\n"[1, 2]"\n"{cell}"\n'.encode()
    refused(tmp_path, [], f'<stdin>, line 3, column "v": {message}', stdin=given) if (
        "inf, 2" not in cell
    ) else refused(tmp_path, [], message, stdin=given)


def test_vector_truncated_by_numpy_is_an_error(tmp_path):
    given = b'v\n"[1. 2. ... 3.]"\n'
    refused(tmp_path, [], "vector was truncated with ... when NumPy printed it", stdin=given)


@pytest.mark.parametrize("given", ['"[1, 2]"\n"[2, 3]"\n', 'a,"[1, 2]"\nb,"[2, 3]"\n'])
def test_first_row_with_a_vector_is_data(given):
    assert softmax("convert", "-q", stdin=given).out.count("[0.2689414213699951,0.73105") == 2


def test_header_no_reads_the_first_vector_as_data():
    ran = softmax("convert", "-q", "--header", "no", stdin='"[0, 0]"\n"[0, 0]"\n')
    assert ran.out.splitlines()[-2:] == ["[0.5,0.5]", "[0.5,0.5]"] or '"[0.5,0.5]"' in ran.out


def test_two_vector_columns_require_a_selection():
    given = 'v,w\n"[0, 0]","[1, 1]"\n'
    ran = softmax("convert", "-q", stdin=given)
    assert 'ambiguous logits: lists in "v", "w". Select the logits' in ran.err
    assert ran.code == 2
    ran = softmax("convert", "-q", "--columns", "w", stdin=given)
    assert ran.out == 'v,w\n"[0, 0]","[0.5,0.5]"\n'


def test_softmax_of_vectors_of_length_1_suggests_sigmoid():
    given = 'id,v\nu,"[7]"\n'
    ran = softmax("convert", "-q", stdin=given)
    assert "softmax of a single class is always 1. Use -a sigmoid" in ran.err
    assert ran.code == 2
    ran = softmax("convert", "-q", "-a", "sigmoid", "--decimals", "3", stdin=given)
    assert ran.out == "id,v\nu,[0.999]\n"


def test_invalid_vectors_are_skipped_or_nan():
    given = 'id,v\nx,"[0, 0]"\ny,"[nan, 0]"\n'
    assert softmax("convert", "-q", "--invalid", "skip", stdin=given).out == 'id,v\nx,"[0.5,0.5]"\n'
    ran = softmax("convert", "-q", "--invalid", "nan", "-f", "jsonl", stdin=given)
    assert ran.out.splitlines()[1] == '{"id":"y","v":[null,null]}'
