"""Roles of columns, inferred from options, metadata, names and values."""

from dataclasses import replace

import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.columns.inference import (
    add_decision,
    columns_from_list,
    infer_columns,
)
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.read_options import ReadOptions
from tests.each import each

NAMES = ("id", "a", "b", "label")
SIMPLE = Columns(NAMES, True, (1, 2), (3,))


def _infer(names, *rows, header=True, index_columns=(), **options):
    """Infer the roles of columns given as names and rows separated by blanks."""
    names = names.split(" ") if isinstance(names, str) else names
    cells = [row.split(" ") if isinstance(row, str) else row for row in rows]
    options = ReadOptions(**options)
    return infer_columns(names, cells, options, "f", header=header, index_columns=index_columns)


@each(
    ("names", "first", "logits", "labels", "texts"),
    [
        ("a b", "1 2", (0, 1), (), ()),
        ("a b c", "1 x 2", (0, 2), (), (1,)),
        ("id a ID", "1 2 3", (1,), (), ()),
        ("a Name", "1 x", (0,), (), ()),
        ("a  LABEL", "1  2", (0,), (2,), ()),
        ("a label", "1 x", (0,), (1,), ()),
        ("y label a target", "1 2 3 4", (2,), (1,), ()),
        ("class y", "1 2", (0,), (1,), ()),
        ("label label a", "1 2 3", (2,), (0,), ()),
        ("fold a weight b", "1 2 3 4", (1, 3), (), ()),
        ("a b pred", "1 2 0", (0, 1), (), ()),
        ("start end", "1 2", (0, 1), (), ()),
        ("epoch start end", "1 2 3", (1, 2), (), ()),
        ("a b", "nan NA", (0, 1), (), ()),
        ("a b c", "1_000 0x1f 1d5", (0, 1, 2), (), ()),
        ("a b c", "-inf 1e400 $1,000.50", (0, 1, 2), (), ()),
        ("a b c", "#DIV/0! 1.#QNAN true", (0, 1, 2), (), ()),
        ("a b c d", "x1 1x infer 7", (3,), (), (0, 1, 2)),
        ("a b", "#1 7", (1,), (), (0,)),
        ("a b c", "2024-01-02 1 2", (1, 2), (), (0,)),
    ],
)  # fmt: skip
def test_roles_follow_from_names_and_first_cells(names, first, logits, labels, texts):
    columns = _infer(names, first)
    assert (columns.logits, columns.labels, columns.text_columns) == (logits, labels, texts)


@each(
    ("options", "logits", "labels"),
    [
        ({}, (1, 2), (3,)),
        ({"columns": ("b", "a")}, (2, 1), (3,)),
        ({"columns": ("id",)}, (0,), (3,)),
        ({"columns": ("!a",)}, (2,), (3,)),
        ({"columns": ("a:b",)}, (1, 2), (3,)),
        ({"ids": ("a",)}, (2,), (3,)),
        ({"labels": ("b",)}, (1,), (2,)),
        ({"labels": ("a", "b"), "columns": ("label",)}, (3,), (1, 2)),
        ({"labels": ("id",), "ids": ("4",)}, (1, 2), (0,)),
        ({"ids": ("label",)}, (1, 2), ()),
        ({"columns": ("label,a",)}, (3, 1), ()),
        ({"columns": ("*", "!label", "!id")}, (1, 2), (3,)),
        ({"drop": ("a",)}, (2,), (3,)),
    ],
)
def test_options_override_names(options, logits, labels):
    columns = _infer(NAMES, "1 1 2 3", **options)
    assert (columns.logits, columns.labels, columns.text_columns) == (logits, labels, ())


@each(
    ("options", "message"),
    [
        ({"ids": ("1-3",)}, '--id: no column "1-3"'),
        ({"drop": ("z",)}, '--drop: no column "z"'),
        ({"labels": ("a",), "columns": ("2-4",)}, 'column "a" is both a logit and the label'),
        ({"columns": ("*",)}, 'column "label" is both a logit and the label'),
        ({"columns": ("2-4",)}, 'column "label" is both a logit and the label'),
        ({"columns": ("2-4",), "labels": ("label",)}, 'column "label" is both'),
        ({"ids": ("a",), "columns": ("a,b",)}, 'column "a" is both a logit and an identifier'),
    ],
)
def test_contradictory_options_are_an_error(options, message):
    with pytest.raises(UsageError, match=message):
        _infer(NAMES, "1 1 2 3", **options)


