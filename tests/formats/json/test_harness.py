"""Samples of lm-evaluation-harness: rows of log-likelihoods, the target as label."""

import json
import math

import numpy as np
import pytest

from softmax_cli.errors import SoftmaxError, UsageError
from softmax_cli.formats.json.detection import detect_shape
from softmax_cli.formats.json.harness import HarnessSamples
from softmax_cli.formats.json.row_builder import RowBuilder
from softmax_cli.formats.read_options import ReadOptions
from softmax_cli.formats.rows import Location
from tests.each import each
from tests.runner import softmax

TEXTS = ["tea", "coffee", "té"]
ARGUMENTS = {f"gen_args_{i}": {"arg_0": "Q", "arg_1": f" {text}"} for i, text in enumerate(TEXTS)}
VALUES = [-2.5, -3.0, -1.0]


def sample(target=1, values=VALUES, **fields):
    return {
        "doc_id": 0, "doc": {"choices": TEXTS}, "target": target, "arguments": ARGUMENTS,
        "resps": [[[value, False]] for value in values],
        "filtered_resps": [[value, False] for value in values],
        "doc_hash": "ab", "acc": 1.0, "acc_norm": 0.0, **fields,
    }  # fmt: skip


def _rows(*samples, **options):
    shape = detect_shape(samples, ReadOptions(**options), "x")
    assert isinstance(shape, HarnessSamples)
    return RowBuilder(shape, "x").rows([*samples], lambda i: Location("x", line=i + 1))


@each("fields", [
    {},
    {"filtered_resps": None},
    {"filtered_resps": ["a"]},
    {"resps": None},
    {"resps": [[[str(v), "False"]] for v in VALUES], "filtered_resps": [[str(v), "True"] for v in VALUES]},
    {"filtered_resps": [[[[v, True]]] for v in VALUES]},
])  # fmt: skip
def test_log_likelihoods_are_read_however_they_are_nested(fields):
    rows = _rows(sample(**fields))
    assert rows.logits.tolist() == [VALUES]
    assert rows.columns.names == ("doc_id", "0", "1", "2", "target")
    assert rows.read_labels().rows() == [("1",)]


@each(
    ("target", "index"),
    [(2, "2"), ("2", "2"), (" coffee", "1"), ("té", "2"), ([1], "1"), ([0, 1], None), (None, None), (-1, "-1")],
)  # fmt: skip
def test_the_target_is_the_index_of_a_choice(target, index):
    assert _rows(sample(target)).read_labels().rows() == [(index,)]


def test_a_target_that_is_an_index_and_the_text_of_another_choice_is_refused():
    digits = {"doc": {"choices": ["3", "1", "2"]}, "arguments": None}
    assert _rows(sample("1", **digits)).read_labels().rows() == [("1",)]
    with pytest.raises(SoftmaxError, match='ambiguous target "2"'):
        _rows(sample("1", **digits), sample("2", doc={"choices": ["3", "2", "1"]}, arguments=None))
    with pytest.raises(SoftmaxError, match='target "milk" is not one of the choices'):
        _rows(sample("milk"))
    assert _rows(sample("milk"), drop=("target",)).logits.tolist() == [VALUES]


def test_choices_may_differ_in_number():
    rows = _rows(sample(values=VALUES[:2]), sample())
    np.testing.assert_array_equal(rows.logits, [[-2.5, -3, -math.inf], VALUES])
    assert rows.truncated


def test_lengths_normalize_as_acc_norm_does():
    assert _rows(sample(), normalize="length").logits.tolist() == [[-2.5 / 3, -3 / 6, -1 / 2]]
    assert _rows(sample(), normalize="bytes").logits.tolist() == [[-2.5 / 3, -3 / 6, -1 / 3]]
    lists = sample(arguments=[["Q", f" {text}"] for text in TEXTS])
    assert _rows(lists, normalize="length").logits.tolist() == [[-2.5 / 3, -3 / 6, -1 / 2]]
    with pytest.raises(SoftmaxError, match="no texts of the choices in arguments"):
        _rows(sample(arguments={}), normalize="length")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (sample(resps=[["Paris"]], filtered_resps=["Paris"]), "no log-likelihoods in resps"),
        (sample(resps=[], filtered_resps=[]), "no log-likelihoods in resps"),
    ],
)
def test_samples_of_generation_are_refused(record, message):
    with pytest.raises(ValueError, match=message):
        detect_shape([record], ReadOptions(), "x")


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([1], "expected a sample of lm-evaluation-harness"),
        (
            sample(resps=[["Paris"]], filtered_resps=["Paris"]),
            "expected .log-likelihood, is_greedy.",
        ),
        (sample(values=[*VALUES, *VALUES]), "acc_mutual_info"),
        (sample(values=[*VALUES, -1.0]), "found 4 choices, expected at most 3"),
    ],
)
def test_later_records_of_another_form_are_refused(record, message):
    shape = detect_shape([sample()], ReadOptions(), "x")
    with pytest.raises(SoftmaxError, match=message):
        RowBuilder(shape, "x").rows([sample(), record], lambda i: Location("x", line=i + 1))


@pytest.mark.parametrize("options", [{"columns": ("0",)}, {"position": 0}, {"candidates": ("a", "b")},
                                     {"ids": ("nothing",)}, {"labels": ("nothing",)}])  # fmt: skip
def test_options_that_do_not_apply_are_refused(options):
    with pytest.raises(UsageError):
        detect_shape([sample()], ReadOptions(**options), "x")


@pytest.mark.parametrize("record", [
    {"resps": [1, 2], "cat": 1}, {"doc": "x", "logits": [1, 2]}, {"target": 1, "a": 1, "b": 2}, [1, 2],
])  # fmt: skip
def test_other_records_are_left(record):
    assert HarnessSamples.detect([record], ReadOptions(), "x") is None


def test_a_benchmark_is_evaluated_in_one_command():
    samples = [sample(2), sample(0), sample("té")]
    text = "".join(json.dumps({**one, "doc_id": i}) + "\n" for i, one in enumerate(samples))
    ran = softmax("evaluate", "-q", "--input-format", "jsonl", "-f", "json", stdin=text)
    assert ran.code == 0, ran.err
    assert '"accuracy": 0.66' in ran.out


def test_samples_of_one_filter_are_read_and_others_counted():
    both = [sample(i, filter=name, doc_id=i) for name in ("none", "maj") for i in (0, 1, 2)]
    rows = _rows(*both)
    assert rows.read_columns([0]).rows() == [("0",), ("1",), ("2",)]
    assert rows.location(2).line == 3
    assert rows.warnings == {'samples of other filters than "none", which are left out': 3}
    assert not _rows(*both[:3]).warnings


def test_samples_with_several_right_choices_are_named():
    text = "".join(json.dumps(sample([0, 2])) + "\n" for _ in range(2))
    ran = softmax("evaluate", "-q", "--input-format", "jsonl", stdin=text)
    assert ran.err == (
        "softmax: <stdin>: every row was skipped: 2 without a label; "
        "samples with several right choices in target, which have no label: 2.\n"
    )
    assert _rows(sample([0, 2]), drop=("target",)).warnings == {}


def test_samples_of_one_log_likelihood_are_no_choices():
    with pytest.raises(ValueError, match="one log-likelihood per sample"):
        _rows(sample(" text", VALUES[:1]))
