"""Log-probabilities of the classes of a token: its alternatives, or given candidates."""

from __future__ import annotations

import math
from typing import Any

from softmax_cli.formats.json.record_shapes import is_number
from softmax_cli.formats.json.responses.tokens import Alternative, Token
from softmax_cli.formats.text.strict_json import NonFiniteLiteral

# A log-probability this little above 0 is 0, rounded.
_ROUNDING = 1e-6
MASKED = NonFiniteLiteral(-math.inf)


def known_alternatives(token: Token) -> tuple[Alternative, ...]:
    """Return the alternatives of a token: itself, if it has no others."""
    return token.alternatives or ((token.text, token.logprob),)


def candidate_logprob(token: Token, name: str) -> Any:  # noqa: ANN401
    """Return the log-probability of a candidate: of all spellings that differ in blanks."""
    known = token.alternatives
    if token.logprob is not None and token.text not in (text for text, _ in known):
        known = (*known, (token.text, token.logprob))
    values = [clean_logprob(logprob) for text, logprob in known if _bare(text) == name]
    if invalid := [value for value in values if not is_number(value)]:
        return invalid[0]
    highest = max(values, default=-math.inf)
    if len(values) < 2 or highest == -math.inf:
        return values[0] if values and highest != -math.inf else MASKED
    return highest + math.log(math.fsum(math.exp(value - highest) for value in values))


def _bare(text: Any) -> str | None:  # noqa: ANN401
    """Return a token without blanks around it, also as tokenizers write them."""
    return text.strip().strip("\u2581\u0120").strip() if isinstance(text, str) else None


def clean_logprob(value: Any) -> Any:  # noqa: ANN401
    """Return a log-probability, 0 for a rounding above; raise ValueError if it is above 0."""
    if is_number(value) and value > 0:
        if value > _ROUNDING:
            raise ValueError(f"log-probability {str(value)[:24]} is above 0")
        return 0.0
    return value
