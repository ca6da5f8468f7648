"""Which names columns of identifiers and labels have, and names that are numbers in sequence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


_ID_NAMES = frozenset(["id", "index", "idx", "uuid", "file", "filename", "image", "name"]) | {""}


_ID_SUFFIX = re.compile(r".*(?:[ _.-](?:id|ID|Id)|[a-z]I[dD])")  # user_id, image-id, sampleId


# The first of these that a file has is its label; the others are then classes.
LABEL_NAMES = ("label", "target", "y", "y_true", "class", "truth", "labels")


def is_id_name(name: str) -> bool:
    """Whether a column of that name holds identifiers."""
    text = name.strip()
    return text.lower() in _ID_NAMES or _ID_SUFFIX.fullmatch(text) is not None


def is_sequential(numbers: Sequence[str]) -> bool:
    """Whether the texts are 0..C-1 or 1..C, for more than one."""
    count = len(numbers)
    return count > 1 and list(numbers) in (
        [str(i) for i in range(count)],
        [str(i) for i in range(1, count + 1)],
    )
