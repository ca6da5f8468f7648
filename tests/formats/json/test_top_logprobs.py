"""Responses with top_logprobs: a row for each token."""

import json
import math

import pytest

from tests.formats.files import refused
from tests.runner import softmax

A = [{"token": "a", "logprob": -0.1}, {"token": "b", "logprob": -3.0}]
ARGUMENTS = ["--input-format", "jsonl", "--from", "log-probabilities"]


def response(*tokens):
    content = [{"token": f"t{i}", "top_logprobs": token} for i, token in enumerate(tokens)]
    return json.dumps({"id": "r", "choices": [{"logprobs": {"content": content}}]})


@pytest.mark.parametrize("scale", ["log-probabilities", "logits"])
def test_alternatives_are_renormalized_with_the_mass_they_cover(scale):
    given = response(A, A[:1]) + "\n" + response(A)
    ran = softmax("convert", "-q", "--input-format", "jsonl", "--from", scale, stdin=given)
    rows = [*map(json.loads, ran.out.splitlines())]
    mass = math.exp(-0.1) + math.exp(-3)
    assert [row["token"] for row in rows] == ["t0", "t1", "t0"]
    assert rows[0]["mass"] == pytest.approx(mass, rel=1e-15)
    assert rows[0]["probability_1"] == pytest.approx(math.exp(-0.1) / mass, rel=1e-14)
    assert rows[0]["alternative_2"] == "b"
    assert (rows[1]["alternative_2"], rows[1]["probability_1"]) == (None, 1.0)
    assert rows[1]["mass"] == pytest.approx(math.exp(-0.1))
    assert rows[2] == rows[0]


def test_what_the_rows_are_is_told():
    ran = softmax("convert", "--input-format", "jsonl", stdin=response(A))
    assert ran.err == (
        "softmax: <stdin>: a row for each token: its 2 alternatives, renormalized, and the "
        '"mass" of probability that they cover\n'
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            response([]),
            "line 1: the tokens have no top_logprobs: ask for them with top_logprobs=5.",
        ),
        (response(A) + "\n" + response(A + A), "line 2: 4 alternatives where 2 are expected."),
        (response(A) + "\n[1]", "line 2: no response with choices and logprobs, as the first is."),
        (response([{"token": "a", "logprob": None}]), "null is not a number."),
        (response([{"token": "a", "logprob": "x"}]), '"x" is not a number.'),
        (
            response([{"token": "a", "logprob": 0.5}]),
            "0.5 is not 0 at most, as log-probabilities are.",
        ),
        (response(A, []), "so that no class is left"),
    ],
)
def test_responses_without_logprobs_are_refused(given, message, tmp_path):
    if message.startswith("so that"):
        ran = softmax("convert", "-q", *ARGUMENTS, stdin=given)
        assert (ran.out, ran.code) == ("", 1)
    else:
        refused(tmp_path, ARGUMENTS, message, stdin=given.encode())


def test_responses_without_tokens_give_no_rows():
    for empty in ('{"choices":[]}', '{"choices":[{"logprobs":null}]}'):
        ran = softmax("convert", "-q", *ARGUMENTS, stdin=f"{response(A)}\n{empty}\n{response(A)}")
        assert (ran.out.count("\n"), ran.code) == (2, 0)


@pytest.mark.parametrize(
    "given",
    [response([{"token": "a", "logprob": 1e5}]), '{"choices":[{"logprobs":{"content":5}}]}'],
)
def test_responses_of_nonsense_are_refused(given, tmp_path):
    refused(tmp_path, ["--input-format", "jsonl"], "<stdin>", stdin=given.encode())


def test_the_mass_is_a_number_in_every_row():
    given = response([{"token": "a", "logprob": None}], A[:1])
    ran = softmax("convert", "-q", *ARGUMENTS, "--invalid", "skip", stdin=given)
    assert isinstance(json.loads(ran.out)["mass"], float)
