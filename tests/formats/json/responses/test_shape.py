"""Responses as rows: one for each token, of alternatives or of candidates."""

import json
import math

import numpy as np
import pytest

from softmax_cli.errors import UsageError
from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.responses.shape import Responses
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import Location
from tests.each import each
from tests.formats.files import refused
from tests.runner import softmax

A = [("a", -0.1), ("b", -3.0)]
JSONL = ["--input-format", "jsonl"]
LOGS = [*JSONL, "--from", "log-probabilities"]


def token(*alternatives, logprob=None):
    items = [{"token": text, "logprob": value} for text, value in alternatives]
    own = {} if logprob is None else {"logprob": logprob}
    return {"token": items[0]["token"] if items else "t", **own, "top_logprobs": items}


def response(*tokens, **fields):
    return {"id": "r", **fields, "choices": [{"index": 0, "logprobs": {"content": list(tokens)}}]}


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def converted(records, *arguments):
    ran = softmax("convert", "-q", *JSONL, *arguments, stdin=lines(*records))
    assert ran.code == 0, ran.err
    return [*map(json.loads, ran.out.splitlines())]


def _rows(*records, **options):
    shape = detect_shape(records, ReadOptions(**options), "x")
    assert isinstance(shape, Responses)
    return RowBuilder(shape, "x").rows([*records], lambda i: Location("x", line=i + 10))


@pytest.mark.parametrize("scale", ["log-probabilities", "logits"])
def test_alternatives_are_renormalized_with_the_mass_they_cover(scale):
    records = [response(token(*A), token(A[0])), response(token(*A), id="s")]
    rows = converted(records, "--from", scale)
    mass = math.exp(-0.1) + math.exp(-3)
    assert [row["id"] for row in rows] == ["r", "r", "s"]
    assert [row["position"] for row in rows] == [0, 1, 0]
    assert rows[0]["mass"] == pytest.approx(mass, rel=1e-15)
    assert rows[0]["probability_1"] == pytest.approx(math.exp(-0.1) / mass, rel=1e-14)
    assert rows[0]["alternative_2"] == "b"
    assert (rows[1]["alternative_2"], rows[1]["probability_1"]) == (None, 1.0)
    assert rows[1]["mass"] == pytest.approx(math.exp(-0.1))
    assert rows[2] == {**rows[0], "id": "s"}


def test_a_note_says_what_the_rows_are():
    ran = softmax("convert", *JSONL, stdin=lines(response(token(*A))))
    assert ran.err == (
        "softmax: <stdin>: one row per token: its 2 alternatives, renormalized, "
        'and "mass", their total probability\n'
    )


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"id": "r"}, ["id"]),
        ({"id": "r", "custom_id": "q", "label": "a", "model": "m"}, ["id", "custom_id", "label"]),
        ({"id": None, "created": 5}, ["response"]),
        ({"answer": "a"}, ["id", "answer"]),
    ],
)
def test_identifiers_and_labels_pass_through(fields, names):
    (row,) = converted([response(token(*A), **fields)])
    own = [n for n in row if n not in ("choice", "position", "token", "mass")]
    assert [name for name in own if "_1" not in name and "_2" not in name] == names
    assert row.get("response", 1) == 1


def test_options_name_other_fields_that_pass_through():
    record = response(token(*A), question="q", key="k")
    (row,) = converted([record], "--id", "question", "--label", "key", "--drop", "mass")
    assert (row["question"], row["key"], row["id"]) == ("q", "k", "r")
    assert "mass" not in row


def test_without_identifiers_the_line_stands_in_the_row():
    records = [{"choices": response(token(*A))["choices"]}] * 2
    text = lines(records[0]) + "\n" + lines(records[1])
    ran = softmax("convert", "-q", *JSONL, "-f", "csv", stdin=text)
    assert [line.split(",")[0] for line in ran.out.splitlines()] == ["response", "1", "3"]


