"""Options of the user about the input."""

import pytest

from softmax_cli.errors import UsageError
from softmax_cli.formats.read_options import ReadOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"header": False}, "--header applies to delimited text, not npy"),
        ({"header": True}, "--header applies to delimited text, not npy"),
        (
            {"delimiter": ";", "decimal_comma": True},
            "--delimiter applies to delimited text, not npy",
        ),
        ({"decimal_comma": True}, "--decimal-comma applies to delimited text, not npy"),
    ],
)
def test_options_of_delimited_text_are_rejected_for_other_formats(options, message):
    with pytest.raises(UsageError) as caught:
        ReadOptions(**options).reject_dialect("f", "npy")
    assert (caught.value.source, caught.value.message) == ("f", message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"ids": ("a",), "labels": ("b",)}, "--id needs column names, npy has none"),
        ({"labels": ("b",)}, "--label needs column names, npy has none"),
    ],
)
def test_options_that_name_columns_are_rejected_where_there_are_no_names(options, message):
    with pytest.raises(UsageError) as caught:
        ReadOptions(**options).reject_column_names("f", "npy")
    assert (caught.value.source, caught.value.message) == ("f", message)


def test_options_that_apply_to_arrays_pass():
    options = ReadOptions("npy", columns=("1",))
    options.reject_dialect("f", "npy")
    options.reject_column_names("f", "npy")
