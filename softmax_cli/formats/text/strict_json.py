"""JSON read strictly: what Python's reader lets pass or trips over is refused with a reason."""

from __future__ import annotations

import json
from typing import Any


class NonFiniteLiteral(float):
    """NaN or an infinity that is written as such, and not a number too large for a float."""


class TrailingDataError(ValueError):
    """A JSON text that goes on after its value."""


def loads(text: str | bytes) -> Any:  # noqa: ANN401
    """The value of a JSON text; NaN and infinities are floats.

    Raises ValueError, with a reason to follow the place, for what is no JSON, for an object
    with two fields of one name, and for what is nested too deeply or has too many digits.
    """
    try:
        return _DECODER.decode(
            (text.decode() if isinstance(text, bytes) else text).lstrip("\ufeff")
        )
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        kind = TrailingDataError if error.msg == "Extra data" else ValueError
        raise kind(
            f"not valid JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error.reason}") from None
    except _DuplicateFieldError as error:
        raise ValueError(f'the field "{error}" stands twice in one object') from None
    except ValueError:
        raise ValueError("a number has too many digits") from None


def escape_surrogates(string: str) -> str:
    """A string that is text: half of a pair of surrogates, which is none, stays escaped."""
    return string.encode("utf-8", "backslashreplace").decode()


class _DuplicateFieldError(ValueError):
    """The name of a field that an object has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateFieldError(next(name for name in names if names.count(name) > 1))
    return fields


# Made once: a decoder takes as long to make as a short record to read.
_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_constant=NonFiniteLiteral)