def test_identifiers_that_are_all_the_same_come_after_the_number_of_the_response():
    """As the index of llama.cpp, which is that of the prompt in a request."""
    records = [{"index": 0, **response(token(*A), id="r")} for _ in range(3)]
    rows = converted(records)
    assert [(row["response"], row["index"], row["id"]) for row in rows] == [
        (1, 0, "r"), (2, 0, "r"), (3, 0, "r"),
    ]  # fmt: skip
    assert "response" not in converted(records, "--id", "index")[0]
    assert "response" not in converted(records[:1])[0]


def test_answers_of_any_length_and_order_give_the_same_rows():
    records = [response(), response(token(A[0]), id="1"), response(token(*A), token(*A), id="2"),
               response(token(A[1]), id="3")]  # fmt: skip
    rows = converted(records)
    assert [row["id"] for row in rows] == ["1", "2", "2", "3"]
    assert [row["id"] for row in converted(records[::-1])] == ["3", "2", "2", "1"]
    assert sorted(map(str, converted(records[::-1]))) == sorted(map(str, rows))


def test_responses_without_tokens_are_counted():
    failed = {"custom_id": "x", "response": None, "error": {"code": 429}}
    empty = [{"choices": [{"logprobs": None, "text": ""}]}, response(), failed]
    text = lines(response(token(*A)), *empty, response(token(*A)))
    ran = softmax("convert", "-q", *LOGS, stdin=text)
    assert (ran.out.count("\n"), ran.code) == (2, 0)
    assert ran.err == (
        "softmax: warning: <stdin>: responses without log-probabilities, which give no rows: 3\n"
    )


def test_a_token_without_alternatives_is_its_own():
    rows = converted([response(token(*A), {"token": "z", "logprob": -0.5, "top_logprobs": []})])
    assert (rows[1]["alternative_1"], rows[1]["probability_1"]) == ("z", 1)
    assert rows[1]["mass"] == pytest.approx(math.exp(-0.5))
    rows = converted([response({"token": "<s>", "top_logprobs": []}, token(*A))])
    assert [row["position"] for row in rows] == [1]


@pytest.mark.parametrize(
    ("position", "tokens"), [("0", ["a", "c"]), ("-1", ["b", "c"]), ("1", ["b"]), ("-2", ["a"])]
)
def test_a_position_keeps_one_token_a_response(position, tokens):
    tokens_of = [token((text, -1), ("z", -2)) for text in "abc"]
    records = [response(*tokens_of[:2]), response(tokens_of[2])]
    rows = converted(records, "--position", position)
    assert [row["token"] for row in rows] == tokens


def test_responses_too_short_for_a_position_are_counted():
    records = lines(response(token(*A), token(*A)), response(token(*A)))
    ran = softmax("convert", "-q", *JSONL, "--position", "1", stdin=records)
    assert "without log-probabilities at position 1, which give no rows: 1" in ran.err
    ran = softmax("convert", "-q", *JSONL, "--position", "7", stdin=records)
    assert (ran.code, ran.out) == (1, "")


def test_top_and_prediction_give_tokens():
    records = [response(token(("b", -3), ("a", -0.1)), token(("c", -0.2)))]
    rows = converted(records, "--top", "1", "--add", "prediction")
    assert [(row["class_1"], row["prediction"]) for row in rows] == [("a", "a"), ("c", "c")]
    skipped = [response(token(("x", None)), *records[0]["choices"][0]["logprobs"]["content"])]
    rows = converted(skipped, "--add", "prediction", "--invalid", "skip")
    assert [row["prediction"] for row in rows] == ["a", "c"]
    rows = converted(skipped, "--add", "prediction", "--invalid", "nan")
    assert [row["prediction"] for row in rows] == [None, "a", "c"]
    independent = ("-a", "sigmoid", "--from", "log-probabilities")
    (row, _) = converted(records, *independent, "--add", "prediction")
    assert (row["prediction"], row["probability_1"]) == ("a", pytest.approx(math.exp(-3)))