def test_columns_without_a_header_are_inferred_from_their_cells():
    columns = _infer(("1", "2", "3"), "x 1 2", header=False)
    assert (columns.logits, columns.text_columns, columns.labels) == ((1, 2), (0,), ())
    assert columns.classes == ("0", "1")
    assert columns.passthrough_names == ("column_1",)
    assert columns.note == '2 logits: "0", "1"; passthrough: "1"'


@pytest.mark.parametrize("name", ["key", "a", "", "x"])
def test_index_of_the_metadata_passes_through(name):
    rows = ["0.5 1.5 2.5", "1.5 0.5 3.5"]
    columns = _infer([name, "cat", "dog"], *rows, index_columns=[0])
    assert (columns.logits, columns.ids, columns.warnings) == ((1, 2), (0,), ())


def test_index_of_the_metadata_can_be_selected():
    columns = _infer("a cat dog", "0.5 1.5 2.5", index_columns=[0], columns=("a,cat",))
    assert (columns.logits, columns.ids) == ((0, 1), ())


@pytest.mark.parametrize(
    ("cell", "comma", "text"),
    [("1,5", True, False), ("1,5x", True, True), ("1,5", False, False)],
)
def test_first_cell_with_a_comma_is_numeric(cell, comma, text):
    columns = infer_columns("ab", [[cell, "1"]], ReadOptions(decimal_comma=comma), "f", header=True)
    assert columns.text_columns == ((0,) if text else ())


MARKERS = ["", "NA", "N/A", "nan", "null", "NULL", "None", r"\N", ".", "--", "-", "?", "*", "<NA>",
           "#N/A", "(null)", "missing", "n.d.", "NaT"]  # fmt: skip


@each("marker", MARKERS)
@each("count", [1, 15, 199])
def test_class_that_begins_with_missing_markers_stays_a_class(marker, count):
    rows = [["0.5", marker, "x"]] * count + [["1.5", "2.5", "y"]]
    columns = _infer("cat dog note", *rows)
    assert (columns.logits, columns.text_columns) == ((0, 1), (2,))


@each("text", ["x", "n", "nanny", "none of these", "a.b", "N"])
def test_text_after_missing_markers_makes_a_text_column(text):
    columns = _infer("cat note", ["0.5", "NA"], ["1.5", text])
    assert (columns.logits, columns.text_columns) == ((0,), (1,))


@each(
    ("names", "options", "note"),
    [
        ("a b", {}, None),
        ("id a", {}, '1 logit: "a"; passthrough: "id"'),
        ("id a", {"ids": ("id",)}, None),
        ("id a", {"drop": ("id",)}, None),
        ("fold a b id", {}, '2 logits: "a", "b"; passthrough: "fold", "id"'),
        ("a y", {}, '1 logit: "a"; label: "y"'),
        ("a y", {"labels": ("y",)}, None),
        ("id a y", {}, '1 logit: "a"; passthrough: "id"; label: "y"'),
    ],
)
def test_note_states_inferred_roles_only(names, options, note):
    assert _infer(names, " ".join("1" * len(names.split())), **options).note == note


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        (SIMPLE, '2 logits: "a", "b"; header'),
        (replace(SIMPLE, note='2 logits: "a", "b"; passthrough: "id"'),
         '2 logits: "a", "b"; passthrough: "id"; header'),
        (Columns(("0",), True, (0,)), '1 logit: "0"; header'),
    ],
)  # fmt: skip
def test_decision_is_added_to_the_note(columns, note):
    assert add_decision(columns, "header").note == note


