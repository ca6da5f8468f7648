"""Envelopes of responses of language models: known even where they hold no log-probabilities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def is_response(record: Any) -> bool:  # noqa: ANN401
    """Return True if a record is a response of a language model, or holds one."""
    if isinstance(record, list):
        return bool(record) and all(map(is_response, record))
    if not isinstance(record, dict):
        return False
    return any(mark(record) for mark in MARKS.values())


def _openai(record: dict[str, Any]) -> bool:
    kind = record.get("object")
    if isinstance(kind, str) and ("completion" in kind or kind == "response"):
        return True
    return _any_has(record.get("choices"), "message", "text", "delta", "logprobs", "finish_reason")


def _batch(record: dict[str, Any]) -> bool:
    response = record.get("response", record.get("body"))
    failed = "custom_id" in record and "error" in record and response is None
    return failed or (isinstance(response, dict) and ("body" in response or is_response(response)))


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


def _by_field(record: dict[str, Any]) -> bool:
    if any(
        isinstance(record.get(n), list) for n in ("completion_probabilities", "prompt_logprobs")
    ):
        return True
    meta = record.get("meta_info")  # SGLang
    return isinstance(meta, dict) and "finish_reason" in meta


MARKS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "OpenAI": _openai,
    "batch output": _batch,
    "Gemini": _gemini,
    "Ollama": _ollama,
    "Text Generation Inference": _tgi,
    "Anthropic": _anthropic,
    "llama.cpp": _llama_cpp,
    "others": _by_field,
}


def _any_has(items: Any, *names: str) -> bool:  # noqa: ANN401
    if not isinstance(items, list):
        return False
    return any(isinstance(item, dict) and any(name in item for name in names) for item in items)