def test_samples_and_comparisons_give_tokens():
    text = lines(response(token(("Yes", -1e-9), ("No", -50))))
    ran = softmax("sample", "-q", *JSONL, stdin=text)
    assert json.loads(ran.out)["sample"] == "Yes"
    ran = softmax("compare", *JSONL, stdin=text)
    assert "Yes" in ran.out
    assert "probability_1" not in ran.out
    assert ",Yes\n" in softmax("sweep", *JSONL, "-f", "csv", stdin=text).out


@each(
    ("arguments", "hint"),
    [
        *(((name, "-a", "sigmoid"), "Use -a softmax.")
          for name in ("compare", "convert", "sample", "sweep")),
        (("compare", "-a", "softmax", "-a", "tanh"), "Use -a softmax."),
        (("convert", "-a", "log-sigmoid"), "Use -a softmax."),
        (("explain",), "Use softmax sweep or softmax compare."),
    ],
)  # fmt: skip
def test_sigmoid_of_log_probabilities_is_a_usage_error(arguments, hint):
    text = lines(response(token(("Yes", -0.2), ("No", -1.7))))
    ran = softmax(*arguments, "-q", *JSONL, stdin=text)
    assert ran.code == 2
    assert ran.err.endswith(f"shares of one distribution, not independent logits. {hint}\n")


@pytest.mark.parametrize("value", [1.2e-7, 1e-6, 0])
def test_a_rounding_above_0_is_0(value):
    (row,) = converted([response(token(("a", value), ("b", -16.5)))])
    assert row["mass"] == pytest.approx(1 + math.exp(-16.5), rel=1e-15)
    assert row["probability_1"] == pytest.approx(1 / (1 + math.exp(-16.5)), rel=1e-15)


@each(
    ("given", "message"),
    [
        (lines(response(token())), "line 1: no top_logprobs in the tokens: request them with logprobs=true, top_logprobs=5."),
        (lines({"choices": [{"logprobs": {"content": 5}}]}), "line 1: no logprobs in this response"),
        (lines({"model": "m", "response": "x", "done": True, "eval_count": 9}), "no logprobs in this response"),
        (lines(response(token(*A)), [1]), "line 2: expected a response with logprobs, as in row 1."),
        (lines(response(token(*A)), {"cat": 1, "dog": 2}), "line 2: expected a response with logprobs"),
        (lines(response(token(("a", None), A[1]))), "null is not a number."),
        (lines(response(token(("a", "x"), A[1]))), '"x" is not a number.'),
        (lines(response(token(("a", 0.5), A[1]))), "log-probability 0.5 is above 0."),
        (lines(response(token(("a", 10**400), A[1]))), "is above 0."),
        (lines(response(token(("a", -(10**400)), A[1]))), "out of range"),
        (lines(*[response(token(*A))] * 200, response(token(*A, *A))),
         "line 201: found 4 alternatives, expected at most 2 as in the first records"),
    ],
)  # fmt: skip
def test_responses_without_logprobs_are_refused(given, message, tmp_path):
    refused(tmp_path, LOGS, message, stdin=given.encode())


# Candidates.

ANSWERS = [("Yes", -0.5), (" Yes", -2.0), ("No", -1.5), ("yes", -4.0)]
MERGED = [math.log(math.exp(-0.5) + math.exp(-2)), -1.5, -math.inf]


def test_candidates_are_merged_and_masked():
    rows = _rows(response(token(*ANSWERS)), candidates=("Yes", "No", "Maybe"))
    np.testing.assert_allclose(rows.logits, [MERGED], rtol=1e-15)
    assert rows.columns.classes == ("Yes", "No", "Maybe")
    assert rows.warnings == {}


