"""Forms of lists of tokens, and the search for them in a response.

Each form is a function of an object that returns the tokens in it, or None if the object has
another form. `find_answers` searches a response for them, whatever envelope they lie in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from softmax_cli.formats.json.responses.tokens import (
    ALTERNATIVES,
    Answer,
    Token,
    has_logprob,
    is_token,
    read_alternatives,
    read_pair,
    read_token,
    read_token_by_id,
    read_triple,
)

# Envelopes are nested less deeply; deeper objects hold something else.
_MAX_DEPTH = 12
_LISTS = ("content", "logprobs", "completion_probabilities", "reasoning_content", "refusal")
# Lists of answers, of which each has a number.
_CHOICES = ("choices", "candidates", "outputs", "completions", "generations", "best_of_sequences")


def find_answers(record: Any, *, prompt: bool = False) -> list[Answer]:  # noqa: ANN401
    """Return the answers in a response; with `prompt` the tokens of its prompt instead."""
    answers: list[Answer] = []
    taken: set[int] = set()
    for number, tokens in _search(record, 0, _PROMPT_FORMS if prompt else _FORMS, 0):
        choice = number if number not in taken else max(taken) + 1
        taken.add(choice)
        answers.append(Answer(choice, tokens))
    return answers


def _search(
    node: Any,  # noqa: ANN401
    choice: int,
    forms: Mapping[str, _Form],
    depth: int,
) -> Iterator[tuple[int, list[Token]]]:
    """Yield the lists of tokens in a value, each with the number of its choice."""
    if depth > _MAX_DEPTH or not isinstance(node, dict | list):
        return
    if isinstance(node, list):
        for item in node:
            yield from _search(item, choice, forms, depth + 1)
        return
    used: set[str] = set()
    for form in forms.values():
        if (tokens := form(node)) is not None:
            used.update(_TOKEN_FIELDS)
            yield choice, tokens
            break
    for name, value in node.items():
        if name in used or not isinstance(value, (dict, list)):
            continue
        if name in _CHOICES and isinstance(value, list):
            for i, item in enumerate(value):
                yield from _search(item, _number(item, i), forms, depth + 1)
        else:
            yield from _search(value, choice, forms, depth + 1)


def _number(item: Any, i: int) -> int:  # noqa: ANN401
    index = item.get("index") if isinstance(item, dict) else None
    return index if isinstance(index, int) and not isinstance(index, bool) and index >= 0 else i


def _listed(node: dict[str, Any]) -> list[Token] | None:
    """Read `[{token, logprob, top_logprobs: [{token, logprob}]}]`: most chat interfaces."""
    for name in _LISTS:
        items = node.get(name)
        if isinstance(items, list) and any(map(is_token, items)):
            return [read_token(item) for item in items if isinstance(item, dict)]
    return None


def _parallel(node: dict[str, Any]) -> list[Token] | None:
    """Read `{tokens, token_logprobs, top_logprobs: [{token: logprob}]}`: legacy completions."""
    texts, logprobs, tops = (
        node.get(name) for name in ("tokens", "token_logprobs", "top_logprobs")
    )
    if not isinstance(logprobs, list) and not _are_mappings(tops):
        return None
    columns = [column if isinstance(column, list) else [] for column in (texts, logprobs, tops)]
    return [
        Token(text, logprob, read_alternatives(top)) for text, logprob, top in zip_longest(*columns)
    ]


def _by_id(*names: str) -> _Form:
    """Return a form `[{"9": {logprob, decoded_token}}]`, the token itself first: vLLM."""

    def read(node: dict[str, Any]) -> list[Token] | None:
        for name in names:
            items = node.get(name)
            if isinstance(items, list) and any(map(_is_by_id, items)):
                return [read_token_by_id(item) for item in items]
        return None

    return read


def _details(node: dict[str, Any]) -> list[Token] | None:
    """Read `{tokens: [{text, logprob}], top_tokens: [[{text, logprob}]]}`: TGI."""
    items, tops = node.get("tokens"), node.get("top_tokens")
    if not isinstance(items, list) or not any(map(is_token, items)):
        return None
    pairs = zip_longest(items, tops if isinstance(tops, list) else [])
    return [Token(*read_pair(item), read_alternatives(top)) for item, top in pairs]


def _gemini(node: dict[str, Any]) -> list[Token] | None:
    """Read `{chosenCandidates: [...], topCandidates: [{candidates: [...]}]}`: Gemini."""
    chosen = node.get("chosenCandidates", node.get("chosen_candidates"))
    tops = node.get("topCandidates", node.get("top_candidates"))
    columns = [column if isinstance(column, list) else [] for column in (chosen, tops)]
    if not any(isinstance(item, dict) for column in columns for item in column):
        return None
    return [
        Token(
            *read_pair(item),
            read_alternatives(top.get("candidates") if isinstance(top, dict) else None),
        )
        for item, top in zip_longest(*columns)
    ]


def _sglang(node: dict[str, Any]) -> list[Token] | None:
    """Read `{output_token_logprobs: [[logprob, id, text]], output_top_logprobs}`: SGLang."""
    items, tops = node.get("output_token_logprobs"), node.get("output_top_logprobs")
    if not isinstance(items, list):
        return None
    pairs = zip_longest(items, tops if isinstance(tops, list) else [])
    return [
        Token(*read_triple(item), tuple(map(read_triple, top if isinstance(top, list) else ())))
        for item, top in pairs
    ]


_Form = Callable[[dict[str, Any]], "list[Token] | None"]
_FORMS: dict[str, _Form] = {
    "list of tokens": _listed,
    "parallel lists": _parallel,
    "alternatives by id": _by_id("logprobs"),
    "tokens and top tokens": _details,
    "chosen and top candidates": _gemini,
    "triples": _sglang,
}
_PROMPT_FORMS: dict[str, _Form] = {"alternatives by id": _by_id("prompt_logprobs")}
_TOKEN_FIELDS = frozenset([
    *_LISTS, *ALTERNATIVES, "tokens", "top_tokens", "prefill", "chosenCandidates",
    "topCandidates", "chosen_candidates", "top_candidates", "prompt_logprobs",
])  # fmt: skip


def _is_by_id(item: Any) -> bool:  # noqa: ANN401
    return isinstance(item, dict) and bool(item) and all(map(has_logprob, item.values()))


def _are_mappings(value: Any) -> bool:  # noqa: ANN401
    """Return True for a list of objects of token -> logprob."""
    if not isinstance(value, list):
        return False
    items = [item for item in value if isinstance(item, dict) and item]
    return bool(items) and all(
        number is None or isinstance(number, int | float)
        for item in items
        for number in item.values()
    )
