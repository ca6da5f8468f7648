"""One vector from the arguments, a file or standard input."""

import numpy as np
import pytest

from softmax_cli.commands.vector_input import NamedVector, read_vector
from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.read_options import ReadOptions


def _read(*tokens, row=None, options=None):
    return read_vector("explain", tokens, row, options or ReadOptions(), quiet=True)


@pytest.mark.parametrize("tokens", [("1", "2"), ("1,2",), ("[1, 2]",), ("[[1, 2]]",)])
def test_classes_of_arguments_are_counted(tokens):
    vector = _read(*tokens)
    assert vector.logits.tolist() == [1.0, 2.0]
    assert (vector.classes, vector.named) == (("0", "1"), False)


def test_named_values_name_the_classes():
    vector = _read("cat=2", "dog=1")
    assert (vector.logits.tolist(), vector.classes) == ([2.0, 1.0], ("cat", "dog"))


def test_a_row_of_a_file_has_the_names_of_its_header(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,cat,dog\n" + "".join(f"r{k},{k % 7}.25,0.5\n" for k in range(50_000)))
    vector = _read(str(path), row=49_999)
    assert vector.logits.tolist() == [49_998 % 7 + 0.25, 0.5]
    assert (vector.classes, vector.named) == (("cat", "dog"), True)
    assert _read(str(path)).logits.tolist() == [0.25, 0.5]
    with pytest.raises(SoftmaxError, match="expected at least 50001 rows, found 50000"):
        _read(str(path), row=50_001)


def test_a_matrix_in_a_file_has_rows(tmp_path):
    np.save(tmp_path / "a.npy", np.arange(6.0).reshape(2, 3))
    assert _read(str(tmp_path / "a.npy"), row=2).logits.tolist() == [3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("tokens", "row", "options", "message"),
    [
        (("1", "2"), 1, ReadOptions(), "--row applies to files"),
        (("1", "2"), None, ReadOptions(columns=("a",)), "--columns applies to files"),
        (("1,2", "3,4"), None, ReadOptions(), "expected one vector, found 2"),
        (("a.csv", "b.csv"), None, ReadOptions(), "explain takes one file, found 2"),
        (("1", "b.csv"), None, ReadOptions(), "cannot mix"),
    ],
)
def test_what_cannot_apply_is_a_usage_error(tokens, row, options, message):
    with pytest.raises(UsageError, match=message):
        _read(*tokens, row=row, options=options)


def test_an_unknown_class_is_answered_with_those_there_are():
    vector = NamedVector(np.zeros(2), ("cat", "dog"), named=True)
    assert vector.class_index("dog", "--label") == 1
    with pytest.raises(UsageError, match=r'--label: unknown class "dig"\. Did you mean "dog"'):
        vector.class_index("dig", "--label")
    with pytest.raises(UsageError, match='Classes: "cat", "dog"'):
        vector.class_index("zebra", "--label")
    with pytest.raises(UsageError, match=r'Classes: .*"7", \.\.\.\.'):
        NamedVector(np.zeros(9), tuple("012345678"), named=True).class_index("x", "--label")
