"""The `dataclass` of this package: that of the standard library, without generated code.

Compiling the methods of a class takes half a millisecond, and a small command has dozens of
classes. These methods are shared by all of them and look the fields up instead. What `dataclasses`
offers for instances (`fields`, `replace`, `asdict`) works as always.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, field, fields
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from inspect import Signature

T = TypeVar("T")
_set = object.__setattr__  # frozen classes have another


@dataclass_transform(field_specifiers=(field,))
def dataclass(*, frozen: bool = False, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Return a decorator that makes a data class: `init`, `repr` and `eq`, hashable if frozen."""
    methods = {**_METHODS, **(_FROZEN if frozen else {"__hash__": None})}

    def decorate(cls: type[T]) -> type[T]:
        for name, method in methods.items():
            if name not in vars(cls):
                setattr(cls, name, method)
        dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        cls.__layout__ = _Layout(cls)  # type: ignore[attr-defined]
        return cls

    return decorate


class _Layout:
    """The fields of a class, as its instances are made.

    Attributes:
        names: of all fields.
        positional: of those that arguments without a name fill, in order.
        defaults: the values of fields that have one.
        factories: functions that make the values of others.
        checked: True if the class has `__post_init__`.
    """

    def __init__(self, cls: type[Any]) -> None:
        own = fields(cls)
        self.names = {each.name for each in own}
        self.positional: tuple[str, ...] = cls.__match_args__
        self.defaults = {e.name: e.default for e in own if e.default is not MISSING}
        self.factories = {
            e.name: e.default_factory for e in own if e.default_factory is not MISSING
        }
        self.checked = hasattr(cls, "__post_init__")


class _Signature:
    """The signature of a class for `inspect`, made when it is asked for."""

    def __get__(self, _instance: object, cls: type[Any]) -> Signature:
        from inspect import Parameter, Signature

        parameters = []
        for each in fields(cls):
            kind = Parameter.KEYWORD_ONLY if each.kw_only else Parameter.POSITIONAL_OR_KEYWORD
            factory = each.default_factory
            default = each.default if factory is MISSING else factory
            default = Parameter.empty if default is MISSING else default
            parameters.append(Parameter(each.name, kind, default=default, annotation=each.type))
        parameters.sort(key=lambda each: each.kind)
        return Signature(parameters, return_annotation=None)


def _init(self: Any, /, *args: Any, **values: Any) -> None:  # noqa: ANN401
    layout: _Layout = self.__layout__
    given = dict(zip(layout.positional, args))  # noqa: B905
    if values:
        given.update(values)
    state = layout.defaults | given
    if len(state) < len(layout.names):
        missing = layout.factories.keys() - state.keys()
        state |= {name: layout.factories[name]() for name in missing}
    if (
        len(state) != len(layout.names)
        or len(given) < len(args) + len(values)
        or not values.keys() <= layout.names
    ):
        type(self).__signature__.bind(*args, **values)  # raises TypeError
    _set(self, "__dict__", state)
    if layout.checked:
        self.__post_init__()


def _repr(self: Any) -> str:  # noqa: ANN401
    shown = ", ".join(f"{e.name}={getattr(self, e.name)!r}" for e in fields(self) if e.repr)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: Any, other: object) -> bool:  # noqa: ANN401
    return _compared(self) == _compared(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:  # noqa: ANN401
    return hash(_compared(self))


def _compared(self: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return tuple(getattr(self, each.name) for each in fields(self) if each.compare)


def _setattr(_self: object, name: str, _value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(_self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_METHODS = {"__init__": _init, "__repr__": _repr, "__eq__": _eq, "__signature__": _Signature()}
_FROZEN = {"__hash__": _hash, "__setattr__": _setattr, "__delattr__": _delattr}
