"""Contradictory evidence about columns, and the options that messages offer for each reading."""

import random
import re
import shlex

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.inference import infer_columns
from softmax_cli.formats.read_options import ReadOptions
from tests.each import each

FIELDS = {"--id": "ids", "--label": "labels", "--columns": "columns"}


def _rows(count, odd=None):
    """Rows of two or three columns; the first of them holds the cells of `odd`."""
    generator = random.Random(7)
    rows = [[f"{generator.gauss(0, 3):.4f}" for _ in range(3)] for _ in range(count)]
    return [[odd[i % len(odd)], *row[1:]] for i, row in enumerate(rows)] if odd else rows


def _infer(names, rows, *, header=True, **options):
    return infer_columns(names, rows, ReadOptions(**options), "f", header=header)


def _error(names, rows, **options):
    with pytest.raises(SoftmaxError) as caught:
        _infer(names, rows, **options)
    return str(caught.value)


def _remedies(message):
    """Return the options that a message offers, as ReadOptions takes them."""
    pairs = re.findall(
        r"(--id|--label|--columns) ('(?:[^']|'\"'\"')*'|\S+?)(?=[.,]?(?:\s|$))", message
    )
    return [{FIELDS[option]: tuple(shlex.split(value))} for option, value in pairs]


NAMED_LIKE_OTHERS = ["image", "name", "sample", "user_id", "Index", "key", "time", "date", "run",
                     "start", "result", "label", "target", "y", "class", "gold", "answer"]  # fmt: skip


@each("count", [1, 2, 8, 50])
@each("name", NAMED_LIKE_OTHERS)
def test_class_with_the_name_of_something_else_is_ambiguous(name, count):
    rows = _rows(count)
    message = _error([name, "cat", "dog"], rows)
    assert f'f: ambiguous column "{name}": it is named like ' in message
    assert "but its values look like logits" in message
    other, logit = _remedies(message)
    assert _infer([name, "cat", "dog"], rows, **other).logits == (1, 2)
    assert _infer([name, "cat", "dog"], rows, **logit).logits == (0, 1, 2)


def test_next_label_replaces_one_that_is_selected_as_a_class():
    names, rows = ["label", "cat", "y_true"], _rows(9, ["1.5", "-0.5"])
    assert _infer(names, [[*row[:2], "1"] for row in rows], columns=("label,cat",)).labels == (2,)
    assert _infer(names, [[*row[:2], "1"] for row in rows], ids=("label",)).labels == (2,)


@each("name", NAMED_LIKE_OTHERS)
@each(
    "odd",
    [
        ["3", "0", "1", "2", "7"],
        ["3.0", "0.0", "1.0"],
        ["cat", "dog"],
        ["2024-01-02", "2024-01-03"],
        ["", "NA"],
        ["1700000000.25", "1700000300.5"],
    ],
)
def test_column_with_a_fitting_name_passes_through(name, odd):
    columns = _infer([name, "cat", "dog"], _rows(20, odd))
    assert (columns.logits, columns.passthrough, columns.warnings) == ((1, 2), (0,), ())


@each("name", ["fold", "pred", "weight", "loss", "epoch", "confidence"])
def test_bookkeeping_passes_through_with_any_values(name):
    columns = _infer([name, "cat", "dog"], _rows(20))
    assert (columns.logits, columns.warnings) == ((1, 2), ())


@pytest.mark.parametrize("name", ["label", "target", "gold"])
def test_second_label_that_looks_like_logits_offers_the_id_option(name):
    message = _error([name, "cat", "dog"], _rows(9), labels=("dog",))
    other, logit = _remedies(message)
    assert other == {"ids": (name,)}
    assert _infer([name, "cat", "dog"], _rows(9), labels=("dog",), **other).logits == (1,)
    assert _infer([name, "cat", "dog"], _rows(9), labels=("dog",), **logit).logits == (0, 1)


@each("place", [0, 1, 2])
@each("count", [8, 50])
@each(
    ("odd", "reason"),
    [
        (["3", "0", "1", "2", "7"], "it holds whole numbers next to fractional logits"),
        (["-1", "1", "1"], "it holds whole numbers next to fractional logits"),
        (["70001.5", "80002.5"], "it holds values about "),
    ],
)
def test_odd_values_of_many_rows_are_ambiguous(odd, reason, count, place):
    rows = _rows(count, odd)
    rows = [[*row[1 : place + 1], row[0], *row[place + 1 :]] for row in rows]
    names = ["cat", "dog"]
    names.insert(place, "thing")
    message = _error(names, rows)
    assert message.startswith(f'f: ambiguous column "thing": {reason}')
    other, logit = _remedies(message)
    assert _infer(names, rows, **other).logits == tuple({0, 1, 2} - {place})
    assert _infer(names, rows, **logit).logits == (0, 1, 2)


