"""Strict JSON parsing, with a reason for everything that it rejects."""

from __future__ import annotations

import json
from typing import Any

from softmax_cli.formats.output_schema import first_duplicate


class NonFiniteLiteral(float):
    """A NaN or infinity literal, as opposed to a number out of range for float64."""


class TrailingDataError(ValueError):
    """Data after the value of a JSON text."""


def loads(text: str | bytes) -> Any:  # noqa: ANN401
    """Parse a JSON text strictly; literals of NaN and infinity become floats.

    Raises:
        ValueError: with a reason that follows the location, for invalid JSON, duplicate
            fields, nesting that is too deep and numbers with too many digits.
    """
    try:
        return _DECODER.decode(
            (text.decode() if isinstance(text, bytes) else text).lstrip("\ufeff")
        )
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
    except json.JSONDecodeError as error:
        error_class = TrailingDataError if error.msg == "Extra data" else ValueError
        raise error_class(
            f"invalid JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
        ) from None
    except UnicodeDecodeError as error:
        raise ValueError(f"invalid UTF-8: {error.reason}") from None
    except _DuplicateFieldError as error:
        raise ValueError(f'duplicate field "{error}"') from None
    except ValueError:
        raise ValueError("number has too many digits") from None


def escape_surrogates(string: str) -> str:
    """Return a string with unpaired surrogates escaped, because UTF-8 lacks them."""
    return string.encode("utf-8", "backslashreplace").decode()


class _DuplicateFieldError(ValueError):
    """A field name that occurs twice in one object."""


def _unique_fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _DuplicateFieldError(first_duplicate(name for name, _ in pairs))
    return fields


# Shared, because making a decoder takes as long as parsing a short record.
_DECODER = json.JSONDecoder(object_pairs_hook=_unique_fields, parse_constant=NonFiniteLiteral)