@each(
    ("names", "rows", "message"),
    [
        ("a b", ["x y"], 'f: no logit columns: "a" holds "x", "b" holds "y". Use --columns'),
        ("a b", ["u v", "w x"], "Use --columns (names, globs or ranges such as 2-11)."),
        ("a b", ["x y", "0.5 1.5"], "Keep one header row (sed '2d' FILE), or use --columns."),
        ("id a b", [["", "x", "y"], ["1", "0.5", "1.5"]], "Keep one header row (sed '2d' FILE)"),
        (
            "id a b",
            [["", "x", "y"], ["", "v", "w"], ["1", "0.5", "1.5"]],
            "Keep one header row (sed '2,3d' FILE)",
        ),
        ("id m m", [["", "x", "y"], ["1", "0.5", "1.5"]], "Keep one header row (sed '1d' FILE)"),
        ("m m", [["x", "y"], ["v", ""], ["0.5", "1.5"]], "Keep one header row (sed '1d;3d' FILE)"),
        ("id text", ["1 a", "2 b"], "Use --columns (names"),
        ("epoch loss val_loss val_acc", ["1 0.5 0.7 0.6"], 'no logit columns: "epoch" holds "1"'),
        ("id label", ["1 2"], 'no logit columns: "id" holds "1", "label" holds "2".'),
        ("a", [['{"x": 1}']], 'no logit columns: "a" holds an object ({"x": 1}).'),
        ("a b c d e", ["u v w x y"], '"d" holds "x", ... Use'),
    ],
)
def test_table_without_logits_reports_what_it_holds(names, rows, message):
    with pytest.raises(SoftmaxError) as caught:
        _infer(names, *rows)
    assert message in str(caught.value)


@each(
    ("logits", "margins", "passthrough"),
    [
        ((0, 1, 2, 3), (0, 0), ()),
        ((1, 2), (1, 1), (0, 3)),
        ((3,), (3, 0), (0, 1, 2)),
        ((0, 2), None, (1, 3)),
        ((2, 1), None, (0, 3)),
        ((1, 1), None, (0, 2, 3)),
    ],
)
def test_margins_exist_for_adjacent_logits_in_order(logits, margins, passthrough):
    columns = replace(SIMPLE, logits=logits)
    assert (columns.margins, columns.passthrough) == (margins, passthrough)
    assert columns.classes == tuple(NAMES[i] for i in logits)


def test_dropped_columns_neither_pass_through_nor_leave_margins():
    columns = _infer(NAMES, "1 1 2 3", drop=("id",))
    assert (columns.passthrough, columns.passthrough_names) == ((3,), ("label",))
    assert (columns.dropped, columns.margins) == ((0,), None)


@each(
    ("other", "matches"),
    [
        ({}, True),
        ({"note": "x", "labels": (), "text_columns": (0,), "warnings": ("x",)}, True),
        ({"names": ("id", "a", "c", "label")}, False),
        ({"header": False}, False),
        ({"logits": (1,)}, False),
        ({"nested": "a"}, False),
    ],
)
def test_sources_match_by_names_and_logits(other, matches):
    assert SIMPLE.matches(replace(SIMPLE, **other)) == matches


@pytest.mark.parametrize(
    ("names", "names_spread", "logits", "labels", "header"),
    [
        (["v"], ("0", "1", "2"), (0, 1, 2), (), False),
        (["id", "v", "y"], ("id", "0", "1", "2", "y"), (1, 2, 3), (4,), True),
        (["y", "v"], ("y", "0", "1", "2"), (1, 2, 3), (0,), True),
        (["v", "x", "label"], ("0", "1", "2", "x", "label"), (0, 1, 2), (4,), True),
    ],
)
def test_list_is_spread_in_the_place_of_its_column(names, names_spread, logits, labels, header):
    columns = columns_from_list(names, "v", 3, ReadOptions(), "f")
    assert (columns.names, columns.logits, columns.labels) == (names_spread, logits, labels)
    assert (columns.header, columns.nested, columns.margins) == (
        header,
        "v",
        (logits[0], len(names_spread) - 1 - logits[-1]),
    )


def test_list_with_named_classes_is_spread_into_columns():
    columns = columns_from_list(["id", "v"], "v", 2, ReadOptions(), "f", ("cat", "dog"))
    assert (columns.names, columns.classes) == (("id", "cat", "dog"), ("cat", "dog"))
    assert (columns.header, columns.nested, columns.ids) == (True, None, (0,))


def test_columns_behind_a_list_can_be_dropped():
    columns = columns_from_list(["v", "note", "y"], "v", 2, ReadOptions(drop=("note",)), "f")
    assert (columns.names, columns.dropped) == (("0", "1", "note", "y"), (2,))
    assert (columns.passthrough, columns.labels) == ((3,), (3,))
