"""What a row of output is made of."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.output_schema import Field, Layout, require_distinct

TEXT = Field(("id",), numbers=False)


@pytest.mark.parametrize(
    ("fields", "header", "names", "bare"),
    [
        ([Field(("0", "1")), Field(("2",))], False, ["0", "1", "2"], True),
        ([Field(("a", "b"))], True, ["a", "b"], False),
        ([TEXT, Field(("a", "b")), TEXT], True, ["id", "a", "b", "id"], False),
        ([TEXT, Field(("0",))], False, ["id", "0"], False),
        ([Field(("0", "1"), nested="logits")], True, ["0", "1"], False),
        ([], False, [], True),
    ],
)
def test_a_layout_has_all_names_and_is_bare_where_there_are_only_numbers(
    fields, header, names, bare
):
    layout = Layout(fields, header)
    assert (layout.names, layout.bare) == (names, bare)


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ([TEXT, Field(("a", "b"))], True),
        ([Field(("a", "a"))], False),
        ([Field(("id", "id"), nested="logits"), TEXT], True),
        ([Field(("0",), nested="p"), Field(("0",), nested="q")], True),
        ([], True),
    ],
)
def test_names_that_are_written_once_are_let_pass(fields, header):
    require_distinct(Layout(fields, header), "parquet")


@pytest.mark.parametrize(
    ("fields", "header", "name"),
    [
        ([Field(("a", "b", "b", "a"))], True, "a"),
        ([TEXT, Field(("a", "id"))], True, "id"),
        ([TEXT, TEXT], False, "id"),
        ([Field(("0",), nested="id"), TEXT], True, "id"),
        ([Field(("0",), nested=""), Field(("",))], True, ""),
        ([Field(("a\x1b", "a\x1b"))], True, "a\\x1b"),
    ],
)
def test_two_columns_of_one_name_are_refused(fields, header, name):
    with pytest.raises(SoftmaxError) as caught:
        require_distinct(Layout(fields, header), "parquet")
    assert str(caught.value) == (f'parquet cannot have two columns called "{name}". Rename one.')
