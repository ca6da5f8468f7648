"""The decorator of records: what that of the standard library does, for all that is used of it."""

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from functools import cached_property
from typing import ClassVar

import pytest

from softmax_cli.dataclass import dataclass
from tests.each import each


def _define(decorator):
    """Return the same classes, decorated with one of the two decorators."""

    @decorator(frozen=True)
    class Point:
        """A point."""

        kind: ClassVar = "point"
        x: int
        y: int = 2
        tags: list = field(default_factory=list)
        cache: int = field(default=0, repr=False, compare=False)

        @cached_property
        def total(self):
            return self.x + self.y

    @decorator(frozen=True)
    class Named(Point):
        """A point with a name."""

        name: str = "a"
        unit: str = field(default="m", kw_only=True)

    @decorator(frozen=True, kw_only=True)
    class Options:
        """Options."""

        first: int
        second: tuple = ()

    @decorator()
    class Counts:
        """Counts, which change."""

        rows: int = 0
        names: dict = field(default_factory=dict)

    @decorator(frozen=True)
    class Checked:
        """A number that is checked."""

        number: float

        def __post_init__(self):
            if self.number < 0:
                raise ValueError("negative")

    return Point, Named, Options, Counts, Checked


OURS, THEIRS = _define(dataclass), _define(dataclasses.dataclass)
PAIRS = [*zip(OURS, THEIRS, strict=True)]
ARGUMENTS = [
    (0, (1,), {}),
    (0, (1, 3), {}),
    (0, (1, 3, ["a"], 4), {}),
    (0, (), {"x": 1, "tags": []}),
    (0, (1,), {"cache": 9}),
    (1, (1,), {}),
    (1, (1, 2, [], 0, "b"), {"unit": "km"}),
    (2, (), {"first": 1}),
    (2, (), {"first": 1, "second": (2,)}),
    (3, (), {}),
    (3, (2, {"a": 1}), {}),
    (4, (0.5,), {}),
]
WRONG = [
    (0, (), {}),
    (0, (1, 2, [], 0, 5), {}),
    (0, (1,), {"x": 1}),
    (0, (1,), {"z": 1}),
    (0, (), {"y": 1, "z": 1}),
    (1, (1, 2, [], 0, "b", "km"), {}),
    (2, (1,), {}),
]


def _state(instance):
    return {one.name: getattr(instance, one.name) for one in fields(instance)}


def _parameters(cls):
    parameters = inspect.signature(cls).parameters.values()
    return [(one.name, one.kind, one.annotation, one.default is one.empty) for one in parameters]


@each("index, arguments, values", ARGUMENTS)
def test_instances_have_the_same_fields_text_and_hash(index, arguments, values):
    ours, theirs = (cls(*arguments, **values) for cls in PAIRS[index])
    assert _state(ours) == _state(theirs)
    assert repr(ours) == repr(theirs)
    assert asdict(ours) == asdict(theirs)
    for make in (copy.copy, copy.deepcopy, replace):
        assert make(ours) == ours
        assert make(ours) is not ours


@each("index, arguments, values", WRONG)
def test_wrong_arguments_are_an_error(index, arguments, values):
    for cls in PAIRS[index]:
        with pytest.raises(TypeError):
            cls(*arguments, **values)


@each("index", range(len(PAIRS)))
def test_signatures_and_fields_are_the_same(index):
    ours, theirs = PAIRS[index]
    for one, other in zip(_parameters(ours), _parameters(theirs), strict=True):
        assert one == other
    assert [one.name for one in fields(ours)] == [one.name for one in fields(theirs)]
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__doc__ == theirs.__doc__


def test_equality_is_that_of_the_compared_fields_of_one_class():
    point, named, *_ = OURS
    assert point(1) == point(1, cache=5)
    assert point(1) != point(2)
    assert point(1) != named(1)
    assert point(1) != (1, 2, [])
    assert hash(OURS[2](first=1)) == hash(OURS[2](first=1))


def test_defaults_are_made_anew():
    counts = OURS[3]
    assert counts().names is not counts().names


def test_frozen_records_do_not_change_and_others_do():
    point = OURS[0](1)
    for change in (lambda: setattr(point, "x", 2), lambda: delattr(point, "x")):
        with pytest.raises(FrozenInstanceError):
            change()
    assert point.total == 3
    assert point == OURS[0](1)
    counts = OURS[3]()
    counts.rows += 1
    assert counts.rows == 1
    with pytest.raises(TypeError):
        hash(counts)


def test_replacement_is_checked():
    checked = OURS[4](1.0)
    with pytest.raises(ValueError, match="negative"):
        replace(checked, number=-1.0)


@dataclass(frozen=True)
class Pickled:
    """A record at the top of a module, as pickle needs it."""

    x: int
    y: str = "a"


def test_records_are_pickled():
    assert pickle.loads(pickle.dumps(Pickled(1))) == Pickled(1)
