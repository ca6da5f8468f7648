"""Which column joins the rows of two files, and which class is which."""

from types import SimpleNamespace

import pytest

from softmax_cli.errors import SoftmaxError
from softmax_cli.formats.columns.roles import Columns
from softmax_cli.formats.joins.matching import match_notices, match_sources


def _source(names, *, ids=(), texts=(), labels=(), dropped=(), name="x.csv", header=True):
    """A source of these columns, of which those without another role are logits."""
    names = names.split()
    others = [names.index(one) for part in (ids, texts, labels, dropped) for one in part]
    columns = Columns(
        tuple(names),
        header=header,
        logits=tuple(i for i in range(len(names)) if i not in others),
        ids=tuple(map(names.index, ids)),
        text_columns=tuple(map(names.index, texts)),
        labels=tuple(map(names.index, labels)),
        dropped=tuple(map(names.index, dropped)),
    )
    return SimpleNamespace(source=name, columns=columns)


ID = {"ids": ["id"]}


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        (("id a b", ID), ("a id b", ID), ("id", (0, 1))),
        (("ID a b", {"ids": ["ID"]}), ("id a b", ID), ("ID", (0, 0))),
        (("id key a b", {"ids": ["id", "key"]}), ("key a b", {"ids": ["key"]}), ("key", (1, 0))),
        (("ref id a b", {**ID, "texts": ["ref"]}), ("ref id a b", {**ID, "texts": ["ref"]}), ("id", (1, 1))),
        (("ref a b", {"texts": ["ref"]}), ("a b ref", {"texts": ["ref"]}), ("ref", (0, 2))),
        # Text that tells models or their results, not rows, apart.
        (("model a b", {"texts": ["model"]}), ("model a b", {"texts": ["model"]}), (None, (0, 0))),
        (("pred a b", {"texts": ["pred"]}), ("pred a b", {"texts": ["pred"]}), (None, (0, 0))),
        (("label a b", {"texts": ["label"]}), ("label a b", {"texts": ["label"]}), (None, (0, 0))),
        (("id a b", ID), ("a b", {}), (None, (0, 0))),
        (("id a b", ID), ("nr a b", {"ids": ["nr"]}), (None, (0, 0))),
        (("id a b", ID), ("id a b", {"dropped": ["id"]}), (None, (0, 0))),
    ],
)  # fmt: skip
def test_rows_are_joined_by_the_first_shared_identifier(first, other, expected):
    pair = [_source(names, **roles) for names, roles in (first, other)]
    (match,) = match_sources(pair)
    assert (match.id_name, match.id_columns) == expected


def test_a_column_can_be_chosen_or_left_out():
    pair = [_source("id w a b", ids=["id", "w"]) for _ in range(2)]
    assert match_sources(pair, ["w"])[0].id_name == "w"
    assert match_sources(pair, ["2"])[0].id_name == "w"
    assert match_sources(pair, [], ["id"])[0].id_name == "w"
    assert match_sources(pair, [], ["id", "W"])[0].description == "rows matched by position"


def test_each_file_is_joined_by_what_it_shares_with_the_first():
    sources = [
        _source("id a b", **ID), _source("id b a", **ID, name="y.csv"),
        _source("a b", name="z.csv"), _source("1 2", header=False, name="w.csv"),
    ]  # fmt: skip
    matches = match_sources(sources)
    assert [match.order for match in matches] == [[1, 0], [0, 1], [0, 1]]
    assert [notice.text for notice in match_notices(matches)] == [
        'y.csv: rows joined by "id"',
        'z.csv: rows matched by position, as z.csv has no "id"',
        'w.csv: rows matched by position, as w.csv has no "id"',
        "w.csv: classes matched by position",
    ]
    (notice,) = match_notices(matches[:1])
    assert notice.text == 'rows joined by "id"'
    (notice,) = match_notices(match_sources([sources[2], sources[0]]))
    assert notice.text == 'rows matched by position, as z.csv has no "id"'


@pytest.mark.parametrize(
    ("first", "other", "order"),
    [
        ("cat dog", "dog cat", [1, 0]),
        ("cat dog", "p_dog p_cat", [1, 0]),
        ("0 1", "cat dog", [0, 1]),
    ],
)
def test_classes_are_matched_by_name_else_by_position(first, other, order):
    (match,) = match_sources([_source(first), _source(other)])
    assert (match.order, match.by_name) == (order, first != "0 1")


@pytest.mark.parametrize(
    ("other", "difference"),
    [("cat owl", 'no "dog"'), ("cat dog owl", "3 instead of 2")],
)
def test_other_classes_are_an_error(other, difference):
    with pytest.raises(SoftmaxError, match=f"^y: classes differ from those of x: {difference}"):
        match_sources([_source("cat dog", name="x"), _source(other, name="y")])
