"""Tokens of responses of every interface."""

import math

from softmax_cli.formats.json.responses.forms import find_answers
from softmax_cli.formats.json.responses.tokens import Token
from tests.each import each

ITEMS = [{"token": "Yes", "logprob": -0.5}, {"token": "No", "logprob": -1.0}]
TEXTS = [{"id": 5, "text": "Yes", "logprob": -0.5}, {"id": 6, "text": "No", "logprob": -1.0}]
PAIRS = (("Yes", -0.5), ("No", -1.0))
YES = Token("Yes", -0.5, PAIRS)
CONTENT = [{"token": "Yes", "logprob": -0.5, "bytes": [89], "top_logprobs": ITEMS}]
CHAT = {"choices": [{"index": 0, "logprobs": {"content": CONTENT, "refusal": None}}]}
BY_ID = {"9": {"logprob": -0.5, "rank": 1, "decoded_token": "Yes"},
         "4": {"logprob": -1.0, "rank": 2, "decoded_token": "No"}}  # fmt: skip
GEMINI = [{"token": "Yes", "tokenId": 5, "logProbability": -0.5},
          {"token": "No", "tokenId": 6, "logProbability": -1.0}]  # fmt: skip
HALF = [{"tok_str": "a", "prob": 0.5}, {"tok_str": "b", "prob": 0}]
HALVES = Token("a", math.log(0.5), (("a", math.log(0.5)), ("b", -math.inf)))
FORMS = {
    "chat completion": (CHAT, [YES]),
    "batch output": ({"custom_id": "q", "response": {"status_code": 200, "body": CHAT}}, [YES]),
    "refusal": ({"choices": [{"logprobs": {"content": None, "refusal": CONTENT}}]}, [YES]),
    "camel case": ({"logprobs": [{"token": "Yes", "logprob": -0.5, "topLogprobs": ITEMS}]}, [YES]),
    "legacy completion": (
        {"choices": [{"text": "Yes", "logprobs": {
            "tokens": ["Yes"], "token_logprobs": [-0.5], "text_offset": [0],
            "top_logprobs": [{"Yes": -0.5, "No": -1.0}]}}]},
        [YES],
    ),
    "legacy completion with its prompt": (
        {"choices": [{"logprobs": {
            "tokens": ["Q", "Yes"], "token_logprobs": [None, -0.5],
            "top_logprobs": [None, {"Yes": -0.5, "No": -1.0}]}}]},
        [Token("Q", None), YES],
    ),
    "legacy completion without alternatives": (
        {"choices": [{"logprobs": {"tokens": ["Yes"], "token_logprobs": [-0.5], "top_logprobs": None}}]},
        [Token("Yes", -0.5)],
    ),
    "Responses": (
        {"object": "response", "output": [{"type": "reasoning", "content": []}, {
            "type": "message", "content": [{"type": "output_text", "text": "Yes", "logprobs": CONTENT}]}]},
        [YES],
    ),
    "llama.cpp of old": (
        {"content": "a", "completion_probabilities": [{"content": "a", "probs": HALF}]}, [HALVES],
    ),
    "llama.cpp": (
        {"completion_probabilities": [{"id": 5, "token": "Yes", "logprob": -0.5, "top_logprobs": TEXTS}]}, [YES],
    ),
    "llama.cpp after sampling": (
        {"completion_probabilities": [{"id": 1, "token": "a", "prob": 0.5, "top_probs": [
            {"id": 1, "token": "a", "prob": 0.5}, {"id": 2, "token": "b", "prob": 0}]}]}, [HALVES],
    ),
    "Ollama": ({"model": "m", "response": "Yes", "done": True, "eval_count": 1, "logprobs": CONTENT}, [YES]),
    "vLLM by id": ({"outputs": [{"index": 0, "logprobs": [BY_ID]}]}, [YES]),
    "TGI": ({"generated_text": "Yes", "details": {"tokens": TEXTS[:1], "top_tokens": [TEXTS]}}, [YES]),
    "TGI without alternatives": ({"details": {"tokens": TEXTS[:1]}}, [Token("Yes", -0.5)]),
    "Gemini": (
        {"candidates": [{"logprobsResult": {
            "topCandidates": [{"candidates": GEMINI}], "chosenCandidates": GEMINI[:1]}}]}, [YES],
    ),
    "Gemini of the SDK": (
        {"candidates": [{"logprobs_result": {
            "top_candidates": [{"candidates": [{"token": "Yes", "log_probability": -0.5},
                                               {"token": "No", "log_probability": -1.0}]}],
            "chosen_candidates": [{"token": "Yes", "log_probability": -0.5}]}}]}, [YES],
    ),
    "SGLang": (
        {"text": "Yes", "meta_info": {"output_token_logprobs": [[-0.5, 5, "Yes"]],
                                      "output_top_logprobs": [[[-0.5, 5, "Yes"], [-1.0, 6, "No"]]]}}, [YES],
    ),
}  # fmt: skip


@each(("record", "tokens"), FORMS.values())
def test_tokens_are_found_in_every_form(record, tokens):
    (answer,) = find_answers(record)
    assert answer.choice == 0
    assert answer.tokens == tokens
    assert find_answers({"an": [{"unknown": {"envelope": record}}]})[0].tokens == tokens


def test_prompt_tokens_are_found_where_they_are_requested():
    record = {"choices": [], "prompt_logprobs": [None, BY_ID]}
    assert find_answers(record) == []
    (answer,) = find_answers(record, prompt=True)
    assert answer.tokens == [Token(None, None), YES]
    both = {**CHAT, "prompt_logprobs": [None, BY_ID]}
    assert [answer.tokens for answer in find_answers(both)] == [[YES]]


def test_choices_keep_their_numbers():
    logprobs = {"content": CONTENT}
    choices = [{"index": 1, "logprobs": logprobs}, {"index": 0, "logprobs": logprobs}]
    assert [answer.choice for answer in find_answers({"choices": choices})] == [1, 0]
    without = {"choices": [{"logprobs": logprobs}, {"logprobs": logprobs}]}
    assert [answer.choice for answer in find_answers(without)] == [0, 1]
    best_of = {
        "details": {"tokens": TEXTS, "best_of_sequences": [{"tokens": TEXTS}, {"tokens": TEXTS}]}
    }
    assert [answer.choice for answer in find_answers(best_of)] == [0, 1, 2]


@each("record", [
    {"id": 1, "cat": 1.5, "dog": 2},
    {"logits": [1, 2], "tokens": ["a", "b"]},
    {"content": "a", "probs": [0.1, 0.9]},
    {"choices": [{"message": {"content": "x"}, "logprobs": None}]},
    {"choices": [{"logprobs": {"content": 5}}]},
    {"candidates": ["a", "b"], "scores": [1, 2]},
    {"tokens": [{"text": "a", "start": 0}]},
    {"details": {"tokens": 5, "top_tokens": [5]}},
    {"entities": [{"word": "Ann", "score": 0.9, "start": 0}]},
    {"topCandidates": [5], "chosenCandidates": {}},
    {"logprobs": [{"9": -0.5}]},
    [[{"label": "a", "score": 1}]],
    5,
])  # fmt: skip
def test_what_holds_no_tokens_is_left(record):
    assert find_answers(record) == []
    assert find_answers(record, prompt=True) == []
