"""Responses recognized by their envelopes."""

from softmax_cli.formats.json.responses.envelopes import is_response
from tests.each import each


@each("record", [
    {"object": "chat.completion", "created": 1, "choices": []},
    {"object": "text_completion"},
    {"object": "response", "created_at": 1},
    {"choices": [{"message": {}, "logprobs": None}], "created": 5},
    {"custom_id": "a", "response": {"body": {"choices": []}}, "error": None},
    {"custom_id": "a", "response": None, "error": {"code": 429}},
    {"model": "m", "response": "Yes", "done": True, "total_duration": 5, "eval_count": 3},
    {"model": "m", "message": {"role": "assistant", "content": "Yes"}, "done": True, "eval_count": 3},
    {"generated_text": "Yes"},
    {"details": {"finish_reason": "length", "generated_tokens": 1}},
    [{"generated_text": "Yes", "details": None}],
    {"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}], "usageMetadata": {"a": 1}},
    {"content": "Yes", "tokens_predicted": 3, "tokens_evaluated": 4},
    {"type": "message", "role": "assistant", "content": [{"type": "text"}], "usage": {"input_tokens": 1}},
    {"text": "Yes", "meta_info": {"finish_reason": {"type": "length"}, "prompt_tokens": 3}},
])  # fmt: skip
def test_responses_are_recognized(record):
    assert is_response(record)


@each("record", [
    {}, [], 5, {"cat": 1, "dog": 2}, {"choices": ["a", "b"], "logits": [1, 2]}, {"choices": [1.5, 2]},
    {"id": 1, "details": {"time": 3}, "cat": 1}, {"candidates": ["x"], "scores": [1]},
    {"response": "yes", "cat": 1, "dog": 2}, {"content": "text", "logits": [1, 2]},
    {"message": "hi", "done": 1, "logits": [1, 2]}, {"object": "cat", "scores": [1, 2]},
    {"id": 5, "error": 0.5, "response": 1.5}, [{"label": "a", "score": 1}],
])  # fmt: skip
def test_other_records_are_not(record):
    assert not is_response(record)
