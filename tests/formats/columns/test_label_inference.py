"""Roles of the columns of label files, and the headers of such files."""

from softmax_cli.formats.columns.label_inference import infer_label_columns, is_label_header
from softmax_cli.formats.read_options import ReadOptions
from tests.each import each

CLASSES = ("cat", "dog")


@each(
    ("names", "options", "labels", "ids"),
    [
        ("label", {}, (0,), ()),
        ("id label", {}, (1,), (0,)),
        ("label user_id", {}, (0,), (1,)),
        ("y_true label fold", {}, (1,), ()),
        ("id cat dog", {}, (1, 2), (0,)),
        ("id cat dog fold", {}, (1, 2), (0,)),
        ("species", {}, (0,), ()),
        ("id", {}, (0,), ()),
        ("a b id", {"labels": ("b",)}, (1,), (2,)),
        ("a b", {"labels": ("b", "a")}, (1, 0), ()),
        ("label id", {"labels": ("id",)}, (1,), ()),
    ],
)
def test_label_columns_follow_from_options_and_names(names, options, labels, ids):
    columns = infer_label_columns(names.split(), ReadOptions(**options), "f")
    assert (columns.labels, columns.ids, columns.logits) == (labels, ids, ())


def test_label_columns_without_a_header_are_all_columns():
    columns = infer_label_columns(("1", "2"), ReadOptions(), "f", header=False)
    assert (columns.labels, columns.ids) == ((0, 1), ())


@each(
    ("cells", "header"),
    [
        (["label"], True),
        (["id", "label"], True),
        (["id", "cat"], True),
        (["cat", "dog"], True),
        (["dog", "cat"], True),
        (["id", "cat", "dog"], True),
        (["species"], True),
        (["species", "place"], True),
        (["cat"], False),
        (["u", "cat"], False),
        (["cat", "cat"], False),
        (["0"], False),
        (["1", "0"], False),
        (["1.0"], False),
        (["7", "bird"], False),
        (["true"], False),
        (["yes"], False),
        (["NA"], False),
        (["[0, 1]"], False),
    ],
)
def test_label_header_names_columns_and_no_label(cells, header):
    assert is_label_header(cells, CLASSES) == header


def test_label_header_may_hold_the_short_names_of_the_classes():
    assert is_label_header(["cat", "dog"], ("logit_cat", "logit_dog"), ["cat", "dog"])
    assert not is_label_header(["cat"], ("logit_cat", "logit_dog"), ["cat", "dog"])
