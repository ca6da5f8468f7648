"""Envelopes of responses of language models: known even where they hold no log-probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from softmax_cli.errors import printable


def is_response(record: Any) -> bool:  # noqa: ANN401
    """Return True if a record is a response of a language model, or holds one."""
    if isinstance(record, list):
        return bool(record) and all(map(is_response, record))
    if not isinstance(record, dict):
        return False
    return any(mark(record) for mark, _ in MARKS.values())


def describe_missing(responses: Sequence[dict[str, Any]]) -> str:
    """Return why responses without log-probabilities have none, and how to request them."""
    errors = [_find_error(response) for response in responses]
    if all(error is not None for error in errors):
        return f'no answer: every response is an error, first "{printable(errors[0] or "")[:80]}"'
    for response, error in zip(responses, errors, strict=True):
        for mark, request in MARKS.values():
            if error is None and mark(_body(response)):
                return f"no logprobs in this response: {request}"
    return f"no logprobs in this response: {REQUEST}"


def request_of_alternatives(response: dict[str, Any]) -> str:
    """Return how to request alternatives of tokens, for a response without them."""
    marked = (request for mark, request in MARKS.values() if mark(_body(response)))
    return next(marked, REQUEST)


def _body(response: dict[str, Any]) -> dict[str, Any]:
    """Return the response in a line of batch output, or the response itself."""
    inner = response.get("response", response.get("body"))
    inner = inner.get("body", inner) if isinstance(inner, dict) else response
    return inner if isinstance(inner, dict) else response


def _find_error(response: dict[str, Any]) -> str | None:
    """Return the message of a response that is an error; None for others."""
    for place in (response, _body(response)):
        if error := place.get("error"):
            message = error.get("message") if isinstance(error, dict) else error
            return str(message or "error")
    return None


def _completions(record: dict[str, Any]) -> bool:
    return record.get("object") == "text_completion"


def _responses_api(record: dict[str, Any]) -> bool:
    return record.get("object") == "response"


def _openai(record: dict[str, Any]) -> bool:
    kind = record.get("object")
    if isinstance(kind, str) and ("completion" in kind or kind == "response"):
        return True
    return _any_has(record.get("choices"), "message", "text", "delta", "logprobs", "finish_reason")


def _batch(record: dict[str, Any]) -> bool:
    response = record.get("response", record.get("body"))
    requested = any(name in record for name in ("custom_id", "key", "request"))
    if requested and ("error" in record or response == {}):
        return True
    return isinstance(response, dict) and ("body" in response or is_response(response))


def _gemini(record: dict[str, Any]) -> bool:
    return _any_has(
        record.get("candidates"), "content", "finishReason", "finish_reason", "logprobsResult"
    )


def _ollama(record: dict[str, Any]) -> bool:
    answered = isinstance(record.get("response"), str) or isinstance(record.get("message"), dict)
    return isinstance(record.get("done"), bool) and answered


def _tgi(record: dict[str, Any]) -> bool:
    details = record.get("details")
    return isinstance(record.get("generated_text"), str) or (
        isinstance(details, dict) and ("generated_tokens" in details or "top_tokens" in details)
    )


def _anthropic(record: dict[str, Any]) -> bool:
    return record.get("role") == "assistant" and "content" in record


def _llama_cpp(record: dict[str, Any]) -> bool:
    return isinstance(record.get("content"), str) and (
        "tokens_predicted" in record or "generation_settings" in record
    )


def _sglang(record: dict[str, Any]) -> bool:
    meta = record.get("meta_info")
    return isinstance(meta, dict) and "finish_reason" in meta


def _by_field(record: dict[str, Any]) -> bool:
    names = ("completion_probabilities", "prompt_logprobs")
    return any(isinstance(record.get(name), list) for name in names)


REQUEST = "request them with logprobs=true, top_logprobs=5"
# How each interface is recognized, and what asks it for the alternatives of tokens.
MARKS: dict[str, tuple[Callable[[dict[str, Any]], bool], str]] = {
    "legacy completions": (_completions, "request them with logprobs=5"),
    "Responses API": (
        _responses_api,
        'request them with include=["message.output_text.logprobs"], top_logprobs=5',
    ),
    "OpenAI": (_openai, REQUEST),
    "batch output": (_batch, REQUEST),
    "Gemini": (_gemini, "request them with responseLogprobs=true, logprobs=5"),
    "Ollama": (_ollama, REQUEST),
    "Text Generation Inference": (_tgi, "request them with details=true, top_n_tokens=5"),
    "Anthropic": (_anthropic, "this interface returns none"),
    "llama.cpp": (_llama_cpp, "request them with n_probs=5"),
    "SGLang": (_sglang, "request them with return_logprob=true, top_logprobs_num=5"),
    "others": (_by_field, REQUEST),
}


def _any_has(items: Any, *names: str) -> bool:  # noqa: ANN401
    if not isinstance(items, list):
        return False
    return any(isinstance(item, dict) and any(name in item for name in names) for item in items)