def test_candidates_come_in_place_of_alternatives():
    (row,) = converted(
        [response(token(*ANSWERS))], "--candidates", "Yes, No", "--add", "prediction"
    )
    mass = math.exp(-0.5) + math.exp(-2) + math.exp(-1.5)
    assert list(row) == ["id", "choice", "position", "token", "mass", "Yes", "No", "prediction"]
    assert row["mass"] == pytest.approx(mass)
    assert row["No"] == pytest.approx(math.exp(-1.5) / mass)
    assert row["prediction"] == "Yes"


def test_a_token_that_was_drawn_from_outside_its_alternatives_counts():
    item = {"token": "No", "logprob": -3.0, "top_logprobs": [{"token": "Yes", "logprob": -0.1}]}
    assert _rows(response(item), candidates=("Yes", "No")).logits.tolist() == [[-0.1, -3.0]]


@pytest.mark.parametrize("text", ["A", " A", "\u2581A", "\u0120A", "A\n"])
def test_blanks_around_a_candidate_are_ignored(text):
    rows = _rows(response(token((text, -0.5), ("a", -1), ("AB", -1))), candidates=("A", "B"))
    assert rows.logits.tolist() == [[-0.5, -math.inf]]


def test_a_small_mass_is_warned_of():
    text = lines(response(token(("Yes", -1), ("No", -3))), response(token(("Yes", -0.1))))
    ran = softmax("convert", "-q", *JSONL, "--candidates", "Yes,No", stdin=text)
    assert ran.err == (
        "softmax: warning: <stdin>: rows in which the candidates have a mass below 0.5: 1\n"
        "softmax: warning: <stdin>: rows in which only one candidate has a score, which makes its "
        "probability 1: 1\n"
    )


def test_a_token_that_is_no_candidate_is_an_invalid_row():
    text = lines(response(token(*A), token(*ANSWERS)))
    arguments = ["convert", "-q", *JSONL, "--candidates", "Yes,No"]
    ran = softmax(*arguments, stdin=text)
    assert ran.code == 1
    assert "none of the candidates is among the alternatives. Use --position" in ran.err
    assert softmax(*arguments, "--invalid", "skip", stdin=text).out.count("\n") == 1
    assert softmax(*arguments, "--position", "1", stdin=text).out.count("\n") == 1


def test_candidates_are_evaluated_against_labels(tmp_path):
    yes, no = token(("Yes", -0.2), ("No", -2)), token(("No", -0.3), (" Yes", -1.5))
    fields = [response(yes, answer="Yes"), response(no, answer="No"), response(yes, answer="No")]
    arguments = [
        "evaluate",
        "-q",
        *JSONL,
        "--candidates",
        "Yes,No",
        "--position",
        "0",
        "-f",
        "json",
    ]
    ran = softmax(*arguments, stdin=lines(*fields))
    assert ran.code == 0, ran.err
    labels = tmp_path / "labels.csv"
    labels.write_text("label\nYes\nNo\nNo\n")
    without = [{n: v for n, v in one.items() if n not in ("answer", "id")} for one in fields]
    from_file = softmax(*arguments, "--labels", str(labels), stdin=lines(*without))
    assert from_file.code == 0, from_file.err
    assert from_file.out == ran.out
    assert '"accuracy": 0.66' in ran.out


@pytest.mark.parametrize("value", ["Yes", "Yes,", "Yes,Yes", ""])
def test_candidates_are_two_or_more_names(value):
    ran = softmax("convert", *JSONL, "--candidates", value, stdin=lines(response(token(*A))))
    assert ran.code == 2


@each("arguments", [["--position", "0"], ["--candidates", "a,b"], ["--normalize", "length"]])
@each(("given", "form"), [("a,b\n1,2\n", "csv"), ('{"a":1,"b":2}\n', "jsonl"), ("[[1,2]]", "json")])
def test_options_of_responses_do_not_apply_to_others(arguments, given, form):
    ran = softmax("convert", "--input-format", form, *arguments, stdin=given)
    assert (ran.out, ran.code) == ("", 2)
    assert f"{arguments[0]} applies to " in ran.err