@pytest.mark.parametrize("count", [2, 7])
@pytest.mark.parametrize("odd", [["3", "0", "1", "2", "7"], ["70001.5", "80002.5"]])
def test_odd_values_of_few_rows_are_a_warning(odd, count):
    columns = _infer(["thing", "cat", "dog"], _rows(count, odd))
    assert columns.logits == (0, 1, 2)
    (warning,) = columns.warnings
    assert warning.startswith('column "thing" holds ')
    (remedy,) = _remedies(warning)
    assert _infer(["thing", "cat", "dog"], _rows(count, odd), **remedy).logits == (1, 2)


@each("name", ["my key column", "it's", 'a "b"', "a,b", "-1", "x*", "#1", "é"])
@each("count", [7, 8])
def test_remedies_are_quoted_for_a_shell(name, count):
    names, rows = [name, "cat", "dog"], _rows(count, ["3", "0", "1", "2", "7"])
    message = _error(names, rows) if count > 7 else _infer(names, rows).warnings[0]
    remedies = _remedies(message)
    assert _infer(names, rows, **remedies[0]).logits == (1, 2)
    for remedy in remedies[1:]:
        assert _infer(names, rows, **remedy).logits == (0, 1, 2)


def test_remedies_name_columns_without_a_header_by_number():
    rows = _rows(9, ["3", "0", "1", "2", "7"])
    message = _error(("1", "2", "3"), rows, header=False)
    assert message.endswith("Use --id 1 if it is none, --columns 1,2,3 if it is a logit.")
    other, logit = _remedies(message)
    assert _infer(("1", "2", "3"), rows, header=False, **other).logits == (1, 2)
    assert _infer(("1", "2", "3"), rows, header=False, **logit).logits == (0, 1, 2)


def test_remedy_selects_by_position_where_numbers_are_names():
    names = ["key", *map(str, range(1, 9))]
    rows = [
        [str((5 * i * i) % 31), *(f"{i * j / 7 - 1.3:.3f}" for j in range(8))] for i in range(9)
    ]
    _, logit = _remedies(_error(["thing", *names[1:]], rows))
    assert _infer(["thing", *names[1:]], rows, **logit).logits == tuple(range(9))


@pytest.mark.parametrize("options", [{"columns": ("thing:dog",)}, {"ids": ("thing",)}])
def test_explicit_options_end_all_doubts(options):
    for count in (2, 50):
        rows = _rows(count, ["3", "0", "1", "2", "7"])
        assert _infer(["thing", "cat", "dog"], rows, **options).warnings == ()


def test_excluded_column_is_not_in_doubt():
    rows = _rows(50, ["3", "0", "1", "2", "7"])
    columns = _infer(["thing", "cat", "dog"], rows, columns=("!thing",))
    assert (columns.logits, columns.warnings) == ((1, 2), ())


@pytest.mark.parametrize(
    ("names", "row", "numbers", "left"),
    [
        (["a", "a", "b"], ["0.5", "1.5", "2.5"], "(columns 1 and 2)", (0, 2)),
        (["id", "a", "b", "a", "label"], ["7", "0.5", "1.5", "2.5", "1"], "(columns 2 and 4)", (1, 2)),
        (["1", "2", "2", "3"], ["0.5", "1.5", "2.5", "3.5"], "(columns 2 and 3)", (0, 1, 3)),
    ],
)  # fmt: skip
def test_duplicate_logit_columns_are_an_error(names, row, numbers, left):
    message = _error(names, [row])
    assert f'duplicate logit column "{names[left[0] if numbers[9] == "1" else 1]}"' in message
    assert numbers in message
    (exclusion,) = _remedies(message)
    assert _infer(names, [row], **exclusion).logits == left


def test_duplicate_names_outside_the_logits_pass_through():
    columns = _infer(["id", "id", "a", "note", "note"], [["1", "2", "0.5", "x", "y"]])
    assert (columns.logits, columns.passthrough) == ((2,), (0, 1, 3, 4))


def test_classes_without_a_header_have_no_duplicate_names():
    assert _infer(("1", "2"), [["0.5", "1.5"]], header=False).classes == ("0", "1")
