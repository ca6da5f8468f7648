"""Lists of numbers that hold logits, and lists that do not."""

import pytest

from softmax_cli.errors import UsageError
from softmax_cli.formats.columns.lists import OTHER_LISTS, select_list
from softmax_cli.formats.read_options import ReadOptions
from tests.each import each

FRACTIONS, WHOLE = False, True


def _select(lists, classes=(), **options):
    return select_list(lists, classes, ReadOptions(**options), "f", [*lists, "cat", "dog"])


@each(
    ("lists", "classes", "name"),
    [
        ({"v": FRACTIONS}, [], "v"),
        ({"v": WHOLE}, [], "v"),
        ({"logits": WHOLE, "input_ids": WHOLE}, [], "logits"),
        ({"embedding": FRACTIONS, "scores": FRACTIONS}, [], "scores"),
        ({"probs": FRACTIONS, "logits": FRACTIONS}, [], "logits"),
        ({"v": FRACTIONS, "w": WHOLE}, [], "v"),
        ({"v": FRACTIONS, "labels": WHOLE}, [], "v"),
        ({"v": FRACTIONS}, ["id"], "v"),
        ({"v": FRACTIONS}, ["score"], "v"),
        ({"v": WHOLE}, ["cat", "dog"], None),
        ({"input_ids": WHOLE}, ["cat", "dog"], None),
        ({"bbox": FRACTIONS}, [], None),
        ({}, ["cat", "dog"], None),
    ],
)
def test_list_of_logits_is_selected_by_name_and_values(lists, classes, name):
    assert _select(lists, classes) == name


@each("name", sorted(OTHER_LISTS))
def test_lists_of_something_else_are_never_logits(name):
    assert _select({name: FRACTIONS}, ["cat", "dog"]) is None
    assert _select({name: FRACTIONS, "v": FRACTIONS}) == "v"


@each(
    ("options", "name"),
    [
        ({"columns": ("w",)}, "w"),
        ({"columns": ("input_ids",)}, "input_ids"),
        ({"columns": ("cat", "dog")}, None),
        ({"columns": ("4-5",)}, None),
        ({"columns": ("2",)}, "w"),
        ({"columns": ("w*",)}, "w"),
        ({"columns": ("!w",)}, "v"),
        ({"columns": ("!w,!input_ids,!cat,!dog",)}, "v"),
        ({"ids": ("v",)}, "w"),
        ({"labels": ("w",)}, "v"),
        ({"drop": ("w",)}, "v"),
    ],
)
def test_options_select_among_lists(options, name):
    lists = {"v": FRACTIONS, "w": FRACTIONS, "input_ids": WHOLE}
    assert _select(lists, **options) == name


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("!2", 'f: --columns !2 leaves out columns, not items of the lists in "v", "w". '
         "Use the name of a column."),
        ("!1-2", 'f: --columns !1-2 leaves out columns, not items of the lists in "v", "w". '
         "Use the name of a column."),
        ("1-3", 'f: --columns selects "v", which holds lists, and other columns. '
         "Use --columns v for all items of its lists."),
        ("w,dog", 'f: --columns selects "w", which holds lists, and other columns. '
         "Use --columns w for all items of its lists."),
        ("!cut", 'f: --columns: no column "cut". Did you mean "cat"?'),
    ],
)  # fmt: skip
def test_items_of_lists_are_not_columns(columns, message):
    with pytest.raises(UsageError) as caught:
        _select({"v": FRACTIONS, "w": FRACTIONS}, columns=(columns,))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("lists", "classes", "message"),
    [
        ({"v": FRACTIONS, "w": FRACTIONS}, [],
         'f: ambiguous logits: lists in "v", "w". Select the logits with --columns.'),
        ({"v": WHOLE, "w": WHOLE}, [], 'f: ambiguous logits: lists in "v", "w".'),
        ({"v": FRACTIONS}, ["cat", "dog"],
         'f: ambiguous logits: lists in "v", or columns "cat", "dog". '
         "Use --columns v or --columns cat,dog."),
        ({"my v": FRACTIONS}, ["cat", "a dog"], "Use --columns 'my v' or --columns 'cat,a dog'."),
    ],
)  # fmt: skip
def test_two_possible_lists_are_ambiguous(lists, classes, message):
    with pytest.raises(UsageError) as caught:
        _select(lists, classes)
    assert str(caught.value).startswith(message) or str(caught.value).endswith(message)
