"""Which column is what."""

from dataclasses import replace

import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.inference import Columns, columns_from_list, infer_columns
from softmax_cli.formats.read_options import ReadOptions

NAMES = ("id", "a", "b", "label")
PLAIN = Columns(NAMES, True, (1, 2), (3,), ())


@pytest.mark.parametrize(
    ("names", "first", "logits", "labels", "texts"),
    [
        ("a b", "1 2", (0, 1), (), ()),
        ("a b c", "1 x 2", (0, 2), (), (1,)),
        ("id a ID", "1 2 3", (1,), (), ()),
        ("a Name", "1 x", (0,), (), ()),
        ("a  LABEL", "1 2", (0,), (1,), ()),
        ("a label", "1 x", (0,), (1,), ()),
        ("y label a target", "1 2 3 4", (0, 2, 3), (1,), ()),
        ("class y", "1 2", (0,), (1,), ()),
        ("label label a", "1 2 3", (1, 2), (0,), ()),
        ("a b", "nan NA", (0, 1), (), ()),
        ("a b c", "1_000 0x1f 1d5", (0, 1, 2), (), ()),
        ("a b c", "-inf 1e400 $1,000.50", (0, 1, 2), (), ()),
        ("a b c", "#DIV/0! 1.#QNAN true", (0, 1, 2), (), ()),
        ("a b c d", "x1 1x infer 7", (3,), (), (0, 1, 2)),
        ("a b c", "2024-01-02 1 2", (1, 2), (), (0,)),
    ],
)  # fmt: skip
def test_what_a_column_is_follows_from_its_name_and_its_first_cell(
    names, first, logits, labels, texts
):
    found = infer_columns(names.split(), first.split(), True, ReadOptions(), "f")
    assert (found.logits, found.labels, found.text_columns) == (logits, labels, texts)


@pytest.mark.parametrize(
    ("told", "logits", "labels", "texts"),
    [
        (ReadOptions(), (1, 2), (3,), ()),
        (ReadOptions(columns=("b", "a")), (2, 1), (3,), ()),
        (ReadOptions(columns=("id",)), (0,), (3,), ()),
        (ReadOptions(ids=("a",)), (2,), (3,), ()),
        (ReadOptions(labels=("b",)), (1, 3), (2,), ()),
        (ReadOptions(labels=("a", "b")), (3,), (1, 2), ()),
        (ReadOptions(labels=("id",), ids=("4",)), (1, 2), (0,), ()),
        (ReadOptions(labels=("a",), columns=("2-4",)), None, None, ()),
        (ReadOptions(ids=("1-3",)), None, None, ()),
    ],
)
def test_what_is_told_goes_before_what_is_found(told, logits, labels, texts):
    if logits is None:
        with pytest.raises(UsageError):
            infer_columns(NAMES, ["u", "1", "2", "3"], True, told, "f")
        return
    found = infer_columns(NAMES, ["1", "1", "2", "3"], True, told, "f")
    assert (found.logits, found.labels, found.text_columns) == (logits, labels, texts)


def test_columns_without_a_header_have_no_names_to_go_by():
    found = infer_columns(("1", "2", "3"), ("x", "1", "2"), False, ReadOptions(), "f")
    assert (found.logits, found.text_columns, found.labels) == ((1, 2), (0,), ())
    assert found.classes == ("0", "1")
    assert found.passthrough_names == ("column_1",)
    assert found.note == '2 logits: "0", "1"; passed through: "1"'


@pytest.mark.parametrize(
    ("cell", "comma", "text"), [("1,5", True, False), ("1,5x", True, True), ("1,5", False, False)]
)
def test_a_first_cell_with_a_comma_is_no_text(cell, comma, text):
    found = infer_columns("ab", [cell, "1"], True, ReadOptions(decimal_comma=comma), "f")
    assert found.text_columns == ((0,) if text else ())


@pytest.mark.parametrize(
    ("names", "read_options", "note"),
    [
        ("a b", ReadOptions(), None),
        ("id a", ReadOptions(), '1 logit: "a"; passed through: "id"'),
        ("id a", ReadOptions(ids=("id",)), None),
        ("a y", ReadOptions(), '1 logit: "a"; label: "y"'),
        ("a y", ReadOptions(labels=("y",)), None),
        ("0 1", ReadOptions(), '2 logits: "0", "1"; the first row was taken for a header '
         "(--header no if it is data)"),
        ("0 1", ReadOptions(header=True), None),
    ],
)  # fmt: skip
def test_only_what_was_decided_unasked_is_noted(names, read_options, note):
    names = names.split()
    assert infer_columns(names, ["1"] * len(names), True, read_options, "f").note == note


@pytest.mark.parametrize("first", ["x y", "u v"])
def test_a_table_without_logits_is_refused(first):
    with pytest.raises(SoftmaxError, match="f: no column is left that holds logits"):
        infer_columns("ab", first.split(), True, ReadOptions(), "f")


def test_a_logit_cannot_be_a_label_too():
    with pytest.raises(UsageError, match='f: column "b" cannot be both a logit and the label'):
        infer_columns("abc", "123", True, ReadOptions(columns=("a", "b"), labels=("b",)), "f")


@pytest.mark.parametrize(
    ("logits", "beside", "passthrough"),
    [
        ((0, 1, 2, 3), (0, 0), ()),
        ((1, 2), (1, 1), (0, 3)),
        ((3,), (3, 0), (0, 1, 2)),
        ((0, 2), None, (1, 3)),
        ((2, 1), None, (0, 3)),
        ((1, 1), None, (0, 2, 3)),
    ],
)
def test_logits_stand_together_if_none_is_between_them_and_none_out_of_order(
    logits, beside, passthrough
):
    columns = replace(PLAIN, logits=logits)
    assert (columns.margins, columns.passthrough) == (beside, passthrough)
    assert columns.classes == tuple(NAMES[i] for i in logits)


@pytest.mark.parametrize(
    ("other", "matches"),
    [
        ({}, True),
        ({"note": "x", "labels": (), "text_columns": (0,)}, True),
        ({"names": ("id", "a", "c", "label")}, False),
        ({"header": False}, False),
        ({"logits": (1,)}, False),
        ({"nested": "a"}, False),
    ],
)
def test_sources_are_alike_in_what_their_rows_are(other, matches):
    assert PLAIN.matches(replace(PLAIN, **other)) == matches


@pytest.mark.parametrize(
    ("names", "names_spread", "logits", "labels", "header"),
    [
        (["v"], ("0", "1", "2"), (0, 1, 2), (), False),
        (["id", "v", "y"], ("id", "0", "1", "2", "y"), (1, 2, 3), (4,), True),
        (["y", "v"], ("y", "0", "1", "2"), (1, 2, 3), (0,), True),
        (["v", "x", "label"], ("0", "1", "2", "x", "label"), (0, 1, 2), (4,), True),
    ],
)
def test_a_list_takes_the_place_of_its_column(names, names_spread, logits, labels, header):
    found = columns_from_list(names, "v", 3, ReadOptions(), "f")
    assert (found.names, found.logits, found.labels) == (names_spread, logits, labels)
    assert (found.header, found.nested, found.margins) == (
        header,
        "v",
        (logits[0], len(names_spread) - 1 - logits[-1]),
    )


def test_the_list_itself_is_neither_label_nor_identifier():
    for told in (ReadOptions(labels=("v",)), ReadOptions(ids=("v",))):
        with pytest.raises(UsageError, match='there is no column "v"'):
            columns_from_list(["id", "v"], "v", 2, told, "f")