@pytest.mark.parametrize("options", [{"columns": ("a",)}, {"drop": ("alternative_1",)}, {"normalize": "length"},
                                     {"ids": ("nothing",)}, {"labels": ("nothing",)}])  # fmt: skip
def test_options_that_do_not_apply_to_responses_are_refused(options):
    with pytest.raises(UsageError):
        detect_shape([response(token(*A))], ReadOptions(**options), "x")


def test_the_most_likely_alternatives_come_once():
    (row,) = converted([response(token(*A))], "--top", "1", "--decimals", "2")
    assert list(row) == ["id", "choice", "position", "token", "mass", "class_1", "probability_1"]
    assert (row["class_1"], row["mass"]) == ("a", 0.95)


def test_decimals_round_the_mass_in_every_format(tmp_path):
    text = lines(response(token(*A)))
    ran = softmax("convert", "-q", *JSONL, "--decimals", "2", "-f", "csv", stdin=text)
    assert ran.out.splitlines()[1] == "r,0,0,a,0.95,a,b,0.95,0.05"


@pytest.mark.parametrize(
    ("given", "arguments", "message"),
    [
        (response(token(*A), label="a"), ["evaluate"],
         "alternatives differ from row to row, so that no label names a class. "
         'Select answers with --candidates "Yes,No".'),
        (response(token(*A)), ["convert", "--drop", "alternative_*"],
         "--drop does not apply to alternatives and their probabilities. "
         "Use --top K, without --drop, for K of them."),
        (response(token(*A)), ["convert", "--candidates", "a,b", "--drop", "a"],
         "--drop does not apply to candidates."),
        (response(token(*A)), ["convert", "--position", "3"],
         "no log-probabilities of a token at position 3."),
    ],
)  # fmt: skip
def test_options_without_a_meaning_name_those_that_have_one(given, arguments, message):
    ran = softmax(arguments[0], "-q", *JSONL, *arguments[1:], stdin=lines(given))
    assert ran.err.endswith(f": {message}\n")
    assert ran.out == ""


def test_failed_requests_among_responses_are_counted():
    failed = [
        {"key": "k", "error": {"message": "expired"}},
        {"request": {"contents": []}, "response": {}, "status": "Bad Request"},
        {"custom_id": "c", "response": {"body": {"error": {"message": "bad"}}}, "error": None},
    ]
    ran = softmax("convert", "-q", *JSONL, stdin=lines(response(token(*A)), *failed))
    assert (ran.out.count("\n"), ran.code) == (1, 0)
    assert ran.err.endswith("responses without log-probabilities, which give no rows: 3\n")


_REQUESTS = [
    ({"object": "text_completion", "choices": [{"text": "x", "logprobs": None}]}, "logprobs=5"),
    ({"object": "response", "output": []}, 'include=["message.output_text.logprobs"]'),
    ({"candidates": [{"content": {}, "finishReason": "STOP"}]}, "responseLogprobs=true"),
    ({"generated_text": "x"}, "details=true, top_n_tokens=5"),
    ({"content": "x", "tokens_predicted": 1}, "n_probs=5"),
    ({"text": "x", "meta_info": {"finish_reason": {}}}, "return_logprob=true"),
    ({"role": "assistant", "content": []}, "this interface returns none"),
    ({"response": "x", "done": True}, "logprobs=true, top_logprobs=5"),
    ({"custom_id": "c", "response": {"body": {"generated_text": "x"}}}, "top_n_tokens=5"),
    ({"custom_id": "c", "response": None, "error": {"message": "late"}}, 'error, first "late"'),
]


@pytest.mark.parametrize(("given", "message"), _REQUESTS)
def test_each_interface_has_its_own_way_to_request_log_probabilities(given, message):
    ran = softmax("convert", *JSONL, stdin=lines(given))
    assert message in ran.err
