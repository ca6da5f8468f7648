"""Names without the prefix and the suffix that all of them share: `cat` of `logit_cat`."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS_AT_END, _DIGITS_AT_START = re.compile(r"[0-9]+$"), re.compile(r"^[0-9]+")
_WORD_AT_END, _WORD_AT_START = re.compile(r"[^\W_]+$"), re.compile(r"^[^\W_]+")


def short_names(names: Sequence[str]) -> list[str]:
    """Return names without what all begin and end with, up to whole words and numbers.

    >>> short_names(["Class=setosa", "Class=versicolor"])
    ['setosa', 'versicolor']
    >>> short_names(["p10", "p11"])
    ['10', '11']
    >>> short_names(["cat", "car"])
    ['cat', 'car']
    """
    names = [name.strip() for name in names]
    if len(names) < 2 or len(set(names)) < len(names):
        return list(names)
    start = len(_shared_prefix(names))
    rests = [name[start:] for name in names]
    end = len(_shared_suffix(rests))
    short = [rest[: len(rest) - end] for rest in rests]
    return short if all(short) else list(names)


def _shared_prefix(names: Sequence[str]) -> str:
    prefix = _DIGITS_AT_END.sub("", os.path.commonprefix(list(names)))  # noqa: RUF071
    if all(name[len(prefix) :].isdigit() for name in names):
        return prefix
    return _WORD_AT_END.sub("", prefix)


def _shared_suffix(names: Sequence[str]) -> str:
    backwards = os.path.commonprefix([name[::-1] for name in names])  # noqa: RUF071
    return _WORD_AT_START.sub("", _DIGITS_AT_START.sub("", backwards[::-1]))
