"""The columns of a row of output."""

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.output_schema import OutputField, OutputSchema, require_distinct
from tests.each import each

TEXT = OutputField(("id",), numbers=False)


@each(
    ("fields", "header", "names", "bare"),
    [
        ([OutputField(("0", "1")), OutputField(("2",))], False, ["0", "1", "2"], True),
        ([OutputField(("a", "b"))], True, ["a", "b"], False),
        ([TEXT, OutputField(("a", "b")), TEXT], True, ["id", "a", "b", "id"], False),
        ([TEXT, OutputField(("0",))], False, ["id", "0"], False),
        ([OutputField(("0", "1"), nested="logits")], True, ["0", "1"], False),
        ([], False, [], True),
    ],
)
def test_a_layout_has_all_names_and_is_bare_where_there_are_only_numbers(
    fields, header, names, bare
):
    layout = OutputSchema(fields, header)
    assert (layout.names, layout.bare) == (names, bare)


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        ([TEXT, OutputField(("a", "b"))], True),
        ([OutputField(("a", "a"))], False),
        ([OutputField(("id", "id"), nested="logits"), TEXT], True),
        ([OutputField(("0",), nested="p"), OutputField(("0",), nested="q")], True),
        ([], True),
    ],
)
def test_names_that_are_written_once_are_let_pass(fields, header):
    require_distinct(OutputSchema(fields, header), "parquet")


@each(
    ("fields", "header", "name"),
    [
        ([OutputField(("a", "b", "b", "a"))], True, "a"),
        ([TEXT, OutputField(("a", "id"))], True, "id"),
        ([TEXT, TEXT], False, "id"),
        ([OutputField(("0",), nested="id"), TEXT], True, "id"),
        ([OutputField(("0",), nested=""), OutputField(("",))], True, ""),
        ([OutputField(("a\x1b", "a\x1b"))], True, "a\\x1b"),
    ],
)
def test_two_columns_of_one_name_are_refused(fields, header, name):
    with pytest.raises(SoftmaxError) as caught:
        require_distinct(OutputSchema(fields, header), "parquet")
    assert str(caught.value) == f'duplicate column "{name}" in parquet output. Rename one.'
