"""Tokens of answers with their alternatives, and how they are written."""

from __future__ import annotations

import math
from typing import Any

from softmax_cli.dataclass import dataclass
from softmax_cli.formats.text.strict_json import NonFiniteLiteral

_TEXT = ("token", "text", "decoded_token", "tok_str", "content")
_LOGPROB = ("logprob", "logProbability", "log_probability", "log_prob")
_PROBABILITY = ("prob", "probability")
ALTERNATIVES = ("top_logprobs", "top_probs", "probs", "topLogprobs")

Alternative = tuple[Any, Any]


@dataclass(frozen=True)
class Token:
    """A token of an answer: its text, its log-probability, and those of its alternatives."""

    text: Any
    logprob: Any
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True)
class Answer:
    """The tokens of one answer, and its number among the answers of a response."""

    choice: int
    tokens: list[Token]


def read_token(item: dict[str, Any]) -> Token:
    """Return the token of an object that `is_token`."""
    alternatives = next((item[name] for name in ALTERNATIVES if item.get(name)), None)
    token = Token(*read_pair(item), read_alternatives(alternatives))
    if token.logprob is None:  # llama.cpp of old has it among the alternatives only
        own = (logprob for text, logprob in token.alternatives if text == token.text)
        return Token(token.text, next(own, None), token.alternatives)
    return token


def read_token_by_id(item: Any) -> Token:  # noqa: ANN401
    """Return the token of an object id -> log-probability, the first of which is itself."""
    alternatives = read_alternatives(item)
    return Token(*alternatives[0], alternatives) if alternatives else Token(None, None)


def read_alternatives(value: Any) -> tuple[Alternative, ...]:  # noqa: ANN401
    """Return the alternatives in a list, or in an object of token -> logprob or token."""
    if isinstance(value, list):
        return tuple(read_pair(item) for item in value if has_logprob(item))
    if not isinstance(value, dict):
        return ()
    return tuple(
        (read_pair(item)[0] or name, read_pair(item)[1]) if isinstance(item, dict) else (name, item)
        for name, item in value.items()
    )


def read_pair(item: Any) -> Alternative:  # noqa: ANN401
    """Return the text and the log-probability of a token; None for what it lacks."""
    if not isinstance(item, dict):
        return None, None
    text = next((item[name] for name in _TEXT if isinstance(item.get(name), str)), None)
    if text is None:
        number = next((item[name] for name in ("id", "token_id", "tokenId") if name in item), None)
        text = None if number is None else str(number)
    for name in _LOGPROB:
        if name in item:
            return text, item[name]
    probability = next((item[name] for name in _PROBABILITY if name in item), None)
    return text, _log(probability)


def read_triple(item: Any) -> Alternative:  # noqa: ANN401
    """Return the text and the log-probability of `[log-probability, id, text]`."""
    if not isinstance(item, list) or len(item) < 2:
        return None, None
    return (item[2] if len(item) > 2 and item[2] is not None else str(item[1])), item[0]


def _log(probability: Any) -> Any:  # noqa: ANN401
    """Return the logarithm of a probability; what is none stays, to be refused with its row."""
    if isinstance(probability, bool) or not isinstance(probability, int | float):
        return probability
    if probability <= 0:
        return NonFiniteLiteral(-math.inf) if probability == 0 else math.nan
    return math.log(probability)


def has_logprob(item: Any) -> bool:  # noqa: ANN401
    """Return True for an object with a log-probability or a probability."""
    return isinstance(item, dict) and any(name in item for name in (*_LOGPROB, *_PROBABILITY))


def is_token(item: Any) -> bool:  # noqa: ANN401
    """Return True for an object of a token with its log-probability or its alternatives."""
    if not isinstance(item, dict):
        return False
    named = any(name in item for name in (*_TEXT, "id", "token_id", "tokenId"))
    tops = any(isinstance(item.get(name), list) for name in ALTERNATIVES)
    return named and (tops or any(name in item for name in (*_LOGPROB, "prob")))
