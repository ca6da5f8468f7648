"""Responses of OpenAI-style interfaces: each token's likeliest alternatives as a row.

`choices[].logprobs.content[].top_logprobs[]`; the alternatives differ from token to token, so
that their names are columns beside their probabilities.
"""

from __future__ import annotations

import math
from typing import Any

from softmax_cli.formats.columns.inference import Columns
from softmax_cli.formats.json.shape import Locator, Record, Shape
from softmax_cli.formats.text.strict_json import NonFiniteLiteral


def holds_logprobs(record: dict[str, Any]) -> bool:
    """Whether an object is a response with top_logprobs."""
    choices = record.get("choices")
    return isinstance(choices, list) and any(map(_tokens, choices))


class TopLogprobs(Shape):
    """A row for each token: its alternatives, and the `mass` that these cover together."""

    truncated = True

    def __init__(self, record: dict[str, Any]) -> None:
        tokens = [token for choice in record["choices"] for token in _tokens(choice)]
        self._count = max((len(_alternatives(token)) for token in tokens), default=0)
        if not self._count:
            raise ValueError("the tokens have no top_logprobs: ask for them with top_logprobs=5")
        ranks = range(1, self._count + 1)
        names = (
            "choice", "token", "mass",
            *(f"alternative_{k}" for k in ranks),
            *(f"probability_{k}" for k in ranks),
        )  # fmt: skip
        logits = tuple(range(3 + self._count, len(names)))
        note = (
            f'a row for each token: its {self._count} alternatives, renormalized, and the "mass" '
            "of probability that they cover"
        )
        self.columns = Columns(names, True, logits, (), (), note)

    def explode(self, records: list[Record], location: Locator) -> tuple[list[Record], Locator]:
        """A record for each token of each response."""
        rows: list[Record] = []
        places: list[int] = []
        for i, record in enumerate(records):
            found = _of_response(record)
            if found is None:
                raise location(i).error("no response with choices and logprobs, as the first is")
            rows += found
            places += [i] * len(found)
        return rows, lambda row: location(places[row])

    def values(self, record: Record) -> list[Any]:
        """The logarithms of the alternatives' probabilities; -inf where there are fewer."""
        logprobs = [item["logprob"] for item in _alternatives(record[1])]
        if len(logprobs) > self._count:
            raise ValueError(f"{len(logprobs)} alternatives where {self._count} are expected")
        for value in logprobs:
            if isinstance(value, float) and value > 0:
                raise ValueError(f"{value:g} is not 0 at most, as log-probabilities are")
        return logprobs + [NonFiniteLiteral(-math.inf)] * (self._count - len(logprobs))

    def others(self, record: Record) -> list[Any]:
        """The choice's number, the token, the mass of its alternatives, and their texts."""
        choice, token = record
        alternatives = _alternatives(token)
        logprobs = [item["logprob"] for item in alternatives]
        sound = all(isinstance(value, int | float) and value <= 0 for value in logprobs)
        mass = math.fsum(map(math.exp, logprobs)) if sound else None
        texts = [item.get("token") for item in alternatives]
        return [choice, token.get("token"), mass, *texts, *[None] * (self._count - len(texts))]


def _of_response(record: Record) -> list[Record] | None:
    """The tokens of a response, each with the number of its choice."""
    if not isinstance(record, dict) or not isinstance(record.get("choices"), list):
        return None
    return [
        (number, token)
        for number, choice in enumerate(record["choices"])
        for token in _tokens(choice)
    ]


def _tokens(choice: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    logprobs = choice.get("logprobs") if isinstance(choice, dict) else None
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    tokens = content if isinstance(content, list) else []
    return [token for token in tokens if isinstance(token, dict)]


def _alternatives(token: dict[str, Any]) -> list[dict[str, Any]]:
    """The alternatives of a token that have a logprob."""
    found = token.get("top_logprobs")
    items = found if isinstance(found, list) else []
    return [item for item in items if isinstance(item, dict) and "logprob" in item]
