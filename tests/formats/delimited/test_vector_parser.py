"""Vectors in cells of delimited text, as Python, NumPy and others print them."""

import numpy as np
import pytest

from softmax_cli import softmax as softmax_of
from tests.formats.files import refused
from tests.runner import softmax

SKIP = " Use --invalid skip to skip such rows."


@pytest.mark.parametrize(
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
        ("[7]", [7]),
        ("[-inf, 0]", [-np.inf, 0]),
        ("[1e3 +2 .5]", [1000, 2, 0.5]),
    ],
)
def test_every_printed_style_is_read(cell, vector):
    ran = softmax("convert", "-q", "-f", "jsonl", stdin=f'id,v\nu,"{cell}"\n')
    shown = ",".join(repr(float(value)) for value in softmax_of(np.array(vector)))
    assert (ran.out, ran.code) == (f'{{"id":"u","v":[{shown}]}}\n', 0)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("[1, ..., 3]", "NumPy cut the vector short with ... when it was printed: most of its numbers "
         "are not there. Save the array as .npy, or print it with numpy.set_printoptions(threshold=sys.maxsize)."),
        ("[1 ... 3]", "NumPy cut the vector short with ..."),
        ("[1]", "a vector of 1 where 2 are expected."),
        ("[]", "a vector of 0 where 2 are expected."),
        ("[1,,2]", "a vector of 3 where 2 are expected."),
        ("x", "the cell holds no vector, as the first does."),
        ("[1, 2", "the cell holds no vector, as the first does."),
        ("[[1, 2]]", "the cell holds no vector, as the first does."),
        *[(f"[{text}, 2]", f'"{text}" is not a number.{SKIP}')
          for text in ("x", "nan", "None", "1_0", "0x10", "１", "1e400", "-1e400", "np.int64(1)")],
        ("[inf, 2]", f"a logit is +inf, which softmax has no answer for.{SKIP}"),
    ],
)  # fmt: skip
def test_cells_unlike_the_first_are_refused_with_line_and_column(cell, message, tmp_path):
    given = f'v\n"[1, 2]"\n"{cell}"\n'.encode()
    refused(tmp_path, [], f'<stdin>, line 3, column "v": {message}', stdin=given) if (
        "inf, 2" not in cell
    ) else refused(tmp_path, [], message, stdin=given)


def test_a_first_vector_that_numpy_cut_short_is_refused_with_the_reason(tmp_path):
    given = b'v\n"[1. 2. ... 3.]"\n'
    refused(tmp_path, [], "NumPy cut the vector short with ...", stdin=given)


@pytest.mark.parametrize("given", ['"[1, 2]"\n"[2, 3]"\n', 'a,"[1, 2]"\nb,"[2, 3]"\n'])
def test_a_first_row_with_a_vector_is_no_header(given):
    assert softmax("convert", "-q", stdin=given).out.count("[0.2689414213699951,0.73105") == 2


def test_a_file_told_to_have_no_header_is_read_from_the_first_row():
    ran = softmax("convert", "-q", "--header", "no", stdin='"[0, 0]"\n"[0, 0]"\n')
    assert ran.out.splitlines()[-2:] == ["[0.5,0.5]", "[0.5,0.5]"] or '"[0.5,0.5]"' in ran.out


def test_two_columns_of_vectors_need_a_choice():
    given = 'v,w\n"[0, 0]","[1, 1]"\n'
    ran = softmax("convert", "-q", stdin=given)
    assert 'more than one column holds vectors: "v", "w". Name the one' in ran.err
    assert ran.code == 2
    ran = softmax("convert", "-q", "--columns", "w", stdin=given)
    assert ran.out == 'v,w\n"[0, 0]","[0.5,0.5]"\n'


def test_invalid_vectors_are_left_out_or_nan():
    given = 'id,v\nx,"[0, 0]"\ny,"[nan, 0]"\n'
    assert softmax("convert", "-q", "--invalid", "skip", stdin=given).out == 'id,v\nx,"[0.5,0.5]"\n'
    ran = softmax("convert", "-q", "--invalid", "nan", "-f", "jsonl", stdin=given)
    assert ran.out.splitlines()[1] == '{"id":"y","v":[null,null]}'
